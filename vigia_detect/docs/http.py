"""The page docs/reference/http.md: every route of the HTTP application."""

from collections.abc import Callable, Iterator
from typing import Any

from vigia_detect.api.app import Parts, create_app, endpoints_of
from vigia_detect.api.guard import MAX_BODY
from vigia_detect.api.page import HEADERS
from vigia_detect.docs import markdown
from vigia_detect.docs.markdown import code, table

NEVER = "422"  # FastAPI lists it for every argument; ours are texts, and any text is one

HEAD = f"""\
`vigia serve` listens on this machine alone unless told otherwise: put the hospital's reverse proxy,
with its certificate, before it, and tell Vigia the outside address with `VIGIA_PUBLIC_URL`. A body
over {MAX_BODY // 1024} KiB is refused with 413. Requests are not logged, since the address of an
answer page is a permission. The route for Slack is there when `VIGIA_SLACK_SIGNING_SECRET` is set.
"""

LINKS = """\
A link holds the alert, the person, the allowed answers, the time until it is good
(`VIGIA_ACK_LINK_S`) and a random name, signed with HMAC-SHA256 under a key derived from the master
key. Opening it answers nothing, since mail scanners open links too; pressing a button uses it up in
the transaction that takes the answer. A forged, expired, used or unauthorised answer changes
nothing and leaves the audit entry `answer.refused`; forgeries, which cost nothing to make, leave
one a second at most, with their number."""


def page() -> str:
    """Return `http.md`."""
    return markdown.page(
        "HTTP routes",
        HEAD.rstrip(),
        table(["Route", "Method", "Meaning", "Answers"], routes()),
        "## Links to answer by",
        LINKS,
        "## Headers of every answer",
        table(["Header", "Value"], ((code(name), code(value)) for name, value in HEADERS.items())),
    )


def routes() -> Iterator[tuple[str, str, str, str]]:
    """Yield each route: address, method, meaning, and what it answers by status."""
    for path, methods in _app().openapi()["paths"].items():
        for method, route in methods.items():
            yield code(path), method.upper(), route["description"], _answers(route["responses"])


def endpoints() -> Iterator[tuple[str, Callable[..., object]]]:
    """Yield each route, such as `POST /a/{token}`, with the function that answers it."""
    yield from endpoints_of(_app())


def _app() -> Any:
    nobody: Any = None  # only the description is made; nobody is asked
    return create_app(Parts(answers=nobody, check=nobody, signing_secret="-"))  # noqa: S106


def _answers(responses: dict[str, dict[str, str]]) -> str:
    known = sorted((status, one) for status, one in responses.items() if status != NEVER)
    return "; ".join(f"{status}: {one['description']}" for status, one in known)
