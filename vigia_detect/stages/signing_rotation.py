"""Lets another key sign for the audit trail.

1. The new key is drawn and lies beside the old one. An entry announces its public key.
2. The old key signs a checkpoint that covers the announcement: whoever trusts it can trust the new.
3. The record says that the new key signs; the old one is refused from then on, and destroyed.

What was cut off in the midst is taken up when it is asked for again, with the same new key.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from vigia_detect.audit_ports import SignerSource, SigningKeys
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.errors import KeyInUseError
from vigia_detect.ports import Store
from vigia_detect.stages.chainer import Chainer
from vigia_detect.trail.note import PublicKey

SUBJECT = "audit-key"
TRIES = 50
PAUSE_S = 0.2
BUSY = "Other processes are at the trail's order: ask again, it goes on where it stopped."


@dataclass(frozen=True, slots=True)
class SigningRotation:
    """Changes the signing key while everything runs."""

    store: Store
    chainer: Chainer
    signer: SignerSource
    keys: SigningKeys

    def rotate(self, *, actor: str) -> PublicKey:
        """Let a new key sign; return its public half.

        Raises:
            ConfigurationError: the old key is missing or unsafe.
            KeyInUseError: other processes were at it all the time; ask again.
        """
        new = self.keys.draw(self.signer().name).public
        self._announce(new, actor)
        self._until(lambda: self._covered(new))
        self._until(lambda: self._change(new))
        self.keys.put_in_place()
        self.chainer.seal()
        return new

    def _announce(self, new: PublicKey, actor: str) -> None:
        detail = {"public_key": new.text}
        entry = AuditEntry(AuditEvent.SIGNING_KEY_ANNOUNCED, SUBJECT, actor, detail=detail)
        with self.store.begin() as work:
            work.audit.write([entry])
            work.commit()

    def _covered(self, new: PublicKey) -> bool:
        """Tell whether a checkpoint covers the announcement; have one signed."""
        self.chainer.seal()
        with self.store.read() as work:
            size, _ = work.trail.last_checkpoint() or (0, 0.0)
            said = work.trail.of_subjects([SUBJECT])
        return any(
            one.position is not None
            and one.position < size
            and one.entry.detail.get("public_key") == new.text
            for one in said
        )

    def _change(self, new: PublicKey) -> bool:
        with self.store.begin() as work:
            changed = work.trail.change_public_key(new.text)
            work.commit()
        return changed

    def _until(self, done: Callable[[], bool]) -> None:
        for _ in range(TRIES):
            if done():
                return
            time.sleep(PAUSE_S)
        raise KeyInUseError(BUSY)
