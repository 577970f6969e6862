"""`vigia llm check`: whether narratives can be had from the configured server, and how fast."""

import sys
from dataclasses import dataclass
from typing import Any

import orjson
import typer

from vigia_detect.bootstrap import current
from vigia_detect.cli import llm_proof
from vigia_detect.cli.error_texts import phrase_text
from vigia_detect.cli.exit_codes import ExitCode
from vigia_detect.cli.llm_proof import ENOUGH, Round
from vigia_detect.cli.llm_texts import say
from vigia_detect.errors import ConfigurationError, LanguageModelError
from vigia_detect.llm_ports import ModelServer
from vigia_detect.settings import Settings


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found.

    Attributes:
        url: the server's address.
        model: the model that is asked for; None when the server lists none.
        problem: why the server cannot be asked anything, if so.
        pictures: None when it is shown none by choice.
    """

    url: str
    model: str | None
    listed: bool
    problem: str | None = None
    texts: Round | None = None
    pictures: Round | None = None

    @property
    def usable(self) -> bool:
        """Whether narratives can be had from this server."""
        if self.texts is None or not self.listed:
            return False
        done = (self.texts, self.pictures)
        return all(one.valid >= ENOUGH * one.asked for one in done if one is not None)


def check(*, tries: int, pictures: int, as_json: bool) -> None:
    """Print what the server can do; exit with 8 when it is not usable.

    Raises:
        ConfigurationError: none is configured.
    """
    vigia = current()
    settings, model = vigia.settings, vigia.language_model
    if model is None:
        raise ConfigurationError(say(settings.lang, "none"))
    shown = 0 if settings.llm_picture == "never" else pictures
    proof = prove(model, settings, tries=tries, pictures=shown)
    if as_json:
        typer.echo(orjson.dumps(document(proof), option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo("\n".join(lines(proof, settings.lang)))
    if not proof.usable:
        sys.exit(ExitCode.UNHEALTHY)


def prove(model: ModelServer, settings: Settings, *, tries: int, pictures: int) -> Proof:
    """Ask the server for its models, then for texts, then about drawn pictures."""
    url, within_s = settings.llm_base_url, settings.llm_timeout_s
    try:
        listed = model.models(within_s=within_s)
    except LanguageModelError as error:
        return Proof(url, settings.llm_model or None, listed=False, problem=error.phrase)
    name = settings.llm_model or next(iter(listed), None)
    if name not in listed:
        return Proof(url, name, listed=False)
    return Proof(
        url,
        name,
        listed=True,
        texts=llm_proof.ask(model, llm_proof.texts(tries), within_s=within_s),
        pictures=llm_proof.ask(model, llm_proof.pictures(pictures), within_s=within_s)
        if pictures
        else None,
    )


def document(proof: Proof) -> dict[str, Any]:
    """Return it for programs."""
    return {
        "usable": proof.usable,
        "url": proof.url,
        "model": proof.model,
        "listed": proof.listed,
        "problem": proof.problem,
        "texts": _round(proof.texts),
        "pictures": _round(proof.pictures),
    }


def lines(proof: Proof, lang: str) -> list[str]:
    """Return it for people."""
    made = [say(lang, "server", url=proof.url, model=proof.model or "-")]
    if proof.problem:
        made.append(say(lang, "away", problem=phrase_text(proof.problem, lang)))
    elif not proof.listed:
        made.append(say(lang, "unlisted"))
    for key, done in (("texts", proof.texts), ("pictures", proof.pictures)):
        made += [] if done is None else _said(lang, key, done)
    if proof.texts is not None and proof.pictures is None:
        made.append(say(lang, "no_pictures"))
    return [*made, say(lang, "usable" if proof.usable else "unusable")]


def _said(lang: str, key: str, done: Round) -> list[str]:
    median = "-" if done.median_s is None else f"{done.median_s:.2f} s"
    speed = "-" if done.tokens_per_s is None else f"{done.tokens_per_s:.1f}"
    line = say(lang, key, valid=done.valid, asked=done.asked, median=median, speed=speed)
    right = say(lang, "right", right=done.right, valid=done.valid)
    blind = key == "pictures" and done.right < done.valid
    return [
        f"{line}; {right}",
        *([say(lang, "blind")] if blind else []),
        *(f"  {phrase_text(problem, lang)}" for problem in dict.fromkeys(done.problems)),
    ]


def _round(done: Round | None) -> dict[str, Any] | None:
    if done is None:
        return None
    return {
        "asked": done.asked,
        "valid": done.valid,
        "right": done.right,
        "median_s": done.median_s,
        "tokens_per_s": done.tokens_per_s,
        "problems": done.problems,
    }
