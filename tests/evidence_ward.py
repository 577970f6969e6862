"""A ward where a case has been through everything that a bundle tells of."""

from pathlib import Path

from keeping_ward import Ward

from vigia_detect.domain.ids import CaseId
from vigia_detect.stages.evidence_contents import Asked
from vigia_detect.testing import draw_wound
from vigia_detect.trail.evidence import EvidenceReport, check_bundle
from vigia_detect.trail.note import PublicKey

NOTE = "Xochiquétzal refiere dolor desde el jueves"
REASON = "el borde es de Xochiquétzal, no del apósito"


def reviewed_case(here: Ward, code: str, note: str = NOTE, seed: int = 1) -> CaseId:
    """Bring a case through an alert that is answered, a correction, and a confirmation."""
    case = here.case(code, context={"notes": note}, image=draw_wound(seed, (160, 120)))
    here.vigia.desk.escalate("high_risk", case_id=case, reasons=("asked",))
    here.work()
    review = here.vigia.review
    review.claim(case, by="bea")
    review.correct(case, class_="stage_2", by="bea", reason=REASON)
    here.work()
    review.claim(case, by="bea")
    review.confirm(case, by="bea", reason="de acuerdo")
    for alert in here.vigia.desk.alerts(limit=100):
        if alert.case_id == case:
            here.answer(alert.id)
    here.work()
    return case


def written(here: Ward, case: str, file: Path, asked: Asked | None = None) -> Path:
    """Write a bundle to a file and return that."""
    file.write_bytes(here.vigia.evidence.bundle(case, asked or Asked(), actor="ana"))
    return file


def checked(here: Ward, file: Path) -> EvidenceReport:
    """Check a bundle with the system's key and the checkpoints that it keeps outside."""
    keys = [here.vigia.signer.public]
    return check_bundle(file, keys, here.vigia.settings.checkpoint_folder)


def found(file: Path, *keys: PublicKey) -> set[str]:
    """Return the problems of a bundle's integrity."""
    return {one.problem.value for one in check_bundle(file, keys).integrity.findings}
