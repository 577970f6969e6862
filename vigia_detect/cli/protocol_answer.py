"""`vigia protocols ask`: sentences that were checked, and the passages that they come from."""

from collections.abc import Iterator

import typer

from vigia_detect.bootstrap import current
from vigia_detect.cli.narrative_texts import narrative_word
from vigia_detect.cli.protocol_texts import TEXTS, say
from vigia_detect.cli.protocol_view import document
from vigia_detect.cli.protocols import filters_of, print_json, print_passage
from vigia_detect.clinical.protocols import Library
from vigia_detect.clinical.protocols.model import Lang
from vigia_detect.domain.answer import Answer
from vigia_detect.domain.case import JsonObject
from vigia_detect.domain.narrative import CitedSentence


def ask(
    question: str,
    *,
    class_: str | None,
    population: str | None,
    lang: Lang | None,
    as_json: bool,
) -> None:
    """Print the answer to a question, then its passages."""
    vigia = current()
    words = lang or vigia.settings.lang
    filters = filters_of(words, class_, population, lang)
    answer = vigia.librarian.ask(question, filters, words, within_s=vigia.settings.llm_timeout_s)
    if as_json:
        print_json(answer_document(answer, vigia.protocols))
        return
    for line in answer_lines(answer, vigia.protocols):
        typer.echo(line)
    for passage_id in answer.passages:
        typer.echo()
        print_passage(vigia.protocols[passage_id], words)
    if answer.passages:
        typer.echo(say(words, "nearest"), err=True)
    typer.echo(say(words, "disclaimer"), err=True)


def answer_lines(answer: Answer, library: Library) -> Iterator[str]:
    """Yield what a model wrote, or why there is nothing, for people."""
    lang = answer.lang
    if answer.none:
        known = answer.none in TEXTS[lang]
        reason = say(lang, answer.none) if known else narrative_word(lang, answer.none)
        yield say(lang, "no_sentences", reason=reason)
    else:
        head = say(lang, "written", model=answer.made_by.get("model", "?"))
        yield f"{head} {say(lang, 'kept')}" if answer.kept else head
    for sentence in answer.sentences:
        marks = [say(lang, "to_be_verified")] if to_be_verified(sentence, answer, library) else []
        yield f"  - {sentence.text} [{'; '.join((*sentence.cites, *marks))}]"
    if answer.dropped:
        yield say(lang, "dropped", count=sum(answer.dropped.values()))


def answer_document(answer: Answer, library: Library) -> dict[str, object]:
    """Return an answer and its passages for programs."""
    sentences: list[JsonObject] = [
        {
            "text": one.text,
            "cites": list(one.cites),
            "to_be_verified": to_be_verified(one, answer, library),
        }
        for one in answer.sentences
    ]
    lang: Lang = "en" if answer.lang == "en" else "es"
    return {
        "knowledge_version": library.version,
        "answer": {**answer.to_json(), "sentences": sentences},
        "passages": [document(library[passage_id], lang) for passage_id in answer.passages],
    }


def to_be_verified(sentence: CitedSentence, answer: Answer, library: Library) -> bool:
    """Say whether anything that a sentence rests on is only generally known."""
    lang: Lang = "en" if answer.lang == "en" else "es"
    for cited in sentence.cites:
        passage_id, _, number = cited.rpartition(".")
        if library[passage_id].text(lang).statements[int(number) - 1].to_be_verified:
            return True
    return False
