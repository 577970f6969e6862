"""Puts the parts together. Nothing else knows which adapter stands behind which port.

Each part is imported when it is first made: a command that only lists cases does not wait for
the clinical rules, the picture library or Celery.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from vigia_detect.bootstrap.alerting import AlertingParts
from vigia_detect.bootstrap.asking import AskingParts
from vigia_detect.bootstrap.proving import ProvingParts
from vigia_detect.domain.policy import QUEUES, Queue
from vigia_detect.domain.stages import Stage
from vigia_detect.errors import (
    InvalidModelError,
)

if TYPE_CHECKING:
    from vigia_detect.adapters.vision.classifier.workshop import Workshop
    from vigia_detect.adapters.vision.picture import PillowReader
    from vigia_detect.adapters.vision.wound_finder import WoundFinder
    from vigia_detect.picture_ports import PictureInspector
    from vigia_detect.stages.desk import Desk
    from vigia_detect.stages.evidence import Evidence
    from vigia_detect.stages.intake import Intake
    from vigia_detect.stages.review import ReviewDesk
    from vigia_detect.stages.runner import StageBody, StageRunner


class Vigia(AlertingParts, AskingParts, ProvingParts):
    """One process's set of parts, each made when it is first asked for.

    The arguments replace parts, for tests and benchmarks; `queues` are those that this process
    serves, all of them unless said.
    """

    @cached_property
    def classifiers(self) -> "Workshop":
        """What makes, judges and keeps the hospital's own classifiers."""
        from vigia_detect.adapters.vision.classifier.workshop import Workshop

        return Workshop(self.settings.root / "models")

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
            narrates=self.narrates,
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
    def evidence(self) -> "Evidence":
        """Writes evidence bundles."""
        from vigia_detect.stages.evidence import Evidence
        from vigia_detect.stages.evidence_contents import Contents

        return Evidence(
            store=self.store,
            chainer=self.chainer,
            signer=self.signer_now,
            contents=Contents(self.vault),
        )

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
        if Queue.NARRATIVE in self._queues:
            self.warm_up_writer()

    def close(self) -> None:
        """Close the connections to databases."""
        if "passage_search" in self.__dict__:
            self.passage_search.close()
        if "answer_cache" in self.__dict__:
            self.answer_cache.close()
        if "language_model" in self.__dict__ and self.language_model is not None:
            self.language_model.close()
        if "store" in self.__dict__:
            self.store.close()

    def _warm_up_rules(self) -> None:
        from vigia_detect.clinical import assess, parse_case

        assess(parse_case({"patient_code": "preload", "patient_context": {}}), self.rules)

    def _warm_up_network(self) -> None:
        from vigia_detect.adapters.vision.segmenter import bundled

        with suppress(InvalidModelError):  # each look says so, the other stages go on
            bundled()

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
