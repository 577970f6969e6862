"""Who holds a case, what that person says of it, on SQLite and PostgreSQL alike."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from ward import System, triage

from vigia_detect.adapters.db.tables import audit, cases, review_claims, reviews
from vigia_detect.domain.alert_states import AlertEvent, AlertState
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import CaseFile, StageOutput, StageResults, Verdict
from vigia_detect.domain.escalation import AlertKind, AlertRequest, Answer
from vigia_detect.domain.ids import CaseId, new_case_id
from vigia_detect.domain.review import by_danger
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseState, StatusCode
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import (
    CorruptDataError,
    InvalidOptionError,
    NotFoundError,
    NotPossibleError,
)
from vigia_detect.stages.review import ReviewDesk

WHY = "Ana Pérez: sondado, hueso palpable"


@pytest.fixture
def system(database_url: str, tmp_path: Path) -> Iterator[System]:
    made = System(database_url, tmp_path / "home")
    made.bodies[Stage.TRIAGE] = triage(Urgency.ROUTINE, review=True)
    yield made
    made.vigia.close()


@pytest.fixture
def desk(system: System) -> ReviewDesk:
    return system.vigia.review


def ended_case(system: System) -> CaseId:
    case_id = CaseId(system.submit())
    system.work_until(system.ended(case_id))
    return case_id


def let_leases_end(system: System) -> None:
    """Move the clock on past every lease."""
    with system.vigia.store._durable.begin() as connection:
        connection.execute(text("update review_claims set until = 0"))


def queue(desk: ReviewDesk) -> list[str]:
    return [item.case_id for item in desk.queue(limit=99, actor="t")]


def entries(system: System, case_id: CaseId, event: AuditEvent) -> list[AuditEntry]:
    with system.vigia.store.read() as work:
        return [one for _, one in work.audit.of_subject(case_id) if one.event == event]


def test_a_case_waits_until_a_person_has_confirmed_it(system: System, desk: ReviewDesk) -> None:
    case_id = ended_case(system)
    (item,) = desk.queue(limit=9, actor="Eva")
    assert (item.case_id, item.urgency, item.claimed_by) == (case_id, Urgency.ROUTINE, None)
    assert entries(system, case_id, AuditEvent.CASE_READ)[-1].actor == "Eva"
    desk.claim(case_id, by="Ana")
    (item,) = desk.queue(limit=9, actor="Eva")
    assert item.claimed_by == "Ana"
    assert item.claimed_until is not None
    before = system.vigia.desk.report(case_id, actor="t")
    assert (before.preliminary, before.confirmed_by) == (True, None)
    desk.confirm(case_id, by="Ana", reason=WHY)
    assert queue(desk) == []
    after = system.vigia.desk.report(case_id, actor="t")
    assert (after.overall_status, after.status_code) == (CaseState.COMPLETED, StatusCode.CONFIRMED)
    assert (after.preliminary, after.confirmed_by) == (False, "Ana")
    assert after.confirmed_at is not None
    (said,) = after.reviews
    assert (said.number, said.event, said.by, said.reason) == (1, "confirmed", "Ana", WHY)


def test_every_step_is_on_record_and_the_words_only_encrypted(
    system: System, desk: ReviewDesk
) -> None:
    case_id = ended_case(system)
    desk.claim(case_id, by="Luz")
    desk.release(case_id, by="Luz")
    desk.claim(case_id, by="Eva")
    desk.correct(case_id, by="Eva", reason=WHY, class_="stage_4")
    system.work()
    desk.claim(case_id, by="Eva")
    desk.confirm(case_id, by="Eva", reason=WHY)
    events = [event for event in system.events(case_id) if event.startswith("review.")]
    assert events == [
        AuditEvent.REVIEW_CLAIMED,
        AuditEvent.REVIEW_RELEASED,
        AuditEvent.REVIEW_CLAIMED,
        AuditEvent.REVIEW_CORRECTED,
        AuditEvent.REVIEW_CLAIMED,
        AuditEvent.REVIEW_CONFIRMED,
    ]
    with system.vigia.store._durable.connect() as connection:
        for table in (audit, cases, review_claims, reviews):
            rows = str(connection.execute(select(table)).all())
            assert "Ana" not in rows
            assert "hueso" not in rows
            assert "stage_4" not in rows


def test_only_one_person_holds_a_case(system: System, desk: ReviewDesk) -> None:
    case_id = ended_case(system)
    desk.claim(case_id, by="Ana")
    with pytest.raises(NotPossibleError, match="Ana"):
        desk.claim(case_id, by="Bea")
    for act in (
        lambda: desk.release(case_id, by="Bea"),
        lambda: desk.confirm(case_id, by="Bea", reason=WHY),
        lambda: desk.correct(case_id, by="Bea", reason=WHY, class_="stage_3"),
    ):
        with pytest.raises(NotPossibleError, match="by: Bea"):
            act()
    assert system.state(case_id) == CaseState.NEEDS_REVIEW
    assert desk.claim(case_id, by="Ana").claimed_by == "Ana"  # an own claim is prolonged


def test_of_two_at_once_exactly_one_wins(system: System, desk: ReviewDesk) -> None:
    case_id = ended_case(system)
    start, won, lost = threading.Barrier(4), list[str](), list[str]()

    def claim(name: str) -> None:
        start.wait()
        try:
            desk.claim(case_id, by=name)
            won.append(name)
        except NotPossibleError:
            lost.append(name)

    threads = [threading.Thread(target=claim, args=(f"P{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 3)
    assert [item.claimed_by for item in desk.queue(limit=9, actor="t")] == won
    assert len(entries(system, case_id, AuditEvent.REVIEW_CLAIMED)) == 1


def test_a_lease_that_is_over_gives_the_case_back(system: System, desk: ReviewDesk) -> None:
    case_id = ended_case(system)
    desk.claim(case_id, by="Ana")
    let_leases_end(system)
    assert desk.queue(limit=9, actor="t")[0].claimed_by is None
    with pytest.raises(NotPossibleError, match="by: Ana"):
        desk.confirm(case_id, by="Ana", reason=WHY)
    desk.claim(case_id, by="Bea")
    assert [one.actor for one in entries(system, case_id, AuditEvent.REVIEW_EXPIRED)] == ["Ana"]
    with pytest.raises(NotPossibleError, match="by: Ana"):
        desk.confirm(case_id, by="Ana", reason=WHY)
    desk.confirm(case_id, by="Bea", reason=WHY)
    assert system.vigia.desk.status(case_id).case.confirmed_by == "Bea"


def test_nobody_confirms_what_they_have_not_seen(system: System, desk: ReviewDesk) -> None:
    case_id = ended_case(system)
    desk.claim(case_id, by="Ana")
    desk.correct(case_id, by="Ana", reason=WHY, class_="stage_2")
    with pytest.raises(NotPossibleError, match="worked on"):
        desk.confirm(case_id, by="Ana", reason=WHY)
    with pytest.raises(NotPossibleError, match="worked on"):
        desk.claim(case_id, by="Ana")
    system.work()
    with pytest.raises(NotPossibleError, match="claim it again"):
        desk.confirm(case_id, by="Ana", reason=WHY)
    desk.claim(case_id, by="Ana")
    desk.confirm(case_id, by="Ana", reason=WHY)
    assert system.state(case_id) == CaseState.COMPLETED


def test_a_correction_is_part_of_what_the_stages_see(system: System, desk: ReviewDesk) -> None:
    seen: list[object] = []

    def look(case: CaseFile, _inputs: StageResults) -> StageOutput:
        seen.append(dict(case.clinician_classes))
        lesion = {"id": "1", "class": "stage_3", "certainty": "to_confirm", "candidates": []}
        return StageOutput({"lesions": [lesion], "rules": ["D-C6"]})

    system.bodies[Stage.MEDICAL_ANALYSIS] = look
    case_id = ended_case(system)
    desk.claim(case_id, by="Ana")
    desk.correct(case_id, by="Ana", reason=WHY, class_="stage_4")
    system.work()
    assert seen == [{}, {"1": "stage_4"}]
    (said,) = system.vigia.desk.report(case_id, actor="t").reviews
    assert (said.before, said.classes) == ({"1": "stage_3"}, {"1": "stage_4"})
    assert said.reason == WHY


def test_a_worse_result_alerts_and_a_milder_one_takes_nothing_away(
    system: System, desk: ReviewDesk
) -> None:
    case_id = ended_case(system)
    request = AlertRequest(AlertKind.URGENT, ("D-U2",))
    urgent = StageOutput({}, (request,), Verdict(Urgency.URGENT, review_required=True))
    system.bodies[Stage.TRIAGE] = lambda _case, _inputs: urgent
    desk.claim(case_id, by="Ana")
    desk.correct(case_id, by="Ana", reason=WHY, class_="stage_4")
    system.work()
    assert system.state(case_id) == CaseState.ESCALATED
    (alert,) = system.vigia.desk.alerts(limit=9)
    system.bodies[Stage.TRIAGE] = triage(Urgency.ROUTINE, review=True)
    desk.correct(case_id, by="Ana", reason=WHY, class_="stage_1")
    system.work()
    summary = system.vigia.desk.status(case_id).case
    assert (summary.state, summary.urgency) == (CaseState.ESCALATED, Urgency.URGENT)
    desk.claim(case_id, by="Ana")
    desk.confirm(case_id, by="Ana", reason=WHY)
    assert system.vigia.desk.alert(alert.id).state == AlertState.OPEN
    assert system.state(case_id) == CaseState.ESCALATED
    assert queue(desk) == []  # it waits for an answer to its alert, no more for a review
    system.vigia.desk.answer(alert.id, Answer(AlertEvent.ACT, "Luz", "cli"))
    assert system.state(case_id) == CaseState.COMPLETED


def failing(_case: CaseFile, _inputs: StageResults) -> StageOutput:
    raise CorruptDataError("unreadable")


def test_a_failed_stage_waits_and_its_alert_is_answered_by_the_review(
    system: System, desk: ReviewDesk
) -> None:
    system.bodies[Stage.RISK_SCORE] = failing
    system.bodies[Stage.TRIAGE] = lambda _case, _inputs: StageOutput(
        {}, (), Verdict(Urgency.ROUTINE, review_required=False, may_be_grave=False)
    )
    case_id = ended_case(system)
    assert system.state(case_id) == CaseState.ESCALATED
    (item,) = desk.queue(limit=9, actor="t")
    assert item.may_be_grave
    assert [why.code for why in item.why] == ["risk_score_failed"]
    (alert,) = system.vigia.desk.alerts(limit=9)
    desk.claim(case_id, by="Ana")
    assert system.vigia.desk.alert(alert.id).state == AlertState.ACKNOWLEDGED
    assert system.state(case_id) == CaseState.ESCALATED  # nobody has acted yet
    desk.confirm(case_id, by="Ana", reason=WHY)
    assert system.vigia.desk.alert(alert.id).state == AlertState.ACTED
    assert system.state(case_id) == CaseState.COMPLETED


def test_a_case_without_a_result_waits_first_and_stays_failed(
    system: System, desk: ReviewDesk
) -> None:
    harmless = StageOutput(
        {}, (), Verdict(Urgency.ROUTINE, review_required=True, may_be_grave=False)
    )
    system.bodies[Stage.TRIAGE] = lambda _case, _inputs: harmless
    first = ended_case(system)
    system.bodies[Stage.TRIAGE] = failing
    second = ended_case(system)
    assert queue(desk) == [second, first]
    desk.claim(second, by="Ana")
    desk.confirm(second, by="Ana", reason=WHY)
    assert queue(desk) == [first]
    assert system.state(second) == CaseState.FAILED


def test_a_new_decision_is_nobodys_word_yet(system: System, desk: ReviewDesk) -> None:
    case_id = ended_case(system)
    desk.claim(case_id, by="Ana")
    desk.confirm(case_id, by="Ana", reason=WHY)
    desk.claim(case_id, by="Bea")  # a word can be taken back
    desk.correct(case_id, by="Bea", reason=WHY, class_="dtpi")
    assert system.vigia.desk.status(case_id).case.confirmed_by is None
    system.work()
    assert system.vigia.desk.report(case_id, actor="t").preliminary
    assert queue(desk) == [case_id]


def test_what_nobody_need_look_at_does_not_wait(system: System, desk: ReviewDesk) -> None:
    system.bodies[Stage.TRIAGE] = triage(Urgency.ROUTINE, review=False)
    case_id = ended_case(system)
    assert queue(desk) == []
    desk.claim(case_id, by="Ana")  # but it can be confirmed
    desk.confirm(case_id, by="Ana", reason=WHY)
    assert system.vigia.desk.status(case_id).case.status_code == StatusCode.CONFIRMED


def test_the_queue_is_in_the_order_of_danger(system: System, desk: ReviewDesk) -> None:
    for urgency in (Urgency.ROUTINE, Urgency.EMERGENCY, Urgency.URGENT, Urgency.ROUTINE):
        for grave in (False, True):
            output = StageOutput({}, (), Verdict(urgency, review_required=True, may_be_grave=grave))
            system.bodies[Stage.TRIAGE] = lambda _case, _inputs, made=output: made
            ended_case(system)
    with system.vigia.store.read() as work:
        waiting = work.reviews.waiting()
    assert queue(desk) == [one.id for one in by_danger(waiting)]
    ranks = [(one.urgency.rank, one.may_be_grave) for one in desk.queue(limit=99, actor="t")]
    assert ranks == sorted(ranks, reverse=True)
    assert len(desk.queue(limit=3, actor="t")) == 3


def test_what_does_not_decrypt_waits_all_the_same(system: System, desk: ReviewDesk) -> None:
    case_id = ended_case(system)
    with system.vigia.store._durable.begin() as connection:
        damaged = {"damaged": b"damaged", "task": Stage.MEDICAL_ANALYSIS.value}
        connection.execute(text("update runs set result = :damaged where task = :task"), damaged)
    (item,) = desk.queue(limit=9, actor="t")
    assert (item.case_id, [why.code for why in item.why]) == (case_id, ["unreadable"])


@pytest.mark.parametrize("word", ["", " ", "x" * 501, "a\nb"])
def test_who_and_why_are_required(system: System, desk: ReviewDesk, word: str) -> None:
    case_id = ended_case(system)
    with pytest.raises(InvalidOptionError, match="by:"):
        desk.claim(case_id, by=word)
    desk.claim(case_id, by="Ana")
    with pytest.raises(InvalidOptionError, match="reason:"):
        desk.confirm(case_id, by="Ana", reason=word)
    with pytest.raises(InvalidOptionError, match="reason:"):
        desk.correct(case_id, by="Ana", reason=word, class_="stage_1")
    assert system.state(case_id) == CaseState.NEEDS_REVIEW


def test_class_and_lesion_must_be_known(system: System, desk: ReviewDesk) -> None:
    case_id = ended_case(system)
    desk.claim(case_id, by="Ana")
    with pytest.raises(InvalidOptionError, match=r"class: .*stage_4"):
        desk.correct(case_id, by="Ana", reason=WHY, class_="indeterminate")
    with pytest.raises(InvalidOptionError, match="lesion:"):
        desk.correct(case_id, by="Ana", reason=WHY, class_="stage_1", lesion="7")
    assert AuditEvent.REVIEW_CORRECTED not in system.events(case_id)


@pytest.mark.parametrize("case_id", [new_case_id(), "P-1"], ids=["unknown", "no-id"])
def test_there_must_be_such_a_case(desk: ReviewDesk, case_id: str) -> None:
    for act in (
        lambda: desk.claim(case_id, by="Ana"),
        lambda: desk.release(case_id, by="Ana"),
        lambda: desk.confirm(case_id, by="Ana", reason=WHY),
    ):
        with pytest.raises(NotFoundError):
            act()
