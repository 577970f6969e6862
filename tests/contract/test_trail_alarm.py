"""When checkpoints kept outside contradict the trail, somebody is told, and it stays visible."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from keeping_ward import Ward, ward

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
