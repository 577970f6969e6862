from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from vigia_detect.errors import UnavailableError

TIMEOUT_S = 5.0


class HttpHeartbeat:
    """Calls a dead-man's switch outside of the house, which raises the alarm when no call comes.

    The call says nothing but that it is made.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    def ping(self) -> None:
        """Call it once. Raises UnavailableError when it does not answer with success."""
        request = Request(self._url, headers={"User-Agent": "vigia"})  # noqa: S310 - http(s) only
        try:
            with urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - settings check it
                answer.read(1)
        except (URLError, OSError, ValueError) as error:
            if isinstance(error, HTTPError):
                error.close()
            # Its text may quote the address, which is a secret.
            raise UnavailableError("The heartbeat address does not answer.") from None
