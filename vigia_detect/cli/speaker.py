"""Whose word a command is: `--by` where nobody has logged in, else who has."""

from typing import Annotated

import typer

from vigia_detect.bootstrap import actor, caller, current
from vigia_detect.cli.texts import say
from vigia_detect.domain.access import PrincipalKind
from vigia_detect.errors import InvalidOptionError

By = Annotated[
    str | None, typer.Option(help="Who says so; needed only where nobody has logged in.")
]


def speaker(by: str | None) -> str:
    """Return whose word this is: whoever logged in speaks for themselves and for nobody else.

    Raises:
        InvalidOptionError: nobody logged in and no name was given, or it is another's name.
    """
    who, lang = caller(), current().settings.lang
    if who.kind == PrincipalKind.LOCAL:
        if by is None:
            raise InvalidOptionError(say(lang, "by_missing"))
        return by
    if by not in {None, who.label}:
        raise InvalidOptionError(say(lang, "by_other", name=who.label))
    return who.label


def doer(by: str | None) -> str:
    """Return who does something to the system itself, which needs nobody's word.

    Raises:
        InvalidOptionError: it is another's name than that of who logged in.
    """
    return actor() if by is None else speaker(by)
