"""When checkpoints kept outside contradict the trail, somebody is told, and it stays visible."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from keeping_ward import Ward, ward
from sqlalchemy import text

from vigia_detect.bootstrap import Vigia
from vigia_detect.cli.doctor import examine
from vigia_detect.domain.alert_states import AlertEvent, AlertState
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.escalation import AlertKind, Answer
from vigia_detect.domain.ids import alert_id
from vigia_detect.domain.records import StoredAlert
from vigia_detect.monitoring.rules import judge
from vigia_detect.monitoring.snapshot import take_snapshot
from vigia_detect.stages.trail_alarm import CONFLICT, SUBJECT
from vigia_detect.trail.note import open_checkpoint

ALERT = alert_id(SUBJECT, AlertKind.SYSTEM_ERROR)


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Ward]:
    with ward(database_url, tmp_path / "home") as made:
        yield made


def happen(here: Ward) -> None:
    with here.vigia.store.begin() as work:
        work.audit.write([AuditEntry(AuditEvent.CASE_READ, SUBJECT, "ana")] * 3)
        work.commit()
    here.vigia.chainer.seal()


def alert(here: Ward) -> StoredAlert | None:
    with here.vigia.store.read() as work:
        return work.alerts.get(ALERT)


def seen(here: Ward) -> tuple[str, bool]:
    """Return what doctor says of the trail, and whether the monitor names a conflict."""
    vigia = Vigia(here.vigia.settings)  # a process of its own; the broker is away
    (check,) = [one for one in examine(vigia) if one.name == "audit"]
    named = CONFLICT in {one.code for one in judge(take_snapshot(vigia))[1]}
    vigia.close()
    return check.status, named


def rewrite_kept(here: Ward) -> None:
    """Let the last kept checkpoint be another one, as well signed."""
    signer = here.vigia.signer
    last = max(here.vigia.settings.checkpoint_folder.rglob("*.note"), key=lambda file: file.name)
    other = replace(open_checkpoint(last.read_text(), [signer.public]), root=b"\1" * 32)
    last.write_text(signer.sign(other.text))


def begin_again(here: Ward) -> None:
    """Do as a process that has just started."""
    here.vigia.__dict__.pop("chainer", None)


def test_a_trail_that_fits_alarms_nobody(here: Ward) -> None:
    for _ in range(2):
        happen(here)
        begin_again(here)
    here.vigia.chainer.look()
    assert alert(here) is None
    assert seen(here) == ("ok", False)


def test_a_contradiction_is_told_once_and_stays_until_a_person_closes_it(here: Ward) -> None:
    happen(here)
    rewrite_kept(here)
    for _ in range(3):
        begin_again(here)
        here.vigia.chainer.look()
        here.vigia.chainer.look()
    found = alert(here)
    assert found is not None
    assert (found.state, found.reasons) == (AlertState.OPEN, (CONFLICT,))
    with here.vigia.store.read() as work:
        opened = [e for _, e in work.audit.of_subject(SUBJECT) if e.event.startswith("alert.")]
    assert [one.event for one in opened if one.event != "alert.escalated"] == ["alert.opened"]
    for event in (AlertEvent.ACKNOWLEDGE, AlertEvent.ACT):
        assert here.vigia.desk.answer(ALERT, Answer(event, "Ana Soto", "test"))
        assert seen(here) == ("critical", True)
    assert here.vigia.desk.answer(ALERT, Answer(AlertEvent.CLOSE, "Ana Soto", "test"))
    assert seen(here) == ("ok", False)


def test_what_still_contradicts_is_told_again_later(here: Ward) -> None:
    happen(here)
    rewrite_kept(here)
    begin_again(here)
    here.vigia.chainer.look()
    for event in (AlertEvent.ACT, AlertEvent.CLOSE):
        assert here.vigia.desk.answer(ALERT, Answer(event, "Ana Soto", "test"))
    begin_again(here)
    here.vigia.chainer.look()
    found = alert(here)
    assert found is not None
    assert found.state == AlertState.OPEN


def test_a_database_that_was_set_back_is_noticed(tmp_path: Path) -> None:
    home, backup = tmp_path / "home", tmp_path / "backup.db"
    url = f"sqlite:///{home / 'vigia.db'}"
    with ward(url, home) as before:
        happen(before)
    shutil.copy(home / "vigia.db", backup)
    with ward(url, home) as later:
        happen(later)
    for file in home.glob("vigia.db*"):
        file.unlink()
    shutil.copy(backup, home / "vigia.db")
    with ward(url, home) as restored:
        assert restored.vigia.store.check()
        restored.vigia.chainer.look()
        assert alert(restored) is not None
        assert seen(restored) == ("critical", True)


def signed(here: Ward) -> int:
    with here.vigia.store.read() as work:
        return (work.trail.last_checkpoint() or (0, 0.0))[0]


GUARDED = ("audit", "audit_chain", "audit_checkpoints")
TRIGGERS = "select name from sqlite_master where type = 'trigger' and tbl_name = :guarded"


def change(here: Ward, *statements: str) -> None:
    """Do as the owner of the database, past what guards its tables."""
    with here.vigia.store.begin() as work:
        connection = work._connection
        for guarded in GUARDED:
            if connection.dialect.name == "sqlite":
                for (name,) in connection.execute(text(TRIGGERS), {"guarded": guarded}).all():
                    connection.execute(text(f"drop trigger {name}"))
            else:
                connection.execute(text(f"alter table {guarded} disable trigger all"))
        for one in statements:
            connection.execute(text(one))
        work.commit()


FIRST = "(select leaf from audit_chain where position = 0)"
REWRITTEN = {
    "changed": [f"update audit_chain set leaf = {FIRST} where position = 1"],  # noqa: S608
    "hole": ["delete from audit_chain where position = 1"],
    "cut": ["delete from audit_chain where position >= 1", "delete from audit where id > 1"],
    "no checkpoint": ["delete from audit_checkpoints"],
    "other note": ["update audit_checkpoints set note = 'x'"],
}


@pytest.mark.parametrize("deed", sorted(REWRITTEN))
def test_a_rewritten_trail_is_never_signed_for(here: Ward, deed: str) -> None:
    happen(here)
    before = signed(here)
    change(here, *REWRITTEN[deed])
    for _ in range(3):
        happen(here)
    assert signed(here) in {before, 0}
    found = alert(here)
    assert found is not None
    assert found.reasons == (CONFLICT,)


def test_also_when_only_the_note_kept_outside_differs(here: Ward) -> None:
    happen(here)
    before = signed(here)
    rewrite_kept(here)
    begin_again(here)
    happen(here)
    assert signed(here) == before
    assert alert(here) is not None


def test_with_nothing_kept_outside_the_tables_are_enough(here: Ward) -> None:
    happen(here)
    before = signed(here)
    change(here, *REWRITTEN["changed"])
    shutil.rmtree(here.vigia.settings.checkpoint_folder)
    begin_again(here)
    happen(here)
    assert signed(here) == before
    assert alert(here) is not None


def test_who_has_set_the_database_back_moves_the_folder_away_and_goes_on(
    here: Ward, tmp_path: Path
) -> None:
    happen(here)
    change(here, *REWRITTEN["no checkpoint"])
    happen(here)
    assert signed(here) == 0
    here.vigia.settings.checkpoint_folder.rename(tmp_path / "as it was")
    begin_again(here)
    happen(here)
    assert signed(here) > 0
