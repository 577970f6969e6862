import pytest

from vigia_detect.cli.code_words import WORDS, in_words
from vigia_detect.clinical import load_rules
from vigia_detect.domain.alert_states import AlertState
from vigia_detect.domain.escalation import AlertKind
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseState, StatusCode
from vigia_detect.domain.triage import Urgency


@pytest.mark.parametrize("lang", ["es", "en"])
def test_each_code_that_a_report_shows_has_words(lang: str) -> None:
    codes = (*CaseState, *StatusCode, *Urgency, *AlertKind, *AlertState, *Stage)
    assert {*map(str, codes)} <= {*map(str, WORDS[lang])}


@pytest.mark.parametrize("lang", ["es", "en"])
def test_a_class_is_called_as_the_rules_call_it(lang: str) -> None:
    for code, data in load_rules().classes.classes.items():
        known = data.es if lang == "es" else data.en
        assert in_words(code, lang).casefold() == known.casefold(), code


def test_a_code_without_words_stands_for_itself() -> None:
    assert in_words("something_new", "es") == "something_new"
