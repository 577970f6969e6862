"""Lets messages through to channels: at their pace, and not at all while one is out of order."""

import hashlib
import random

from vigia_detect.domain import gate as rules
from vigia_detect.domain.gate import PACES, Gate
from vigia_detect.domain.notification import OWN, Recipient
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import ChannelTemporaryError, UnavailableError
from vigia_detect.log import get_logger
from vigia_detect.ports import Store, UnitOfWork

SPREAD_S = {Urgency.EMERGENCY: 0.0, Urgency.URGENT: 2.0, Urgency.ROUTINE: 30.0}
"""What has to wait comes back within this long after, so that not all come at once."""

log = get_logger()


def ask(work: UnitOfWork, to: Recipient, urgency: Urgency) -> float:
    """Take a place in the channel's pace, or return how many seconds to wait for one."""
    if to.channel in OWN:
        return 0.0
    name, now = gate_name(to), work.now()
    gate = work.gates.lock(name)
    wait = rules.wait_s(gate, now, urgency)
    if wait > 0:
        return wait + random.uniform(0, SPREAD_S[urgency])  # noqa: S311 - no secret
    work.gates.save(name, rules.passed(gate, now, PACES.get(to.channel, 0.0)))
    return 0.0


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
