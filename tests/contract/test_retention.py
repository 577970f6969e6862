"""Periods, holds and what goes, on SQLite and on a real PostgreSQL server alike."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from keeping_ward import DAY_S, Ward, ward
from sqlalchemy import text

from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.findings import OVERLAY
from vigia_detect.domain.ids import CaseId, new_case_id
from vigia_detect.domain.retention import DAYS_PER_YEAR, DataKind, ErasureReason, HoldReason
from vigia_detect.domain.stages import Stage
from vigia_detect.errors import (
    ClockDoubtError,
    InvalidOptionError,
    MustBeKeptError,
    NotFoundError,
    RetentionPeriodError,
)
from vigia_detect.stages.case_files import FEW
from vigia_detect.stages.erasure import Why
from vigia_detect.stages.reopening import reopen
from vigia_detect.testing import draw_wound

YEAR = DAYS_PER_YEAR


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Ward]:
    with ward(database_url, tmp_path / "home") as made:
        yield made


def going(here: Ward) -> dict[str, tuple[str, ...]]:
    return {str(one.kind): one.ids for one in here.vigia.retention.plan()}


def held(here: Ward) -> dict[str, int]:
    return {str(one.kind): one.held for one in here.vigia.retention.plan()}


def run(here: Ward) -> dict[str, tuple[str, ...]]:
    return {str(one.kind): one.ids for one in here.vigia.retention.run(actor="ana")}


def hold(here: Ward, subject: str) -> str:
    return here.vigia.holds.place(
        subject, reason=HoldReason.COURT_CASE, reference="C-12/2026", by="ana"
    )


def test_nothing_goes_before_its_time(here: Ward) -> None:
    case = here.case("P-1")
    here.pass_days(89)
    assert not any(going(here).values())
    assert here.vigia.desk.report(case, actor="x").patient_code == "P-1"


def test_an_idempotency_key_goes_first_and_the_case_stays(here: Ward) -> None:
    case = here.case("P-1", key="K-1")
    here.pass_days(91)
    assert run(here)[DataKind.IDEMPOTENCY] == (case,)
    assert here.vigia.desk.report(case, actor="x").patient_code == "P-1"
    assert not any(going(here).values())
    assert here.submit("P-1", key="K-1") != case


def test_addresses_of_answered_notifications_go_and_open_ones_stay(here: Ward) -> None:
    here.vigia.desk.escalate("emergency", case_id=None, reasons=("asked",))
    here.work()
    here.pass_days(731)
    assert going(here)[DataKind.NOTIFICATIONS] == ()
    here.answer(here.vigia.desk.alerts(limit=1)[0].id)
    assert len(run(here)[DataKind.NOTIFICATIONS]) > 0
    assert going(here)[DataKind.NOTIFICATIONS] == ()


def test_a_patient_goes_when_the_last_entry_is_old_enough(here: Ward) -> None:
    first = here.case("P-1")
    here.pass_days(10 * YEAR)
    second = here.case("P-1")
    other = here.case("P-2")
    here.pass_days(10 * YEAR)  # the first is 20 years old, the last entry 10
    assert going(here)[DataKind.RECORD] == ()
    here.pass_days(6 * YEAR)
    assert set(going(here)[DataKind.RECORD]) == {here.pseudonym("P-1"), here.pseudonym("P-2")}
    run(here)
    for case in (first, second, other):
        report = here.vigia.desk.report(case, actor="x")
        assert (report.patient_code, report.assessment) == (None, None)
        assert report.erased_at is not None
    assert here.files() == set()
    assert not any(going(here).values())


def test_pictures_and_details_can_go_before_the_record(database_url: str, tmp_path: Path) -> None:
    shorter = {"retention_images_years": 2, "retention_details_years": 3}
    with ward(database_url, tmp_path / "home", **shorter) as here:
        case = here.case("P-1")
        here.pass_days(2 * YEAR + 1)
        assert run(here)[DataKind.IMAGES] == (case,)
        assert [len(ref) > len(case) for ref in here.files()] == [True]
        report = here.vigia.desk.report(case, actor="x")
        assert report.missing == {"class_from_image": "no_wound_model"}
        here.pass_days(YEAR)
        assert run(here)[DataKind.DETAILS] == (case,)
        assert here.files() == set()
        report = here.vigia.desk.report(case, actor="x")
        assert report.missing == {Stage.IMAGE_ANALYSIS: "erased"}
        assert report.assessment is not None
        with pytest.raises(NotFoundError):
            here.vigia.desk.attachment(case, OVERLAY, actor="x")
        with here.vigia.store.read() as work:
            trail = [entry for _, entry in work.audit.of_subject(case)]
        purged = [e.detail["kind"] for e in trail if e.event == AuditEvent.DATA_PURGED]
        assert sorted(map(str, purged)) == ["details", "idempotency", "images"]


def test_what_a_stage_gave_before_it_was_begun_anew_goes_with_the_rest(
    database_url: str, tmp_path: Path
) -> None:
    with ward(database_url, tmp_path / "home", retention_details_years=3) as here:
        case, vault = here.case("P-1"), here.vigia.vault
        with here.vigia.store.begin() as work:
            why = {"by": "ana", "reason": "otra mirada", "vault": vault}
            runs = reopen(work, case, Stage.IMAGE_ANALYSIS, **why)
            work.commit()
        here.vigia.relay.send(runs)
        here.work()
        with here.vigia.store.read() as work:
            (looked,) = [
                one.id for one in work.runs.of_case(case) if one.task == Stage.IMAGE_ANALYSIS
            ]
            assert work.runs.results_before(looked)
        here.pass_days(3 * YEAR + 1)
        assert run(here)[DataKind.DETAILS] == (case,)
        with here.vigia.store.read() as work:
            assert work.runs.results_before(looked) == {}


def test_a_case_that_has_not_ended_or_has_an_open_alert_stays(here: Ward) -> None:
    here.submit("P-1")
    here.pass_days(40 * YEAR)
    assert not any(going(here).values())


@pytest.mark.parametrize("what", ["patient", "case"])
def test_a_hold_keeps_everything_until_it_is_released(here: Ward, what: str) -> None:
    case = here.case("P-1")
    hold_id = hold(here, case if what == "case" else here.pseudonym("P-1"))
    here.pass_days(40 * YEAR)
    assert not any(going(here).values())
    assert held(here)[DataKind.RECORD] == 1
    assert held(here)[DataKind.IMAGES] == 1
    run(here)
    assert here.vigia.desk.report(case, actor="x").patient_code == "P-1"
    here.vigia.holds.release(hold_id, by="bea")
    run(here)
    assert here.vigia.desk.report(case, actor="x").erased_at is not None


def test_a_hold_of_one_case_keeps_its_patient_but_not_the_pictures_of_others(
    database_url: str, tmp_path: Path
) -> None:
    with ward(database_url, tmp_path / "home", retention_images_years=2) as here:
        kept, free = here.case("P-1"), here.case("P-1")
        hold(here, kept)
        here.pass_days(40 * YEAR)
        assert going(here)[DataKind.RECORD] == ()
        assert going(here)[DataKind.IMAGES] == (free,)


def test_who_held_and_released_what_is_on_record(here: Ward) -> None:
    case = here.case("P-1")
    hold_id = hold(here, case)
    (placed,) = here.vigia.holds.list()
    assert (placed.id, placed.subject, placed.placed_by) == (hold_id, case, "ana")
    assert (placed.reason, placed.reference) == (HoldReason.COURT_CASE, "C-12/2026")
    assert here.vigia.holds.release(hold_id, by="bea") == case
    assert here.vigia.holds.list() == []
    (released,) = here.vigia.holds.list(released=True)
    assert released.released_by == "bea"
    with pytest.raises(NotFoundError):
        here.vigia.holds.release(hold_id, by="bea")
    with here.vigia.store.read() as work:
        trail = [(entry.event, entry.actor) for _, entry in work.audit.of_subject(hold_id)]
    assert trail == [(AuditEvent.HOLD_PLACED, "ana"), (AuditEvent.HOLD_RELEASED, "bea")]


def test_a_hold_needs_a_subject_and_takes_no_names(here: Ward) -> None:
    with pytest.raises(NotFoundError):
        hold(here, new_case_id())
    case = here.case("P-1")
    with pytest.raises(InvalidOptionError, match="reference"):
        here.vigia.holds.place(case, reason=HoldReason.COMPLAINT, reference="señora Soto", by="ana")


def test_a_period_can_be_lengthened_but_not_shortened(database_url: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with ward(database_url, home, retention_record_years=15) as first:
        first.case("P-1")
    with ward(database_url, home, retention_record_years=20) as longer:
        assert longer.vigia.periods.in_force()[DataKind.RECORD] == 20 * YEAR
    with ward(database_url, home, retention_record_years=15) as shorter:
        with pytest.raises(
            RetentionPeriodError, match=f"{15 * YEAR} < {20 * YEAR} days of clinical_record"
        ):
            shorter.vigia.retention.run(actor="ana")
        case = shorter.case("P-2")  # patients do not wait for an operator
        assert shorter.vigia.desk.report(case, actor="x").patient_code == "P-2"
        with shorter.vigia.store.read() as work:
            assert work.retention.periods()[DataKind.RECORD] == 20 * YEAR


def test_periods_are_on_record_from_the_first_case_on(here: Ward) -> None:
    here.submit("P-1")
    with here.vigia.store.read() as work:
        assert set(work.retention.periods()) == set(DataKind)


def age(here: Ward, ref: str, days: float) -> None:
    path = here.vigia.settings.image_folder / ref[-2:] / ref
    old = time.time() - days * 86_400
    os.utime(path, (old, old))


def test_files_without_rows_are_collected_after_a_day(here: Ward) -> None:
    case = here.case("P-1")
    lone, fresh = new_case_id(), new_case_id()
    of_lone, of_other = f"{lone}-0123456789abcdef0123", "0198c3a2-7b1e-5c44-9d10-3f2a6b5c4d7e"
    for ref in (lone, fresh, of_lone, of_other):
        here.vigia.blobs.put(ref, b"sealed")
    mine = {ref for ref in here.files() if ref.startswith(case)}
    assert len(mine) == 2
    for ref in here.files() - {fresh}:
        age(here, ref, 2)
    assert set(going(here)["orphan_files"]) == {lone, of_lone}
    run(here)
    # A file of the time before attachments were named after their case is nobody's to judge.
    assert here.files() == {*mine, fresh, of_other}


def test_a_database_that_was_set_back_takes_no_pictures_with_it(here: Ward) -> None:
    """After a restore of an older copy, or with another's database, most files have no row."""
    here.case("P-1")
    mine = here.files()
    lone = [new_case_id() for _ in range(FEW + 1)]
    for ref in lone:
        here.vigia.blobs.put(ref, b"sealed")
    for ref in here.files():
        age(here, ref, 2)
    here.pass_days(16 * DAYS_PER_YEAR)
    for attempt in (here.vigia.retention.plan, lambda: run(here)):
        with pytest.raises(MustBeKeptError, match="set back"):
            attempt()
    assert here.files() == {*mine, *lone}
    here.vigia.blobs.delete(lone.pop())
    assert set(going(here)["orphan_files"]) == set(lone)


def test_a_case_that_is_being_accepted_keeps_its_picture(here: Ward) -> None:
    case = here.submit("P-1")
    age(here, case, 3)
    assert going(here)["orphan_files"] == ()


def test_a_hold_placed_while_data_goes_is_heeded(here: Ward) -> None:
    """Whoever comes second waits for the first and then sees it."""
    case = here.case("P-1")
    with here.vigia.store.begin() as work:
        assert work.retention.not_held(DataKind.IMAGES, [case]) == (case,)
        thread = threading.Thread(target=lambda: hold(here, case))
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        work.commit()
    thread.join(30)
    with here.vigia.store.begin() as work:
        assert work.retention.not_held(DataKind.IMAGES, [CaseId(case)]) == ()


def jump(here: Ward, days: float) -> None:
    """Let the host's clock jump ahead: everything there is looks older."""
    here.pass_days(days)
    age_entries(here, days)


def age_entries(here: Ward, days: float) -> None:
    with here.vigia.store.begin() as work:
        connection = work._connection
        if connection.dialect.name == "sqlite":
            connection.execute(text("drop trigger if exists audit_no_update"))
        else:
            connection.execute(text("alter table audit disable trigger all"))
        connection.execute(text(f"update audit set at = at - {days * DAY_S}"))  # noqa: S608
        work.commit()


def test_a_clock_that_jumped_lets_nothing_go(here: Ward) -> None:
    case = here.case("P-1", image=draw_wound(1, (160, 120)))
    jump(here, 20 * YEAR)
    files = here.files()
    for _ in range(2):  # nor does asking again at once help
        with pytest.raises(ClockDoubtError, match="date right"):
            here.vigia.retention.run(actor="ana")
    with pytest.raises(ClockDoubtError):
        here.vigia.erasure.erase(here.pseudonym("P-1"), Why(ErasureReason.PERIOD_OVER, "ana"))
    assert here.files() == files
    assert here.vigia.desk.report(case, actor="x").patient_code == "P-1"
    with here.vigia.store.read() as work:
        refused = work.audit.of_subject("retention")
    assert [one.event for _, one in refused] == [AuditEvent.RETENTION_REFUSED] * 2


def test_a_system_that_was_off_lets_go_after_a_day(here: Ward) -> None:
    here.case("P-1")
    jump(here, 20 * YEAR)
    with pytest.raises(ClockDoubtError):
        here.vigia.retention.run(actor="ana")
    age_entries(here, 1.1)  # the refusal is of yesterday now
    assert any(run(here).values())


def test_a_quiet_week_is_no_jump(here: Ward) -> None:
    here.case("P-1")
    jump(here, 7.5)
    assert not any(run(here).values())
