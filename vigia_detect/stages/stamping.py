"""Has checkpoints stamped by an authority outside: they were there at a time not of our clock.

It runs beside everything else, in a thread of its own: an authority that is slow, silent or wrong
costs nothing but the stamp. A stamp covers all entries before its checkpoint, so one now and then
is enough.
"""

import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from vigia_detect.audit_ports import CheckpointKeeper, StampSource
from vigia_detect.errors import UnavailableError
from vigia_detect.log import get_logger
from vigia_detect.ports import Store
from vigia_detect.trail.note import PublicKey, open_checkpoint

EVERY_S = 60.0
"""Seconds between two questions, whichever process asks; also after one in vain."""

TURNS = str(uuid.uuid5(uuid.NAMESPACE_OID, "vigia:stamping"))

log = get_logger()


@dataclass(frozen=True, slots=True)
class Stamping:
    """Asks for the last checkpoint's stamp, once a minute in one of all processes.

    Attributes:
        source: finds the authority, each time anew: a wrong setting of it must stop nothing else.
    """

    store: Store
    source: Callable[[], StampSource]
    keeper: CheckpointKeeper

    def run_forever(self, stop: threading.Event) -> None:
        """Look again and again, jittered so that processes do not look in step."""
        while not stop.wait(EVERY_S / 6 * random.uniform(0.8, 1.2)):  # noqa: S311 - jitter
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - whatever goes wrong, cases go on
                level = log.warning if isinstance(error, UnavailableError) else log.error
                level("stamping_failed", exc_info=error)

    def look(self) -> bool:
        """Have the last checkpoint stamped if it has no stamp and it is time; tell whether it was.

        Raises:
            UnavailableError: the authority, the database or the folder is away.
            ConfigurationError: its certificates are missing or cannot be read.
        """
        found = self._next()
        if found is None:
            return False
        size, note = found
        with self.store.read() as work:
            keys = [PublicKey.parse(text) for text in work.trail.public_keys()]
        checkpoint = open_checkpoint(note, keys)
        token = self.source().stamp(note)  # no transaction waits for it
        with self.store.begin() as work:
            work.stamps.add(size, token)
            work.commit()
        self.keeper.keep_stamp(checkpoint, token)
        return True

    def _next(self) -> tuple[int, str] | None:
        """Return the last checkpoint if it is this process's turn to have it stamped."""
        with self.store.read() as work:
            last = work.trail.last_checkpoint()
            if last is None or last[0] <= work.stamps.last_size():
                return None
            ((size, note),) = work.trail.notes(last[0] - 1, 1)
        with self.store.begin() as work:
            mine = work.timers.beat(TURNS, EVERY_S)
            work.commit()
        return (size, note) if mine else None
