"""Whatever a model answers, a narrative or a reason comes back, in time, and nothing unchecked."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from taught_homes import Teach
from told_cases import JPEG, SEEN, WOUND, Told

from vigia_detect.adapters.llm.scripted import Line, ScriptedModel
from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.case import JsonObject
from vigia_detect.domain.language_model import ModelReply, ModelRequest
from vigia_detect.domain.narrative import Narrative, NoNarrativeReason
from vigia_detect.errors import (
    DatabaseUnavailableError,
    ErasedError,
    LanguageModelError,
    ModelAwayError,
    ModelFaultError,
    ModelInvalidError,
    ModelRefusedError,
    ModelSlowError,
    NoNarrativeError,
)
from vigia_detect.settings import Settings
from vigia_detect.stages.narrator import Narrator

NO_PAIRS: JsonObject = {"pairs": []}
ERRORS = (ModelAwayError, ModelFaultError, ModelSlowError, ModelRefusedError, ModelInvalidError)


def said(*sentences: tuple[str, str]) -> JsonObject:
    return {"sentences": [{"text": text, "cites": [cite]} for text, cite in sentences]}


GOOD = said(("Esfacelo en el lecho: 60 a 70 %.", "F2"))


@pytest.fixture(scope="module")
def vigia(tmp_path_factory: pytest.TempPathFactory, teach: Teach) -> Iterator[Vigia]:
    parts = Vigia(Settings(home=teach(tmp_path_factory.mktemp("home"))))
    yield parts
    parts.close()


@pytest.fixture
def narrate(vigia: Vigia) -> Callable[..., tuple[Narrative, ScriptedModel]]:
    def narrate(*lines: Line, told: Told | None = None) -> tuple[Narrative, ScriptedModel]:
        model = ScriptedModel(lines)
        told = told or Told()
        narrator = Narrator(model, vigia.rules, vigia.protocols, vigia.passage_search)
        return narrator.narrate(told.file, told.results, within_s=60), model

    return narrate


def test_all_three_parts(narrate: Any) -> None:
    narrative, model = narrate(SEEN, NO_PAIRS, GOOD)
    assert narrative.description == SEEN
    assert [one.cites for one in narrative.summary] == [("F2",)]
    assert narrative.sources == {"F2": "el análisis de la imagen: esfacelo en el lecho: 60 a 70 %"}
    assert narrative.missing == {}
    assert {*narrative.made_by} == {
        *("model", "knowledge", "rules"),
        *("prompt_description", "prompt_contradictions", "prompt_summary"),
    }
    assert [one.prompt.name for one in model.asked] == ["description", "contradictions", "summary"]
    assert all(
        str(one.prompt) == narrative.made_by[f"prompt_{one.prompt.name}"] for one in model.asked
    )
    assert Narrative.from_json(narrative.to_json()).summary == narrative.summary


def test_the_description_is_blind(narrate: Any) -> None:
    """It is asked for in the same words for every case: only the picture differs."""
    _, first = narrate(SEEN, NO_PAIRS, GOOD)
    other = Told(context={"notes": "Herida con pus.", "lesions": [{"site": "heel"}]})
    _, second = narrate(SEEN, NO_PAIRS, GOOD, told=other)
    assert first.asked[0] == second.asked[0]
    assert [one.picture for one in first.asked] == [JPEG, None, None]


def test_the_note_goes_to_the_contradiction_check_only(narrate: Any) -> None:
    told = Told(context={**Told().context, "notes": "Calcetines azules."})
    _, model = narrate(SEEN, NO_PAIRS, GOOD, told=told)
    assert ["Calcetines" in one.user for one in model.asked] == [False, True, False]


def test_pairs_of_supplied_numbers_become_questions(narrate: Any) -> None:
    told = Told(context={**Told().context, "notes": "Calcetines azules."})

    def pairs(request: ModelRequest) -> JsonObject:
        note = next(line for line in request.user.splitlines() if "Calcetines" in line)
        number = int(note.partition(".")[0])
        named = [(2, number), (number, 2), (2, 2), (2, 999), (0, 1), (-1, 2)]
        return {"pairs": [{"first": one, "second": two, "kind": "kind"} for one, two in named]}

    narrative, _ = narrate(SEEN, pairs, GOOD, told=told)
    (question,) = narrative.contradictions
    assert question["found_by"] == "model"
    assert "frase 1 de la nota" in question["question"]["es"]
    assert "Calcetines" not in str(question), "the note is named, not quoted"


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        (("Texto sin fuente.", ""), "unknown_citation"),
        (("Esfacelo en el lecho: 60 a 70 %.", "F999"), "unknown_citation"),
        (("Esfacelo en el lecho: 80 %.", "F2"), "number_not_in_source"),
        (("Es categoría IV.", "F2"), "class_not_in_source"),
        (("Sin esfacelo en el lecho.", "F2"), "negation_differs"),
    ],
)
def test_what_does_not_pass_is_dropped(narrate: Any, sentence: Any, why: str) -> None:
    narrative, _ = narrate(
        SEEN, NO_PAIRS, said(("Esfacelo en el lecho: 60 a 70 %.", "F2"), sentence)
    )
    assert len(narrative.summary) == 1
    assert narrative.dropped == {why: 1}


@pytest.mark.parametrize(
    "sentence",
    [
        "Sin {}.",
        "No hay {}.",
        "{} normal.",
        "{}: no.",
        "{} ausente.",
        "{} negativa.",
        "{} estable.",
    ],
)
def test_unknown_is_never_told_as_absent_or_normal(narrate: Any, sentence: str) -> None:
    def unknown(request: ModelRequest) -> JsonObject:
        lines = [line for line in request.user.splitlines() if line.endswith("desconocido")]
        assert lines
        named = [(line[1:].partition("]")[0], line.split(": ")[1]) for line in lines[:10]]
        return said(*((sentence.format(field).capitalize(), cite) for cite, field in named))

    narrative, _ = narrate(SEEN, NO_PAIRS, unknown)
    assert narrative.summary == ()
    assert narrative.missing == {"summary": NoNarrativeReason.NOTHING_LEFT}


def test_what_a_picture_does_not_show_is_never_told(narrate: Any) -> None:
    """Zero percent, none and no are codes of a look at a picture, not of a look at the person."""
    none = {**SEEN, "edges": "cannot_tell", "blister": "none", "bleeding": "no", "device": "no"}
    _, model = narrate(none, NO_PAIRS, GOOD)
    seen = [line for line in model.asked[2].user.splitlines() if "de la imagen:" in line]
    assert seen
    assert not [line for line in seen if re.search(r": (no|ninguno|0( a \d+)? %)$", line)]
    assert [line for line in model.asked[1].user.splitlines() if line.endswith(": no")]


def test_unknown_may_be_told_as_unknown(narrate: Any) -> None:
    def unknown(request: ModelRequest) -> JsonObject:
        line = next(one for one in request.user.splitlines() if one.endswith("desconocido"))
        cite, field = line[1:].partition("]")[0], line.split(": ")[1]
        return said((f"Falta saber: {field}.", cite))

    assert len(narrate(SEEN, NO_PAIRS, unknown)[0].summary) == 1


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.reason)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_part_that_fails_stops_no_other(
    narrate: Any, place: int, error: type[LanguageModelError]
) -> None:
    lines: list[Line] = [SEEN, NO_PAIRS, GOOD]
    lines[place] = error("no")
    narrative, model = narrate(*lines)
    part = ("description", "contradictions", "summary")[place]
    assert narrative.missing == {part: NoNarrativeReason(error.reason)}
    assert f"prompt_{part}" not in narrative.made_by
    assert len(model.asked) == len(lines)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.reason)
def test_all_failing_gives_the_first_reason(narrate: Any, error: type[LanguageModelError]) -> None:
    with pytest.raises(NoNarrativeError) as raised:
        narrate(error("no"), ModelAwayError("no"), ModelAwayError("no"))
    assert raised.value.reason == error.reason


def test_nothing_left_says_so(narrate: Any) -> None:
    told = Told(context={}, picture=None)
    with pytest.raises(NoNarrativeError) as raised:
        narrate(NO_PAIRS, said(("Todo normal.", "F1")), told=told)
    assert raised.value.reason == NoNarrativeReason.NOTHING_LEFT


@pytest.mark.parametrize("answer", [{}, {"pairs": 3}, {**SEEN, "class": "stage_4"}], ids=str)
def test_a_form_filled_in_wrongly_is_no_answer(narrate: Any, answer: JsonObject) -> None:
    narrative, _ = narrate(answer, answer, GOOD)
    assert narrative.description is None
    assert {*narrative.missing} == {"description", "contradictions"}
    assert {*narrative.missing.values()} == {NoNarrativeReason.INVALID}


@pytest.mark.parametrize("problem", ["face", "other_person"])
def test_a_picture_of_somebody_is_not_shown(narrate: Any, problem: str) -> None:
    picture = replace(WOUND, problems=(problem,))
    told = Told(picture=picture)
    narrative, model = narrate(NO_PAIRS, GOOD, told=told)
    assert told.looked == 0
    assert all(one.picture is None for one in model.asked)
    assert narrative.missing["description"] == NoNarrativeReason.NO_PICTURE


def test_a_picture_that_nobody_has_looked_at_is_not_shown(narrate: Any) -> None:
    told = Told(picture=None)
    narrative, model = narrate({"pairs": []}, said(("Sitio: sacro.", "F2")), told=told)
    assert told.looked == 0
    assert all(one.picture is None for one in model.asked)
    assert narrative.missing["description"] == NoNarrativeReason.NO_PICTURE


def test_a_hospital_that_shows_no_pictures_has_none_refused(vigia: Vigia) -> None:
    model, told = ScriptedModel([ModelSlowError("no"), ModelSlowError("no")]), Told()
    parts = (vigia.rules, vigia.protocols, vigia.passage_search)
    narrator = Narrator(model, *parts, pictures=False)
    with pytest.raises(NoNarrativeError) as raised:
        narrator.narrate(told.file, told.results, within_s=60)
    assert (raised.value.reason, told.looked) == (NoNarrativeReason.SLOW, 0)


def test_a_picture_that_is_gone_leaves_the_rest(narrate: Any, monkeypatch: Any) -> None:
    def gone(_: Told) -> bytes:
        raise ErasedError("gone")

    monkeypatch.setattr(Told, "_read", gone)
    narrative, _ = narrate(NO_PAIRS, GOOD)
    assert narrative.missing == {"description": NoNarrativeReason.NO_PICTURE}


class Hanging:
    """A model that takes all the time that it is given; its clock is the test's."""

    def __init__(self, lines: list[JsonObject | None]) -> None:
        self.now = 0.0
        self.given: list[float] = []
        self._lines = iter(lines)

    def say(self, request: ModelRequest, *, within_s: float) -> ModelReply:
        self.given.append(within_s)
        line = next(self._lines)
        if line is None:
            self.now += within_s
            raise ModelSlowError(request.prompt.name)
        return ModelReply(line, "hanging", 0.0)

    def close(self) -> None:
        """Close nothing."""


@pytest.mark.parametrize(
    ("lines", "given"),
    [
        ([None, NO_PAIRS, GOOD], [30, 30, 60]),
        ([SEEN, None, GOOD], [30, 45, 45]),
        ([SEEN, NO_PAIRS, None], [30, 45, 90]),
    ],
    ids=["description", "contradictions", "summary"],
)
def test_one_that_hangs_takes_its_own_share_only(
    vigia: Vigia, lines: list[JsonObject | None], given: list[float]
) -> None:
    model, told = Hanging(lines), Told()
    narrator = Narrator(
        model, vigia.rules, vigia.protocols, vigia.passage_search, clock=lambda: model.now
    )
    narrative = narrator.narrate(told.file, told.results, within_s=90)
    assert model.given == pytest.approx(given)
    assert NoNarrativeReason.SLOW in narrative.missing.values()
    assert narrative.seconds <= 90


def test_all_that_hang_end_at_the_deadline(vigia: Vigia) -> None:
    model, told = Hanging([None, None, None]), Told()
    narrator = Narrator(
        model, vigia.rules, vigia.protocols, vigia.passage_search, clock=lambda: model.now
    )
    with pytest.raises(NoNarrativeError) as raised:
        narrator.narrate(told.file, told.results, within_s=90)
    assert raised.value.reason == NoNarrativeReason.SLOW
    assert model.now == pytest.approx(90)


class AwaySearch:
    """A search whose database is away."""

    def search(self, *_: Any, **__: Any) -> Any:
        raise DatabaseUnavailableError("away")

    def close(self) -> None:
        """Close nothing."""


def test_without_search_the_findings_are_still_told(vigia: Vigia) -> None:
    model, told = ScriptedModel([SEEN, NO_PAIRS, GOOD]), Told()
    narrator = Narrator(model, vigia.rules, vigia.protocols, AwaySearch())
    assert narrator.narrate(told.file, told.results, within_s=60).summary


def test_a_failed_analysis_is_told_as_unknown(narrate: Any) -> None:
    told = Told(picture=None)
    _, model = narrate(NO_PAIRS, said(("Sitio: sacro.", "F2")), told=told)
    assert "[F1] el análisis de la imagen: si se ve una lesión: desconocido" in model.asked[1].user


def test_without_a_language_model_there_is_no_narrator(vigia: Vigia) -> None:
    assert vigia.narrator is None
