"""What an entry point says about itself: `@needs(Action.X)`, or `@open_to_all("why")`.

A test goes through all commands, façade methods and routes and finds one that says nothing.
"""

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any, ParamSpec, TypeVar

from vigia_detect.bootstrap.process import current
from vigia_detect.domain.access import Action
from vigia_detect.domain.ids import is_case_id
from vigia_detect.security.caller import caller, working_for

P = ParamSpec("P")
R = TypeVar("R")

HOW = {"__main__": "cli", "cli": "cli", "core": "facade", "api": "web", "web": "web"}
MARK = "vigia_needs"
SUBJECTS = ("case_id", "pipeline_id", "alert_id")
__all__ = ["actor", "ask_also", "asks_itself", "caller", "declared", "needs", "open_to_all"]


def needs(action: Action) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let the entry point's body run only for who may do `action`; `caller()` is then known."""

    def mark(entry_point: Callable[P, R]) -> Callable[P, R]:
        package = entry_point.__module__.removeprefix("vigia_detect.").partition(".")[0]
        how = HOW.get(package, package)
        signature = inspect.signature(entry_point)

        @functools.wraps(entry_point)
        def asked(*args: P.args, **kwargs: P.kwargs) -> R:
            about = _about(signature.bind(*args, **kwargs).arguments)
            with working_for(current().door.enter(action, how=how, about=about)):
                return entry_point(*args, **kwargs)

        return _declare(asked, action)

    return mark


def ask_also(action: Action) -> None:
    """Let the caller go on only if they may also do `action`. Raises PermissionDeniedError."""
    current().door.ask(caller(), action, how="cli")


def asks_itself(action: Action) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Say that the entry point asks in its body, because who asks comes with the request."""
    return lambda entry_point: _declare(entry_point, action)


def open_to_all(why: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Say that the entry point asks nobody, and why that is right."""
    return lambda entry_point: _declare(entry_point, why)


def declared(entry_point: object) -> Action | str | None:
    """Return what the entry point needs, or why it is open; None when it says nothing."""
    found: Action | str | None = getattr(entry_point, MARK, None)
    return found


def actor() -> str:
    """Return the name of who was let in, for the audit trail."""
    return caller().name


def _declare(entry_point: Callable[P, R], what: Action | str) -> Callable[P, R]:
    setattr(entry_point, MARK, what)
    return entry_point


def _about(arguments: dict[str, Any]) -> str:
    return next(_ids(arguments), "")


def _ids(arguments: dict[str, Any]) -> Iterator[str]:
    for name in SUBJECTS:
        value = arguments.get(name)
        if isinstance(value, str) and is_case_id(value):
            yield value
