from vigia_detect.domain.case import Run
from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.stages import Stage, successors
from vigia_detect.ports import UnitOfWork


def move_on(work: UnitOfWork, case_id: CaseId, stage: Stage) -> tuple[Run, ...]:
    """Make ready what waited for `stage`, or end the case when nothing did."""
    if not successors(stage):
        work.cases.end_if_done(case_id)
        return ()
    return work.runs.ready_successors(case_id, stage)
