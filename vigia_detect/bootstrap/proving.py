"""The parts that keep the audit trail."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from vigia_detect.bootstrap.basic import BasicParts
from vigia_detect.errors import (
    ConfigurationError,
)

if TYPE_CHECKING:
    from vigia_detect.stages.chainer import Chainer
    from vigia_detect.stages.second_look import SecondLook
    from vigia_detect.stages.signing_rotation import SigningRotation
    from vigia_detect.stages.stamping import Stamping
    from vigia_detect.stages.trail_alarm import TrailAlarm
    from vigia_detect.stages.trail_desk import TrailDesk
    from vigia_detect.trail.note import PublicKey, Signer


class ProvingParts(BasicParts):
    """Part of `Vigia`: what orders, signs and shows the trail."""

    @cached_property
    def signer(self) -> "Signer":
        """What signs the trail's checkpoints; its key is made for a new trail only.

        Raises:
            ConfigurationError: the key file is missing, unsafe, or not this trail's.
        """
        from vigia_detect.adapters.audit_key import SigningKeyFile, read_signer
        from vigia_detect.trail.note import PublicKey

        with self.store.read() as work:
            known = work.trail.public_key()
        file = self.settings.signing_key_file
        if known is None:
            first = read_signer(file, create=self.settings.audit_key_file is None)
            with self.store.begin() as work:
                known = work.trail.remember_public_key(first.public.text)
                work.commit()
        signer = SigningKeyFile(file).find(PublicKey.parse(known))
        if signer is None:
            raise ConfigurationError(
                "{file} is not the key that this trail is signed with: copy the key file of the "
                "host that signs, or name it with VIGIA_AUDIT_KEY_FILE.",
                file=file,
            )
        return signer

    def signer_now(self) -> "Signer":
        """Return the key that signs now: another process may have changed it. See `signer`."""
        with self.store.read() as work:
            known = work.trail.public_key()
        if known != self.signer.public.text:
            del self.__dict__["signer"]
        return self.signer

    @property
    def trail_key(self) -> "PublicKey":
        """The trail's first public key, from which every later one follows."""
        return self.trail_keys[0]

    @property
    def trail_keys(self) -> "Sequence[PublicKey]":
        """All public keys of the trail, the first one first."""
        from vigia_detect.trail.note import PublicKey

        signer = self.signer
        with self.store.read() as work:
            known = work.trail.public_keys() or [signer.public.text]
        return [PublicKey.parse(one) for one in known]

    @cached_property
    def signing_rotation(self) -> "SigningRotation":
        """What lets another key sign."""
        from vigia_detect.adapters.audit_key import SigningKeyFile
        from vigia_detect.stages.signing_rotation import SigningRotation

        return SigningRotation(
            store=self.store,
            chainer=self.chainer,
            signer=self.signer_now,
            keys=SigningKeyFile(self.settings.signing_key_file),
        )

    @cached_property
    def chainer(self) -> "Chainer":
        """What gives the trail's entries their order, and signs for it."""
        from vigia_detect.adapters.checkpoint_folder import CheckpointFolder
        from vigia_detect.stages.chainer import Chainer

        return Chainer(
            store=self.store,
            signer=self.signer_now,
            keeper=CheckpointFolder(self.settings.checkpoint_folder),
            every_entries=self.settings.audit_checkpoint_entries,
            every_s=self.settings.audit_checkpoint_s,
            on_conflict=self.trail_alarm.tell,
        )

    @cached_property
    def trail_alarm(self) -> "TrailAlarm":
        """What tells an administrator that the trail was rewritten."""
        from vigia_detect.stages.trail_alarm import TrailAlarm

        return TrailAlarm(store=self.store, relay=self.relay, escalator=self.escalator)

    @cached_property
    def stamping(self) -> "Stamping | None":
        """What has checkpoints stamped outside; None without `VIGIA_TIMESTAMP_URL`."""
        own = self.settings
        if not own.timestamp_url:
            return None
        from vigia_detect.adapters.checkpoint_folder import CheckpointFolder
        from vigia_detect.adapters.timestamps import make_authority
        from vigia_detect.stages.stamping import Stamping

        return Stamping(
            store=self.store,
            source=lambda: make_authority(own.timestamp_url, own.timestamp_ca, ca_file=own.ca_file),
            keeper=CheckpointFolder(own.checkpoint_folder),
        )

    @cached_property
    def second_look(self) -> "SecondLook":
        """What looks at decisions and failures once more."""
        from vigia_detect.stages.second_look import SecondLook

        return SecondLook(
            store=self.store,
            relay=self.relay,
            escalator=self.escalator,
        )

    @cached_property
    def trail(self) -> "TrailDesk":
        """Answers questions about the trail."""
        from vigia_detect.stages.trail_desk import TrailDesk

        return TrailDesk(self.store)

    def fhir_audit(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Turn the lines of an export into FHIR R4 AuditEvents, one a line."""
        from vigia_detect.adapters.fhir_audit import audit_events

        return audit_events(lines)
