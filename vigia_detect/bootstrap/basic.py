"""The parts that all others stand on."""

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from vigia_detect.domain.policy import Queue, TaskPolicy, task_policies
from vigia_detect.domain.stages import Stage
from vigia_detect.errors import (
    ConfigurationError,
)
from vigia_detect.phrase import Phrase
from vigia_detect.settings import Settings, load_settings

if TYPE_CHECKING:
    from vigia_detect.alert_ports import Channels
    from vigia_detect.clinical import RuleSet
    from vigia_detect.domain.escalation_policy import Book
    from vigia_detect.key_ports import KeyKeeper
    from vigia_detect.picture_ports import BlobStore
    from vigia_detect.ports import Cipher, Publisher, Store
    from vigia_detect.stages.escalation import Escalator
    from vigia_detect.stages.failures import TaskFailureHandler
    from vigia_detect.stages.lease import LeaseKeeper
    from vigia_detect.stages.narratives import Writer
    from vigia_detect.stages.relay import Relay
    from vigia_detect.stages.runner import StageBody


class BasicParts:
    """Part of `Vigia`: settings, rules, database, encryption, messages."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        bodies: "Mapping[Stage, StageBody] | None" = None,
        publisher: "Publisher | None" = None,
        channels: "Channels | None" = None,
        queues: Collection[str] = tuple(Queue),
        writer: "Writer | None" = None,
    ) -> None:
        self.settings = settings or load_settings()
        self._bodies = bodies
        self._publisher = publisher
        self._channels = channels
        self._queues = queues
        self._writer = writer

    @cached_property
    def rules(self) -> "RuleSet":
        """The clinical rules, with the hospital's profile over them."""
        from vigia_detect.clinical import load_rules

        return load_rules(self.settings.profile)

    @cached_property
    def escalation_book(self) -> "Book":
        """Who is told when: our escalation policies, with the hospital's over them."""
        from vigia_detect.clinical.escalation import load_escalation

        return load_escalation(self.settings.own_escalation, time_zone=self.settings.time_zone)

    @cached_property
    def escalator(self) -> "Escalator":
        """What opens alerts and moves them."""
        from vigia_detect.stages.escalation import Escalator

        return Escalator(self.escalation_book, self.settings.lang)

    @cached_property
    def policies(self) -> Mapping[str, TaskPolicy]:
        """The one policy table."""
        return task_policies(
            medical_timeout_s=self.settings.medical_task_timeout,
            image_timeout_s=self.settings.image_analysis_timeout,
            narrative_deadline_s=self.settings.llm_deadline_s,
        )

    @cached_property
    def store(self) -> "Store":
        """The database."""
        from vigia_detect.adapters.db.store import SqlStore

        try:
            self.settings.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                "{root} cannot be used ({why}): set VIGIA_HOME to a "
                "folder that the user who runs Vigia owns.",
                root=self.settings.root,
                why=Phrase.why(error),
            ) from error
        return SqlStore(self.settings.sql_url, app_role=self.settings.database_app_role)

    @cached_property
    def publisher(self) -> "Publisher":
        """The way to the broker."""
        if self._publisher is not None:
            return self._publisher
        from vigia_detect.adapters.celery_publisher import CeleryPublisher
        from vigia_detect.core.celery_config import TASK_NAMES, make_celery_app

        return CeleryPublisher(make_celery_app(self.settings), TASK_NAMES)

    @cached_property
    def relay(self) -> "Relay":
        """Publishes after commits."""
        from vigia_detect.stages.relay import Relay

        return Relay(self.store, self.publisher)

    @cached_property
    def cipher(self) -> "Cipher":
        """Pseudonyms and encryption.

        Raises:
            ConfigurationError: the key is missing, unsafe, or not this database's.
        """
        from vigia_detect.adapters.keys.opening import open_ring

        return open_ring(self.store, self.key_keeper)

    @cached_property
    def blobs(self) -> "BlobStore":
        """The encrypted pictures."""
        from vigia_detect.adapters.blobs import FolderStore

        return FolderStore(self.settings.image_folder, min_free_mb=self.settings.min_free_mb)

    @cached_property
    def leases(self) -> "LeaseKeeper":
        """Keeps what this process works on its own."""
        from vigia_detect.stages.lease import LeaseKeeper

        return LeaseKeeper(self.store, self.settings.lease_s)

    @cached_property
    def failures(self) -> "TaskFailureHandler":
        """What settles failed attempts."""
        from vigia_detect.stages.failures import TaskFailureHandler

        return TaskFailureHandler(policies=self.policies, escalator=self.escalator)

    @cached_property
    def key_keeper(self) -> "KeyKeeper":
        """Who holds the key-encryption keys. Raises ConfigurationError."""
        from vigia_detect.adapters.keys.choice import make_keeper

        return make_keeper(self.settings, self.store)
