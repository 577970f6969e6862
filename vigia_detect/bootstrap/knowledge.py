"""Which search stands behind the port of the knowledge."""

from typing import TYPE_CHECKING

from vigia_detect.clinical.protocols.library import load_synonyms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vigia_detect.adapters.knowledge.index import Sentence, VectorIndex
    from vigia_detect.clinical.protocols import Library
    from vigia_detect.knowledge_ports import AnswerCache, PassageSearch
    from vigia_detect.ports import Cipher
    from vigia_detect.settings import Settings


def make_search(settings: "Settings", library: "Library") -> "PassageSearch":
    """Return the search over a library's passages."""
    from vigia_detect.adapters.knowledge.encoder import Encoder
    from vigia_detect.adapters.knowledge.index import content_of, memory_index
    from vigia_detect.adapters.knowledge.searcher import Searcher

    encoder = Encoder()

    def make_index(sentences: "Sequence[Sentence]") -> "VectorIndex":
        content = content_of(sentences, encoder)
        if settings.search_database_url is None:
            return memory_index(content, encoder, settings.root / "knowledge")
        from vigia_detect.adapters.knowledge.pgvector import PgVectorIndex

        return PgVectorIndex(settings.search_database_url.get_secret_value(), content, encoder)

    return Searcher(library.search_texts, load_synonyms(), encoder, make_index)


def make_answer_cache(settings: "Settings", cipher: "Cipher") -> "AnswerCache":
    """Return the cache of answers on the broker's server."""
    from vigia_detect.adapters.crypto import Sealer
    from vigia_detect.adapters.knowledge.answer_cache import RedisAnswerCache
    from vigia_detect.embedded import EmbeddedBroker

    return RedisAnswerCache(
        settings.broker or EmbeddedBroker(settings.root).url,
        name_key=cipher.signing_key("answer cache names"),
        sealer=Sealer(cipher.signing_key("answer cache contents")),
        keep_s=settings.answer_cache_s,
    )
