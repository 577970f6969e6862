"""Lets messages through to channels: at their pace, and not at all while one is out of order.

Each address has a gate, and so has the one server behind all addresses of a channel.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from vigia_detect.domain import gate as rules
from vigia_detect.domain.gate import PACES, Gate
from vigia_detect.domain.notification import OWN, Channel, Recipient
from vigia_detect.domain.records import StoredNotification
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import ChannelAwayError, ChannelTemporaryError, UnavailableError
from vigia_detect.log import get_logger
from vigia_detect.ports import Store, UnitOfWork

ONE_SERVER = frozenset({Channel.SLACK, Channel.EMAIL})
"""When the server of one of these does not answer, none of its addresses can be reached."""

log = get_logger()


def ask(work: UnitOfWork, one: StoredNotification, urgency: Urgency) -> float:
    """Let a notification through, or give it a place in line; return the seconds until then."""
    if one.to.channel in OWN:
        return 0.0
    now, pace_s = work.now(), PACES.get(one.to.channel, 0.0)
    server = work.gates.lock(server_name(one.to))
    gate = work.gates.lock(gate_name(one.to))
    shut_until = max(gate.shut_until, server.shut_until)
    turn = rules.ask(replace(gate, shut_until=shut_until), now, urgency, pace_s, one.place_at)
    after = rules.probed(server, now) if turn.wait_s == 0 else server
    if after != server:
        work.gates.save(server_name(one.to), after)
    own_shut = gate.shut_until if turn.wait_s > 0 else rules.probed(gate, now).shut_until
    work.gates.save(gate_name(one.to), replace(turn.gate, shut_until=own_shut))
    if turn.place is not None:
        work.notifications.put_in_line(one.id, turn.place)
    return turn.wait_s


def note(store: Store, to: Recipient, error: Exception | None) -> None:
    """Keep in mind how sending went; that this fails only costs the channel's next message."""
    if to.channel in OWN:
        return
    try:
        with store.begin(relaxed=True) as work:
            for name in _concerned(to, error):
                gate = work.gates.lock(name)
                after = _after(gate, work.now(), error)
                if after != gate:
                    work.gates.save(name, after)
            work.commit()
    except UnavailableError as away:
        log.warning("gate_not_noted", channel=to.channel, exc_info=away)


def server_name(to: Recipient) -> str:
    """Return the gate of the server behind an address; its own one where nothing is shared."""
    return f"{to.channel}:" if to.channel in ONE_SERVER else f"{gate_name(to)}:server"


def gate_name(to: Recipient) -> str:
    """Return the gate of one address; the address itself may be a secret and is not in it."""
    return f"{to.channel}:{hashlib.sha256(to.address.encode()).hexdigest()[:32]}"


def _after(gate: Gate, now: float, error: Exception | None) -> Gate:
    if error is None:
        return rules.recovered(gate)
    asked = error.retry_after_s if isinstance(error, ChannelTemporaryError) else None
    slow = isinstance(error, ChannelAwayError) and error.slow
    return rules.failed(gate, now, asked, slow=slow)


def _concerned(to: Recipient, error: Exception | None) -> Iterator[str]:
    """Yield the gates that learn from an answer: a server that answers at all is there."""
    if error is None or isinstance(error, ChannelAwayError):
        yield server_name(to)
    if not isinstance(error, ChannelAwayError):
        yield gate_name(to)
