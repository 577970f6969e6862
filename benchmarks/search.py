"""Protocol search: quality on the retrieval set and time a question, engine by engine.

    OMP_NUM_THREADS=1 taskset -c 0 python benchmarks/search.py [--part held|last|known] [--misses]

The held part was never looked at while the search was tuned: `--misses` shows the other one only.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.search import Engine, Filters
from vigia_detect.settings import Settings

ROOT = Path(__file__).parents[1]
PARTS = {
    "held": ROOT / "tests" / "data" / "retrieval" / "held.jsonl",
    # written after everything else was fixed, and asked once
    "last": ROOT / "tests" / "data" / "retrieval" / "last.jsonl",
    # search has learnt from these: they show that it works, not how well
    "known": ROOT / "vigia_detect" / "clinical" / "protocols" / "data" / "questions.jsonl",
}
DEPTH = 10  # an answer further down counts as not found


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the passages that answer it, and what a search answered."""

    lang: str
    question: str
    answers: frozenset[str]
    found: tuple[str, ...]
    seconds: float

    @property
    def rank(self) -> int | None:
        """Place of the first right passage, 1 is the best."""
        places = [i for i, found in enumerate(self.found, 1) if found in self.answers]
        return min(places, default=None)


def ask_all(vigia: Vigia, part: str, engine: Engine) -> list[Asked]:
    lines = PARTS[part].read_text(encoding="utf-8").splitlines()
    vigia.passage_search.search("hola", Filters(), engine=engine)
    return [_ask(vigia, json.loads(line), engine) for line in lines]


def _ask(vigia: Vigia, row: dict[str, object], engine: Engine) -> Asked:
    question = str(row["question"])
    began = time.perf_counter()
    hits = vigia.passage_search.search(question, Filters(), limit=DEPTH, engine=engine)
    took = time.perf_counter() - began
    answers = frozenset(map(str, row["answers"]))  # type: ignore[call-overload]
    return Asked(str(row["lang"]), question, answers, tuple(h.passage_id for h in hits), took)


def recall_at(asked: Sequence[Asked], depth: int) -> float:
    return sum(one.rank is not None and one.rank <= depth for one in asked) / len(asked)


def mrr(asked: Sequence[Asked]) -> float:
    return sum(1 / one.rank for one in asked if one.rank is not None) / len(asked)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=list(PARTS), default="held")
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        _show(Vigia(Settings(home=Path(home))), options.part, misses=options.misses)


def _show(vigia: Vigia, part: str, *, misses: bool) -> None:
    print("| engine | language | questions | recall@1 | recall@3 | MRR | ms median | ms p95 |")
    print("|---|---|---|---|---|---|---|---|")
    for engine in get_args(Engine):
        asked = ask_all(vigia, part, engine)
        for lang in ("es", "en", "both"):
            some = [one for one in asked if lang in {one.lang, "both"}]
            print(_row(engine, lang, some))
        if misses and part == "known" and engine == "hybrid":
            for one in asked:
                if one.rank != 1:
                    print(one.rank, one.question, sorted(one.answers), one.found[:3])


def _row(engine: str, lang: str, asked: Sequence[Asked]) -> str:
    times = sorted(one.seconds * 1000 for one in asked)
    figures = [recall_at(asked, 1), recall_at(asked, 3), mrr(asked)]
    took = [statistics.median(times), times[int(len(times) * 0.95)]]
    cells = [*(f"{one:.3f}" for one in figures), *(f"{one:.1f}" for one in took)]
    return f"| {engine} | {lang} | {len(asked)} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
