import threading
from types import TracebackType
from typing import Self

from vigia_detect.domain.case import Run
from vigia_detect.errors import UnavailableError
from vigia_detect.log import get_logger
from vigia_detect.ports import Store

log = get_logger()


class Lease:
    """Keeps a claimed run ours while its body works.

    A thread renews the lease at a third of its length. When the process dies the thread dies with
    it, the lease lapses, and a sweeper gives the run to another. A lease that could not be
    renewed is not an error here: the fence at the end of the run decides.
    """

    def __init__(self, store: Store, run: Run, lease_s: float) -> None:
        self._store = store
        self._run = run
        self._lease_s = lease_s
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()

    def _renew(self) -> None:
        while not self._done.wait(self._lease_s / 3):
            try:
                with self._store.begin(relaxed=True) as work:
                    owned = work.runs.renew(self._run, self._lease_s)
                    work.commit()
            except UnavailableError:
                log.warning("lease_not_renewed", run_id=self._run.id)
                continue
            if not owned:
                return
