"""A trail that was begun when more kinds were counted apart is complete after an upgrade."""

from pathlib import Path

from sqlalchemy import text
from trail_export import check
from workload import workload

COUNTED = """
    select event, subject, count(*) from audit where event in (
    'case.ended', 'decision.made', 'run.ready', 'run.done', 'run.failed', 'run.lost', 'run.retried')
"""
BEFORE = (
    f"insert into audit_tallies (event, subject, count) {COUNTED} group by event, subject",
    "alter table cases drop column decisions",
    "create index ix_audit_ended on audit (at)",
    "update alembic_version set version_num = '0013'",
)


def test_an_older_trail_is_complete(database_url: str, tmp_path: Path) -> None:
    with workload(database_url, tmp_path / "home", 5) as system:
        system.submit("routine")
        system.work_off()
        system.begin_anew()
        system.work_off()
        with system.vigia.store.begin() as work:
            for statement in BEFORE:
                work._connection.execute(text(statement))
            work.commit()
        system.vigia.store.upgrade()
        assert check(system.vigia).good
        system.submit("routine")
        system.work_off()
        found = check(system.vigia)
        assert found.good, found
        with system.vigia.store.begin() as work:
            work._connection.execute(text("update cases set decisions = decisions + 1"))
            work.commit()
        assert {one.about.split()[0] for one in check(system.vigia).completeness.findings} == {
            "decision.made"
        }
