"""Another key signs for the trail, and the first public key is still all that an auditor needs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from trail_export import check, export

from vigia_detect.adapters.audit_key import SigningKeyFile
from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.errors import ConfigurationError
from vigia_detect.settings import Settings
from vigia_detect.stages.signing_rotation import SigningRotation
from vigia_detect.trail import lines
from vigia_detect.trail.files import check_file
from vigia_detect.trail.findings import Problem
from vigia_detect.trail.merkle import Edge, leaf_hash
from vigia_detect.trail.note import Checkpoint, PublicKey, Signer
from vigia_detect.trail.verify import Report, verify

CASE = "018f0000-0000-7000-8000-000000000001"


@pytest.fixture
def vigia(database_url: str, tmp_path: Path) -> Iterator[Vigia]:
    made = Vigia(Settings(home=tmp_path / "home", database_url=database_url))
    made.store.upgrade()
    happen(made)
    yield made
    made.close()


def happen(vigia: Vigia) -> None:
    with vigia.store.begin() as work:
        work.audit.write([AuditEntry(AuditEvent.CASE_READ, CASE, "ana")] * 3)
        work.commit()
    vigia.chainer.seal()


def judge(found: list[bytes], key: PublicKey) -> Report:
    return verify(lambda: found, [key])


def problems(report: Report) -> set[Problem]:
    return {one.problem for one in report.integrity.findings}


def signers(found: list[bytes]) -> list[str]:
    """Return the id with which each checkpoint is signed, once each time it changes."""
    notes = [json.loads(one)["checkpoint"] for one in found if one.startswith(b'{"checkpoint"')]
    ids = [note.rsplit(" ", 1)[1][:5] for note in notes]
    return [one for place, one in enumerate(ids) if place == 0 or ids[place - 1] != one]


def test_the_first_public_key_verifies_everything(vigia: Vigia) -> None:
    first, old_export = vigia.trail_key, export(vigia)
    for _ in range(2):
        key = vigia.signing_rotation.rotate(actor="ana")
        assert key == vigia.signer_now().public
        happen(vigia)
    found = export(vigia)
    assert len(signers(found)) == 3
    report = judge(found, first)
    assert report.good, report
    assert len(report.keys) == 3
    assert vigia.trail_key == first
    assert judge(old_export, first).good  # as it was before any rotation


def test_the_old_key_is_destroyed_and_signs_no_more(vigia: Vigia) -> None:
    file, before = vigia.settings.signing_key_file, vigia.settings.signing_key_file.read_bytes()
    other = Vigia(vigia.settings)  # a process that has the old key in its memory
    assert other.signer.secret == before
    kept = file.open("rb")  # the old file's own bytes, whatever its name is now
    vigia.signing_rotation.rotate(actor="ana")
    with kept:
        assert kept.read() == bytes(32)
    assert [one.name for one in file.parent.iterdir() if before in one.read_bytes()] == []
    assert file.stat().st_mode & 0o077 == 0
    happen(other)  # finds the new key by itself
    assert len(signers(export(vigia))) == 2
    assert check_chain(vigia).good
    other.close()


def check_chain(vigia: Vigia) -> Report:
    return judge(export(vigia), vigia.trail_key)


def test_a_checkpoint_of_the_old_key_comes_too_late(vigia: Vigia) -> None:
    old = vigia.signer
    vigia.signing_rotation.rotate(actor="ana")
    with vigia.store.begin() as work:
        size, _ = work.trail.last_checkpoint() or (0, 0.0)
        assert not work.trail.add_checkpoint(size + 1, "note", after=size, key=old.public.text)


def test_a_kept_checkpoint_of_a_later_key_is_known_by_the_first(
    vigia: Vigia, tmp_path: Path
) -> None:
    vigia.signing_rotation.rotate(actor="ana")
    happen(vigia)
    file, key = tmp_path / "export.jsonl", tmp_path / "audit.pub"
    file.write_bytes(b"".join(export(vigia)))
    key.write_text(vigia.trail_key.text)
    assert check_file(file, key, vigia.settings.checkpoint_folder).good


def forged(vigia: Vigia, *, announced: bool) -> list[bytes]:
    """Return what the owner of the database makes who has no key that counts.

    They sign for the next entry with a key of their own, announced or not; nobody signs for that.
    """
    theirs = Signer(vigia.signer.name, b"\x08" + bytes(range(31)))
    found = [one for one in export(vigia)[:-1] if not one.startswith((b'{"row"', b'{"pending"'))]
    chained = [one for one in found if one.startswith(lines.CHAINED)]
    position, edge = len(chained), Edge()
    link = bytes.fromhex(json.loads(chained[-1])["chain"])
    for place, one in enumerate(chained):
        edge.add(leaf_hash(one[lines.ENTRY_AT : -len(lines.after_entry(place))]))
    detail = {"public_key": theirs.public.text} if announced else {}
    entry = {**json.loads(chained[-1])["entry"], "event": "signing_key.announced", "detail": detail}
    data = lines.to_line(entry)[:-1]
    edge.add(leaf_hash(data))
    promised = Checkpoint(theirs.name, position + 1, edge.root(), 1_795_345_200, position)
    found.append(lines.chained(position, lines.link(link, leaf_hash(data)), data))
    found.append(lines.checkpoint(theirs.sign(promised.text)))
    return list(lines.with_end(found))


@pytest.mark.parametrize("announced", [True, False])
def test_a_key_that_the_old_one_did_not_sign_for_does_not_count(
    vigia: Vigia, *, announced: bool
) -> None:
    found = forged(vigia, announced=announced)
    report = judge(found, vigia.trail_key)
    assert problems(report) >= {Problem.BAD_CHECKPOINT}
    assert report.keys == (vigia.trail_key,)


def test_a_changed_announcement_is_found(vigia: Vigia) -> None:
    new = vigia.signing_rotation.rotate(actor="ana")
    happen(vigia)
    theirs = Signer(new.name, b"\x08" + bytes(range(31))).public
    found = [one.replace(new.text.encode(), theirs.text.encode()) for one in export(vigia)[:-1]]
    report = judge(list(lines.with_end(found)), vigia.trail_key)
    assert problems(report) >= {Problem.CHANGED, Problem.BAD_CHECKPOINT}
    assert theirs not in report.keys


@pytest.mark.parametrize("step", ["_announce", "_covered", "_change", "put_in_place"])
def test_what_was_cut_off_is_taken_up(
    vigia: Vigia, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(SigningKeyFile if step == "put_in_place" else SigningRotation, step, die)
        with pytest.raises(KeyboardInterrupt):
            vigia.signing_rotation.rotate(actor="ana")
    again = Vigia(vigia.settings)
    happen(again)  # a process that starts now signs all the same
    again.signing_rotation.rotate(actor="ana")
    happen(again)
    report = check_chain(again)
    assert report.good, report
    assert not list(vigia.settings.signing_key_file.parent.glob("*.next"))
    again.close()


def test_a_host_without_the_new_key_does_not_sign(vigia: Vigia, tmp_path: Path) -> None:
    other = tmp_path / "other.key"
    other.write_bytes(vigia.settings.signing_key_file.read_bytes())
    other.chmod(0o600)
    vigia.signing_rotation.rotate(actor="ana")
    late = Vigia(vigia.settings.model_copy(update={"audit_key_file": other}))
    with pytest.raises(ConfigurationError, match="not the key that this trail is signed with"):
        _ = late.signer
    late.close()
    assert check(vigia).completeness.good
