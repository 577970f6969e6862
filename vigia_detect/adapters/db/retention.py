from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Select, delete, or_, select, update
from sqlalchemy import insert as insert_into

from vigia_detect.adapters.db import retention_statements as sql
from vigia_detect.adapters.db.engine import now
from vigia_detect.adapters.db.tables import (
    addenda,
    cases,
    earlier_results,
    holds,
    patients,
    retention,
    runs,
)
from vigia_detect.domain.ids import CaseId, Pseudonym
from vigia_detect.domain.retention import (
    DataKind,
    Going,
    Hold,
    HoldReason,
    PatientStanding,
    Periods,
)
from vigia_detect.errors import NotFoundError


class SqlRetention:
    """Rows of periods and holds, and what may go (see `retention_ports.Retention`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def periods(self) -> Periods:
        """Return the periods on record, in days."""
        rows = self._connection.execute(select(retention.c.kind, retention.c.days))
        return {DataKind(kind): days for kind, days in rows}

    def lengthen(self, kind: DataKind, days: int) -> bool:
        """Put a period on record; False when it is as long or longer already."""
        if sql.ADD_PERIOD.row(self._connection, kind=kind.value, days=days) is not None:
            return True
        changed = self._connection.execute(
            update(retention)
            .where(retention.c.kind == kind, retention.c.days < days)
            .values(days=days, set_at=now())
        )
        return changed.rowcount == 1

    def add_hold(self, hold: Hold) -> None:
        """Store a hold. Raises NotFoundError when its subject is not there."""
        found = self._connection.execute(
            select(patients.c.pseudonym)
            .where(
                or_(
                    patients.c.pseudonym == hold.subject,
                    patients.c.pseudonym.in_(
                        select(cases.c.pseudonym).where(cases.c.id == hold.subject)
                    ),
                ),
                patients.c.erased_at.is_(None),
            )
            .with_for_update()
        ).first()
        if found is None:
            raise NotFoundError(
                "There is no patient or case {subject}, or it is erased.", subject=hold.subject
            )
        self._connection.execute(
            insert_into(holds).values(
                id=hold.id,
                subject=hold.subject,
                reason=hold.reason,
                reference=hold.reference,
                placed_at=now(),
                placed_by=hold.placed_by,
            )
        )

    def release_hold(self, hold_id: str, by: str) -> str | None:
        """Release a hold; return its subject, or None when there is no such hold."""
        released: str | None = self._connection.execute(
            update(holds)
            .where(holds.c.id == hold_id, holds.c.released_at.is_(None))
            .values(released_at=now(), released_by=by)
            .returning(holds.c.subject)
        ).scalar()
        return released

    def holds(self, *, released: bool = False) -> Sequence[Hold]:
        """Return the holds that are in force, or with `released` all of them."""
        query = select(holds).order_by(holds.c.placed_at)
        if not released:
            query = query.where(holds.c.released_at.is_(None))
        return [
            Hold(
                id=row.id,
                subject=row.subject,
                reason=HoldReason(row.reason),
                reference=row.reference,
                placed_by=row.placed_by,
                placed_at=row.placed_at,
                released_at=row.released_at,
                released_by=row.released_by,
            )
            for row in self._connection.execute(query)
        ]

    def standing(self, pseudonym: Pseudonym, *, lock: bool = False) -> PatientStanding | None:
        """Return how a patient stands; None when there is none or it is erased."""
        query = select(patients.c.created_at).where(
            patients.c.pseudonym == pseudonym, patients.c.erased_at.is_(None)
        )
        begun = self._connection.execute(query.with_for_update() if lock else query).scalar()
        if begun is None:
            return None
        rows = self._connection.execute(
            select(cases.c.id, sql.LAST_ENTRY).where(cases.c.pseudonym == pseudonym)
        ).all()
        return PatientStanding(
            pseudonym=pseudonym,
            cases=tuple(CaseId(row[0]) for row in rows),
            last_entry_at=max([begun, *(row[1] for row in rows)]),
            open=self._ids(sql.open_work(cases.c.pseudonym == pseudonym)),
            holds=self._ids(sql.holds_on(pseudonym)),
        )

    def due_patients(self, before: float) -> Going:
        """Return patients without an entry since then and without open work (pseudonyms)."""
        return self._going(DataKind.RECORD, sql.due_patients(before), sql.PATIENT_HELD)

    def due(self, kind: DataKind, before: float) -> Going:
        """Return what of a kind is older: cases, or notifications, whose work has ended."""
        return self._going(kind, sql.DUE[kind](before), sql.HELD)

    def not_held(self, kind: DataKind, ids: Sequence[str]) -> Sequence[str]:
        """Return which of these nobody holds; it stays so until the transaction ends."""
        # Two statements: only the second one sees a hold that the first one waited for.
        self._connection.execute(sql.patients_of(kind, ids).with_for_update(of=patients))
        return self._ids(sql.one_of(kind, ids).where(~sql.HELD))

    def forget(self, kind: DataKind, ids: Sequence[str]) -> None:
        """Delete what `due` named, without its files."""
        self._connection.execute(sql.FORGET[kind](ids))
        if kind == DataKind.DETAILS:
            self._connection.execute(sql.earlier_details(ids))
            self._connection.execute(sql.narratives(ids))

    def erase(self, pseudonym: Pseudonym, erased_as: Pseudonym) -> None:
        """Destroy a patient's key and all that it sealed in rows; the cases stay, nameless.

        The pseudonym goes too: whoever has its key could try all codes until one fits.
        """
        run = self._connection.execute
        begun = select(patients.c.created_at).where(patients.c.pseudonym == pseudonym)
        run(
            insert_into(patients).values(
                pseudonym=erased_as,
                wrapped_key=b"",
                sealed_code=b"",
                created_at=begun.scalar_subquery(),
                erased_at=now(),
            )
        )
        mine = select(cases.c.id).where(cases.c.pseudonym == pseudonym)
        theirs = select(runs.c.id).where(runs.c.case_id.in_(mine))
        run(delete(earlier_results).where(earlier_results.c.run_id.in_(theirs)))
        run(update(runs).where(runs.c.case_id.in_(mine)).values(result=None))
        run(update(addenda).where(addenda.c.case_id.in_(mine)).values(sealed=None))
        run(
            update(cases)
            .where(cases.c.pseudonym == pseudonym)
            .values(pseudonym=erased_as, sealed=b"", image_ref="", **sql.FORGOTTEN_KEY)
        )
        run(delete(patients).where(patients.c.pseudonym == pseudonym))
        run(update(holds).where(holds.c.subject == pseudonym).values(subject=erased_as))

    def cases_with(self, kind: DataKind, among: Sequence[CaseId]) -> frozenset[CaseId]:
        """Return which of these cases still have their image or their details."""
        query = select(cases.c.id).where(cases.c.id.in_(among), sql.HAS[kind])
        return frozenset(CaseId(found) for found in self._connection.execute(query).scalars())

    def _going(self, kind: str, query: Select[str], held: ColumnElement[bool]) -> Going:
        kept = self._ids(query.where(held))
        return Going(kind, self._ids(query.where(~held)), len(kept))

    def _ids(self, query: Select[str]) -> tuple[str, ...]:
        return tuple(self._connection.execute(query).scalars())
