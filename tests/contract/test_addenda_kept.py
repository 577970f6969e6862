"""What is told of a patient's case goes when the patient's data goes, and only then."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from keeping_ward import Ward, ward
from pen import SAID, Pen

from vigia_detect.adapters.db.tables import addenda
from vigia_detect.domain.addendum import AddendumState
from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.case import Run
from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.policy import NARRATIVE
from vigia_detect.domain.retention import DAYS_PER_YEAR, ErasureReason, Override
from vigia_detect.errors import CorruptDataError
from vigia_detect.stages.erasure import Why

WHY = Why(ErasureReason.ORDER, "ana", "C-12/2026", Override.COURT_ORDER)
ABSENT = (AddendumState.ABSENT, "erased")


@pytest.fixture
def pen() -> Pen:
    return Pen()


@pytest.fixture
def here(database_url: str, tmp_path: Path, pen: Pen) -> Iterator[Ward]:
    with ward(database_url, tmp_path / "home", pen) as made:
        yield made


def narrative(here: Ward, case_id: CaseId) -> tuple[str, str | None]:
    found = here.vigia.desk.report(case_id, actor="x").narrative
    return found.state, found.reason


def content(here: Ward, case_id: CaseId) -> str:
    return str(here.vigia.desk.report(case_id, actor="x").narrative.content)


def sealed(here: Ward) -> list[bytes | None]:
    with here.vigia.store.read() as work:
        return list(work._connection.execute(sa.select(addenda.c.sealed)).scalars())


def waiting(here: Ward, code: str) -> tuple[CaseId, Run]:
    """Bring a case to its end, its alerts answered, but leave its narrative unwritten."""
    case_id = here.submit(code)
    (aside,) = here.work(without=NARRATIVE)
    for alert in here.vigia.desk.alerts(limit=100):
        here.answer(alert.id)
    here.work()
    return case_id, aside


def deliver(here: Ward, run: Run) -> None:
    here.vigia.narratives.run(run.id, run.attempt)


def test_an_erased_patient_has_no_narrative(here: Ward) -> None:
    case_id = here.case("P-1")
    assert SAID in content(here, case_id)
    here.vigia.erasure.erase(here.pseudonym("P-1"), WHY)
    assert sealed(here) == [None]
    assert narrative(here, case_id) == ABSENT
    with here.vigia.store.read() as work:
        events = {entry.event for _, entry in work.audit.of_subject(case_id)}
    assert AuditEvent.NARRATIVE_ADDED in events  # that it was told stays on record


def test_one_that_is_not_written_yet_forbids_no_erasure_and_is_never_written(
    here: Ward, pen: Pen
) -> None:
    case_id, aside = waiting(here, "P-1")
    here.vigia.erasure.erase(here.pseudonym("P-1"), WHY)
    deliver(here, aside)
    assert pen.asked == []
    assert narrative(here, case_id) == ABSENT


def test_one_that_is_being_written_while_the_patient_is_erased_is_not_attached(
    here: Ward, pen: Pen
) -> None:
    case_id, aside = waiting(here, "P-1")
    pen.meanwhile = lambda: here.vigia.erasure.erase(here.pseudonym("P-1"), WHY)
    deliver(here, aside)
    assert sealed(here) == [None]
    assert narrative(here, case_id) == ABSENT


def test_it_goes_with_what_was_found_on_the_picture(here: Ward) -> None:
    case_id = here.case("P-1")
    here.case("P-2")
    here.pass_days(14 * DAYS_PER_YEAR)
    later = here.case("P-1")  # the record lives on, the old details do not
    here.pass_days(1.5 * DAYS_PER_YEAR)
    here.vigia.retention.run(actor="cron")
    assert narrative(here, case_id) == ABSENT
    assert narrative(here, later) == (AddendumState.TOLD, None)


def test_it_stays_readable_when_the_keys_are_rotated(here: Ward) -> None:
    case_id = here.case("P-1")
    assert here.vigia.key_rotation.rotate(actor="ana").rewrapped > 0
    assert SAID in content(here, case_id)


def test_it_opens_in_its_own_place_only(here: Ward) -> None:
    first, second = here.case("P-1"), here.case("P-1")
    with here.vigia.store.begin() as work:
        stolen = work.addenda.of_decision(first, 1)
        assert stolen is not None
        moved = sa.update(addenda).where(addenda.c.case_id == second).values(sealed=stolen.sealed)
        work._connection.execute(moved)
        work.commit()
    assert SAID in content(here, first)
    with pytest.raises(CorruptDataError):
        content(here, second)
