"""What a person gets who asks about protocols."""

from collections.abc import Iterator

import pytest
from taught_homes import Teach

from vigia_detect.adapters.knowledge.memory_answers import MemoryAnswers
from vigia_detect.adapters.llm.scripted import Line, ScriptedModel
from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.answer import NOTHING_FOUND, PERSONAL, Answer
from vigia_detect.domain.narrative import NoNarrativeReason
from vigia_detect.domain.search import Filters
from vigia_detect.errors import (
    InvalidOptionError,
    ModelAwayError,
    ModelInvalidError,
    ModelRefusedError,
    ModelSlowError,
)
from vigia_detect.settings import Settings
from vigia_detect.stages.librarian import MOST_LETTERS, Librarian, Writer

QUESTION = "¿Costra negra dura en el talón: la saco?"
TRUE = "No se desbrida una costra negra seca, adherida e intacta, sin enrojecimiento ni drenaje."
GOOD: Line = {"sentences": [{"text": TRUE, "cites": ["S1"]}]}
FALSE: Line = {"sentences": [{"text": "Saque la costra con bisturí.", "cites": ["S1"]}]}


@pytest.fixture(scope="module")
def vigia(tmp_path_factory: pytest.TempPathFactory, teach: Teach) -> Iterator[Vigia]:
    made = Vigia(Settings(home=teach(tmp_path_factory.mktemp("home"))))
    yield made
    made.close()


def asks(
    vigia: Vigia, *lines: Line, question: str = QUESTION, shelf: MemoryAnswers | None = None
) -> tuple[Answer, ScriptedModel]:
    model = ScriptedModel(lines)
    writer = Writer(model, server="http://server", named="scripted", cache=shelf)
    librarian = Librarian(vigia.protocols, vigia.passage_search, writer)
    return librarian.ask(question, Filters(), "es", within_s=5), model


def test_a_sentence_cites_the_statement_and_names_what_made_it(vigia: Vigia) -> None:
    answer, _ = asks(vigia, GOOD)

    assert [(one.text, one.cites) for one in answer.sentences] == [
        (TRUE, ("heel-eschar-stable.1",))
    ]
    assert answer.passages[0] == "heel-eschar-stable"
    assert answer.made_by["model"] == "scripted"
    assert answer.made_by["prompt"].startswith("answer 1 ")
    assert answer.made_by["knowledge"] == vigia.protocols.version


def test_without_a_model_there_are_passages_and_the_reason(vigia: Vigia) -> None:
    answer = vigia.librarian.ask(QUESTION, Filters(), "es", within_s=5)

    assert (answer.none, answer.sentences) == (NoNarrativeReason.NOT_CONFIGURED, ())
    assert answer.passages[0] == "heel-eschar-stable"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (ModelAwayError("away"), "away"),
        (ModelSlowError("slow"), "slow"),
        (ModelRefusedError("refused"), "refused"),
        (ModelInvalidError("invalid"), "invalid"),
        ({"sentences": "none"}, "invalid"),
        ({"sentences": [], "class": "stage_1"}, "invalid"),
        ({"sentences": []}, "nothing_left"),
        (FALSE, "nothing_left"),
    ],
    ids=str,
)
def test_no_answer_of_a_model_costs_the_passages(vigia: Vigia, line: Line, reason: str) -> None:
    answer, _ = asks(vigia, line)

    assert (answer.none, answer.sentences) == (reason, ())
    assert answer.passages[0] == "heel-eschar-stable"


def test_what_was_dropped_is_counted(vigia: Vigia) -> None:
    both: Line = {
        "sentences": [
            {"text": TRUE, "cites": ["S1"]},
            {"text": TRUE, "cites": ["S77"]},
            {"text": "Saque la costra.", "cites": ["S1"]},
        ]
    }
    answer, _ = asks(vigia, both)

    assert len(answer.sentences) == 1
    assert sum(answer.dropped.values()) == 2


@pytest.mark.parametrize(
    "question",
    [
        "Juan 12.345.678-5 tiene una escara, ¿la saco?",
        "paciente nacida el 3/4/1941 con costra en el talón",
        "escriba a ana@hospital.cl sobre la escara",
        "ficha 4821: costra negra en el talón",
    ],
)
def test_a_question_about_somebody_reaches_no_model_and_no_cache(
    vigia: Vigia, question: str
) -> None:
    shelf = MemoryAnswers()
    answer, model = asks(vigia, GOOD, question=question, shelf=shelf)

    assert (answer.none, answer.sentences) == (PERSONAL, ())
    assert answer.passages
    assert (model.asked, shelf.kept) == ([], {})


def test_a_repeat_comes_from_the_cache_and_other_words_do_not(vigia: Vigia) -> None:
    shelf = MemoryAnswers()
    first, _ = asks(vigia, GOOD, shelf=shelf)
    again, idle = asks(vigia, question="costra negra dura en el talon la saco", shelf=shelf)
    other, _ = asks(vigia, question="costra negra dura en el talón, ¿no la saco?", shelf=shelf)

    assert again.sentences == first.sentences
    assert (first.kept, again.kept, idle.asked) == (False, True, [])
    assert other.none == "away"


def unnamed(vigia: Vigia, model: ScriptedModel, shelf: MemoryAnswers) -> Answer:
    writer = Writer(model, server="http://server", cache=shelf)
    librarian = Librarian(vigia.protocols, vigia.passage_search, writer)
    return librarian.ask(QUESTION, Filters(), "es", within_s=5)


def test_an_answer_of_another_model_that_the_server_loaded_since_is_not_used(vigia: Vigia) -> None:
    shelf = MemoryAnswers()
    unnamed(vigia, ScriptedModel([GOOD], name="one"), shelf)

    assert unnamed(vigia, ScriptedModel(name="one"), shelf).kept
    assert unnamed(vigia, ScriptedModel(name="two"), shelf).none == "away"


class Silent(ScriptedModel):
    """Answers, but does not say what it has."""

    def models(self, *, within_s: float) -> tuple[str, ...]:
        raise ModelAwayError(f"no list within {within_s} s")


def test_what_an_unknown_model_wrote_is_shown_and_not_kept(vigia: Vigia) -> None:
    shelf = MemoryAnswers()
    answer = unnamed(vigia, Silent([GOOD]), shelf)

    assert (len(answer.sentences), shelf.kept) == (1, {})


def test_only_checked_answers_are_kept_and_they_are_checked_again(vigia: Vigia) -> None:
    shelf = MemoryAnswers()
    asks(vigia, FALSE, shelf=shelf)
    assert shelf.kept == {}

    asks(vigia, GOOD, shelf=shelf)
    (name,) = shelf.kept
    for bad in (b"{}", b"\xff", shelf.kept[name].replace(b"No se desbrida", b"Se desbrida")):
        shelf.kept[name] = bad
        answer, _ = asks(vigia, shelf=shelf)
        assert (answer.none, answer.sentences) == ("away", ())


def test_nothing_asked_finds_nothing(vigia: Vigia) -> None:
    answer, model = asks(vigia, GOOD, question="¿?")

    assert (answer.none, answer.passages, model.asked) == (NOTHING_FOUND, (), [])


def test_a_question_has_an_end(vigia: Vigia) -> None:
    with pytest.raises(InvalidOptionError):
        asks(vigia, GOOD, question="a" * (MOST_LETTERS + 1))
