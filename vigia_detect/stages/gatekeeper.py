"""Lets messages through to channels: at their pace, and not at all while one is out of order."""

import hashlib

from vigia_detect.domain import gate as rules
from vigia_detect.domain.gate import PACES, Gate
from vigia_detect.domain.notification import Channel, Recipient
from vigia_detect.domain.records import StoredNotification
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import ChannelTemporaryError, UnavailableError
from vigia_detect.log import get_logger
from vigia_detect.ports import Store, UnitOfWork

OWN = frozenset({Channel.INBOX, Channel.CONSOLE})

log = get_logger()


def ask(work: UnitOfWork, one: StoredNotification, urgency: Urgency) -> float:
    """Let a notification through, or give it a place in line; return the seconds until then."""
    if one.to.channel in OWN:
        return 0.0
    name, now, pace_s = gate_name(one.to), work.now(), PACES.get(one.to.channel, 0.0)
    turn = rules.ask(work.gates.lock(name), now, urgency, pace_s, one.place_at)
    work.gates.save(name, turn.gate)
    if turn.place is not None:
        work.notifications.put_in_line(one.id, turn.place)
    return turn.wait_s


def note(store: Store, to: Recipient, error: Exception | None) -> None:
    """Keep in mind how sending went; that this fails only costs the channel's next message."""
    if to.channel in OWN:
        return
    try:
        with store.begin(relaxed=True) as work:
            name = gate_name(to)
            gate = work.gates.lock(name)
            after = _after(gate, work.now(), error)
            if after != gate:
                work.gates.save(name, after)
                work.commit()
    except UnavailableError as away:
        log.warning("gate_not_noted", channel=to.channel, exc_info=away)


def gate_name(to: Recipient) -> str:
    """Return the gate of one address; the address itself may be a secret and is not in it."""
    return f"{to.channel}:{hashlib.sha256(to.address.encode()).hexdigest()[:32]}"


def _after(gate: Gate, now: float, error: Exception | None) -> Gate:
    if error is None:
        return rules.recovered(gate)
    asked = error.retry_after_s if isinstance(error, ChannelTemporaryError) else None
    return rules.failed(gate, now, asked)
