"""The review desk: what waits for a person, who holds it, and what that person says of it."""

from base64 import b64decode
from collections.abc import Sequence
from typing import get_args

from vigia_detect.clinical import RuleSet
from vigia_detect.clinical.inputs.codes import CandidateClass
from vigia_detect.domain.alert_states import AlertEvent
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.case import CaseFile, JsonObject, Run
from vigia_detect.domain.escalation import AlertKind, Answer
from vigia_detect.domain.ids import CaseId, alert_id, is_case_id
from vigia_detect.domain.json_values import objects
from vigia_detect.domain.records import StoredCase
from vigia_detect.domain.review import Claim, ReviewEvent, StoredReview, by_danger
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CASE_ENDS
from vigia_detect.errors import (
    CorruptDataError,
    InvalidOptionError,
    NotFoundError,
    NotPossibleError,
)
from vigia_detect.ports import Store, UnitOfWork
from vigia_detect.stages.basis import digest
from vigia_detect.stages.escalation import Escalator
from vigia_detect.stages.relay import Relay
from vigia_detect.stages.reopening import NAME_LENGTH, REASON_LENGTH, check_word, reopen
from vigia_detect.stages.review_item import ReviewItem, lesion_classes
from vigia_detect.stages.review_look import REVIEW, Look
from vigia_detect.stages.review_words import seal_words
from vigia_detect.stages.vault import Vault

CLASSES: tuple[str, ...] = get_args(CandidateClass)
"""What a person can say of a lesion: the NPIAP classes, no lesion, or another cause."""


class ReviewDesk:
    """Takes people's word on results, from one person at a time.

    Args:
        lease_s: for how long a claim holds, by the database's clock.
    """

    def __init__(
        self,
        *,
        store: Store,
        relay: Relay,
        vault: Vault,
        escalator: Escalator,
        rules: RuleSet,
        lease_s: float,
    ) -> None:
        self._store = store
        self._relay = relay
        self._vault = vault
        self._escalator = escalator
        self._rules = rules
        self._lease_s = lease_s

    def queue(self, *, limit: int, actor: str) -> Sequence[ReviewItem]:
        """Return what waits, the most dangerous first. Each line shown leaves an audit entry."""
        with self._store.read() as work:  # a long queue must not hold up those who write
            first = by_danger(work.reviews.waiting())[:limit]
        with self._store.begin() as work:
            looks = [Look(work, one.id, actor) for one in first]
            work.commit()
        return [look.item(self._vault, self._rules) for look in looks]

    def claim(self, case_id: str, *, by: str) -> ReviewItem:
        """Hold a case for review; only who holds it can say something of its result.

        An own claim is prolonged, and the result shown again. An alert that asks for a review of
        the case is taken on with it.

        Raises:
            InvalidOptionError: the name is empty, too long or not printable.
            NotFoundError: there is no such case.
            NotPossibleError: somebody else holds it, or it is still worked on.
        """
        check_word("by", by, NAME_LENGTH)
        with self._store.begin() as work:
            case = _locked(work, case_id)
            known = case.summary.id
            _must_have_ended(case)
            held = work.reviews.claim_of(known)
            if held is not None and held.by != by:
                raise NotPossibleError("Case {case} is held by {by}.", case=known, by=held.by)
            work.reviews.claim(known, by, seen=_decision(work, known), lease_s=self._lease_s)
            runs = self._answer_alert(work, known, AlertEvent.ACKNOWLEDGE, by)
            look = Look(work, known, by)
            work.commit()
        self._relay.send(runs)
        return look.item(self._vault, self._rules)

    def release(self, case_id: str, *, by: str) -> None:
        """Give a case back to the queue.

        Raises:
            NotFoundError, NotPossibleError: there is no such case, or `by` does not hold it.
        """
        with self._store.begin() as work:
            known = _locked(work, case_id).summary.id
            _held(work, known, by)
            work.reviews.release(known)
            work.audit.write([AuditEntry(AuditEvent.REVIEW_RELEASED, known, by)])
            work.commit()

    def confirm(self, case_id: str, *, by: str, reason: str) -> None:
        """Confirm the result as it was shown: it is preliminary no more.

        Args:
            case_id: the case.
            by: who holds it.
            reason: on what the person relies; kept encrypted under the patient's key.

        Raises:
            InvalidOptionError: the reason is missing, too long or not printable.
            NotFoundError: there is no such case.
            NotPossibleError: `by` does not hold it, or the result has changed since.
        """
        check_word("reason", reason, REASON_LENGTH)
        with self._store.begin() as work:
            case = _locked(work, case_id)
            known = case.summary.id
            _must_have_ended(case)
            if _held(work, known, by).seen != _decision(work, known):
                raise NotPossibleError(
                    "The result of case {case} has changed since {by} claimed it: "
                    "claim it again to see it.",
                    case=known,
                    by=by,
                )
            said: JsonObject = {"reason": reason, "classes": self._classes(work, case)}
            self._note(work, case, ReviewEvent.CONFIRMED, by, said)
            work.cases.confirm(known, by)
            work.reviews.release(known)
            runs = self._answer_alert(work, known, AlertEvent.ACT, by)
            work.cases.settle(known)
            work.commit()
        self._relay.send(runs)

    def correct(
        self, case_id: str, *, by: str, reason: str, class_: str, lesion: str | None = None
    ) -> None:
        """Give a lesion another class; the decision is made anew with it.

        It opens alerts as any decision does. The urgency and the alerts that are there stay. The
        new result is preliminary; the person still holds the case, to see and confirm it.

        Args:
            case_id: the case.
            by: who holds it.
            reason: why; kept encrypted under the patient's key.
            class_: one of `CLASSES`.
            lesion: id of the lesion; the first, which the picture shows, when None.

        Raises:
            InvalidOptionError: reason, class or lesion is wrong.
            NotFoundError: there is no such case.
            NotPossibleError: `by` does not hold it, or it is still worked on.
            CorruptDataError: what is stored does not decrypt.
        """
        check_word("reason", reason, REASON_LENGTH)
        if class_ not in CLASSES:
            raise InvalidOptionError("class: unknown (known: {known})", known=", ".join(CLASSES))
        with self._store.begin() as work:
            case = _locked(work, case_id)
            known = case.summary.id
            _must_have_ended(case)
            _held(work, known, by)
            file = self._vault.open_case(case)
            classes = file.clinician_classes | {_lesion(file, lesion): class_}
            before = self._classes(work, case)
            said: JsonObject = {"reason": reason, "before": before, "classes": classes}
            sealed = self._sealed(case, file, classes)
            self._note(work, case, ReviewEvent.CORRECTED, by, said, told=digest(sealed))
            work.cases.reseal(known, sealed)
            vault, stage = self._vault, Stage.MEDICAL_ANALYSIS
            runs = reopen(work, known, stage, by=by, reason=reason, vault=vault)
            work.commit()
        self._relay.send(runs)

    def _note(
        self,
        work: UnitOfWork,
        case: StoredCase,
        event: ReviewEvent,
        by: str,
        said: JsonObject,
        **attested: str,
    ) -> None:
        known = case.summary.id
        number = len(work.reviews.of_case(known)) + 1
        sealed = seal_words(self._vault, case, number, said)
        work.reviews.add(StoredReview(known, number, event, by, sealed))
        kind = AuditEvent(f"review.{event}")
        detail = {"number": number, "said": digest(b64decode(sealed)), **attested}
        work.audit.write([AuditEntry(kind, known, by, detail=detail)])

    def _classes(self, work: UnitOfWork, case: StoredCase) -> JsonObject:
        """Return the classes of the result; none when there is none, or it does not decrypt."""
        sealed = work.runs.results(case.summary.id).get(Stage.MEDICAL_ANALYSIS)
        if sealed is None:
            return {}
        try:
            return lesion_classes(self._vault.open_result(case, Stage.MEDICAL_ANALYSIS, sealed))
        except CorruptDataError:
            return {}

    def _sealed(self, case: StoredCase, file: CaseFile, classes: JsonObject) -> bytes:
        return self._vault.seal_case(
            case.patient,
            file.id,
            lang=file.lang,
            context=file.context,
            options=file.options,
            clinician_classes=classes,
        )

    def _answer_alert(
        self, work: UnitOfWork, case_id: CaseId, event: AlertEvent, by: str
    ) -> tuple[Run, ...]:
        """Answer the alert that asks for this review; any other needs its own answer."""
        known = alert_id(case_id, AlertKind.HUMAN_REVIEW)
        return self._escalator.answer(work, known, Answer(event, by, REVIEW))[1]


def _locked(work: UnitOfWork, case_id: str) -> StoredCase:
    known = CaseId(case_id)
    if is_case_id(case_id):
        work.cases.lock(known)
    case = work.cases.get(known) if is_case_id(case_id) else None
    if case is None:
        raise NotFoundError("There is no case {case}.", case=case_id)
    return case


def _must_have_ended(case: StoredCase) -> None:
    if case.summary.state not in CASE_ENDS:
        raise NotPossibleError(
            "Case {case} is still worked on: wait for its end.", case=case.summary.id
        )


def _held(work: UnitOfWork, case_id: CaseId, by: str) -> Claim:
    held = work.reviews.claim_of(case_id)
    if held is None or held.by != by:
        raise NotPossibleError(
            "by: {by} does not hold case {case} (any more): claim it first.", by=by, case=case_id
        )
    return held


def _decision(work: UnitOfWork, case_id: CaseId) -> int:
    """Return which decision stands: the attempt of triage that made it."""
    return next((run.attempt for run in work.runs.of_case(case_id) if run.task == Stage.TRIAGE), 0)


def _lesion(file: CaseFile, lesion: str | None) -> str:
    """Return the id of a lesion of a case; a case that lists none has one, named 1."""
    listed = objects(file.context.get("lesions"))
    known = [str(one.get("id") or place) for place, one in enumerate(listed, 1)] or ["1"]
    if lesion is not None and lesion not in known:
        raise InvalidOptionError("lesion: no lesion of this case has this id")
    return lesion or known[0]
