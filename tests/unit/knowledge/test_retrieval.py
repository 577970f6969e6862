"""The retrieval set: what search must find among questions that it has not learnt from."""

from collections import Counter
from pathlib import Path

import pytest

from vigia_detect.bootstrap import Vigia
from vigia_detect.clinical.protocols.library import KnownQuestion, load_questions
from vigia_detect.domain.search import Filters
from vigia_detect.settings import Settings

FOLDER = Path(__file__).parents[2] / "data" / "retrieval"
PARTS = {
    name: [
        KnownQuestion.model_validate_json(line)
        for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    for name in ("held", "last")
}
HELD = [asked for part in PARTS.values() for asked in part]
DEPTH = 10


@pytest.fixture(scope="module", params=PARTS)
def ranks(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[str, float]]:
    """Language and reciprocal rank of each question of a part; 0 when it was not found."""
    vigia = Vigia(Settings(home=tmp_path_factory.mktemp("home")))
    return [(asked.lang, _reciprocal(vigia, asked)) for asked in PARTS[request.param]]


def _reciprocal(vigia: Vigia, asked: KnownQuestion) -> float:
    hits = vigia.passage_search.search(asked.question, Filters(), limit=DEPTH)
    found = [hit.passage_id in asked.answers for hit in hits]
    return 1 / (found.index(True) + 1) if any(found) else 0.0


def figures(ranks: list[tuple[str, float]], lang: str | None = None) -> tuple[float, float]:
    some = [rank for each, rank in ranks if lang in {None, each}]
    return sum(rank >= 1 / 3 for rank in some) / len(some), sum(some) / len(some)


def test_the_held_part_is_found(ranks: list[tuple[str, float]]) -> None:
    recall_at_3, mrr = figures(ranks)
    assert recall_at_3 >= 0.95
    assert mrr >= 0.85


def test_no_language_is_served_worse(ranks: list[tuple[str, float]]) -> None:
    spanish, english = figures(ranks, "es"), figures(ranks, "en")
    assert abs(spanish[0] - english[0]) <= 0.05
    assert abs(spanish[1] - english[1]) <= 0.05


def test_the_set_is_large_in_both_languages_and_a_third_is_held() -> None:
    known = load_questions()
    languages = Counter(asked.lang for asked in (*known, *HELD))
    assert languages["es"] + languages["en"] >= 200
    assert abs(languages["es"] - languages["en"]) <= 0.1 * languages["es"]
    assert len(HELD) * 3 >= len(HELD) + len(known)


def test_search_has_not_learnt_from_the_held_part() -> None:
    learnt = {asked.question.casefold() for asked in load_questions()}
    assert not learnt & {asked.question.casefold() for asked in HELD}


def test_every_answer_is_a_passage(tmp_path: Path) -> None:
    ids = {passage.head.id for passage in Vigia(Settings(home=tmp_path)).protocols}
    answers = {answer for asked in (*load_questions(), *HELD) for answer in asked.answers}
    assert answers == ids
