"""Takes people's answers to alerts from signed links and from Slack's buttons."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from vigia_detect.domain.ack_link import AckLink, new_link, read, sign
from vigia_detect.domain.answer import Answer
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.ids import AlertId, is_case_id
from vigia_detect.errors import (
    AnswerRefusedError,
    ExpiredLinkError,
    ForgedLinkError,
    UnauthorisedAnswerError,
    UsedLinkError,
)
from vigia_detect.log import get_logger
from vigia_detect.ports import AlertDesk, Store

log = get_logger()

AFTERWARDS = (Answer.IN_PROGRESS, Answer.NOT_MINE)
"""What somebody who is on the way may still have to say."""
REPLAY_S = 600  # Slack's own signatures are good for five minutes to either side
FORGERY_PAUSE_S = 1.0
NOBODY = "unknown"
ACTOR_LENGTH = 64  # of the trail's column


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that counts.

    Attributes:
        changed: False when the alert was already there.
        again: the token for what the same person may still say, if anything.
    """

    alert_id: AlertId
    answer: Answer
    by: str
    changed: bool
    again: str | None = None


class Answers:
    """Checks who answers, once, and hands the answer to the desk.

    A link is used up before its answer is taken: if the process dies between the two, the answer
    is lost but the alert goes on to the next people.

    Args:
        key: signs links; derived for that purpose alone.
        lifetime_s: how long a link is good.
        people: person by Slack user id.
        clock: Unix seconds.
    """

    def __init__(
        self,
        *,
        store: Store,
        desk: AlertDesk,
        key: bytes,
        lifetime_s: float,
        people: Mapping[str, str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._desk = desk
        self._key = key
        self._lifetime_s = lifetime_s
        self._people = people
        self._clock = clock
        self._forgeries = 0
        self._told_at = float("-inf")

    def token(self, alert_id: AlertId, person: str) -> str:
        """Return a fresh token with which `person` can answer the alert."""
        return self._sign(alert_id, person, tuple(Answer))

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

    def follow(self, token: str, wanted: str) -> Answered:
        """Take the answer that somebody gives by a link.

        Raises:
            AnswerRefusedError: the link is forged, expired or used, or does not allow the answer.
            NotFoundError: there is no such alert.
        """
        try:
            link = read(token, self._key)
        except ForgedLinkError:
            self.note_forgery("link")
            raise
        with self._recorded(link.alert_id, link.person, "link"):
            answer = self._allowed(link, wanted)
            self._consume(link.nonce, link.expires_at)
        changed = self._take(link.alert_id, answer, by=link.person, how="link")
        again = self._sign(link.alert_id, link.person, AFTERWARDS)
        more = again if answer == Answer.ON_MY_WAY else None
        return Answered(link.alert_id, answer, link.person, changed, more)

    def press(self, *, user: str, alert_id: str, answer: Answer, signature: str) -> Answered:
        """Take the answer that somebody gives by a button whose signature was checked.

        Args:
            user: Slack's id of who pressed.
            alert_id: the button's value.
            answer: what the button says.
            signature: of the request; the same request counts once.

        Raises:
            AnswerRefusedError: the person is not known, or the request came before.
            NotFoundError: there is no such alert.
        """
        subject = alert_id if is_case_id(alert_id) else NOBODY
        with self._recorded(subject, f"slack:{user}", "slack"):
            person = self._people.get(user)
            if person is None:
                raise UnauthorisedAnswerError("This Slack user is in no list of people.")
            nonce = hashlib.sha256(signature.encode()).hexdigest()
            self._consume(nonce, self._clock() + REPLAY_S)
        known = AlertId(alert_id)
        return Answered(known, answer, person, self._take(known, answer, by=person, how="slack"))

    def note_forgery(self, how: str) -> None:
        """Record forgeries at most once a second, with their number: they are free to make."""
        self._forgeries += 1
        if self._clock() - self._told_at < FORGERY_PAUSE_S:
            return
        count, self._forgeries, self._told_at = self._forgeries, 0, self._clock()
        log.warning("answer_forged", count=count)
        detail = {"reason": ForgedLinkError.reason, "how": how, "count": count}
        self._record(NOBODY, NOBODY, detail)

    def _sign(self, alert_id: AlertId, person: str, answers: Iterable[Answer]) -> str:
        expires_at = self._clock() + self._lifetime_s
        return sign(new_link(alert_id, person, expires_at=expires_at, answers=answers), self._key)

    def _allowed(self, link: AckLink, wanted: str) -> Answer:
        if link.over(self._clock()):
            raise ExpiredLinkError("This link's time is over.")
        if wanted not in link.answers:
            raise UnauthorisedAnswerError("This link does not allow this answer.")
        return Answer(wanted)

    def _consume(self, nonce: str, expires_at: float) -> None:
        with self._store.begin() as work:
            first = work.tokens.consume(nonce, expires_at=expires_at)
            work.commit()
        if not first:
            raise UsedLinkError("This link or request was used before.")

    def _take(self, alert_id: AlertId, answer: Answer, *, by: str, how: str) -> bool:
        deeds = {
            Answer.ON_MY_WAY: self._desk.acknowledge,
            Answer.IN_PROGRESS: self._desk.act,
            Answer.NOT_MINE: self._desk.decline,
        }
        return deeds[answer](alert_id, by=by, how=how)

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
