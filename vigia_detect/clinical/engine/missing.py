"""What nobody said and could change the answer."""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from vigia_detect.clinical.engine.lesions import Found
from vigia_detect.clinical.engine.risk import Rated
from vigia_detect.clinical.engine.triage import Triage
from vigia_detect.clinical.inputs.schema import known_paths
from vigia_detect.domain.logic import NO_PATHS

INDEX = re.compile(r"\[\d+\]")


def missing(
    triage: Triage, lesions: Sequence[Found], rated: Rated, points: frozenset[str]
) -> tuple[str, ...]:
    """Return input paths, those that could raise the urgency most first.

    Args:
        triage: all rules and what could still fire them.
        lesions: what is proposed, and what could change it.
        rated: the risk, and what could change it.
        points: what could change qSOFA.
    """
    found: dict[str, None] = dict.fromkeys(askable(points))
    for verdict in triage.verdicts:
        found |= dict.fromkeys(askable(verdict.judged.open))
    for lesion in lesions:
        found |= dict.fromkeys(askable(lesion.open))
    found |= dict.fromkeys(rated.missing)
    found |= dict.fromkeys(askable(NO_PATHS.union(*(one.open for one in rated.judged.values()))))
    return tuple(found)


def askable(paths: Iterable[str]) -> list[str]:
    """Return the paths that are fields of the input, in the order of the case format."""
    order = _order()
    fields = [path for path in paths if INDEX.sub("[]", path) in order]
    return sorted(fields, key=lambda path: (order[INDEX.sub("[]", path)], path))


@cache
def _order() -> dict[str, int]:
    return {path: number for number, path in enumerate(known_paths())}
