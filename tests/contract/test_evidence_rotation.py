"""A bundle is proved by the first public key alone, whichever key signs by now."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from evidence_ward import found, reviewed_case, written
from keeping_ward import Ward, ward
from signing import places, replaced, signed_anew

from vigia_detect.stages.evidence_contents import Asked
from vigia_detect.trail.announced import Announced, follow, read_announced
from vigia_detect.trail.evidence import EvidenceReport, check_bundle
from vigia_detect.trail.evidence_lines import part_line
from vigia_detect.trail.lines import to_line
from vigia_detect.trail.merkle import Edge, leaf_hash
from vigia_detect.trail.note import BadNoteError, Checkpoint, PublicKey, Signer
from vigia_detect.trail.proofs import Prover, includes


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Ward]:
    with ward(database_url, tmp_path / "home") as made:
        yield made


def rotate(here: Ward) -> PublicKey:
    return here.vigia.signing_rotation.rotate(actor="ana")


def by(key: PublicKey, file: Path, here: Ward | None = None) -> EvidenceReport:
    kept = None if here is None else here.vigia.settings.checkpoint_folder
    return check_bundle(file, [key], kept)


def test_the_first_key_proves_a_bundle_of_a_later_one(here: Ward, tmp_path: Path) -> None:
    first, case = here.vigia.trail_key, reviewed_case(here, "P-1")
    for number in (1, 2):
        later = rotate(here)
        file = written(here, case, tmp_path / f"b{number}", Asked(image=True))
        for key in (first, later):
            report = by(key, file, here)
            assert report.integrity.good, report.integrity
            assert report.completeness.good, report.completeness
            assert (report.compared, report.unproved) == (True, [])
        lines = file.read_bytes().splitlines(keepends=True)
        assert len(places(lines, "announced")) == number
        assert check_bundle(file).integrity.good  # by the key that it names: the first


def test_a_bundle_from_before_still_verifies(here: Ward, tmp_path: Path) -> None:
    first, case = here.vigia.trail_key, reviewed_case(here, "P-1")
    before = written(here, case, tmp_path / "before")
    rotate(here)
    reviewed_case(here, "P-2")
    here.vigia.chainer.seal()
    report = by(first, before, here)
    assert report.integrity.good, report.integrity
    assert report.compared
    asked = Asked(known=report.checkpoint)
    after = by(first, written(here, case, tmp_path / "after", asked))
    assert after.integrity.good, after.integrity


def test_a_missing_or_foreign_announcement_is_found(here: Ward, tmp_path: Path) -> None:
    first, case = here.vigia.trail_key, reviewed_case(here, "P-1")
    rotate(here)
    rotate(here)
    lines = written(here, case, tmp_path / "b").read_bytes().splitlines(keepends=True)
    one, two = places(lines, "announced")
    changed = {
        "first": replaced(lines, one),
        "second": replaced(lines, two),
        "both": replaced(replaced(lines, two), one),
        "order": replaced(replaced(lines, one, lines[two]), two, lines[one]),
    }
    for name, these in changed.items():
        file = tmp_path / "changed"
        file.write_bytes(b"".join(signed_anew(these, here.vigia.signer)))
        assert found(file, first) >= {"bad_checkpoint"}, name


def test_any_byte_of_an_announcement_that_is_changed_is_found(here: Ward, tmp_path: Path) -> None:
    """Even by who can sign with the last key."""
    first, case = here.vigia.trail_key, reviewed_case(here, "P-1")
    rotate(here)
    turned = random.Random(7)  # noqa: S311 - a test's
    lines = written(here, case, tmp_path / "b").read_bytes().splitlines(keepends=True)
    (at,) = places(lines, "announced")
    for _ in range(200):
        line = bytearray(lines[at])
        line[turned.randrange(len(line) - 1)] ^= 1 << turned.randrange(7)
        file = tmp_path / "changed"
        file.write_bytes(b"".join(signed_anew(replaced(lines, at, bytes(line)), here.vigia.signer)))
        assert found(file, first), bytes(line)


def forged(known: Announced, signs: Signer, new: Signer) -> tuple[Announced, str]:
    """Return an announcement in a trail of one's own, and a checkpoint of the key it announces."""
    entry = json.loads(known.data)
    entry["detail"]["public_key"] = new.public.text
    data = to_line(entry)[:-1]
    leaves, edge = [leaf_hash(b"x"), leaf_hash(data)], Edge()
    for leaf in leaves:
        edge.add(leaf)
    prover = Prover(2, lambda _level, _number: leaves)
    text = Checkpoint(signs.name, 2, edge.root(), 1_795_345_200, 0).text
    made = Announced(data, 1, prover.inclusion(1), signs.sign(text), [])
    return made, new.sign(text)


def test_who_does_not_have_the_old_key_announces_nothing(here: Ward, tmp_path: Path) -> None:
    first, case = here.vigia.trail_key, reviewed_case(here, "P-1")
    second = rotate(here)
    lines = written(here, case, tmp_path / "b").read_bytes().splitlines(keepends=True)
    (at,), (promised,) = places(lines, "announced"), places(lines, "checkpoint")
    real = read_announced(json.loads(lines[at])["announced"])
    thief = Signer(first.name, b"\x08" * 32)
    mine, end = forged(real, thief, thief)
    with pytest.raises(BadNoteError, match="not known"):
        follow([first], [mine], end)
    # By the second key, which the bundle's own checkpoint does not have for its beginning.
    mine, _ = forged(real, here.vigia.signer, thief)
    with pytest.raises(BadNoteError, match="another trail"):
        follow([first], [real, mine], json.loads(lines[promised])["checkpoint"])
    with pytest.raises(BadNoteError, match="not where"):
        follow([first], [real._replace(data=mine.data)], end)
    assert follow([first], [real], json.loads(lines[promised])["checkpoint"])[1].counting == (
        second,
    )


def test_the_old_key_seals_no_bundle_of_a_later_one(here: Ward, tmp_path: Path) -> None:
    old, case = here.vigia.signer, reviewed_case(here, "P-1")
    rotate(here)
    lines = written(here, case, tmp_path / "b").read_bytes().splitlines(keepends=True)
    file = tmp_path / "old"
    file.write_bytes(b"".join(signed_anew(lines, old)))
    assert found(file, old.public) == {"bad_seal"}


def test_an_entry_is_proved_by_the_first_key_too(here: Ward) -> None:
    first = here.vigia.trail_key
    reviewed_case(here, "P-1")
    rotate(here)
    proved = here.vigia.trail.prove(1, first)
    root = proved.checkpoint.root
    leaf = leaf_hash(proved.data)
    assert includes(leaf, proved.position, proved.checkpoint.size, proved.proof, root)
    assert follow([first], proved.announced, proved.note)[0] == proved.checkpoint
    stranger = Signer(first.name, b"\x08" * 32).public
    with pytest.raises(BadNoteError):
        here.vigia.trail.prove(1, stranger)


def test_a_process_that_has_the_old_key_in_memory_writes_a_good_one(
    here: Ward, tmp_path: Path
) -> None:
    first, case = here.vigia.trail_key, reviewed_case(here, "P-1")
    evidence = here.vigia.evidence
    rotate(here)
    file = tmp_path / "b"
    file.write_bytes(evidence.bundle(case, Asked(), actor="ana"))
    assert by(first, file).integrity.good
    assert part_line("key", first.text) in file.read_bytes().splitlines(keepends=True)
