import ssl
from collections.abc import Iterator, Mapping

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import AuthenticationError, RedisError

from vigia_detect.domain.case import Run
from vigia_detect.domain.policy import Queue
from vigia_detect.errors import BrokerUnavailableError
from vigia_detect.phrase import Phrase

AWAY = "The message broker does not answer. Accepted cases run when it is back."
DISTRUSTED = (
    "The message broker's certificate is not trusted: VIGIA_CA_FILE can name the hospital's own "
    "authority. Accepted cases run when this is put right."
)
REFUSED = (
    "The message broker refuses our password: see CELERY_BROKER_URL. Accepted cases run when this "
    "is put right."
)

BROKEN = (OperationalError, RedisError, OSError)
PING_TIMEOUT_S = 1.0


class CeleryPublisher:
    """Sends messages through Celery. A message is a run's id and its attempt, nothing else."""

    def __init__(self, app: Celery, task_names: Mapping[str, str]) -> None:
        self._app = app
        self._task_names = task_names

    def publish(self, run: Run) -> None:
        """Send one message. Raises BrokerUnavailableError; the sweeper will send it again."""
        try:
            self._app.send_task(
                self._task_names[run.task],
                args=(run.id, run.attempt),
                task_id=run.id,
                queue=run.queue,
                retry=False,
                ignore_result=True,
            )
        except BROKEN as error:
            raise BrokerUnavailableError(_why(error)) from error

    def depths(self) -> dict[str, int]:
        """Return how many messages wait in each queue. Raises BrokerUnavailableError."""
        names = [queue.value for queue in Queue]
        try:
            with self._app.pool.acquire(block=True) as connection:
                pipe = connection.default_channel.client.pipeline(transaction=False)
                for name in names:
                    pipe.llen(name)
                lengths = pipe.execute()
        except BROKEN as error:
            raise BrokerUnavailableError(_why(error)) from error
        return dict(zip(names, lengths, strict=True))

    def workers(self) -> tuple[str, ...]:
        """Return the names of the workers that answer. Raises BrokerUnavailableError."""
        try:
            answers = self._app.control.ping(timeout=PING_TIMEOUT_S)
        except BROKEN as error:
            raise BrokerUnavailableError(_why(error)) from error
        return tuple(sorted(name for answer in answers for name in answer))


def _why(error: BaseException) -> Phrase:
    """Return what to tell people. Texts of libraries may quote the URL, and so the password."""
    for one in _chain(error):
        if isinstance(one, ssl.SSLCertVerificationError):
            return Phrase(DISTRUSTED)
        if isinstance(one, AuthenticationError):
            return Phrase(REFUSED)
    return Phrase(AWAY)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
