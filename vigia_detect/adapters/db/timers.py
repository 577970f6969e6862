from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, select, update

from vigia_detect.adapters.db.engine import now
from vigia_detect.adapters.db.prepared import Prepared, insert_if_new
from vigia_detect.adapters.db.tables import timers
from vigia_detect.domain.records import DueTimer

_ARM = Prepared(
    insert(timers).values(
        failures=0,
        **{name: bindparam(name) for name in ("kind", "subject", "round", "due_at", "look_at")},
    )
)
BEAT = "beat"
# Marked as fired from the start: it is no deadline and nobody is to fire it.
_BEGIN = insert_if_new(
    timers,
    ("subject",),
    kind=BEAT,
    round=0,
    due_at=now(),
    look_at=now(),
    failures=0,
    fired_at=now(),
)
_DUE: tuple[ColumnElement[bool], ...] = (timers.c.fired_at.is_(None), timers.c.look_at <= now())


class SqlTimers:
    """Rows of deadlines. One is fired once, in the transaction of what follows from it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def arm(self, timers_: Sequence[tuple[DueTimer, float]]) -> None:
        """Store deadlines with their times, in Unix seconds."""
        rows: list[dict[str, object]] = [
            {
                "kind": timer.kind,
                "subject": timer.subject,
                "round": timer.round,
                "due_at": due_at,
                "look_at": due_at,
            }
            for timer, due_at in timers_
        ]
        if rows:
            _ARM.many(self._connection, rows)

    def settle(self, subjects: Sequence[str]) -> None:
        """End all deadlines of these subjects: what they would ask has been answered."""
        if subjects:
            self._connection.execute(
                update(timers)
                .where(timers.c.subject.in_(subjects), timers.c.fired_at.is_(None))
                .values(fired_at=now())
            )

    def due(self, limit: int) -> Sequence[DueTimer]:
        """Return deadlines that have passed, the oldest first (a look: others may see them)."""
        columns = (timers.c.kind, timers.c.subject, timers.c.round)
        query = select(*columns).where(*_DUE).order_by(timers.c.look_at).limit(limit)
        return [DueTimer(*row) for row in self._connection.execute(query)]

    def win(self, timer: DueTimer) -> bool:
        """Mark a deadline as fired; False when another process has it, or it was settled."""
        mine = select(timers.c.kind).where(*_at(timer), *_DUE).with_for_update(skip_locked=True)
        if self._connection.execute(mine).first() is None:
            return False
        self._connection.execute(update(timers).where(*_at(timer)).values(fired_at=now()))
        return True

    def put_off(self, timer: DueTimer, longest_s: float) -> None:
        """Look again at one whose firing failed, ever later, so that it delays no other."""
        pause = func.min if self._connection.dialect.name == "sqlite" else func.least
        later = now() + pause(longest_s, timers.c.failures + 1.0)
        self._connection.execute(
            update(timers)
            .where(*_at(timer), timers.c.fired_at.is_(None))
            .values(look_at=later, failures=timers.c.failures + 1)
        )

    def beat(self, name: str, every_s: float) -> bool:
        """Win one of the turns that come every so many seconds, whoever asks first."""
        _BEGIN.rows(self._connection, subject=name)
        won = self._connection.execute(
            update(timers)
            .where(timers.c.kind == BEAT, timers.c.subject == name, timers.c.look_at <= now())
            .values(look_at=now() + every_s, fired_at=now())
        )
        return won.rowcount == 1

    def overdue_s(self) -> float:
        """Return how late the oldest deadline is that has not fired, in seconds; 0: none is."""
        query = select(now() - func.min(timers.c.due_at)).where(timers.c.fired_at.is_(None))
        return max(0.0, self._connection.execute(query).scalar() or 0.0)

    def armed(self, subjects: Sequence[str]) -> frozenset[str]:
        """Return which of these subjects have a deadline that has not fired."""
        query = select(timers.c.subject).where(
            timers.c.subject.in_(subjects), timers.c.fired_at.is_(None)
        )
        return frozenset(self._connection.execute(query).scalars())


def _at(timer: DueTimer) -> tuple[ColumnElement[Any], ...]:
    return (
        timers.c.kind == timer.kind,
        timers.c.subject == timer.subject,
        timers.c.round == timer.round,
    )
