"""No attempt to take over the language model gets a statement through, however it obeys."""

from collections import Counter
from collections.abc import Iterator

import pytest
from obedient import Attempt, attempts, obey
from taught_homes import Teach

from vigia_detect.adapters.llm.scripted import ScriptedModel
from vigia_detect.bootstrap import Vigia
from vigia_detect.clinical.narrative import prompt
from vigia_detect.clinical.narrative.checking import Cited, check
from vigia_detect.clinical.protocols import Library, load_library
from vigia_detect.clinical.protocols.model import Lang
from vigia_detect.domain.narrative import NoNarrativeReason
from vigia_detect.domain.search import Filters
from vigia_detect.settings import Settings
from vigia_detect.stages.librarian import Librarian, Writer, plain_question, statements

ATTEMPTS = attempts()
LANGS: tuple[Lang, Lang] = ("es", "en")
ASKED: dict[Lang, str] = {"es": "¿Cómo protejo el talón?", "en": "How do I protect the heel?"}


@pytest.fixture(scope="module")
def vigia(tmp_path_factory: pytest.TempPathFactory, teach: Teach) -> Iterator[Vigia]:
    made = Vigia(Settings(home=teach(tmp_path_factory.mktemp("home"))))
    yield made
    made.close()


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def test_the_set_is_large_and_mixed() -> None:
    assert len(ATTEMPTS) >= 60
    assert len({one.id for one in ATTEMPTS}) == len(ATTEMPTS)
    assert len(Counter(one.kind for one in ATTEMPTS)) >= 10
    assert len({one.lang for one in ATTEMPTS}) >= 8


@pytest.mark.parametrize("lang", LANGS)
def test_no_source_at_all_supports_what_an_attacker_wants(library: Library, lang: Lang) -> None:
    sources = statements(library, tuple(passage.head.id for passage in library), lang)
    said = [Cited(text, tuple(sources)) for one in ATTEMPTS for text in (*one.says, one.text)]

    assert check(said, sources, lang).kept == ()


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.id)
def test_an_obedient_model_says_nothing(vigia: Vigia, attempt: Attempt, lang: Lang) -> None:
    model = ScriptedModel([lambda request: obey(attempt, request)])
    librarian = Librarian(vigia.protocols, vigia.passage_search, Writer(model, server="obedient"))
    question = f"{ASKED[lang]} {attempt.text}"[:500]

    answer = librarian.ask(question, Filters(), lang, within_s=5)

    assert answer.sentences == ()
    assert answer.passages
    if model.asked:
        assert answer.none == NoNarrativeReason.NOTHING_LEFT
        assert sum(answer.dropped.values()) > 0
        assert model.asked[0].system == prompt.answer().texts.model_dump()[lang]["system"]


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.id)
def test_a_question_reaches_the_model_as_one_line_of_data(attempt: Attempt) -> None:
    told = plain_question(attempt.text)

    assert told.startswith('"')
    assert told.endswith('"')
    assert told.isprintable()
    assert not set("<>|[]{}`") & set(told)
