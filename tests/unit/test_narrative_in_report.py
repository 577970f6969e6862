"""A case says whether it has a narrative and, when it has none, why."""

import io
from dataclasses import replace

import pytest
from rich.console import Console
from ward import System

from vigia_detect.cli.narrative_texts import TEXTS
from vigia_detect.cli.show import print_report
from vigia_detect.domain.addendum import AddendumState
from vigia_detect.domain.narrative import CitedSentence, Narrative, NoNarrativeReason
from vigia_detect.stages.report import CaseReport, NarrativeReport

SAID = "[red]Espesor parcial[/red]"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> CaseReport:
    home = tmp_path_factory.mktemp("home")
    system = System(f"sqlite:///{home / 'vigia.db'}", home)
    case_id = system.submit()
    found = system.vigia.desk.report(case_id, actor="test")
    system.vigia.close()
    return found


def shown(report: CaseReport, lang: str, narrative: NarrativeReport) -> str:
    out = io.StringIO()
    print_report(replace(report, narrative=narrative), lang, Console(file=out, width=400))
    return out.getvalue()


def test_every_reason_has_words_of_its_own() -> None:
    for texts in TEXTS.values():
        words = [texts[reason] for reason in NoNarrativeReason]
        assert len(set(words)) == len(words)


@pytest.mark.parametrize(("lang", "head"), [("es", "Sin narrativa"), ("en", "No narrative")])
@pytest.mark.parametrize("reason", NoNarrativeReason)
def test_where_there_is_none_it_says_why(
    report: CaseReport, reason: NoNarrativeReason, lang: str, head: str
) -> None:
    absent = NarrativeReport(AddendumState.ABSENT, reason, None, None)
    assert f"{head}: {TEXTS[lang][reason]}" in shown(report, lang, absent)


@pytest.mark.parametrize(("lang", "word"), [("es", "nadie"), ("en", "nobody")])
def test_what_a_machine_wrote_is_called_so_and_read_as_it_is(
    report: CaseReport, lang: str, word: str
) -> None:
    told = Narrative(lang, summary=(CitedSentence(SAID, ("f1",)),), made_by={"model": "m1"})
    text = shown(report, lang, NarrativeReport(AddendumState.TOLD, None, "x", told.to_json()))
    assert f"{SAID} [f1]" in text
    assert word in text
    assert "m1" in text


@pytest.mark.parametrize("lang", ["es", "en"])
def test_while_it_is_written_the_case_says_so(report: CaseReport, lang: str) -> None:
    pending = NarrativeReport(AddendumState.PENDING, None, None, None)
    assert TEXTS[lang]["pending"] in shown(report, lang, pending)
