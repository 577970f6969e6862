"""A protocol question all the way to a real llama.cpp server and back."""

from pathlib import Path

import pytest

from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.search import Filters
from vigia_detect.settings import Settings

pytestmark = pytest.mark.usefixtures("taught_home")

WITHIN_S = 60.0
UNUSABLE = {"invalid", "nothing_left"}
"""How random words end: cut off, or a whole form of which no sentence is true. Not `refused`: the
server takes the form."""


@pytest.mark.parametrize("lang", ["es", "en"])
def test_random_words_reach_nobody_and_cost_no_passage(
    llm_url: str, tmp_path: Path, lang: str
) -> None:
    vigia = Vigia(Settings(home=tmp_path, llm_base_url=llm_url, answer_cache_s=0))
    answer = vigia.librarian.ask(
        "¿Cómo protejo el talón?", Filters(), "es" if lang == "es" else "en", within_s=WITHIN_S
    )
    vigia.close()

    assert answer.sentences == ()
    assert answer.none in UNUSABLE
    assert answer.passages
