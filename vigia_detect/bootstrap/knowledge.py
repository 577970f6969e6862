"""Which search stands behind the port of the knowledge."""

from typing import TYPE_CHECKING

from vigia_detect.clinical.protocols.library import load_synonyms

if TYPE_CHECKING:
    from vigia_detect.adapters.knowledge.encoder import Encoder
    from vigia_detect.adapters.knowledge.index import VectorIndex
    from vigia_detect.clinical.protocols import Library
    from vigia_detect.knowledge_ports import PassageSearch
    from vigia_detect.settings import Settings


def make_search(settings: "Settings", library: "Library") -> "PassageSearch":
    """Return the search over a library's passages."""
    from vigia_detect.adapters.knowledge.encoder import Encoder
    from vigia_detect.adapters.knowledge.searcher import Searcher

    encoder = Encoder()
    return Searcher(
        library.search_texts,
        load_synonyms(),
        encoder,
        lambda: _index(settings, library, encoder),
    )


def _index(settings: "Settings", library: "Library", encoder: "Encoder") -> "VectorIndex":
    from vigia_detect.adapters.knowledge.index import content_of, memory_index

    content = content_of(library.search_texts, encoder)
    return memory_index(content, encoder, settings.root / "knowledge")
