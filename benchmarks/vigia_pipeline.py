"""Vigia's own pipeline with empty stage bodies: everything but medicine and pictures.

Intake, encryption, claims, leases, audit entries, messages and sweepers are the real ones; only
what a stage would think about the case, and the picture itself, are left out, as with the peers.
"""

from contender import CountedCases, Servers, StepRows
from empty import BODIES, SUBMISSION, make_intake
from vigia_home import VigiaHome

from vigia_detect.bootstrap import Vigia

# What each step did, from the trail: it has no unique key, so a step done twice would show.
STEPS = (
    "SELECT runs.subject AS case_id, runs.task AS step FROM audit"
    " JOIN runs ON runs.id = audit.run_id WHERE audit.event = 'run.done'"
)
FINISHED = "SELECT count(*) FROM cases WHERE finished_at IS NOT NULL"


class VigiaPipeline(CountedCases):
    """The pipeline on PostgreSQL or on SQLite."""

    durable = True
    peer = False

    def __init__(self, *, sqlite: bool, chained: bool = True) -> None:
        super().__init__()
        self._chained = chained
        self.name = f"Vigia, {'SQLite' if sqlite else 'PostgreSQL'}"
        self._sqlite = sqlite

    def start(self, servers: Servers) -> None:
        """Make a new home and database and start a worker."""
        self._cases = []
        self._home = VigiaHome(servers, sqlite=self._sqlite)
        self._vigia = Vigia(self._home.settings, bodies=BODIES)
        self._vigia.store.upgrade()
        self._intake = make_intake(self._vigia)
        self._rows = StepRows(self._home.url, source=STEPS, finished=FINISHED)
        self._home.start_worker("empty", chained=self._chained)

    def submit(self) -> str:
        """Hand in one case."""
        return self._intake.accept(SUBMISSION).case_id

    def stop(self) -> None:
        """Stop the worker, drop the database and the home."""
        self._rows.close()
        self._vigia.close()
        self._home.remove()
