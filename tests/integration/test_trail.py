"""What a working system leaves in its trail is whole, and whatever is taken away is named."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import databases
import pytest
from sqlalchemy import text
from trail_export import check
from wilder import Wilder
from workload import Workload, workload

from vigia_detect.bootstrap import install, reset
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import CaseFile, StageOutput, StageResults
from vigia_detect.domain.stages import Stage
from vigia_detect.errors import NotFoundError
from vigia_detect.tasks.audit import medical_decision_audit_task
from vigia_detect.trail import lines
from vigia_detect.trail.findings import Problem
from vigia_detect.trail.implied import BY_STATE, RUN_ENDED
from vigia_detect.trail.note import PublicKey
from vigia_detect.trail.verify import verify

PENDING = b'{"pending":'


def kinds(found: list[bytes]) -> set[str]:
    return {json.loads(one)["pending"]["event"] for one in found if one.startswith(PENDING)}


@pytest.mark.parametrize("seed", range(3))
def test_a_valid_trail_never_fails(database_url: str, tmp_path: Path, seed: int) -> None:
    with workload(database_url, tmp_path / "home", seed) as system:
        for _ in range(3):
            system.some(15)
            system.vigia.chainer.look()
            found = check(system.vigia)
            assert found.good, (seed, found)


@pytest.mark.parametrize("seed", [4, 14])
def test_whatever_people_do_the_trail_is_valid(
    database_url: str, tmp_path: Path, seed: int
) -> None:
    system = Wilder(database_url, tmp_path / "home", seed)
    for _ in range(3):
        system.some(25)
        found = check(system.vigia)
        assert found.good, (seed, found)
    system.vigia.close()
    assert system.bundles


def write_the_others(system: Workload) -> None:
    """Write an entry of each kind that the workload does not bring about; all are counted."""
    with system.vigia.store.begin() as work:
        happened = {event for event in AuditEvent if work.audit.of_event(event, 0.0)}
        assert happened >= BY_STATE
        others = sorted(set(AuditEvent) - happened)
        work.audit.write([AuditEntry(event, "of-another-part") for event in others])
        work.commit()


@pytest.fixture(scope="module")
def loose(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[bytes], PublicKey]]:
    """An export of a system where everything has happened, before anything was chained."""
    folder = tmp_path_factory.mktemp("whole")
    with workload(databases.sqlite(folder / "vigia.db"), folder / "home", 3) as system:
        system.everything()
        write_the_others(system)
        with system.vigia.store.export_trail(system.vigia.signer.name) as lines_:
            found = list(lines_)
        yield found, system.vigia.signer.public


def test_everything_has_happened(loose: tuple[list[bytes], PublicKey]) -> None:
    found, key = loose
    report = verify(lambda: found, [key])
    assert report.good, report
    assert kinds(found) == set(AuditEvent)


@pytest.mark.parametrize("event", sorted(set(AuditEvent)))
def test_an_entry_that_is_gone_before_it_is_chained_is_named(
    event: AuditEvent, loose: tuple[list[bytes], PublicKey]
) -> None:
    found, key = loose
    places = [
        place
        for place, one in enumerate(found)
        if one.startswith(PENDING) and json.loads(one)["pending"]["event"] == event
    ]
    for place in {places[0], places[len(places) // 2], places[-1]}:
        left = list(lines.with_end(found[:place] + found[place + 1 : -1]))
        report = verify(lambda left=left: left, [key])
        assert report.integrity.good, report
        (finding,) = report.completeness.findings
        assert finding.problem == Problem.NO_ENTRY
        assert finding.about.split()[0] == ("run.ended" if event in RUN_ENDED else event)


def test_a_row_deleted_behind_the_systems_back_is_named(tmp_path: Path) -> None:
    with workload(databases.sqlite(tmp_path / "vigia.db"), tmp_path / "home", 1) as system:
        system.submit()
        system.work()
        system.read()
        with system.vigia.store.begin() as work:
            work._connection.execute(text("drop trigger audit_no_delete"))
            work._connection.execute(text("delete from audit where event = 'case.read'"))
            work.commit()
        report = check(system.vigia)
        assert report.integrity.good
        assert [one.about.split()[0] for one in report.completeness.findings] == ["case.read"]
        with system.vigia.store.begin() as work:
            place = text(
                "select position from audit_chain join audit on audit.id = entry_id "
                "where event = 'case.accepted'"
            )
            position = work._connection.execute(place).scalar_one()
            work._connection.execute(text("delete from audit where event = 'case.accepted'"))
            work.commit()
        report = check(system.vigia)
        assert [one.problem for one in report.integrity.findings] == [Problem.LOST]
        assert report.integrity.findings[0].first == position


WRONG = [
    "at = 9e999",
    "at = x'00ff'",
    "sealed = 'text'",
    "detail = x'00'",
    "attempt = 9007199254740993",
    "actor = cast(x'ff41' as text)",
]
"""SQLite takes any value in any column."""


@pytest.mark.parametrize("wrong", WRONG)
def test_whatever_is_in_a_row_it_gets_its_place_and_holds_up_no_other(
    tmp_path: Path, wrong: str
) -> None:
    with workload(databases.sqlite(tmp_path / "vigia.db"), tmp_path / "home", 1) as system:
        system.submit()
        with system.vigia.store.begin() as work:
            work._connection.execute(text("drop trigger audit_no_update"))
            work._connection.execute(text(f"update audit set {wrong} where id = 2"))  # noqa: S608
            work.commit()
        system.vigia.chainer.seal()
        with system.vigia.store.read() as work:
            without = (
                "select count(*) from audit where id not in (select entry_id from audit_chain)"
            )
            assert work._connection.execute(text(without)).scalar() == 0
        assert check(system.vigia).integrity.good


@pytest.mark.parametrize("wrong", WRONG)
def test_whatever_somebody_puts_into_a_row_its_place_is_told(tmp_path: Path, wrong: str) -> None:
    """The trail is exported, and the row is found."""
    with workload(f"sqlite:///{tmp_path / 'vigia.db'}", tmp_path / "home", 1) as system:
        system.submit()
        system.vigia.chainer.seal()
        with system.vigia.store.begin() as work:
            work._connection.execute(text("drop trigger audit_no_update"))
            work._connection.execute(text(f"update audit set {wrong} where id = 2"))  # noqa: S608
            work.commit()
        (finding,) = check(system.vigia).integrity.findings
        assert (finding.problem, finding.last) == (Problem.CHANGED, 1)


def test_a_link_that_is_no_hash_is_told(tmp_path: Path) -> None:
    with workload(f"sqlite:///{tmp_path / 'vigia.db'}", tmp_path / "home", 1) as system:
        system.submit()
        system.vigia.chainer.seal()
        with system.vigia.store.begin() as work:
            work._connection.execute(text("drop trigger audit_chain_no_update"))
            work._connection.execute(text("update audit_chain set chain = 'aa' where position = 1"))
            work.commit()
        assert Problem.MALFORMED in {one.problem for one in check(system.vigia).integrity.findings}


def test_a_decision_names_what_it_rests_on(tmp_path: Path) -> None:
    with workload(databases.sqlite(tmp_path / "vigia.db"), tmp_path / "home", 1) as system:
        system.submit()
        while system.broker.messages:
            system.work()
        with system.vigia.store.read() as work:
            entries = [entry for _, entry in work.audit.of_subject(system.cases[0])]
        (decision,) = [one for one in entries if one.event == AuditEvent.DECISION_MADE]
        done = {
            one.detail["task"]: one.detail for one in entries if one.event == AuditEvent.RUN_DONE
        }
        analysis = done["medical_analysis"]
        assert decision.detail["inputs"] == {"medical_analysis": analysis["result"]}
        assert decision.detail["result"] == done["triage"]["result"]
        assert decision.detail["made_by"] == {"rules": "test-1"}
        assert set(analysis["inputs"]) == {"image_analysis", "risk_score"}


def audited(system: Workload, event: AuditEvent) -> list[AuditEntry]:
    with system.vigia.store.read() as work:
        entries = [entry for _, entry in work.audit.of_subject(system.cases[0])]
    return [one for one in entries if one.event == event]


@pytest.fixture
def ended(database_url: str, tmp_path: Path) -> Iterator[Workload]:
    """A system with one case, whose risk score failed for good, as this process's own."""
    with workload(database_url, tmp_path / "home", 1) as system:
        system.trouble.kinds = (None,)
        system.bodies[Stage.RISK_SCORE] = broken
        system.submit("routine")
        for _ in range(4):
            system.work_off()
            system.wait(70.0)
        install(system.vigia)
        yield system
        reset()


def broken(_case: CaseFile, _inputs: StageResults) -> StageOutput:
    raise ValueError("a bug")


def run_of(system: Workload, stage: Stage) -> str:
    runs = system.vigia.desk.status(system.cases[0]).runs
    (found,) = [run.id for run in runs if run.task == stage]
    return found


def test_a_decision_is_looked_at_again_once(ended: Workload) -> None:
    triage = run_of(ended, Stage.TRIAGE)
    for _ in range(2):
        medical_decision_audit_task(triage, 1)
    (found,) = audited(ended, AuditEvent.DECISION_AUDITED)
    assert found.detail == {"agrees": True, "problems": []}
    with ended.vigia.store.begin() as work:
        changed = text("update runs set result = :other where task = 'medical_analysis'")
        work._connection.execute(changed, {"other": b"another"})
        work.commit()
    for _ in range(2):
        medical_decision_audit_task(triage, 1)
    _, found = audited(ended, AuditEvent.DECISION_AUDITED)
    assert found.detail == {"agrees": False, "problems": ["input:medical_analysis"]}
    assert "system_error" in {alert.kind for alert in ended.vigia.desk.alerts(limit=9)}
    assert check(ended.vigia).good


def test_what_is_not_there_is_not_audited(ended: Workload) -> None:
    medical_decision_audit_task(run_of(ended, Stage.RISK_SCORE), 3)
    medical_decision_audit_task("nothing", 1)
    assert not audited(ended, AuditEvent.DECISION_AUDITED)
    with pytest.raises(NotFoundError):
        ended.vigia.second_look.decision(str(uuid.uuid4()), 1)
