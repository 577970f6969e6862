"""Vigia's parts with nothing to think about: what is left is what the pipeline itself costs."""

from collections.abc import Mapping

from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.case import CaseFile, JsonObject, StageOutput, StageResults, Verdict
from vigia_detect.domain.options import Options
from vigia_detect.domain.records import Picture, Submission
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.triage import Urgency
from vigia_detect.stages.intake import Intake, RedFlags
from vigia_detect.stages.runner import StageBody
from vigia_detect.stages.vault import Vault

SUBMISSION = Submission(b"", "bench-1", {}, Options())


def _empty(case: CaseFile, inputs: StageResults) -> StageOutput:
    del case, inputs
    return StageOutput({})


def _verdict(case: CaseFile, inputs: StageResults) -> StageOutput:
    del case, inputs
    return StageOutput({}, verdict=Verdict(Urgency.ROUTINE, review_required=False))


BODIES: Mapping[Stage, StageBody] = dict.fromkeys(Stage, _empty) | {Stage.TRIAGE: _verdict}


class NoPictures:
    """Stands in for reading and for storing pictures: neither takes any time."""

    def read(self, raw: bytes) -> Picture:
        """Accept anything."""
        return Picture(raw, 1, 1, "0" * 64)

    def check_room(self) -> None:
        """There is always room."""

    def put(self, ref: str, data: bytes) -> None:
        """Forget it."""

    def get(self, ref: str) -> bytes:
        """Return an empty picture: no empty body asks for one."""
        del ref
        return b""

    def delete(self, ref: str) -> None:
        """It was never there."""


class EmptyIntake(Intake):
    """The real intake, but for the rules: they are what stages think, too."""

    def _red_flags(self, submission: Submission, context: JsonObject) -> RedFlags:
        del submission, context
        return RedFlags(Urgency.ROUTINE, ())


def make_intake(vigia: Vigia) -> Intake:
    """Return the intake with nothing to do about pictures and rules."""
    nothing = NoPictures()
    return EmptyIntake(
        store=vigia.store,
        relay=vigia.relay,
        cipher=vigia.cipher,
        blobs=nothing,
        vault=Vault(vigia.cipher, nothing),
        pictures=nothing,
        rules=vigia.rules,
        escalator=vigia.escalator,
    )
