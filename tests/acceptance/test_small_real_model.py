"""A small real text model: no clinical sense, but real tokens, real speed and real nonsense."""

import pytest

from vigia_detect.bootstrap import Vigia
from vigia_detect.cli.llm import prove
from vigia_detect.settings import Settings

pytestmark = pytest.mark.slow


def test_a_small_real_model_proves_itself(small_llm_url: str) -> None:
    settings = Settings(llm_base_url=small_llm_url, llm_picture="never", llm_timeout_s=120)
    model = Vigia(settings).language_model
    assert model is not None
    proof = prove(model, settings, tries=20, pictures=0)
    assert proof.texts is not None
    print(proof)  # noqa: T201 - its speed on this machine is what one wants to see
    assert proof.usable
    assert proof.texts.valid >= 18
    assert proof.texts.tokens_per_s is not None
    assert proof.texts.tokens_per_s > 1
