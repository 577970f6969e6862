import threading
from collections.abc import Iterator
from contextlib import contextmanager

from vigia_detect.domain.case import Run
from vigia_detect.log import get_logger
from vigia_detect.ports import Store

log = get_logger()


class LeaseKeeper:
    """Keeps the runs of this process ours while their bodies work.

    One thread renews every lease at a third of its length. When the process dies the thread dies
    with it, the leases lapse, and a sweeper gives the runs to others. A lease that could not be
    renewed is not an error here: the fence at the end of the run decides.
    """

    def __init__(self, store: Store, lease_s: float) -> None:
        self._store = store
        self.lease_s = lease_s
        self._held: dict[str, Run] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def keep(self, run: Run) -> Iterator[None]:
        """Renew this run's lease until the block is left."""
        self._held[run.id] = run
        if self._thread is None:
            self._thread = threading.Thread(target=self._renew_forever, daemon=True, name="leases")
            self._thread.start()
        try:
            yield
        finally:
            del self._held[run.id]

    def _renew_forever(self) -> None:
        pause = threading.Event()
        while not pause.wait(self.lease_s / 3):
            for run in list(self._held.values()):
                self._renew(run)

    def _renew(self, run: Run) -> None:
        try:
            with self._store.begin(relaxed=True) as work:
                work.runs.renew(run, self.lease_s)
                work.commit()
        except Exception as error:  # whatever it was: without this thread no long stage could end
            log.warning("lease_not_renewed", run_id=run.id, exc_info=error)
