"""Puts the parts together. Nothing else knows which adapter stands behind which port.

Each part is imported when it is first made: a command that only lists cases does not wait for
the clinical rules, the picture library or Celery.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from vigia_detect.bootstrap.keeping import KeepingParts
from vigia_detect.domain.ids import AlertId, is_case_id
from vigia_detect.domain.policy import QUEUES, Queue, TaskPolicy, task_policies
from vigia_detect.domain.stages import Stage
from vigia_detect.errors import (
    ConfigurationError,
    InvalidModelError,
    PermissionDeniedError,
    UnauthorisedAnswerError,
)
from vigia_detect.settings import Settings, load_settings

if TYPE_CHECKING:
    from vigia_detect.adapters.notify.slack import SlackChannel
    from vigia_detect.adapters.notify.slack_socket import Handle, SlackSocket
    from vigia_detect.adapters.vision.classifier.workshop import Workshop
    from vigia_detect.adapters.vision.picture import PillowReader
    from vigia_detect.adapters.vision.wound_finder import WoundFinder
    from vigia_detect.alert_ports import Channels
    from vigia_detect.clinical import RuleSet
    from vigia_detect.clinical.protocols import Library
    from vigia_detect.domain.escalation_policy import Book
    from vigia_detect.domain.notification import Message, Recipient
    from vigia_detect.knowledge_ports import AnswerCache, PassageSearch
    from vigia_detect.picture_ports import BlobStore, PictureInspector
    from vigia_detect.ports import Cipher, Publisher, Store
    from vigia_detect.security.door import Door
    from vigia_detect.security.glass import GlassCase
    from vigia_detect.security.login import LoginDesk
    from vigia_detect.security.registry import Registry
    from vigia_detect.stages.answers import Answers
    from vigia_detect.stages.chainer import Chainer
    from vigia_detect.stages.dead_letters import DeadLetters
    from vigia_detect.stages.desk import Desk
    from vigia_detect.stages.drill import Drill
    from vigia_detect.stages.escalation import Escalator
    from vigia_detect.stages.failure_watch import FailureWatch
    from vigia_detect.stages.failures import TaskFailureHandler
    from vigia_detect.stages.intake import Intake
    from vigia_detect.stages.lease import LeaseKeeper
    from vigia_detect.stages.notify import NotificationRunner
    from vigia_detect.stages.nudge import Nudge
    from vigia_detect.stages.relay import Relay
    from vigia_detect.stages.review import ReviewDesk
    from vigia_detect.stages.runner import StageBody, StageRunner
    from vigia_detect.stages.second_look import SecondLook
    from vigia_detect.stages.sweeper import Sweeper
    from vigia_detect.stages.trail_desk import TrailDesk
    from vigia_detect.stages.vault import Vault
    from vigia_detect.stages.watchdog import Watchdog
    from vigia_detect.trail.note import Signer


class Vigia(KeepingParts):
    """One process's set of parts, each made when it is first asked for.

    The arguments replace parts, for tests and benchmarks; `queues` are those that this process
    serves, all of them unless said.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        bodies: "Mapping[Stage, StageBody] | None" = None,
        publisher: "Publisher | None" = None,
        channels: "Channels | None" = None,
        queues: Collection[str] = tuple(Queue),
    ) -> None:
        self.settings = settings or load_settings()
        self._bodies = bodies
        self._publisher = publisher
        self._channels = channels
        self._queues = queues

    @cached_property
    def rules(self) -> "RuleSet":
        """The clinical rules, with the hospital's profile over them."""
        from vigia_detect.clinical import load_rules

        return load_rules(self.settings.profile)

    @cached_property
    def protocols(self) -> "Library":
        """The protocol passages, with the hospital's own over ours."""
        from vigia_detect.clinical.protocols import load_library

        return load_library(self.settings.own_protocols)

    @cached_property
    def passage_search(self) -> "PassageSearch":
        """What finds protocol passages; its network and index are loaded at the first question."""
        from vigia_detect.bootstrap.knowledge import make_search

        return make_search(self.settings, self.protocols)

    @cached_property
    def answer_cache(self) -> "AnswerCache":
        """What keeps answers to protocol questions; never used for a case."""
        from vigia_detect.bootstrap.knowledge import make_answer_cache

        return make_answer_cache(self.settings, self.cipher)

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
        )

    @cached_property
    def store(self) -> "Store":
        """The database."""
        from vigia_detect.adapters.db.store import SqlStore

        try:
            self.settings.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"{self.settings.root} cannot be used ({error.strerror}): set VIGIA_HOME to a "
                "folder that the user who runs Vigia owns."
            ) from error
        return SqlStore(self.settings.sql_url, app_role=self.settings.database_app_role)

    @cached_property
    def classifiers(self) -> "Workshop":
        """What makes, judges and keeps the hospital's own classifiers."""
        from vigia_detect.adapters.vision.classifier.workshop import Workshop

        return Workshop(self.settings.root / "models")

    @cached_property
    def vault(self) -> "Vault":
        """What seals and opens the patient's part of a case."""
        from vigia_detect.stages.vault import Vault

        self.periods.lengthen()  # before anything is stored under them
        return Vault(self.cipher, self.blobs)

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
    def pictures(self) -> "PillowReader":
        """Reads what people send."""
        from vigia_detect.adapters.vision.picture import PillowReader

        return PillowReader(
            max_bytes=self.settings.max_image_mb * 1_000_000,
            max_pixels=self.settings.max_image_megapixels * 1_000_000,
        )

    @cached_property
    def wound_finder(self) -> "WoundFinder":
        """Looks at pictures: one network a process, loaded when it is first needed."""
        from vigia_detect.adapters.vision.own_classifier import OwnClassifier
        from vigia_detect.adapters.vision.wound_finder import WoundFinder

        return WoundFinder(self.pictures, OwnClassifier(self.settings.root / "models"))

    @property
    def inspector(self) -> "PictureInspector":
        """Looks at files outside of any case."""
        return self.wound_finder

    @cached_property
    def intake(self) -> "Intake":
        """Accepts cases."""
        from vigia_detect.stages.intake import Intake

        return Intake(
            store=self.store,
            relay=self.relay,
            cipher=self.cipher,
            blobs=self.blobs,
            vault=self.vault,
            pictures=self.pictures,
            rules=self.rules,
            escalator=self.escalator,
        )

    @cached_property
    def leases(self) -> "LeaseKeeper":
        """Keeps what this process works on its own."""
        from vigia_detect.stages.lease import LeaseKeeper

        return LeaseKeeper(self.store, self.settings.lease_s)

    @cached_property
    def runner(self) -> "StageRunner":
        """Runs stages."""
        from vigia_detect.stages.runner import StageRunner

        return StageRunner(
            store=self.store,
            relay=self.relay,
            vault=self.vault,
            bodies=self._bodies or self._stage_bodies(),
            failures=self.failures,
            leases=self.leases,
            queues=self._queues,
            escalator=self.escalator,
        )

    @cached_property
    def failures(self) -> "TaskFailureHandler":
        """What settles failed attempts."""
        from vigia_detect.stages.failures import TaskFailureHandler

        return TaskFailureHandler(policies=self.policies, escalator=self.escalator)

    @cached_property
    def dead_letters(self) -> "DeadLetters":
        """What was given up, and asking for it again."""
        from vigia_detect.stages.dead_letters import DeadLetters

        return DeadLetters(
            store=self.store, relay=self.relay, vault=self.vault, policies=self.policies
        )

    @cached_property
    def notifications(self) -> "NotificationRunner":
        """Delivers notifications."""
        from vigia_detect.stages.notify import NotificationRunner

        return NotificationRunner(
            store=self.store,
            relay=self.relay,
            channels=self.channels,
            failures=self.failures,
            leases=self.leases,
            link_for=self.link_for,
        )

    def link_for(self, message: "Message", to: "Recipient") -> str | None:
        """Return the link by which `to` can answer, or None when no address of ours is known."""
        if not self.settings.public_url:
            return None
        token = self.answers.token(AlertId(message.alert_id), to.name)
        return f"{self.settings.public_url.rstrip('/')}/a/{token}"

    @cached_property
    def door(self) -> "Door":
        """Whom every entry point asks."""
        from vigia_detect.bootstrap.sessions import shown_token
        from vigia_detect.security.door import Door
        from vigia_detect.security.policies import PolicyBook

        return Door(
            store=lambda: self.store,
            book=PolicyBook(self.settings.own_permissions),
            home=self.settings.root,
            local=self.settings.auth == "local",
            shown=lambda: shown_token(self.settings),
        )

    @cached_property
    def registry(self) -> "Registry":
        """The hospital's people and their tokens."""
        from vigia_detect.security.registry import Registry

        return Registry(self.store, lambda: self.cipher)

    @cached_property
    def login_desk(self) -> "LoginDesk":
        """Where people log in."""
        from vigia_detect.security.login import LoginDesk

        return LoginDesk(self.store, lambda: self.cipher, session_s=self.settings.session_s)

    @cached_property
    def glass_case(self) -> "GlassCase":
        """Emergency access."""
        from vigia_detect.security.glass import GlassCase

        return GlassCase(self.store, lambda: self.cipher)

    def permit_answer(self, person: str, how: str, alert_id: str) -> None:
        """Let somebody answer an alert by link or button. Raises UnauthorisedAnswerError."""
        about = alert_id if is_case_id(alert_id) else ""
        try:
            self.door.answerer(person, how=how, about=about)
        except PermissionDeniedError as error:
            raise UnauthorisedAnswerError("This person may not answer alerts.") from error

    @cached_property
    def answers(self) -> "Answers":
        """Takes people's answers from links and Slack's buttons."""
        from vigia_detect.domain.ack_link import KEY_PURPOSE
        from vigia_detect.stages.answers import Answers, slack_users

        known = slack_users(self.escalation_book.directory)
        return Answers(
            store=self.store,
            take=self.escalator.answer,
            publish=self.relay.send,
            key=self.cipher.signing_key(KEY_PURPOSE),
            lifetime_s=self.settings.ack_link_s,
            people={**known, **self.settings.people_of_slack},
            permit=self.permit_answer,
        )

    @cached_property
    def slack(self) -> "SlackChannel":
        """Slack. Raises ChannelPermanentError when it is not set up."""
        from vigia_detect.adapters.notify.channels import make_slack

        return make_slack(self.settings)

    def slack_socket(self, handle: "Handle") -> "SlackSocket":
        """Return what hears Slack's buttons without being reachable; ChannelPermanentError."""
        from vigia_detect.adapters.notify.channels import make_slack_socket

        return make_slack_socket(self.settings, handle)

    @cached_property
    def channels(self) -> "Channels":
        """The ways to reach people."""
        if self._channels is not None:
            return self._channels
        from vigia_detect.adapters.notify.channels import make_channels

        return make_channels(self.settings)

    def channels_missing(self) -> tuple[str, ...]:
        """Return what is not set up of the channels by which the escalation file tells people."""
        from vigia_detect.adapters.notify.channels import make_channels

        return make_channels(self.settings).missing(self.escalation_book.directory.channels())

    @cached_property
    def sweeper(self) -> "Sweeper":
        """Puts right what was lost."""
        from vigia_detect.stages.sweeper import Sweeper

        return Sweeper(
            store=self.store,
            relay=self.relay,
            publisher=self.publisher,
            failures=self.failures,
            escalator=self.escalator,
        )

    @cached_property
    def failure_watch(self) -> "FailureWatch":
        """Sees that failures become more."""
        from vigia_detect.domain.failure_rate import RateLimits
        from vigia_detect.stages.failure_watch import FailureWatch

        own = self.settings
        return FailureWatch(
            store=self.store,
            relay=self.relay,
            escalator=self.escalator,
            limits=RateLimits(own.failure_window_s, own.failure_rate, own.failure_least),
        )

    @cached_property
    def signer(self) -> "Signer":
        """What signs the trail's checkpoints; its key is made for a new trail only.

        Raises:
            ConfigurationError: the key file is missing, unsafe, or not this trail's.
        """
        from vigia_detect.adapters.audit_key import read_signer

        with self.store.read() as work:
            known = work.trail.public_key()
        file = self.settings.signing_key_file
        signer = read_signer(file, create=known is None and self.settings.audit_key_file is None)
        if known is None:
            with self.store.begin() as work:
                known = work.trail.remember_public_key(signer.public.text)
                work.commit()
        if known != signer.public.text:
            raise ConfigurationError(
                f"{file} is not the key that this trail is signed with: copy the key file of the "
                "host that began it, or name it with VIGIA_AUDIT_KEY_FILE."
            )
        return signer

    @cached_property
    def chainer(self) -> "Chainer":
        """What gives the trail's entries their order, and signs for it."""
        from vigia_detect.adapters.checkpoint_folder import CheckpointFolder
        from vigia_detect.stages.chainer import Chainer

        return Chainer(
            store=self.store,
            signer=lambda: self.signer,
            keeper=CheckpointFolder(self.settings.checkpoint_folder),
            every_entries=self.settings.audit_checkpoint_entries,
            every_s=self.settings.audit_checkpoint_s,
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

    @cached_property
    def watchdog(self) -> "Watchdog":
        """Proves that what was due has fired."""
        from vigia_detect.adapters.heartbeat import HttpHeartbeat
        from vigia_detect.stages.watchdog import Watchdog

        url = self.settings.heartbeat_url
        return Watchdog(
            store=self.store,
            relay=self.relay,
            escalator=self.escalator,
            heartbeat=HttpHeartbeat(url) if url else None,
            every_s=self.settings.heartbeat_s,
        )

    @cached_property
    def desk(self) -> "Desk":
        """Answers questions about cases and alerts."""
        from vigia_detect.stages.desk import Desk

        return Desk(
            store=self.store,
            relay=self.relay,
            vault=self.vault,
            escalator=self.escalator,
        )

    @cached_property
    def review(self) -> "ReviewDesk":
        """Takes people's word on results."""
        from vigia_detect.stages.review import ReviewDesk

        return ReviewDesk(
            store=self.store,
            relay=self.relay,
            vault=self.vault,
            escalator=self.escalator,
            rules=self.rules,
            lease_s=self.settings.review_lease_s,
        )

    @cached_property
    def nudge(self) -> "Nudge":
        """Tells people by one more channel."""
        from vigia_detect.stages.nudge import Nudge

        return Nudge(store=self.store, relay=self.relay, escalator=self.escalator)

    def new_drill(self) -> "Drill":
        """Return an exercise that has not begun."""
        from vigia_detect.stages.drill import Drill

        return Drill(store=self.store, relay=self.relay, escalator=self.escalator)

    def preload(self) -> None:
        """Import what stages need and load the rules, but open nothing.

        A worker does so before it forks: its processes start at once, also after one was killed,
        and share the memory. A damaged network stops no worker: cases then go on without it.
        """
        from vigia_detect.adapters.db.store import SqlStore
        from vigia_detect.adapters.keys.opening import open_ring

        del open_ring, SqlStore
        bodies = self._bodies_without_store()
        if bodies:
            self._warm_up_rules()
        if Stage.IMAGE_ANALYSIS in bodies:
            self._warm_up_network()

    def _warm_up_rules(self) -> None:
        from vigia_detect.clinical import assess, parse_case

        assess(parse_case({"patient_code": "preload", "patient_context": {}}), self.rules)

    def _warm_up_network(self) -> None:
        from vigia_detect.adapters.vision.segmenter import bundled

        with suppress(InvalidModelError):  # each look says so, the other stages go on
            bundled()

    def close(self) -> None:
        """Close the connections to databases."""
        if "passage_search" in self.__dict__:
            self.passage_search.close()
        if "answer_cache" in self.__dict__:
            self.answer_cache.close()
        if "store" in self.__dict__:
            self.store.close()

    def _stage_bodies(self) -> "Mapping[Stage, StageBody]":
        from vigia_detect.stages.audit_log import AuditLog

        return {**self._bodies_without_store(), Stage.AUDIT_LOG: AuditLog(self.store)}

    def _bodies_without_store(self) -> "Mapping[Stage, StageBody]":
        """Return the bodies of the stages that this process may be sent, and load no others."""
        makers: Mapping[Stage, Callable[[], StageBody]] = {
            Stage.IMAGE_ANALYSIS: self._image_analysis,
            Stage.RISK_SCORE: self._risk_score,
            Stage.MEDICAL_ANALYSIS: self._medical_analysis,
            Stage.TRIAGE: self._triage,
        }
        return {stage: make() for stage, make in makers.items() if self._serves(stage)}

    def _serves(self, stage: Stage) -> bool:
        return any(queue in self._queues for queue in (QUEUES[stage], Queue.EMERGENCY))

    def _image_analysis(self) -> "StageBody":
        from vigia_detect.stages.image_analysis import ImageAnalysis

        return ImageAnalysis(self.wound_finder, self.rules)

    def _risk_score(self) -> "StageBody":
        from vigia_detect.stages.risk_score import RiskScore

        return RiskScore(self.rules)

    def _medical_analysis(self) -> "StageBody":
        from vigia_detect.stages.medical_analysis import MedicalAnalysis

        return MedicalAnalysis(self.rules)

    def _triage(self) -> "StageBody":
        from vigia_detect.stages.triage import Triage

        return Triage(self.rules)
