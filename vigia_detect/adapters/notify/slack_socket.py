"""Slack's Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode."""

import logging
import ssl
import threading
from collections.abc import Callable
from typing import Any, TypeAlias

from slack_sdk import WebClient
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from vigia_detect.log import get_logger

Handle: TypeAlias = Callable[[dict[str, Any], str], bool]
"""Takes what somebody did in Slack, and the envelope's id; True: received, do not send it again."""

LOOK_S = 1.0
PING_S = 1.0
"""A broken connection is noticed only after five pings without an answer."""
LONGEST_PAUSE_S = 30.0
# The library logs what it receives in its own words; ours say whether the way is open.
_SILENT = logging.getLogger("vigia.slack.socket")
_SILENT.setLevel(logging.CRITICAL + 1)

log = get_logger()


class SlackSocket:
    """Hears pressed buttons by a connection that Vigia opens, where Slack cannot reach Vigia.

    Args:
        app_token: an app-level token with the scope `connections:write`.
        api_url: base URL of the Web API, with a slash at its end.
        tls: which certificates are trusted.
        timeout_s: seconds that the Web API may be silent.
        handle: takes what was pressed.
    """

    def __init__(
        self, *, app_token: str, api_url: str, tls: ssl.SSLContext, timeout_s: float, handle: Handle
    ) -> None:
        web = WebClient(
            base_url=api_url,
            timeout=timeout_s,  # type: ignore[arg-type]  # urllib takes fractions
            ssl=tls,
            retry_handlers=[],
            logger=_SILENT,
        )
        # Opening it again is our own loop's work: it says so, and never gives up.
        self._client = SocketModeClient(
            app_token,
            logger=_SILENT,
            web_client=web,
            auto_reconnect_enabled=False,
            ping_interval=PING_S,
        )
        self._client.socket_mode_request_listeners.append(self._hear)
        self._handle = handle
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep_open, name="slack-socket", daemon=True)

    @property
    def connected(self) -> bool:
        """Whether Slack can be heard now."""
        return self._client.is_connected()

    def start(self) -> None:
        """Open the connection, and keep it open, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Close it; what is being worked on is finished."""
        self._stop.set()
        self._thread.join()
        self._client.close()

    def _keep_open(self) -> None:
        pause = LOOK_S
        while not self._stop.is_set():
            if not self.connected:
                pause = LOOK_S if self._open() else min(2 * pause, LONGEST_PAUSE_S)
            self._stop.wait(pause)

    def _open(self) -> bool:
        try:
            self._client.connect_to_new_endpoint()
        except Exception as error:  # whatever it is: it is told, and tried again after a pause
            log.warning("slack_socket_shut", exc_info=error)
            return False
        if not self.connected:
            log.warning("slack_socket_shut")
            return False
        log.info("slack_socket_open")
        return True

    def _hear(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        try:
            interactive = request.type == "interactive"
            received = not interactive or self._handle(request.payload, request.envelope_id)
            if received:
                answer = SocketModeResponse(envelope_id=request.envelope_id)
                client.send_socket_mode_response(answer)
        except Exception as error:  # not answered, so Slack tells the person and sends it again
            log.exception("slack_press_lost", exc_info=error)
