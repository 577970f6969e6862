"""Takes people's answers to alerts from signed links and from Slack's buttons."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from vigia_detect.domain.ack_link import AckLink, new_link, read, sign
from vigia_detect.domain.alert_states import AlertEvent
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.button import Button
from vigia_detect.domain.case import Run
from vigia_detect.domain.escalation import Answer
from vigia_detect.domain.ids import AlertId, is_case_id
from vigia_detect.domain.notification import Channel
from vigia_detect.domain.on_call import Directory
from vigia_detect.domain.records import StoredAlert
from vigia_detect.errors import (
    AnswerRefusedError,
    ExpiredLinkError,
    ForgedLinkError,
    UnauthorisedAnswerError,
    UsedLinkError,
)
from vigia_detect.log import get_logger
from vigia_detect.ports import Store, UnitOfWork

log = get_logger()

AFTERWARDS = (Button.IN_PROGRESS, Button.NOT_MINE)
"""What somebody who is on the way may still have to say."""
REPLAY_S = 600  # Slack's own signatures are good for five minutes to either side
FORGERY_PAUSE_S = 1.0
NOBODY = "unknown"
ACTOR_LENGTH = 64  # of the trail's column


MEANING: Mapping[Button, AlertEvent] = MappingProxyType(
    {
        Button.ON_MY_WAY: AlertEvent.ACKNOWLEDGE,
        Button.IN_PROGRESS: AlertEvent.ACT,
        Button.NOT_MINE: AlertEvent.DECLINE,
    }
)
"""What each button does to the alert."""


@dataclass(frozen=True, slots=True)
class Once:
    """The name of a link or request that counts once, and when it may be forgotten."""

    nonce: str
    expires_at: float


TakeAnswer: TypeAlias = Callable[[UnitOfWork, AlertId, Answer], tuple[bool, tuple[Run, ...]]]
"""Takes an answer in a transaction; see `Escalator.answer`."""


PermitAnswer: TypeAlias = Callable[[str, str, AlertId], None]
"""Lets a person answer, by link or Slack, an alert; raises UnauthorisedAnswerError if they may
not."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that counts.

    Attributes:
        changed: False when the alert was already there.
        again: the token for what the same person may still say, if anything.
    """

    alert_id: AlertId
    button: Button
    by: str
    changed: bool
    again: str | None = None


class Answers:
    """Checks who answers, and takes each answer once.

    A link is used up in the transaction that takes its answer, so neither happens alone.

    Args:
        take: moves the alert; tells whether its state allowed it.
        publish: sends messages for runs that a commit made ready.
        key: signs links; derived for that purpose alone.
        lifetime_s: how long a link is good.
        people: person by Slack user id.
        permit: asks the policies; they record what they decide.
        clock: Unix seconds.
    """

    def __init__(
        self,
        *,
        store: Store,
        take: TakeAnswer,
        publish: Callable[[Sequence[Run]], object],
        key: bytes,
        lifetime_s: float,
        people: Mapping[str, str],
        permit: PermitAnswer,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._take = take
        self._publish = publish
        self._key = key
        self._lifetime_s = lifetime_s
        self._people = people
        self._permit = permit
        self._clock = clock
        self._forgeries = 0
        self._told_at = float("-inf")

    def token(self, alert_id: AlertId, person: str) -> str:
        """Return a fresh token with which `person` can answer the alert."""
        return self._sign(alert_id, person, tuple(Button))

    def look(self, token: str) -> AckLink:
        """Return what a token allows now; nothing is used up.

        Raises:
            AnswerRefusedError: it is forged, expired or used.
        """
        link = read(token, self._key)
        if link.over(self._clock()):
            raise ExpiredLinkError("This link's time is over.")
        with self._store.read() as work:
            if work.tokens.used(link.nonce):
                raise UsedLinkError("This link was used before.")
        return link

    def alert(self, link: AckLink) -> StoredAlert | None:
        """Return the alert that a link is about, if it is there."""
        with self._store.read() as work:
            return work.alerts.get(link.alert_id)

    def follow(self, token: str, wanted: str) -> Answered:
        """Take the answer that somebody gives by a link.

        Raises:
            AnswerRefusedError: the link is forged, expired or used, or does not allow the answer.
        """
        try:
            link = read(token, self._key)
        except ForgedLinkError:
            self.note_forgery("link")
            raise
        with self._recorded(link.alert_id, link.person, "link"):
            button = self._allowed(link, wanted)
            self._permit(link.person, "link", link.alert_id)
            once = Once(link.nonce, link.expires_at)
            changed = self._answer(once, link.alert_id, button, by=link.person, how="link")
        more = changed and button == Button.ON_MY_WAY
        again = self._sign(link.alert_id, link.person, AFTERWARDS) if more else None
        return Answered(link.alert_id, button, link.person, changed, again)

    def press(self, *, user: str, alert_id: str, button: Button, signature: str) -> Answered:
        """Take the answer that somebody gives by a button whose signature was checked.

        Args:
            user: Slack's id of who pressed.
            alert_id: the button's value.
            button: which one.
            signature: of the request; the same request counts once.

        Raises:
            AnswerRefusedError: the person is not known, or the request came before.
        """
        subject = alert_id if is_case_id(alert_id) else NOBODY
        with self._recorded(subject, f"slack:{user}", "slack"):
            person = self._people.get(user)
            if person is None:
                raise UnauthorisedAnswerError("This Slack user is in no list of people.")
            self._permit(person, "slack", AlertId(alert_id))
            nonce = hashlib.sha256(signature.encode()).hexdigest()
            once, known = Once(nonce, self._clock() + REPLAY_S), AlertId(alert_id)
            changed = self._answer(once, known, button, by=person, how="slack")
        return Answered(known, button, person, changed)

    def note_forgery(self, how: str) -> None:
        """Record forgeries at most once a second, with their number: they are free to make."""
        self._forgeries += 1
        if self._clock() - self._told_at < FORGERY_PAUSE_S:
            return
        count, self._forgeries, self._told_at = self._forgeries, 0, self._clock()
        log.warning("answer_forged", count=count)
        detail = {"reason": ForgedLinkError.reason, "how": how, "count": count}
        self._record(NOBODY, NOBODY, detail)

    def _sign(self, alert_id: AlertId, person: str, buttons: Iterable[Button]) -> str:
        expires_at = self._clock() + self._lifetime_s
        return sign(new_link(alert_id, person, expires_at=expires_at, buttons=buttons), self._key)

    def _allowed(self, link: AckLink, wanted: str) -> Button:
        if link.over(self._clock()):
            raise ExpiredLinkError("This link's time is over.")
        if wanted not in link.buttons:
            raise UnauthorisedAnswerError("This link does not allow this answer.")
        return Button(wanted)

    def _answer(self, once: Once, alert_id: AlertId, button: Button, *, by: str, how: str) -> bool:
        with self._store.begin() as work:
            if not work.tokens.consume(once.nonce, expires_at=once.expires_at):
                raise UsedLinkError("This link or request was used before.")
            changed, runs = self._take(work, alert_id, Answer(MEANING[button], by, how))
            work.commit()
        self._publish(runs)
        return changed

    @contextmanager
    def _recorded(self, subject: str, actor: str, how: str) -> Iterator[None]:
        """Leave an audit entry when an answer is refused."""
        try:
            yield
        except AnswerRefusedError as error:
            self._record(subject, actor, {"reason": error.reason, "how": how})
            raise

    def _record(self, subject: str, actor: str, detail: Mapping[str, object]) -> None:
        entry = AuditEntry(AuditEvent.ANSWER_REFUSED, subject, actor[:ACTOR_LENGTH], detail=detail)
        with self._store.begin() as work:
            work.audit.write([entry])
            work.commit()


def slack_users(directory: Directory) -> dict[str, str]:
    """Return the person by Slack user id of all contacts that are such (`U...` or `W...`)."""
    return {
        contact.address: name
        for name, person in directory.people.items()
        for contact in person.contacts
        if contact.channel == Channel.SLACK and contact.address.startswith(("U", "W"))
    }
