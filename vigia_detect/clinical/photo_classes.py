"""From the findings of a picture to the classes that are possible (facts.md A.2).

Every probability is a sum of named moves: a row of the table gave it, or took it because it
excludes the class. A picture proposes; what it cannot show is asked at the bedside, and a
person decides.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import floor, fsum

from vigia_detect.clinical.photo_data import (
    CLASSES,
    PURPLE_SKIN,
    RED_SKIN,
    UNKNOWN,
    PhotoModel,
    Question,
    load_photo_model,
)
from vigia_detect.clinical.rule_set import RuleSet
from vigia_detect.domain.findings import (
    ClassPrediction,
    PictureFindings,
    SkinColour,
    Tissue,
    Wound,
)

OWN_MODEL = "own_classifier"
NOT_LOWERED = "not_lowered"
SEVERE = frozenset({"stage_3", "stage_4", "unstageable", "dtpi"})
"""Classes that a hospital's own classifier may make likelier, never less likely (facts.md D.5:
confidence never changes the urgency downwards)."""

BELOW = 0.01
DIGITS = 10_000

Shares = Mapping[str, float]
"""Finding -> its part of what is seen, together 1."""


@dataclass(frozen=True, slots=True)
class Move:
    """One step of the explanation.

    Attributes:
        row: row of facts.md A.2 that moved it.
        finding: what was seen.
        class_: the class whose probability moved.
        by: how much; below 0 where the row excludes the class.
    """

    row: str
    finding: str
    class_: str
    by: float


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a picture alone makes possible.

    Attributes:
        probabilities: by class, most likely first; the sum is at most 1.
        candidates: the classes to keep in mind, most likely first, each with how likely it is in
            a word: likely, possible or not_excluded.
        moves: what moved each probability.
        differentials: other causes to think of.
        questions: by id, in the order in which to ask them.
        version: of the table.
    """

    probabilities: Mapping[str, float]
    candidates: Mapping[str, str]
    moves: tuple[Move, ...]
    differentials: tuple[str, ...]
    questions: Mapping[str, Question]
    version: str


def judge(
    found: PictureFindings, rules: RuleSet, *, recorded: Collection[str] = ()
) -> Opinion | None:
    """Return what the picture makes possible, or None when it shows nothing to judge.

    Args:
        found: of a picture; one that is not usable shows nothing.
        rules: for `tau_high`, which a picture alone stays below, and what goes together.
        recorded: fields of the lesion that people filled in; they are not asked again.
    """
    table = load_photo_model()
    shares = seen_shares(found, table)
    if not found.usable or not shares:
        return None
    weighed = _weighed(shares, found, table)
    moves = _moves(weighed, shares, table, found.prediction)
    if found.prediction:
        moves += _not_lowered(_sums(_moves(weighed, shares, table, None)), _sums(moves))
    ceiling = min(table.limits.ceiling.value, rules.limit("tau_high") - BELOW)
    probabilities = _probabilities(moves, ceiling)
    candidates = _candidates(probabilities, shares, table, found.prediction, rules)
    return Opinion(
        probabilities=probabilities,
        candidates={one: _word(probabilities.get(one, 0), rules) for one in candidates},
        moves=moves,
        differentials=_differentials(shares, table),
        questions=_questions(found, shares, table, candidates, recorded),
        version=table.version,
    )


def seen_shares(found: PictureFindings, table: PhotoModel) -> dict[str, float]:
    """Return how much of what the picture shows speaks for each row; empty when it shows nothing.

    Purple skin beside an open wound has a fixed small weight; red skin beside one says nothing of
    its class.
    """
    colours = found.intact_skin or ()
    if found.wound is None:
        rows = {SkinColour.RED: RED_SKIN, SkinColour.PURPLE: PURPLE_SKIN}
        return {rows[colour]: 1 / len(colours) for colour in colours}
    shares = _tissue(found.wound)
    if SkinColour.PURPLE in colours:
        weight = table.limits.purple_beside_wound.value
        shares = {name: share * (1 - weight) for name, share in shares.items()}
        shares[PURPLE_SKIN] = weight
    return shares


def _tissue(wound: Wound) -> dict[str, float]:
    if wound.tissue is None:
        return {UNKNOWN: 1.0}
    shares = {tissue.value: wound.tissue.of(tissue) for tissue in Tissue}
    shares[UNKNOWN] = wound.tissue.uncertain
    total = fsum(shares.values())
    return {name: share / total for name, share in shares.items() if share > 0}


def _weighed(shares: Shares, found: PictureFindings, table: PhotoModel) -> dict[str, float]:
    """Return the shares with the picture's doubt moved to `unknown`."""
    sure = 1.0
    for problem, doubt in table.doubt.items():
        sure *= 1 - doubt if problem in found.problems else 1
    if found.wound is not None and found.wound.area_share < table.limits.small_wound.value:
        sure *= 1 - table.limits.small_wound_doubt.value
    weighed = {name: share * sure for name, share in shares.items()}
    weighed[UNKNOWN] = weighed.get(UNKNOWN, 0.0) + 1 - sure
    return weighed


def _moves(
    weighed: Shares, shares: Shares, table: PhotoModel, own: ClassPrediction | None
) -> tuple[Move, ...]:
    half = 0.5 if own and own.probabilities else 1.0  # two opinions count alike
    given = [
        Move(table.rows[name].id, name, class_, half * weight * chance)
        for name, weight in weighed.items()
        for class_, chance in table.rows[name].gives.items()
    ]
    if own:
        given += [
            Move(OWN_MODEL, own.model.id, class_, half * chance)
            for class_, chance in own.probabilities.items()
        ]
    by_class = _sums(given)
    against = excluded(shares, table)
    taken = (
        move
        for class_, voters in against.items()
        for move in _taken(class_, by_class.get(class_, 0.0), voters, {*against}, table)
    )
    return tuple(move for move in (*given, *taken) if move.by)


def _not_lowered(alone: Mapping[str, float], both: Mapping[str, float]) -> tuple[Move, ...]:
    """Give a severe class back what a second opinion took; what is over makes room by its share."""
    over = {
        one: both.get(one, 0.0) - (alone.get(one, 0.0) if one in SEVERE else 0.0)
        for one in dict.fromkeys((*both, *alone))
    }
    back = {one: -by for one, by in over.items() if by < 0}
    room = {one: by for one, by in over.items() if by > 0}
    part = min(1.0, fsum(back.values()) / (fsum(room.values()) or 1.0))
    taken = {one: -part * by for one, by in room.items()}
    return tuple(
        Move(OWN_MODEL, NOT_LOWERED, one, by) for one, by in {**back, **taken}.items() if by
    )


def excluded(shares: Shares, table: PhotoModel) -> dict[str, Shares]:
    """Return the classes never to be concluded, each with the findings that say so."""
    against: dict[str, dict[str, float]] = {}
    for name, share in shares.items():
        for class_ in table.rows[name].never:
            against.setdefault(class_, {})[name] = share
    limit = table.limits.seen.value
    return {class_: by for class_, by in against.items() if fsum(by.values()) >= limit}


def _taken(
    class_: str, chance: float, voters: Shares, gone: Collection[str], table: PhotoModel
) -> Iterable[Move]:
    """Take a class's probability and give it to what the excluding rows allow, by their share."""
    total = fsum(voters.values())
    for name, share in voters.items():
        row, part = table.rows[name], chance * share / total
        allowed = {other: by for other, by in row.gives.items() if other not in gone}
        whole = fsum(allowed.values())
        yield Move(row.id, name, class_, -part)
        for other, by in allowed.items():
            yield Move(row.id, name, other, part * by / whole)


def _sums(moves: Iterable[Move]) -> dict[str, float]:
    sums: dict[str, list[float]] = {}
    for move in moves:
        sums.setdefault(move.class_, []).append(move.by)
    return {class_: fsum(parts) for class_, parts in sums.items()}


def _probabilities(moves: Iterable[Move], ceiling: float) -> dict[str, float]:
    """Return the sums, most likely first, cut down to what a picture alone may say."""
    sums = {
        class_: floor(min(chance, ceiling) * DIGITS) / DIGITS
        for class_, chance in _sums(moves).items()
    }
    ranked = sorted(sums, key=lambda class_: (-sums[class_], CLASSES.index(class_)))
    return {class_: sums[class_] for class_ in ranked if sums[class_] > 0}


def _candidates(
    probabilities: Mapping[str, float],
    shares: Shares,
    table: PhotoModel,
    own: ClassPrediction | None,
    rules: RuleSet,
) -> tuple[str, ...]:
    """Return the fewest classes with enough probability, and those that safety demands."""
    enough = table.limits.mass.value * fsum(probabilities.values())
    chosen: set[str] = set()
    for class_ in probabilities:
        if fsum(probabilities[one] for one in chosen) < enough:
            chosen.add(class_)
    seen = (name for name, share in shares.items() if share >= table.limits.seen.value)
    chosen.update(class_ for name in seen for class_ in table.rows[name].keep)
    chosen.update(own.candidates if own else ())
    chosen.difference_update(excluded(shares, table))
    chosen.update(rules.classes.beside_of(chosen))
    ranked = (*probabilities, *(one for one in CLASSES if one not in probabilities))
    return tuple(class_ for class_ in ranked if class_ in chosen)


def _word(chance: float, rules: RuleSet) -> str:
    if chance >= rules.limit("tau_low"):
        return "likely"
    return "possible" if chance >= rules.limit("plausible") else "not_excluded"


def _differentials(shares: Shares, table: PhotoModel) -> tuple[str, ...]:
    seen = [table.rows[name] for name, share in shares.items() if share >= table.limits.seen.value]
    against = {cause for row in seen for cause in row.speaks_against}
    causes = dict.fromkeys(cause for row in seen for cause in row.differentials)
    return tuple(cause for cause in causes if cause not in against)


def _questions(
    found: PictureFindings,
    shares: Shares,
    table: PhotoModel,
    candidates: Collection[str],
    recorded: Collection[str],
) -> dict[str, Question]:
    sized = found.wound is not None and found.wound.size is not None
    known = {*recorded, *(("length_cm", "width_cm") if sized else ())}
    open_ones = {
        name: question
        for name, question in table.questions.items()
        if question.row in {None, *shares} and not {*question.asks} <= known
    }
    first = [name for name, one in open_ones.items() if {*one.classes} & {*candidates}]
    return {name: open_ones[name] for name in (*first, *(n for n in open_ones if n not in first))}
