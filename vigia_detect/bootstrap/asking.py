"""The parts that answer questions about protocols, and the language model."""

from functools import cached_property
from typing import TYPE_CHECKING

from vigia_detect.bootstrap.basic import BasicParts
from vigia_detect.errors import VigiaError
from vigia_detect.log import get_logger

if TYPE_CHECKING:
    from vigia_detect.clinical.protocols import Library
    from vigia_detect.knowledge_ports import AnswerCache, PassageSearch
    from vigia_detect.llm_ports import ModelServer
    from vigia_detect.stages.librarian import Librarian
    from vigia_detect.stages.narrator import Narrator


log = get_logger()


class AskingParts(BasicParts):
    """Part of `Vigia`: passages, their search, kept answers, the language model."""

    @cached_property
    def protocols(self) -> "Library":
        """The protocol passages, with the hospital's own over ours."""
        from vigia_detect.clinical.protocols import load_library

        return load_library(self.settings.own_protocols)

    @cached_property
    def passage_search(self) -> "PassageSearch":
        """What finds protocol passages; its network and index are loaded at the first question."""
        from vigia_detect.bootstrap.knowledge import make_search

        return make_search(self.settings, self.protocols)

    @cached_property
    def answer_cache(self) -> "AnswerCache":
        """What keeps answers to protocol questions; never used for a case."""
        from vigia_detect.bootstrap.knowledge import make_answer_cache

        return make_answer_cache(self.settings, self.cipher)

    @cached_property
    def language_model(self) -> "ModelServer | None":
        """What writes narratives and answers; None when the hospital runs none.

        Raises:
            ConfigurationError: its address, key or certificate file cannot be used.
        """
        from vigia_detect.bootstrap.language_model import make_language_model

        return make_language_model(self.settings) if self.settings.llm_base_url else None

    @cached_property
    def narrator(self) -> "Narrator | None":
        """What writes about decided cases; None when the hospital runs no language model."""
        from vigia_detect.bootstrap.narrator import make_narrator

        return make_narrator(self)

    @cached_property
    def librarian(self) -> "Librarian":
        """What answers protocol questions; without a language model by passages alone."""
        from vigia_detect.stages.librarian import Librarian, Writer

        model, settings = self.language_model, self.settings
        if model is None:
            return Librarian(self.protocols, self.passage_search, None)
        writer = Writer(
            model,
            server=settings.llm_base_url,
            named=settings.llm_model,
            cache=self._kept_answers(),
        )
        return Librarian(self.protocols, self.passage_search, writer)

    def _kept_answers(self) -> "AnswerCache | None":
        """Return the cache, or None: what it needs (keys, database) is not needed to answer."""
        if not self.settings.answer_cache_s:
            return None
        try:
            return self.answer_cache
        except (VigiaError, ValueError) as error:  # ValueError: an address that is no Redis server
            log.warning("answer_cache.unusable", error=type(error).__name__)
            return None
