from collections.abc import Sequence

from vigia_detect.domain.case import Run
from vigia_detect.errors import BrokerUnavailableError, UnavailableError
from vigia_detect.log import get_logger
from vigia_detect.ports import Publisher, Store

log = get_logger()


class Relay:
    """Publishes what a commit made ready, best effort: rows are the truth, messages a hint.

    What cannot be sent is marked as unsent, and a sweeper sends it when the broker is back.
    """

    def __init__(self, store: Store, publisher: Publisher) -> None:
        self._store = store
        self._publisher = publisher

    def send(self, runs: Sequence[Run]) -> bool:
        """Send one message a run, after the commit that made them ready.

        Returns:
            whether the broker took all of them.
        """
        for position, run in enumerate(runs):
            try:
                self._publisher.publish(run)
            except Exception as error:  # whatever it was, what was committed is sent later
                away = isinstance(error, BrokerUnavailableError)
                event = "broker_unreachable" if away else "message_not_sent"
                log.warning(event, count=len(runs) - position, exc_info=error)
                self._mark_unsent(runs[position:])
                return False
        return True

    def _mark_unsent(self, runs: Sequence[Run]) -> None:
        try:
            with self._store.begin(relaxed=True) as work:
                work.runs.unpublish(runs)
                work.commit()
        except UnavailableError:
            # They stay marked as sent; the sweeper finds them by their empty queue.
            log.warning("unsent_not_marked", count=len(runs))
