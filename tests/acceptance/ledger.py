"""Reads the tables behind the code's back and says what is not as it must be."""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.stages import INPUTS, Stage

Row = Any


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is on record about some cases."""

    cases: Sequence[Row]
    runs: Sequence[Row]
    alerts: Sequence[Row]
    notifications: Sequence[Row]
    audit: Sequence[Row]

    @property
    def exhausted(self) -> list[Row]:
        """Stages that by bad luck lost all their attempts."""
        return [run for run in self.runs if run.state == "failed" and run.task in set(Stage)]

    @property
    def lost_attempts(self) -> int:
        """How many attempts died with their process."""
        return sum(entry.event == "run.lost" for entry in self.audit)

    def faults(self) -> list[str]:
        """Return every way in which the records are not whole, or say something twice."""
        return [
            *self._case_faults(),
            *self._run_faults(),
            *self._alert_faults(),
            *self._exhausted_faults(),
        ]

    def _case_faults(self) -> list[str]:
        found = []
        of_case: dict[str, Counter[str]] = {case.id: Counter() for case in self.cases}
        decided = {run.case_id for run in self.runs if (run.task, run.state) == ("triage", "done")}
        for entry in self.audit:
            if entry.subject in of_case and entry.run_id is None:
                of_case[entry.subject][entry.event] += 1
        for case in self.cases:
            seen = of_case[case.id]
            expected = {"case.accepted": 1, "case.started": 1, "case.ended": 1}
            expected["decision.made"] = int(case.id in decided)
            found += [
                f"case {case.id}: {seen[event]} x {event}, not {count}"
                for event, count in expected.items()
                if seen[event] != count
            ]
            stages = Counter(run.task for run in self.runs if run.subject == case.id)
            if stages != Counter(Stage):
                found.append(f"case {case.id}: stages {dict(stages)}")
        return found

    def _run_faults(self) -> list[str]:
        """Each attempt starts once and ends once; the last one ends the run."""
        found = []
        entries: dict[str, Counter[tuple[str, int]]] = {run.id: Counter() for run in self.runs}
        for entry in self.audit:
            if entry.run_id in entries and entry.event.startswith("run."):
                entries[entry.run_id][entry.event, entry.attempt] += 1
        for run in self.runs:
            seen = entries[run.id]
            starts = {("run.started", number): 1 for number in range(1, run.attempt + 1)}
            ended = {(f"run.{run.state}", run.attempt): 1}
            joined = {("run.ready", 0): 1} if INPUTS.get(run.task) else {}
            for number in range(1, run.attempt):
                kinds = [kind for kind in ("run.lost", "run.retried") if seen[kind, number]]
                if len(kinds) != 1:
                    found.append(f"run {run.id}: attempt {number} ended by {kinds}")
                ended[kinds[0] if kinds else "run.lost", number] = 1
            if dict(seen) != {**starts, **ended, **joined}:
                found.append(f"run {run.id} ({run.task}, {run.state}, {run.attempt}): {dict(seen)}")
            if (run.result is not None) != (run.state == "done" and run.task in INPUTS):
                found.append(f"run {run.id} ({run.task}, {run.state}): result does not fit")
        return found

    def _alert_faults(self) -> list[str]:
        opened = Counter(_detail(entry) for entry in self.audit if entry.event == "alert.opened")
        accepted = Counter(
            entry.run_id for entry in self.audit if entry.event == "notification.accepted"
        )
        told = Counter(
            (row.alert_id, row.turn, row.recipient, row.rank) for row in self.notifications
        )
        done = {row.id for row in self.notifications if row.accepted_at is not None}
        kinds = Counter((alert.subject, alert.kind) for alert in self.alerts)
        return [
            *_not_once("alert.opened", opened, {alert.id for alert in self.alerts}),
            *_not_once("notification.accepted", accepted, done),
            *_not_once("notification", told, set(told)),
            *_not_once("alert", kinds, set(kinds)),
            *[f"alert {a.id} told nobody" for a in self.alerts if a.id not in {t[0] for t in told}],
        ]

    def _exhausted_faults(self) -> list[str]:
        """A stage without a result is a person's task, and its alert says so."""
        told = {alert.case_id for alert in self.alerts if alert.kind in PEOPLE}
        return [
            f"{run.task} of {run.case_id} failed ({run.error_code}) and nobody was told"
            for run in self.exhausted
            if run.case_id not in told
        ]


PEOPLE = {"human_review", "system_error"}


def read_ledger(url: str, wanted: Collection[CaseId]) -> Ledger:
    """Read all that the database holds about these cases."""
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1))
    with engine.connect() as connection:
        tables = {
            name: connection.execute(sa.text(f"select * from {name}")).all()  # noqa: S608
            for name in ("cases", "runs", "alerts", "notifications", "audit")
        }
    engine.dispose()
    cases = [row for row in tables["cases"] if row.id in set(wanted)]
    alerts = [row for row in tables["alerts"] if row.case_id in set(wanted)]
    runs = [row for row in tables["runs"] if row.case_id in set(wanted)]
    known = {row.id for row in runs} | {row.id for row in cases} | {row.id for row in alerts}
    return Ledger(
        cases=cases,
        runs=runs,
        alerts=alerts,
        notifications=[row for row in tables["notifications"] if row.id in known],
        audit=[row for row in tables["audit"] if row.subject in known or row.run_id in known],
    )


def _detail(entry: Row) -> str:
    return str(json.loads(entry.detail)["alert_id"])


def _not_once(what: str, seen: Counter[Any], expected: Collection[object]) -> list[str]:
    wrong = {key: count for key, count in seen.items() if count != 1}
    missing = set(expected) - set(seen)
    extra = set(seen) - set(expected)
    problems = {"not once": wrong, "missing": missing, "unexpected": extra}
    return [f"{what} {word}: {which}" for word, which in problems.items() if which]
