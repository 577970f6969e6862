"""Points of wound scales from what was measured and seen (facts.md A.6 and B.8).

None of these gives a class or an urgency: they follow a wound over time.
"""

from collections.abc import Iterable
from decimal import Decimal
from math import inf

from vigia_detect.clinical.scales import Scales, load_scales
from vigia_detect.clinical.scales_model import Bin, ItemData
from vigia_detect.domain.trend import Trend, trend
from vigia_detect.errors import FieldProblem, InvalidContextError
from vigia_detect.phrase import Phrase

CLOSED = "closed"


def push_score(
    length_cm: float | None,
    width_cm: float | None,
    exudate_amount: str | None,
    bed_tissue: Iterable[str] | None,
    scales: Scales | None = None,
) -> int | tuple[int, int] | None:
    """Return PUSH 3.0 (0-17) of an open or closed wound, never of intact skin that is red.

    Args:
        length_cm: longest side, head to toe.
        width_cm: across it.
        exudate_amount: none, light, moderate or heavy.
        bed_tissue: all types of tissue seen; those recorded with 0 percent left out.
        scales: None for those that come with Vigia.

    Returns:
        The score; a pair (lowest, highest) where dermis may be scored 1 or 2; None when
        anything is unknown or the answers contradict each other (closed, yet with a size or
        exudate; open, yet of size 0). A closed wound is 0.

    Raises:
        InvalidContextError: an unknown code, or a size below 0 or not finite.
    """
    items = (scales or load_scales()).data["push"].items
    tissues = None if bed_tissue is None else tuple(bed_tissue)
    area = area_points("push", length_cm, width_cm, scales)
    exudate = _points(items["exudate"], "exudate_amount", (exudate_amount,))
    tissue = _points(items["tissue"], "bed_tissue", tissues or (None,))
    if tissues and set(tissues) == {CLOSED}:
        return 0 if area in (0, None) and exudate in ((0, 0), None) else None
    if not area or exudate is None or tissue is None:
        return None
    low, high = area + exudate[0] + tissue[0], area + exudate[1] + tissue[1]
    return low if low == high else (low, high)


def push_trend(
    history: Iterable[tuple[int, int]],
    today: int | tuple[int, int] | None = None,
    scales: Scales | None = None,
) -> Trend:
    """Tell whether PUSH rises, falls or stalls.

    Args:
        history: earlier scores as pairs of days ago and score, in any order.
        today: result of `push_score`; of a pair the worse counts, so doubt never looks better.
        scales: None for those that come with Vigia.
    """
    limits = (scales or load_scales()).trend
    now = max(today) if isinstance(today, tuple) else today
    scores = [*history, *([] if now is None else [(0, now)])]
    return trend(scores, rises=limits.rises, no_fall_days=limits.no_fall_days)


def area_points(
    scale_id: str, length_cm: float | None, width_cm: float | None, scales: Scales | None = None
) -> int | None:
    """Return the points for length times width in a scale that has them (PUSH, RESVECH, BWAT).

    One side of 0 makes the area 0, whatever the other is.

    Raises:
        InvalidContextError: a size below 0 or not finite.
    """
    sizes = {"length_cm": length_cm, "width_cm": width_cm}
    wrong = [name for name, size in sizes.items() if size is not None and not 0 <= size < inf]
    if wrong:
        problems = (FieldProblem(name, "no size", "a number from 0") for name in wrong)
        raise InvalidContextError(tuple(problems))
    if length_cm is None or width_cm is None:
        return None
    items = (scales or load_scales()).data[scale_id].items.values()
    bins = next(item.cm2 for item in items if item.cm2)
    # Decimals, because 0.2 x 3 in binary is more than 0.6 and would land in the next class.
    area = Decimal(str(length_cm)) * Decimal(str(width_cm))
    return next(entry.points for entry in bins if _holds(entry, area))


def cl_wound_diagram_grade(total: int | None, scales: Scales | None = None) -> str | None:
    """Return the grade I to IV of the Chilean wound diagram; it never becomes a class (A.6).

    Raises:
        InvalidContextError: a total outside 10 to 40.
    """
    if total is None:
        return None
    scale = (scales or load_scales()).scales["cl_wound_diagram"]
    low, high = scale.range
    if type(total) is not int or not low <= total <= high:
        problem = FieldProblem(
            "cl_wound_diagram_total",
            "no total of this scale",
            Phrase("whole number from {low} to {high}", low=low, high=high),
        )
        raise InvalidContextError((problem,))
    return scale.profiles["grado"].category(total)


def _holds(entry: Bin, area: Decimal) -> bool:
    if entry.up_to is not None:
        return area <= entry.up_to
    return entry.below is None or area < entry.below


def _points(item: ItemData, field: str, codes: tuple[str | None, ...]) -> tuple[int, int] | None:
    """Return the points of the worst of the codes; None when one of them is unknown."""
    for code in codes:
        if code is not None and code not in item.codes:
            problem = FieldProblem(
                field, "unknown code", Phrase("known: {known}", known=", ".join(item.codes))
            )
            raise InvalidContextError((problem,))
    known = [item.codes[code] for code in codes if code is not None]
    if len(known) < len(codes):
        return None
    return max(low for low, _ in known), max(high for _, high in known)
