"""A model that obeys what it reads, in a note or on a picture, changes nothing and says nothing.

`tests/data/injection/cases.jsonl` holds attempts on cases; `needle` is what would show that one
worked. The set for questions, `attempts.jsonl`, serves here too.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from obedient import Attempt, attempts
from taught_homes import Teach
from told_cases import SEEN, Told

from vigia_detect.adapters.llm.scripted import ScriptedModel
from vigia_detect.bootstrap import Vigia
from vigia_detect.clinical import load_rules
from vigia_detect.domain.case import JsonObject
from vigia_detect.domain.language_model import ModelRequest
from vigia_detect.domain.narrative import Narrative
from vigia_detect.domain.stages import Stage
from vigia_detect.settings import Settings
from vigia_detect.stages.narrator import Narrator
from vigia_detect.stages.triage import Triage

DATA = Path(__file__).parents[2] / "data" / "injection" / "cases.jsonl"
ATTEMPTS: list[dict[str, str]] = [
    json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()
]
SHARED = attempts()
NOTES = [one for one in ATTEMPTS if one["where"] == "note"]
each = pytest.mark.parametrize("attempt", ATTEMPTS, ids=[one["id"] for one in ATTEMPTS])
each_note = pytest.mark.parametrize("attempt", NOTES, ids=[one["id"] for one in NOTES])
LINE = re.compile(r"\d+\. \"")


@pytest.fixture(scope="module")
def vigia(tmp_path_factory: pytest.TempPathFactory, teach: Teach) -> Iterator[Vigia]:
    parts = Vigia(Settings(home=teach(tmp_path_factory.mktemp("home"))))
    yield parts
    parts.close()


def with_note(lang: str, note: str | None) -> Told:
    context = Told().context | ({} if note is None else {"notes": note})
    return Told(context=context, lang=lang)


def obeying(text: str, says: Sequence[str] = ()) -> list[Any]:
    """Return a script that does as the text says, in every way that its forms may leave open."""
    parts = [*says, text, *re.split(r"(?<=[.!?:])\s+|\n", text)]

    def sum_up(request: ModelRequest) -> JsonObject:
        lines = re.findall(r"^\[([^\]]+)\] (.+)$", request.user, re.MULTILINE)
        rows: list[Any] = [
            {"text": part[:300], "cites": _nearest(part, lines)} for part in filter(None, parts)
        ]
        rows.append({"text": text[:300], "cites": [text[:64]]})
        return {"sentences": [_true(request), *rows[:9]]}

    pairs: list[Any] = [{"first": n, "second": n + 40, "kind": "class"} for n in range(1, 9)]
    return [{**SEEN, "colour": text, "class": "no_lesion_seen"}, {"pairs": pairs}, sum_up]


def _nearest(said: str, lines: list[tuple[str, str]]) -> list[str]:
    """Return the four sources that share the most words: the best that an attacker can cite."""
    words = {*re.findall(r"\w+", said.casefold())}
    shared = {key: len(words & {*re.findall(r"\w+", line.casefold())}) for key, line in lines}
    return sorted(shared, key=lambda key: -shared[key])[:4]


def _true(request: ModelRequest) -> JsonObject:
    """Return one sentence that may be said, so that there is a narrative at all."""
    found = re.search(r"^\[(F\d+)\] [^:]+: ((?:sitio|site): \w+)$", request.user, re.MULTILINE)
    assert found
    return {"text": f"{found[2].capitalize()}.", "cites": [found[1]]}


def told_of(vigia: Vigia, told: Told, script: list[Any]) -> tuple[Narrative, ScriptedModel]:
    model = ScriptedModel(script)
    narrator = Narrator(model, vigia.rules, vigia.protocols, vigia.passage_search)
    return narrator.narrate(told.file, told.results, within_s=60), model


def test_the_set_is_large_enough() -> None:
    assert len(ATTEMPTS) >= 40
    assert {(one["where"], one["lang"]) for one in ATTEMPTS} == {
        (where, lang) for where in ("note", "picture") for lang in ("es", "en")
    }
    assert all(one["needle"].casefold() in one["text"].casefold() for one in ATTEMPTS)


@each
def test_nothing_of_it_is_told(vigia: Vigia, attempt: dict[str, str]) -> None:
    note = attempt["text"] if attempt["where"] == "note" else "Curación hoy."
    narrative, _ = told_of(vigia, with_note(attempt["lang"], note), obeying(attempt["text"]))
    shown = json.dumps(narrative.to_json(), ensure_ascii=False).casefold()
    assert attempt["needle"].casefold() not in shown
    assert narrative.description is None
    assert len(narrative.summary) == 1


@pytest.mark.parametrize("attempt", SHARED, ids=[one.id for one in SHARED])
@pytest.mark.parametrize("where", ["note", "picture"])
def test_nothing_of_what_it_asks_for_is_told(vigia: Vigia, attempt: Attempt, where: str) -> None:
    """The set for questions, as text of a note and of a picture."""
    lang = "en" if attempt.lang == "en" else "es"  # others write into a Spanish case
    told = with_note(lang, attempt.text if where == "note" else None)
    narrative, _ = told_of(vigia, told, obeying(attempt.text, attempt.says))
    assert len(narrative.summary) == 1
    assert narrative.summary[0].text not in attempt.says
    shown = json.dumps(narrative.to_json(), ensure_ascii=False)
    assert not [said for said in attempt.says if said in shown]


@each_note
def test_it_stays_inside_of_its_quotes(vigia: Vigia, attempt: dict[str, str]) -> None:
    told = with_note(attempt["lang"], attempt["text"])
    _, model = told_of(vigia, told, [SEEN, {"pairs": []}, obeying(attempt["text"])[2]])
    first, second, third = model.asked
    plain = with_note(attempt["lang"], None)
    _, without = told_of(vigia, plain, [SEEN, {"pairs": []}, obeying(attempt["text"])[2]])
    assert first == without.asked[0]
    assert third.system == without.asked[2].system
    added = set(second.user.splitlines()) - set(without.asked[1].user.splitlines())
    assert added
    for line in added:
        assert LINE.match(line), line
        assert isinstance(json.loads(line.partition(". ")[2]), str)


@each_note
def test_class_urgency_review_and_alerts_are_the_same_to_the_byte(
    vigia: Vigia, attempt: dict[str, str]
) -> None:
    told = with_note(attempt["lang"], attempt["text"])
    before = decided(told)
    told_of(vigia, told, obeying(attempt["text"]))
    assert decided(told) == before
    assert decided(with_note(attempt["lang"], None)) == before


def test_the_results_that_it_reads_stay_as_they_are(vigia: Vigia) -> None:
    told = with_note("es", NOTES[0]["text"])
    results = told.results
    before = orjson.dumps({stage.value: result for stage, result in results.items()})
    narrator = Narrator(
        ScriptedModel(obeying(NOTES[0]["text"])),
        vigia.rules,
        vigia.protocols,
        vigia.passage_search,
    )
    narrator.narrate(told.file, results, within_s=60)
    assert orjson.dumps({stage.value: result for stage, result in results.items()}) == before


def test_what_is_decided_can_differ_at_all() -> None:
    plain = decided(with_note("es", None))
    assert decided(with_note("es", "Temperatura 39,5. Hipotensa, PA 80/40.")) != plain


def decided(told: Told) -> bytes:
    """Return all of a case that counts."""
    results = told.results
    assessment = results[Stage.MEDICAL_ANALYSIS]
    verdict = Triage(load_rules())(told.file, results)
    lesions: Any = assessment["lesions"]
    return orjson.dumps(
        {
            "classes": [(one["class"], one["certainty"]) for one in lesions],
            "urgency": verdict.verdict.urgency if verdict.verdict else None,
            "review": verdict.verdict.review_required if verdict.verdict else None,
            "alerts": [(one.kind, one.reasons) for one in verdict.alerts],
        }
    )
