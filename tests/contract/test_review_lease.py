"""Claims on one case, in any order of steps, against a model of who may do what."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import text
from ward import System, triage

from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import NotPossibleError

names = st.sampled_from(["Ana", "Bea", "Eva"])


class Leases(RuleBasedStateMachine):
    """One case that several people want; what they may do is what the model says."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.system = System(f"sqlite:///{self.home / 'vigia.db'}", self.home / "home")
        self.system.bodies[Stage.TRIAGE] = triage(Urgency.ROUTINE, review=True)
        self.desk = self.system.vigia.review
        self.case_id = CaseId(self.system.submit())
        self.system.work()
        self.holder: str | None = None
        self.stale = False  # the decision changed since the holder has seen it
        self.confirmed_by: str | None = None
        self.words = 0

    def teardown(self) -> None:
        self.system.vigia.close()
        shutil.rmtree(self.home)

    @rule(by=names)
    def claim(self, by: str) -> None:
        if self.holder in {None, by}:
            self.desk.claim(self.case_id, by=by)
            self.holder, self.stale = by, False
        else:
            self.refused(lambda: self.desk.claim(self.case_id, by=by))

    @rule(by=names)
    def release(self, by: str) -> None:
        if self.holder == by:
            self.desk.release(self.case_id, by=by)
            self.holder = None
        else:
            self.refused(lambda: self.desk.release(self.case_id, by=by))

    @rule(by=names)
    def confirm(self, by: str) -> None:
        if self.holder == by and not self.stale:
            self.desk.confirm(self.case_id, by=by, reason="seen")
            self.holder, self.confirmed_by = None, by
            self.words += 1
        else:
            self.refused(lambda: self.desk.confirm(self.case_id, by=by, reason="seen"))

    @rule(by=names, class_=st.sampled_from(["stage_1", "dtpi"]))
    def correct(self, by: str, class_: str) -> None:
        def act() -> None:
            self.desk.correct(self.case_id, by=by, reason="probed", class_=class_)

        if self.holder == by:
            act()
            self.system.work()
            self.stale, self.confirmed_by = True, None
            self.words += 1
        else:
            self.refused(act)

    @precondition(lambda self: self.holder is not None)
    @rule()
    def time_passes(self) -> None:
        with self.system.vigia.store._durable.begin() as connection:
            connection.execute(text("update review_claims set until = 0"))
        self.holder = None

    @invariant()
    def all_agree(self) -> None:
        with self.system.vigia.store.read() as work:
            standing, said = work.reviews.standing(self.case_id), work.reviews.of_case(self.case_id)
            waiting = [one.id for one in work.reviews.waiting()]
        assert standing is not None
        assert (standing.claim and standing.claim.by) == self.holder
        summary = self.system.vigia.desk.status(self.case_id).case
        assert summary.confirmed_by == self.confirmed_by
        assert waiting == ([] if self.confirmed_by else [self.case_id])
        assert [one.number for one in said] == list(range(1, self.words + 1))
        events = self.system.events(self.case_id)
        spoken = [AuditEvent.REVIEW_CONFIRMED, AuditEvent.REVIEW_CORRECTED]
        assert sum(map(events.count, spoken)) == self.words

    def refused(self, act: Callable[[], object]) -> None:
        before = self.system.events(self.case_id)
        with pytest.raises(NotPossibleError):
            act()
        assert self.system.events(self.case_id) == before


TestLeases = Leases.TestCase
TestLeases.settings = settings(max_examples=12, stateful_step_count=14, deadline=None)
