"""What forbids an erasure, and what is left after one, on SQLite and PostgreSQL alike."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from keeping_ward import Ward, ward
from servers import Postgres
from trail_export import check

from vigia_detect.adapters.db.tables import cases, metadata, patients, runs
from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.ids import Pseudonym
from vigia_detect.domain.retention import DAYS_PER_YEAR, ErasureReason, HoldReason, Override
from vigia_detect.errors import (
    InvalidOptionError,
    LegalHoldError,
    NotFoundError,
    OpenWorkError,
    RetentionPeriodError,
)
from vigia_detect.stages.erasure import Erased, Why

ASKED = Why(ErasureReason.PATIENT_REQUEST, "ana", "SOL-1")
ORDERED = Why(ErasureReason.ORDER, "ana", "C-12/2026", Override.COURT_ORDER)


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Ward]:
    with ward(database_url, tmp_path / "home") as made:
        yield made


def erase(here: Ward, code: str, why: Why = ORDERED) -> Erased:
    return here.vigia.erasure.erase(here.pseudonym(code), why)


def test_a_record_whose_period_is_not_over_needs_an_override(here: Ward) -> None:
    case = here.case("P-1")
    with pytest.raises(RetentionPeriodError, match="5490 more days"):
        erase(here, "P-1", ASKED)
    assert here.vigia.desk.report(case, actor="x").patient_code == "P-1"
    here.pass_days(15 * DAYS_PER_YEAR + 1)
    assert erase(here, "P-1", ASKED).cases == 1


def test_an_override_names_what_allows_it(here: Ward) -> None:
    here.case("P-1")
    with pytest.raises(InvalidOptionError, match="reference"):
        erase(here, "P-1", Why(ErasureReason.ORDER, "ana", "", Override.COURT_ORDER))
    with pytest.raises(InvalidOptionError, match="no names"):
        erase(here, "P-1", Why(ErasureReason.ORDER, "ana", "Juana Soto"))
    with pytest.raises(InvalidOptionError, match="no identity numbers"):  # it would outlive them
        erase(here, "P-1", Why(ErasureReason.ORDER, "ana", "SOL-12.345.678-5"))


@pytest.mark.parametrize("what", ["patient", "case"])
def test_a_hold_has_no_override(here: Ward, what: str) -> None:
    case = here.case("P-1")
    subject = case if what == "case" else here.pseudonym("P-1")
    here.vigia.holds.place(subject, reason=HoldReason.COMPLAINT, reference="", by="bea")
    with pytest.raises(LegalHoldError):
        erase(here, "P-1")
    assert here.vigia.desk.report(case, actor="x").patient_code == "P-1"


def test_an_open_case_or_alert_is_not_erased(here: Ward) -> None:
    case = here.submit("P-1")
    with pytest.raises(OpenWorkError, match=case):
        erase(here, "P-1")
    here.work()
    asked = here.vigia.desk.escalate("human_review", case_id=case, reasons=("asked",))
    here.work()
    with pytest.raises(OpenWorkError, match=asked.alert_id):
        erase(here, "P-1")


def test_a_refusal_is_on_record_without_a_pseudonym(here: Ward) -> None:
    case = here.case("P-1")
    with pytest.raises(RetentionPeriodError):
        erase(here, "P-1", ASKED)
    with here.vigia.store.read() as work:
        (refused,) = work.audit.of_event(AuditEvent.ERASURE_REFUSED, 0)
    assert (refused.subject, refused.actor) == (case, "ana")
    assert refused.detail == {"refusal": "RetentionPeriodError", "reason": "patient_request"}


def test_a_dry_run_says_all_and_deletes_nothing(here: Ward) -> None:
    case = here.case("P-1")
    found = here.vigia.erasure.plan(here.pseudonym("P-1"), ORDERED)
    assert (found.standing.cases, found.refusal) == ((case,), None)
    assert set(found.files) == here.files()
    refused = here.vigia.erasure.plan(here.pseudonym("P-1"), ASKED)
    assert isinstance(refused.refusal, RetentionPeriodError)
    assert here.vigia.desk.report(case, actor="x").patient_code == "P-1"


def test_what_is_left_is_nameless_and_empty(here: Ward) -> None:
    case = here.case("P-1")
    erased = erase(here, "P-1")
    assert (erased.cases, erased.files, erased.scrubbed) == (1, 2, True)
    report = here.vigia.desk.report(case, actor="x")
    assert (report.patient_code, report.assessment) == (None, None)
    assert set(report.missing.values()) == {"erased"}
    assert here.files() == set()
    with here.vigia.store.read() as work:
        trail = {entry.event: entry for _, entry in work.audit.of_subject(case)}
        (patient,) = work.audit.of_event(AuditEvent.PATIENT_ERASED, 0)
        row = work._connection.execute(
            sa.select(cases.c.sealed, cases.c.image_ref, cases.c.fingerprint, cases.c.pseudonym)
        ).one()
        results = work._connection.execute(sa.select(runs.c.result)).scalars().all()
        keys = work._connection.execute(sa.select(patients.c.wrapped_key)).scalars().all()
    assert tuple(row) == (b"", "", b"", erased.name)
    assert (set(results), keys) == ({None}, [b""])
    assert trail[AuditEvent.CASE_ERASED].detail == {"patient": erased.name}
    assert patient.detail["override"] == "court_order"
    assert AuditEvent.CASE_ACCEPTED in trail  # the trail itself is whole


def test_the_pseudonym_is_in_no_table(here: Ward) -> None:
    here.case("P-1", key="K-1")
    pseudonym = here.pseudonym("P-1")
    with pytest.raises(RetentionPeriodError):
        erase(here, "P-1", ASKED)
    hold = here.vigia.holds.place(pseudonym, reason=HoldReason.COMPLAINT, reference="", by="bea")
    here.vigia.holds.release(hold, by="bea")
    assert pseudonym in everything(here)
    erase(here, "P-1")
    assert pseudonym not in everything(here)
    assert here.vigia.cipher.pseudonym("key:K-1") not in everything(here)


def test_the_trail_verifies_after_an_erasure(here: Ward) -> None:
    here.case("P-1")
    here.case("P-2")
    before = check(here.vigia)
    assert before.good, before
    erase(here, "P-1")
    after = check(here.vigia)
    assert after.good, after
    assert after.entries > before.entries


def test_the_pseudonym_is_in_no_page_of_postgresql(
    postgres_url: str, postgres_server: Postgres, tmp_path: Path
) -> None:
    """With the key that is left, somebody could try codes until one fits it."""
    with ward(postgres_url, tmp_path / "home") as here:
        here.case("P-1")
        pseudonym = here.pseudonym("P-1")
        hold = here.vigia.holds.place(pseudonym, reason=HoldReason.COMPLAINT, reference="", by="x")
        here.vigia.holds.release(hold, by="x")
        postgres_server.execute("checkpoint")
        assert pages_with(pseudonym, postgres_server)
        assert erase(here, "P-1").scrubbed
        postgres_server.execute("checkpoint")
        assert pages_with(pseudonym, postgres_server) == []


def pages_with(word: str, server: Postgres) -> list[Path]:
    """Return the files of tables and indexes that hold a word; the server's own log is no page."""
    files = (path for path in (server.folder / "data" / "base").rglob("*") if path.is_file())
    return [path for path in files if word.encode() in path.read_bytes()]


def everything(here: Ward) -> str:
    with here.vigia.store.read() as work:
        return repr([work._connection.execute(t.select()).all() for t in metadata.sorted_tables])


def test_a_patient_who_comes_again_has_a_fresh_key_and_no_past(here: Ward) -> None:
    before = here.case("P-1")
    with here.vigia.store.read() as work:
        old = work.cases.patient(here.pseudonym("P-1"))
    erased = erase(here, "P-1")
    with pytest.raises(NotFoundError):
        erase(here, "P-1")
    with pytest.raises(NotFoundError):
        here.vigia.erasure.erase(erased.name, ORDERED)
    after = here.case("P-1")
    with here.vigia.store.read() as work:
        new = work.cases.patient(here.pseudonym("P-1"))
    assert old is not None
    assert new is not None
    assert new.wrapped_key != old.wrapped_key
    assert here.vigia.desk.report(after, actor="x").patient_code == "P-1"
    assert here.vigia.desk.report(before, actor="x").patient_code is None


def test_another_patient_is_whole(here: Ward) -> None:
    here.case("P-1")
    other = here.case("P-2")
    erase(here, "P-1")
    report = here.vigia.desk.report(other, actor="x")
    assert (report.patient_code, report.erased_at) == ("P-2", None)
    assert here.vigia.desk.attachment(other, "overlay", actor="x")
    assert here.vigia.key_rotation.check(actor="x").bad == ()


def test_a_case_that_comes_while_its_patient_is_erased_is_sealed_with_the_fresh_key(
    here: Ward,
) -> None:
    """The key that sealed it is gone when it is to be stored: it is sealed anew."""
    here.case("P-1")
    store_image, erased = here.vigia.vault.store_image, []

    def erase_meanwhile(*given: object) -> str:
        ref = store_image(*given)  # type: ignore[arg-type]
        if not erased:
            erased.append(erase(here, "P-1"))
        return ref

    here.vigia.vault.store_image = erase_meanwhile  # type: ignore[method-assign]
    case = here.case("P-1")
    assert len(erased) == 1
    assert here.vigia.desk.report(case, actor="x").patient_code == "P-1"
    assert {ref[:36] for ref in here.files()} == {case}


def test_an_erasure_waits_for_a_case_that_is_being_stored(here: Ward) -> None:
    here.case("P-1")
    outcome: list[str] = []

    def try_to() -> None:
        try:
            erase(here, "P-1")
            outcome.append("erased")
        except OpenWorkError:
            outcome.append("refused")

    thread = threading.Thread(target=try_to)
    with here.vigia.store.begin() as work:
        assert work.cases.hold_patient(Pseudonym(here.pseudonym("P-1"))) is not None
        thread.start()
        thread.join(0.3)
        assert outcome == []
        work._connection.execute(cases.update().values(state="accepted"))
        work.commit()
    thread.join(30)
    assert outcome == ["refused"]


def test_postgresql_keeps_no_wrapped_key_in_its_tables_files(
    postgres_server: Postgres, postgres_url: str, tmp_path: Path
) -> None:
    """Its own log is left: there, as in backups, pages stay until they are recycled."""
    with ward(postgres_url, tmp_path / "home") as here:
        here.case("P-1")
        with here.vigia.store.read() as work:
            patient = work.cases.patient(here.pseudonym("P-1"))
        assert patient is not None
        postgres_server.execute("CHECKPOINT")
        assert tables_hold(postgres_server, patient.wrapped_key)
        assert erase(here, "P-1").scrubbed
        postgres_server.execute("CHECKPOINT")
        assert not tables_hold(postgres_server, patient.wrapped_key)


def tables_hold(server: Postgres, needle: bytes) -> bool:
    files = (path for path in server.folder.rglob("base/*/*") if path.is_file())
    return any(needle in path.read_bytes() for path in files)
