"""From bedside findings to a class, by the decision table."""

from dataclasses import dataclass, replace

from vigia_detect.clinical.engine.scope import LesionScope
from vigia_detect.clinical.rule_set import Row, RuleSet
from vigia_detect.domain.logic import NO_PATHS

INDETERMINATE = "indeterminate"
EARLIER = "lesion.previous_max_stage"
CLINICIAN = "clinician_classes"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A class as the bedside findings give it.

    Attributes:
        class_: the class, ``indeterminate`` when the findings give none.
        candidates: classes still possible, most likely first.
        confirmed: a person recorded the finding that the class rests on.
        row: the row of the table that decided.
        because: findings that decided.
        open: unknown findings that could change the class or confirm it.
        beside: another class that the findings give where a clinician gave this one.
    """

    class_: str
    candidates: tuple[str, ...]
    confirmed: bool
    row: str
    because: frozenset[str]
    open: frozenset[str]
    beside: str | None = None


def propose(lesion: LesionScope, rules: RuleSet, said: str | None = None) -> Proposal:
    """Return what the findings give; an earlier, deeper class is kept and never staged down.

    Args:
        lesion: what people recorded of it.
        rules: the rule set.
        said: the class that a clinician gave it, if any.
    """
    found = _by_table(lesion, rules.decision)
    if said is not None:
        found = _by_clinician(found, said)
    kept = {
        earlier for earlier, now in rules.classes.kept.items() if {found.class_, found.row} & {*now}
    }
    recorded = lesion.read(EARLIER)
    if not kept.intersection(recorded.values):
        asks = recorded.open if kept else NO_PATHS
        return replace(found, open=found.open | asks)
    earlier = str(recorded.values[0])
    return Proposal(
        class_=earlier,
        candidates=(earlier,),
        confirmed=False,
        row=f"A2-13 ({found.row})",
        because=found.because | recorded.because,
        open=found.open,
        beside=found.beside,
    )


def _by_clinician(found: Proposal, said: str) -> Proposal:
    """Return the class that a clinician gave; it is confirmed only by the finding it rests on.

    What the recorded findings give stays beside it: the worse of the two drives the urgency.
    """
    agrees = found.class_ == said
    return replace(
        found,
        class_=said,
        candidates=(said, *(one for one in found.candidates if one != said)),
        confirmed=found.confirmed and agrees,
        row=f"clinician ({found.row})",
        because=found.because | {CLINICIAN},
        beside=None if agrees or found.class_ == INDETERMINATE else found.class_,
    )


def _by_table(lesion: LesionScope, table: tuple[Row, ...]) -> Proposal:
    """Return the first row that holds; rows before it that are unknown say what to ask."""
    open_paths = NO_PATHS
    for number, row in enumerate(table):
        verdict = row.when.judge(lesion)
        open_paths |= verdict.open
        if verdict.is_true:
            confirmed = row.confirmed.judge(lesion)
            return Proposal(
                class_=row.data.class_,
                candidates=_candidates(
                    lesion, row, table[number + 1 :], confirmed=confirmed.is_true
                ),
                confirmed=confirmed.is_true,
                row=row.data.id,
                because=verdict.because | confirmed.because,
                open=open_paths.union(confirmed.open, *_asked(lesion, row)),
            )
    raise AssertionError("the last row of the decision table always holds")


def _asked(lesion: LesionScope, row: Row) -> list[frozenset[str]]:
    return [lesion.read(path).open for path in row.data.asks]


def _candidates(
    lesion: LesionScope, row: Row, below: tuple[Row, ...], *, confirmed: bool
) -> tuple[str, ...]:
    own = row.data.candidates
    if own is None or confirmed:
        own = (row.data.class_,)
    if confirmed or not row.data.over:
        return own
    rest = _by_table(lesion, tuple(other for other in below if not other.data.over))
    return (*own, *(one for one in rest.candidates if one not in own))
