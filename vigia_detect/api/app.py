"""The small HTTP application: health, the answer page, Slack's buttons."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from vigia_detect.api.answer_pages import answer_pages
from vigia_detect.api.guard import Guard
from vigia_detect.api.health import health
from vigia_detect.api.page import HEADERS
from vigia_detect.api.slack import Whisper, slack_door
from vigia_detect.bootstrap import Vigia
from vigia_detect.stages.answers import Answers


@dataclass(frozen=True, slots=True)
class Parts:
    """What the application needs.

    Attributes:
        check: raises a VigiaError when database or broker do not answer.
        signing_secret: Slack's; empty: there is no route for Slack.
        whisper: tells people in Slack why their answer does not count.
    """

    answers: Answers
    check: Callable[[], None]
    lang: str = "es"
    signing_secret: str = ""
    whisper: Whisper | None = None


def create_app(parts: Parts) -> FastAPI:
    """Return the application. It describes itself to nobody: its reference is in the docs."""
    app = FastAPI(title="Vigia", openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(health(parts.check))
    app.include_router(answer_pages(parts.answers, parts.lang))
    if parts.signing_secret:
        app.include_router(
            slack_door(
                parts.answers,
                signing_secret=parts.signing_secret,
                whisper=parts.whisper,
                lang=parts.lang,
            )
        )
    app.add_middleware(Guard, headers=HEADERS)
    return app


def parts_of(vigia: Vigia) -> Parts:
    """Return the parts of a whole installation."""
    settings = vigia.settings
    _ = vigia.door  # a mistake in the hospital's permissions must not wait for the first answer
    secret = settings.slack_signing_secret
    return Parts(
        answers=vigia.answers,
        check=lambda: check(vigia),
        lang=settings.lang,
        signing_secret=secret.get_secret_value() if secret else "",
        whisper=vigia.slack.tell if settings.slack_token else None,
    )


def endpoints_of(app: FastAPI) -> Iterator[tuple[str, Callable[..., object]]]:
    """Yield each route, such as `POST /a/{token}`, with the function that answers it."""
    for route in iter_route_contexts(app.routes):
        if route.endpoint is not None:
            for method in sorted(route.methods or ()):
                yield f"{method} {route.path}", route.endpoint


def check(vigia: Vigia) -> None:
    """Raise a VigiaError when database or broker do not answer."""
    vigia.store.check()
    vigia.publisher.depths()
