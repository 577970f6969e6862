"""Answers questions about protocols: passages always, a language model's sentences perhaps.

No case is known here. A question that seems to be about somebody goes to no model and no cache.
"""

import json
import time
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, replace

from vigia_detect.clinical.narrative import prompt
from vigia_detect.clinical.narrative.checking import Checked, Cited, Source, check
from vigia_detect.clinical.protocols.model import Lang
from vigia_detect.domain.answer import NOTHING_FOUND, PERSONAL, Answer, sentences_of
from vigia_detect.domain.asked import Asked
from vigia_detect.domain.narrative import CitedSentence, NoNarrativeReason
from vigia_detect.domain.search import Filters
from vigia_detect.errors import InvalidOptionError, LanguageModelError
from vigia_detect.knowledge_ports import AnswerCache, PassageSearch
from vigia_detect.llm_ports import ModelServer
from vigia_detect.stages.reading_up import Passages

MOST_LETTERS = 500
"""Of a question; longer ones are no questions."""
LISTING_S = 1.0
"""Seconds to learn which model a server has before kept answers do without; engineering choice."""
_TAGS = str.maketrans(dict.fromkeys("<>|[]{}`", " "))


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes sentences.

    Attributes:
        server: its address.
        named: the model that the settings name; empty: the first that the server lists.
        cache: None: no answer is kept.
    """

    model: ModelServer
    _: KW_ONLY
    server: str
    named: str = ""
    cache: AnswerCache | None = None

    def name(self, within_s: float) -> str | None:
        """Return which model would answer now; None when the server does not say.

        Answers of another model are not used, and a server may load another at any time.
        """
        if self.named:
            return f"{self.server} {self.named}"
        try:
            listed = self.model.models(within_s=min(within_s, LISTING_S))
        except LanguageModelError:
            return None
        return f"{self.server} {listed[0]}" if listed else None


class Librarian:
    """Finds the passages for a question and has sentences about them written and checked.

    Args:
        writer: None when the hospital runs no language model.
    """

    def __init__(self, library: Passages, search: PassageSearch, writer: Writer | None) -> None:
        self._library = library
        self._search = search
        self._writer = writer

    def ask(
        self, question: str, filters: Filters, lang: Lang, *, within_s: float, limit: int = 3
    ) -> Answer:
        """Answer a question.

        Args:
            question: in everyday words, without anything that points to a person.
            filters: which passages may answer.
            lang: of the answer.
            within_s: seconds that the language model may take.
            limit: how many passages.

        Raises:
            InvalidOptionError: the question is too long.
        """
        if len(question) > MOST_LETTERS:
            raise InvalidOptionError("a question has at most {most} letters", most=MOST_LETTERS)
        hits = self._search.search(question, filters, limit=limit)
        found = Answer(lang, tuple(hit.passage_id for hit in hits))
        asked = self._asked(question, filters, lang, limit)
        why = self._why_none(found, asked)
        if why or self._writer is None:
            return found.without(why or NoNarrativeReason.NOT_CONFIGURED)
        return self._written(self._writer, asked, found, time.monotonic() + within_s)

    def _written(self, writer: Writer, asked: Asked, found: Answer, deadline: float) -> Answer:
        lang: Lang = "en" if found.lang == "en" else "es"
        sources = statements(self._library, found.passages, lang)
        cache = writer.cache
        name = writer.name(deadline - time.monotonic()) if cache else None
        if cache is None or name is None:  # without the model's name another's answer might be used
            return self._write(writer.model, asked, found, sources, deadline)
        asked = replace(asked, answerer=f"{name} {asked.answerer}")
        kept = _kept(cache.get(asked), sources, found)
        if kept is not None:
            return kept
        answer = self._write(writer.model, asked, found, sources, deadline)
        if answer.sentences:
            cache.put(asked, json.dumps(answer.to_json()).encode())
        return answer

    def _why_none(self, found: Answer, asked: Asked) -> str:
        if asked.personal:
            return PERSONAL
        return "" if found.passages else NOTHING_FOUND

    def _asked(self, question: str, filters: Filters, lang: Lang, limit: int) -> Asked:
        # whatever changes what is found or written is part of what must be equal
        answerer = f"{prompt.answer().id} {filters.lang} {limit}"
        version = self._library.version
        return Asked(question, lang, version, answerer, filters.class_, filters.population)

    def _write(
        self,
        model: ModelServer,
        asked: Asked,
        found: Answer,
        sources: Mapping[str, Source],
        deadline: float,
    ) -> Answer:
        keys = {f"S{number}": source for number, source in enumerate(sources.values(), 1)}
        told = "\n".join(f"[{key}] {one.text} ({one.about})" for key, one in keys.items())
        parts = {"sources": told, "question": plain_question(asked.question)}
        try:
            reply = model.say(
                prompt.answer().request(asked.lang, parts), within_s=deadline - time.monotonic()
            )
            written = prompt.answer().read(reply.content)
        except LanguageModelError as error:
            return found.without(error.reason)
        said = (Cited(one.text, _ids(one.cites, keys)) for one in written.sentences)
        answer = _checked(check(said, sources, asked.lang), found)
        made_by = {
            "model": reply.model,
            "prompt": str(prompt.answer().id),
            "knowledge": self._library.version,
        }
        return replace(answer, made_by=made_by)


def statements(library: Passages, passages: tuple[str, ...], lang: Lang) -> dict[str, Source]:
    """Return the statements of passages as what may be cited, by `PASSAGE.NUMBER`."""
    sources = [
        Source(f"{passage_id}.{number}", statement.text, text.title)
        for passage_id, text in ((one, library[one].text(lang)) for one in passages)
        for number, statement in enumerate(text.statements, 1)
    ]
    return {source.id: source for source in sources}


def plain_question(question: str) -> str:
    """Return a question as a JSON text without what a model's server could read as its own."""
    seen = "".join(" " if unicodedata.category(one)[0] == "C" else one for one in question)
    return json.dumps(" ".join(seen.translate(_TAGS).split()), ensure_ascii=False)


def _ids(cites: list[str], keys: Mapping[str, Source]) -> tuple[str, ...]:
    # a key that was not supplied stays as it is, and the check drops the sentence
    return tuple(keys[cited].id if cited in keys else cited for cited in cites)


def _kept(stored: bytes | None, sources: Mapping[str, Source], found: Answer) -> Answer | None:
    """Return a kept answer, checked anew: the checks may have become stricter since."""
    if stored is None:
        return None
    try:
        content = json.loads(stored)
        said = [Cited(one.text, one.cites) for one in sentences_of(content)]
        made_by = {str(key): str(value) for key, value in content["made_by"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None  # another version wrote it
    answer = _checked(check(said, sources, found.lang), found)
    return replace(answer, made_by=made_by, kept=True) if not answer.dropped else None


def _checked(checked: Checked, found: Answer) -> Answer:
    return replace(
        found,
        sentences=tuple(CitedSentence(one.text, one.cites) for one in checked.kept),
        none="" if checked.kept else NoNarrativeReason.NOTHING_LEFT,
        dropped=dict(Counter(one.why.value for one in checked.dropped)),
    )
