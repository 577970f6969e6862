"""Slack's buttons: https://docs.slack.dev/interactivity/handling-user-interaction."""

import json
from dataclasses import dataclass
from typing import Annotated, Any, Protocol
from urllib.parse import parse_qs

from fastapi import APIRouter, BackgroundTasks, Depends, Header, Response
from slack_sdk.signature import SignatureVerifier

from vigia_detect.api.body import whole_body
from vigia_detect.api.page import TEXTS
from vigia_detect.bootstrap import asks_itself
from vigia_detect.domain.access import Action
from vigia_detect.domain.button import Button, pressed
from vigia_detect.errors import AnswerRefusedError, ChannelError, UnavailableError
from vigia_detect.log import get_logger
from vigia_detect.stages.answers import Answers

log = get_logger()

TEXT = {
    "es": {
        "unauthorised": "No está en la lista de personas de Vigia: su respuesta NO cuenta.",
        "used": "Esta respuesta ya se había recibido.",
        "late": TEXTS["es"]["late"],
    },
    "en": {
        "unauthorised": "You are not in Vigia's list of people: your answer does NOT count.",
        "used": "This answer had been received before.",
        "late": TEXTS["en"]["late"],
    },
}


class Whisper(Protocol):
    """Says something to the one who pressed a button."""

    def __call__(self, response_url: str, text: str) -> None:
        """Say it. Raises ChannelError."""


@dataclass(frozen=True, slots=True)
class Press:
    """One pressed button."""

    user: str
    alert_id: str
    button: Button
    response_url: str


def slack_door(
    answers: Answers, *, signing_secret: str, whisper: Whisper | None, lang: str
) -> APIRouter:
    """Return the route to which Slack sends pressed buttons.

    Args:
        answers: takes what was pressed.
        signing_secret: proves that a request is Slack's and no older than five minutes.
        whisper: tells people why their answer does not count; None when Slack is not set up.
        lang: of what is told.
    """
    router = APIRouter(prefix="/slack")
    verifier = SignatureVerifier(signing_secret)

    @router.post(
        "/interactions",
        responses={
            200: {"description": "received, whether or not it counts"},
            401: {"description": "not signed by Slack, or old"},
            503: {"description": "the answer was not recorded; Slack shows so"},
        },
    )
    @asks_itself(Action.ALERT_ANSWER)
    def interactions(
        later: BackgroundTasks,
        body: Annotated[bytes, Depends(whole_body)],
        timestamp: Annotated[str, Header(alias="X-Slack-Request-Timestamp")] = "",
        signature: Annotated[str, Header(alias="X-Slack-Signature")] = "",
    ) -> Response:
        """Take the answer of the button that somebody pressed in Slack."""
        if not genuine(verifier, body, timestamp, signature):
            answers.note_forgery("slack")
            return Response(status_code=401)
        press = read_press(body)
        if press is None:
            return Response()
        try:
            reason = take_press(answers, press, signature)
        except UnavailableError as error:
            log.warning("answer_lost", alert_id=press.alert_id, exc_info=error)
            return Response(status_code=503)
        if reason and whisper:
            later.add_task(tell_why, whisper, press.response_url, TEXT[lang][reason])
        return Response()

    return router


def genuine(verifier: SignatureVerifier, body: bytes, timestamp: str, signature: str) -> bool:
    """Tell whether Slack signed this body within the last five minutes."""
    try:
        return verifier.is_valid(body, timestamp, signature)
    except (ValueError, TypeError):  # a time that is no number, letters that are not ASCII
        return False


def read_press(body: bytes) -> Press | None:
    """Return what was pressed, or None when it is no button of ours."""
    try:
        payload = json.loads(parse_qs(body.decode())["payload"][0])
    except (KeyError, ValueError):
        return None
    return press_of(payload)


def press_of(payload: Any) -> Press | None:
    """Return what an interaction's payload says was pressed, or None when it is none of ours."""
    try:
        action = payload["actions"][0]
        button = pressed(action["action_id"])
        if payload["type"] != "block_actions" or button is None:
            return None
        return Press(
            payload["user"]["id"], action["value"], button, payload.get("response_url", "")
        )
    except (KeyError, IndexError, TypeError, ValueError):
        return None


def take_press(answers: Answers, press: Press, signature: str) -> str | None:
    """Take an answer; return why it changed nothing, or None when it did.

    Args:
        answers: takes what was pressed.
        press: the button.
        signature: names the request; the same one counts once.
    """
    try:
        done = answers.press(
            user=press.user, alert_id=press.alert_id, button=press.button, signature=signature
        )
    except AnswerRefusedError as error:
        return error.reason
    return None if done.changed else "late"


def tell_why(whisper: Whisper, response_url: str, text: str) -> None:
    """Tell somebody in Slack why the answer does not count."""
    try:
        whisper(response_url, text)
    except ChannelError as error:  # the answer itself is recorded; only the word about it is lost
        log.warning("whisper_lost", exc_info=error)
