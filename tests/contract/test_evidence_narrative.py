"""An evidence bundle of a case that a language model wrote about, on SQLite and PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from evidence_ward import checked, written
from keeping_ward import Ward, ward
from pen import MADE_BY, SAID, Pen

from vigia_detect.adapters.db.tables import addenda
from vigia_detect.domain.ids import CaseId, RunId
from vigia_detect.stages.evidence_contents import Asked
from vigia_detect.trail.evidence_lines import Bundle, read_bundle

NAME = "narrative:1"


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Ward]:
    with ward(database_url, tmp_path / "home", Pen()) as made:
        yield made


@pytest.fixture
def case(here: Ward) -> CaseId:
    case = here.case("P-1")
    here.work()
    return case


def opened(file: Path) -> Bundle:
    with file.open("rb") as lines:
        return read_bundle(lines)


def test_it_verifies_and_holds_what_was_written(here: Ward, case: CaseId, tmp_path: Path) -> None:
    file = written(here, case, tmp_path / "b")
    report = checked(here, file)
    assert report.integrity.good, report.integrity
    assert report.completeness.good, report.completeness
    assert report.unproved == []
    contents = {one["name"]: one["value"] for one in opened(file).contents}
    assert contents[NAME]["summary"][0]["text"] == SAID


def test_its_summary_names_model_and_prompts(here: Ward, case: CaseId, tmp_path: Path) -> None:
    summary = opened(written(here, case, tmp_path / "b")).summary
    assert summary["prompts"] == {"prompt_summary": [MADE_BY["prompt_summary"]]}
    assert summary["models"]["model"] == [MADE_BY["model"]]
    assert summary["knowledge"] == [MADE_BY["knowledge"]]
    assert MADE_BY["rules"] in summary["rules"]


def test_without_the_patient_no_word_of_it_is_in_it(
    here: Ward, case: CaseId, tmp_path: Path
) -> None:
    file = written(here, case, tmp_path / "b", Asked(patient=False))
    assert checked(here, file).integrity.good
    assert SAID.encode() not in file.read_bytes()


def test_what_was_purged_is_named(here: Ward, case: CaseId, tmp_path: Path) -> None:
    with here.vigia.store.begin() as work:
        work._connection.execute(sa.update(addenda).values(sealed=None))
        work.commit()
    report = checked(here, written(here, case, tmp_path / "b"))
    assert report.integrity.good, report.integrity
    assert report.not_included[NAME] == "purged"


def test_another_word_in_its_row_is_found(here: Ward, case: CaseId, tmp_path: Path) -> None:
    with here.vigia.store.begin() as work:
        stored = work._connection.execute(sa.select(addenda.c.id)).scalar_one()
        found = work.cases.get(case)
        assert found is not None
        other = here.vigia.vault.seal_addendum(found, RunId(stored), {"summary": "otra"})
        work._connection.execute(sa.update(addenda).values(sealed=other))
        work.commit()
    report = checked(here, written(here, case, tmp_path / "b"))
    assert not report.integrity.good
