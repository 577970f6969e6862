"""Answering an alert by the link in a message."""

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Header, Path
from fastapi.responses import HTMLResponse

from vigia_detect.api.body import whole_body
from vigia_detect.api.page import TEXTS, buttons, language, page
from vigia_detect.bootstrap import asks_itself, open_to_all
from vigia_detect.domain.access import Action
from vigia_detect.domain.ack_link import AckLink
from vigia_detect.domain.alert_texts import answer_text, title
from vigia_detect.domain.records import StoredAlert
from vigia_detect.errors import AnswerRefusedError, UnavailableError
from vigia_detect.stages.answers import AFTERWARDS, Answered, Answers

STATUS = {"forged": 404, "expired": 410, "used": 410, "unauthorised": 403}
RESPONSES: dict[int | str, dict[str, object]] = {
    200: {"description": "the page"},
    **{status: {"description": reason} for reason, status in STATUS.items()},
    410: {"description": "expired or used"},
    503: {"description": "the answer was not recorded"},
}
Token = Annotated[str, Path(description="The signed token of one person, alert and hour.")]
Accepted = Annotated[str, Header(alias="Accept-Language")]


def answer_pages(answers: Answers, default_lang: str) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/a", default_response_class=HTMLResponse)

    @router.get("/{token}", responses=RESPONSES)
    @open_to_all("shows what the link itself says; nothing is answered by it")
    def ask(token: Token, accept: Accepted = "") -> HTMLResponse:
        """Show the buttons. Nothing is answered by this: mail scanners open links too."""
        lang = language(accept, default_lang)
        try:
            link = answers.look(token)
            alert = answers.alert(link)
        except (AnswerRefusedError, UnavailableError) as error:
            return _refused(lang, error)
        return HTMLResponse(_question(lang, link, alert, f"/a/{token}"))

    @router.post("/{token}", responses=RESPONSES)
    @asks_itself(Action.ALERT_ANSWER)
    def answer(
        token: Token, body: Annotated[bytes, Depends(whole_body)], accept: Accepted = ""
    ) -> HTMLResponse:
        """Take the answer of the pressed button. The link is used up by it."""
        lang = language(accept, default_lang)
        wanted = parse_qs(body.decode(errors="replace")).get("answer", [""])[0]
        try:
            return HTMLResponse(_answered(lang, answers.follow(token, wanted)))
        except (AnswerRefusedError, UnavailableError) as error:
            return _refused(lang, error)

    return router


def _question(lang: str, link: AckLink, alert: StoredAlert | None, action: str) -> str:
    ask = TEXTS[lang]["ask"].format(person=link.person)
    note = f"{TEXTS[lang]['alert']}: {link.alert_id}"
    form = buttons(lang, action, link.buttons)
    if alert is None:
        return page(lang, ask, note=note, form=form)
    has = alert.acknowledged_by
    taken = [TEXTS[lang]["taken"].format(person=has)] if has else []
    what = title(alert.kind, lang=lang, drill=alert.drill)
    return page(lang, what, *taken, ask, note=note, form=form)


def _answered(lang: str, done: Answered) -> str:
    said = answer_text(done.button, by=done.by, lang=lang) if done.changed else TEXTS[lang]["late"]
    if done.again is None:
        return page(lang, said)
    form = buttons(lang, f"/a/{done.again}", AFTERWARDS)
    return page(lang, said, TEXTS[lang]["more"], form=form)


def _refused(lang: str, error: AnswerRefusedError | UnavailableError) -> HTMLResponse:
    reason = error.reason if isinstance(error, AnswerRefusedError) else "unavailable"
    text = page(lang, TEXTS[lang][reason], TEXTS[lang]["goes_on"])
    return HTMLResponse(text, status_code=STATUS.get(reason, 503))
