"""What was begun, given away or is still written by an older version is judged as it was meant."""

from pathlib import Path

import pytest
from sqlalchemy import text
from trail_export import check
from workload import Workload, workload

from vigia_detect.trail.evidence import check_bundle
from vigia_detect.trail.files import check_file
from vigia_detect.trail.findings import Problem
from vigia_detect.trail.note import PublicKey

COUNTED = """
    insert into audit_tallies (event, subject, count)
    select event, subject, count(*) from audit where event in (
    'case.ended', 'decision.made', 'run.ready', 'run.done', 'run.failed', 'run.lost', 'run.retried')
    and subject not in (select subject from audit_tallies where event = 'decision.made')
    group by event, subject
"""
BEFORE = (
    COUNTED,
    "alter table cases drop column decisions",
    "create index ix_audit_ended on audit (at)",
    "update alembic_version set version_num = '0013'",
)
OLDER = Path(__file__).parents[1] / "data" / "older"
"""An export, a bundle and their key, as version 0.1 wrote them when it had revision 0013."""


def by_hand(system: Workload, *statements: str) -> None:
    with system.vigia.store.begin() as work:
        for statement in statements:
            work._connection.execute(text(statement))
        work.commit()


def live(system: Workload) -> None:
    system.submit("routine")
    system.work_off()
    system.begin_anew()
    system.work_off()


def wrong(system: Workload) -> set[str]:
    return {one.about.split()[0] for one in check(system.vigia).completeness.findings}


def test_an_older_trail_is_complete(database_url: str, tmp_path: Path) -> None:
    with workload(database_url, tmp_path / "home", 5) as system:
        live(system)
        by_hand(system, *BEFORE)
        system.vigia.store.upgrade()
        assert check(system.vigia).good
        live(system)
        found = check(system.vigia)
        assert found.good, found
        by_hand(system, "update cases set decisions = decisions + 1")
        assert wrong(system) == {"decision.made"}


def test_what_was_missed_before_an_upgrade_is_missed_after_it(
    database_url: str, tmp_path: Path
) -> None:
    with workload(database_url, tmp_path / "home", 5) as system:
        live(system)
        by_hand(
            system,
            *BEFORE,
            "update audit_tallies set count = count + 1 where event = 'decision.made'",
        )
        system.vigia.store.upgrade()
        assert wrong(system) == {"decision.made"}


def test_an_older_process_that_still_runs_draws_no_alarm(database_url: str, tmp_path: Path) -> None:
    with workload(database_url, tmp_path / "home", 5) as system:
        live(system)
        # It counts what it has always counted, and knows nothing of the column.
        by_hand(system, COUNTED, "update cases set decisions = 0")
        live(system)
        found = check(system.vigia)
        assert found.good, found
        by_hand(system, "update audit_tallies set count = 9 where event = 'decision.made'")
        assert wrong(system) == {"decision.made"}


def test_an_older_export_is_as_good_as_when_it_was_given(tmp_path: Path) -> None:
    export, key = OLDER / "export.jsonl", OLDER / "audit.pub"
    assert check_file(export, key, None).good
    lines = export.read_bytes().splitlines(keepends=True)
    gone = [line for line in lines if b'"event":"run.done"' not in line or b'"row"' not in line]
    (tmp_path / "export").write_bytes(b"".join(gone))
    found = check_file(tmp_path / "export", key, None)
    assert {one.about.split()[0] for one in found.completeness.findings} == {"run.done"}


def test_an_older_bundle_is_as_good_as_when_it_was_given() -> None:
    key = PublicKey.parse((OLDER / "audit.pub").read_text().strip())
    found = check_bundle(OLDER / "case.bundle", [key])
    assert found.integrity.good
    assert found.completeness.good


@pytest.mark.parametrize("form", ["vigia-evidence-0", "vigia-evidence-3"])
def test_a_bundle_of_another_form_is_not_read(form: str, tmp_path: Path) -> None:
    bundle = (OLDER / "case.bundle").read_bytes()
    (tmp_path / "b").write_bytes(bundle.replace(b"vigia-evidence-1", form.encode(), 1))
    (found,) = check_bundle(tmp_path / "b").integrity.findings
    assert found.problem == Problem.MALFORMED
