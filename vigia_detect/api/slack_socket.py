"""Slack's buttons by Socket Mode: the same answers, without Slack having to reach us."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vigia_detect.api.slack import TEXT, Whisper, press_of, take_press, tell_why
from vigia_detect.bootstrap import Vigia
from vigia_detect.errors import UnavailableError
from vigia_detect.log import get_logger
from vigia_detect.stages.answers import Answers

log = get_logger()


class Presses:
    """Takes pressed buttons from Slack's envelopes.

    The connection was opened by us with our token, over TLS: what comes by it is Slack's, and each
    envelope counts once.
    """

    def __init__(self, answers: Answers, *, whisper: Whisper | None, lang: str) -> None:
        self._answers = answers
        self._whisper = whisper
        self._lang = lang

    def take(self, payload: dict[str, Any], envelope_id: str) -> bool:
        """Take one; return False when it was not recorded, so that Slack shows so."""
        press = press_of(payload)
        if press is None:
            return True
        try:
            reason = take_press(self._answers, press, f"socket:{envelope_id}")
        except UnavailableError as error:
            log.warning("answer_lost", alert_id=press.alert_id, exc_info=error)
            return False
        if reason and self._whisper:
            tell_why(self._whisper, press.response_url, TEXT[self._lang][reason])
        return True


@contextmanager
def hearing_slack(vigia: Vigia) -> Iterator[None]:
    """Hear Slack by Socket Mode until the block ends, when it is set up."""
    if vigia.settings.slack_app_token is None:
        yield
        return
    whisper = vigia.slack.tell if vigia.settings.slack_token else None
    presses = Presses(vigia.answers, whisper=whisper, lang=vigia.settings.lang)
    listener = vigia.slack_socket(presses.take)
    listener.start()
    try:
        yield
    finally:
        listener.stop()
