"""What was so earlier and is said to be over now: "ayer febril, hoy afebril"."""

from collections.abc import Sequence

from vigia_detect.clinical.notes.finding import NoteFinding

_SAME = {"vitals.temp_c": "symptoms.fever"}
_REASSURING = frozenset({False, "none", "alert"})


def is_superseded(
    one: NoteFinding, place: tuple[int, int], later: Sequence[tuple[NoteFinding, tuple[int, int]]]
) -> bool:
    """Whether a later item of the same sentence takes this finding back.

    Args:
        one: a finding in an item that speaks of earlier.
        place: its sentence and item.
        later: findings in items that speak of now, each with its sentence and item.
    """
    path = _SAME.get(one.field, one.field)
    return one.value not in _REASSURING and any(
        other.field == path
        and other.value in _REASSURING
        and sentence == place[0]
        and item > place[1]
        for other, (sentence, item) in later
    )
