"""The seams of `ports` that are about alerts: rows, notifications, deadlines, ways to people."""

from collections.abc import Sequence
from typing import Protocol

from vigia_detect.domain.alert_states import NotificationEvent
from vigia_detect.domain.case import Run
from vigia_detect.domain.gate import Gate
from vigia_detect.domain.ids import AlertId, CaseId, RunId
from vigia_detect.domain.notification import Message, Receipt, Recipient
from vigia_detect.domain.records import DueTimer, StoredAlert, StoredNotification


class Alerts(Protocol):
    """Rows of alerts."""

    def add(self, alert: StoredAlert) -> bool:
        """Store a new open alert; False when its subject has one of this kind."""

    def lock(self, alert_id: AlertId) -> StoredAlert | None:
        """Return an alert, held until the transaction ends; or None."""

    def save(self, alert: StoredAlert) -> None:
        """Write an alert that this transaction has locked."""

    def get(self, alert_id: AlertId) -> StoredAlert | None:
        """Return an alert, or None."""

    def of_case(self, case_id: CaseId) -> Sequence[StoredAlert]:
        """Return the alerts of a case, oldest first."""

    def list(self, *, limit: int) -> Sequence[StoredAlert]:
        """Return the newest alerts first."""

    def unfinished(self) -> Sequence[AlertId]:
        """Return the alerts that nobody has acted on."""

    def open_by_kind(self) -> dict[str, int]:
        """Return how many alerts nobody has acknowledged, by kind, drills left out."""


class Notifications(Protocol):
    """Rows of notifications and their attempts; each belongs to a run of its own."""

    def add(
        self, planned: Sequence[StoredNotification], case_id: CaseId | None, queue: str
    ) -> tuple[Run, ...]:
        """Store notifications with their runs; return the runs, marked as published."""

    def get(self, known: RunId) -> StoredNotification | None:
        """Return the notification of a run, or None."""

    def of_alert(self, alert_id: AlertId, *, turn: int | None = None) -> list[StoredNotification]:
        """Return the notifications of an alert, or of one of its turns, in their order."""

    def begin(self, run: Run, one: StoredNotification) -> None:
        """Note that this attempt begins to send, before it does."""

    def end(
        self,
        run: Run,
        one: StoredNotification,
        event: NotificationEvent,
        *,
        subject: str,
        code: str | None = None,
        provider_id: str | None = None,
    ) -> None:
        """Note how the attempt that is being sent ended. `subject` is the audit entry's."""

    def hold(self, known: RunId, until: float) -> None:
        """Note until when one waits for the end of quiet hours."""

    def held_with(self, one: StoredNotification, limit: int) -> list[tuple[RunId, int, AlertId]]:
        """Return (run, attempt, alert) of others that waited for the same person and address."""

    def mark_bundle(self, known: RunId, bundle: str) -> None:
        """Note which message told this one together with others."""

    def put_in_line(self, known: RunId, place_at: float) -> None:
        """Keep a notification's place in the line of its address."""

    def suppress(self, alert_id: AlertId) -> Sequence[RunId]:
        """Withdraw what has not begun to be sent; return which."""

    def plan_updates(self, alert: StoredAlert, queue: str) -> tuple[Run, ...]:
        """Store a run for each message that a provider can edit; return the runs."""

    def updated_by(self, known: RunId) -> StoredNotification | None:
        """Return the notification whose message a run edits, or None."""

    def acceptance(self, since: float) -> list[tuple[str, float | None]]:
        """Return (kind, seconds to the first acceptance or None) of each turn since a time."""


class Timers(Protocol):
    """Rows of deadlines. One is fired once, in the transaction of what follows from it."""

    def arm(self, timers_: Sequence[tuple[DueTimer, float]]) -> None:
        """Store deadlines with their times, in Unix seconds."""

    def settle(self, subjects: Sequence[str]) -> None:
        """End all deadlines of these subjects: what they would ask has been answered."""

    def due(self, limit: int) -> Sequence[DueTimer]:
        """Return deadlines that have passed, the oldest first (a look: others may see them)."""

    def win(self, timer: DueTimer) -> bool:
        """Mark a deadline as fired; False when another process has it, or it was settled."""

    def put_off(self, timer: DueTimer, longest_s: float) -> None:
        """Look again at one whose firing failed, ever later, so that it delays no other."""

    def overdue_s(self) -> float:
        """Return how late the oldest deadline is that has not fired, in seconds; 0: none is."""

    def beat(self, name: str, every_s: float) -> bool:
        """Win one of the turns that come every so many seconds, whoever asks first."""

    def armed(self, subjects: Sequence[str]) -> frozenset[str]:
        """Return which of these subjects have a deadline that has not fired."""


class Gates(Protocol):
    """Rows of gates, shared by all processes: they keep one pace together."""

    def lock(self, name: str) -> Gate:
        """Return a gate, held until the transaction ends; an open one when it is new."""

    def save(self, name: str, gate: Gate) -> None:
        """Write a gate that this transaction has locked."""


class AckTokens(Protocol):
    """Rows of links and requests that were used up."""

    def consume(self, nonce: str, *, expires_at: float) -> bool:
        """Use it up; False when it was before.

        Args:
            nonce: the name of the link or request.
            expires_at: Unix seconds; the row may be forgotten a day after.
        """

    def used(self, nonce: str) -> bool:
        """Tell whether it was used up."""


class Channels(Protocol):
    """The ways to reach people, each behind its own adapter."""

    def send(self, message: Message, to: Recipient) -> Receipt:
        """Hand a message over; sending the same `notification_id` again tells nobody twice.

        That holds where the provider can deduplicate.

        Raises:
            ChannelTemporaryError: the channel may take it later.
            ChannelPermanentError: it never will; also a channel that is not set up.
        """

    def update(self, message: Message, to: Recipient, provider_id: str, text: str) -> None:
        """Edit what was sent, for example to say who has answered; where that is possible.

        Raises:
            ChannelTemporaryError: the channel may take it later.
            ChannelPermanentError: it never will.
        """


class Heartbeat(Protocol):
    """Somebody outside who raises the alarm when Vigia falls silent."""

    def ping(self) -> None:
        """Say that all is well. Raises UnavailableError."""
