"""Vigia's own pipeline with empty stage bodies: everything but medicine and pictures.

Intake, encryption, claims, leases, audit entries, messages and sweepers are the real ones; only
what a stage would think about the case, and the picture itself, are left out, as with the peers.
"""

from audit_parts import leave_out
from contender import CountedCases, Servers, StepRows
from empty import BODIES, SUBMISSION, make_intake
from vigia_home import VigiaHome

from vigia_detect.bootstrap import Vigia

# What each step did, from the trail: it has no unique key, so a step done twice would show.
STEPS = (
    "SELECT runs.subject AS case_id, runs.task AS step FROM audit"
    " JOIN runs ON runs.id = audit.run_id WHERE audit.event = 'run.done'"
)
# The same without a trail: its rows have a key, so here nothing is shown.
RUNS = "SELECT subject AS case_id, task AS step FROM runs WHERE state = 'done'"
FINISHED = "SELECT count(*) FROM cases WHERE finished_at IS NOT NULL"


class VigiaPipeline(CountedCases):
    """The pipeline on PostgreSQL or on SQLite."""

    durable = True
    peer = False

    def __init__(self, *, sqlite: bool, audit: str = "chained") -> None:
        super().__init__()
        self._audit = audit
        self.name = f"Vigia, {'SQLite' if sqlite else 'PostgreSQL'}"
        self._sqlite = sqlite

    def start(self, servers: Servers) -> None:
        """Make a new home and database and start a worker."""
        self._cases = []
        self._home = VigiaHome(servers, sqlite=self._sqlite)
        leave_out(self._audit)
        self._vigia = Vigia(self._home.settings, bodies=BODIES)
        self._vigia.store.upgrade()
        self._intake = make_intake(self._vigia)
        source = RUNS if self._audit == "none" else STEPS
        self._rows = StepRows(self._home.url, source=source, finished=FINISHED)
        self._home.start_worker("empty", audit=self._audit)

    def submit(self) -> str:
        """Hand in one case."""
        return self._intake.accept(SUBMISSION).case_id

    def stop(self) -> None:
        """Stop the worker, drop the database and the home."""
        self._rows.close()
        self._vigia.close()
        self._home.remove()
        leave_out("chained")
