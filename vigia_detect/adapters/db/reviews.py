"""Who holds which case for review, and what was said. The caller has locked the case."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, exists, insert, or_, select, update

from vigia_detect.adapters.db.audit import SqlAudit
from vigia_detect.adapters.db.engine import among, now
from vigia_detect.adapters.db.prepared import insert_if_new
from vigia_detect.adapters.db.tables import cases, review_claims, reviews, runs
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.review import Claim, ReviewEvent, StoredReview, Waiting
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseState, RunState, StatusCode
from vigia_detect.domain.triage import Urgency

_FAILED = exists().where(
    runs.c.subject == cases.c.id,
    runs.c.state == RunState.FAILED,
    among(runs.c.task, Stage),
)
_WAITS = and_(
    cases.c.confirmed_at.is_(None),
    or_(
        among(cases.c.state, (CaseState.NEEDS_REVIEW, CaseState.FAILED)),
        and_(
            cases.c.state == CaseState.ESCALATED,
            or_(cases.c.review_required.is_not(False), _FAILED),
        ),
    ),
)
_STANDING = select(
    *(cases.c.id, cases.c.state, cases.c.status_code, cases.c.urgency, cases.c.may_be_grave),
    *(_FAILED.label("failed"), cases.c.created_at),
    *(review_claims.c.by, review_claims.c.until, review_claims.c.seen),
).outerjoin_from(
    cases,
    review_claims,
    and_(review_claims.c.case_id == cases.c.id, review_claims.c.until > now()),
)
_CLAIM = insert_if_new(review_claims, ("case_id", "by"), until=0.0, seen=0)


class SqlReviews:
    """Rows of claims and of people's words on results."""

    def __init__(self, connection: Connection, audit: SqlAudit) -> None:
        self._connection = connection
        self._audit = audit

    def waiting(self) -> Sequence[Waiting]:
        """Return the cases that wait for a person, in no order."""
        return [_to_waiting(row) for row in self._connection.execute(_STANDING.where(_WAITS))]

    def standing(self, case_id: CaseId) -> Waiting | None:
        """Return a case as it stands, whether it waits or not."""
        row = self._connection.execute(_STANDING.where(cases.c.id == case_id)).one_or_none()
        return None if row is None else _to_waiting(row)

    def claim_of(self, case_id: CaseId) -> Claim | None:
        """Return who holds a case; a claim whose time is over ends here, with its entry."""
        here = review_claims.c.case_id == case_id
        over = delete(review_claims).where(here, review_claims.c.until <= now())
        ended = self._connection.execute(over.returning(review_claims.c.by)).one_or_none()
        if ended is not None:
            self._audit.write([AuditEntry(AuditEvent.REVIEW_EXPIRED, case_id, ended.by)])
        row = self._connection.execute(select(review_claims).where(here)).one_or_none()
        return None if row is None else Claim(row.by, row.until, row.seen)

    def claim(self, case_id: CaseId, by: str, *, seen: int, lease_s: float) -> Claim:
        """Let `by` hold a case that nobody else holds; an own claim is prolonged."""
        _CLAIM.row(self._connection, case_id=case_id, by=by)
        mine = and_(review_claims.c.case_id == case_id, review_claims.c.by == by)
        prolonged = update(review_claims).where(mine).values(until=now() + lease_s, seen=seen)
        row = self._connection.execute(prolonged.returning(review_claims.c.until)).one()
        self._audit.write(
            [AuditEntry(AuditEvent.REVIEW_CLAIMED, case_id, by, detail={"lease_s": lease_s})]
        )
        return Claim(by, row.until, seen)

    def release(self, case_id: CaseId) -> None:
        """End the claim on a case, if there is one."""
        self._connection.execute(delete(review_claims).where(review_claims.c.case_id == case_id))

    def add(self, review: StoredReview) -> None:
        """Store what a person said, at the database's time."""
        given = {name: getattr(review, name) for name in ("case_id", "number", "event", "by")}
        self._connection.execute(insert(reviews).values(**given, sealed=review.sealed, at=now()))

    def of_case(self, case_id: CaseId) -> Sequence[StoredReview]:
        """Return what was said of a case, oldest first."""
        query = select(reviews).where(reviews.c.case_id == case_id).order_by(reviews.c.number)
        return [
            StoredReview(case_id, row.number, ReviewEvent(row.event), row.by, row.sealed, row.at)
            for row in self._connection.execute(query)
        ]


def _to_waiting(row: Row[*tuple[Any, ...]]) -> Waiting:
    return Waiting(
        id=CaseId(row.id),
        state=CaseState(row.state),
        status_code=StatusCode(row.status_code),
        urgency=Urgency(row.urgency),
        may_be_grave=row.may_be_grave,
        failed=bool(row.failed),
        created_at=row.created_at,
        claim=None if row.by is None else Claim(row.by, row.until, row.seen),
    )
