"""Risk: the total that a person scored, its category, and what raises it (facts.md B)."""

from collections.abc import Mapping
from dataclasses import dataclass

from vigia_detect.clinical.engine.scope import CaseScope
from vigia_detect.clinical.inputs.patient import PatientContext
from vigia_detect.clinical.language.reading import Reading
from vigia_detect.clinical.output import Risk, ScaleResult
from vigia_detect.clinical.rule_set import Modifier, RuleSet
from vigia_detect.clinical.scales import added_scales_for, risk_scale_for, score_scale
from vigia_detect.domain.logic import NO_PATHS, Judgement
from vigia_detect.domain.scales import ScaleScore


@dataclass(frozen=True, slots=True)
class Rated:
    """The risk, and what could still change it.

    Attributes:
        judged: each modifier that applies or is unknown, with why.
        missing: what could change total or category.
    """

    risk: Risk
    judged: Mapping[str, Judgement]
    missing: tuple[str, ...]


def rate(context: PatientContext, case: CaseScope, rules: RuleSet) -> Rated:
    """Return the risk of a person, and leave the category in the case for the rules."""
    items = _items(context)
    main = _main_scale(context, items, rules)
    score = score_scale(main, items.get(main, {}), scales=rules.scales)
    judged = {one.id: one.when.judge(case) for one in rules.modifiers}
    applied = tuple(one for one in rules.modifiers if judged[one.id].is_true)
    profile = _profile(score, rules)
    category = _category(score, profile, applied, rules)
    missing = (*_missing(score, items), *_unasked(score.scale, items, case, rules))
    others = [name for name in items if name != main]
    risk = Risk(
        **_result(score).model_dump(),
        modifiers=tuple(one.id for one in applied),
        flags=tuple(one.data.flag for one in applied if one.data.flag),
        profile=profile,
        category=category,
        other_scales=tuple(
            _result(score_scale(one, items[one], scales=rules.scales)) for one in others
        ),
    )
    case.learn(
        {
            "risk_incomplete": Reading((score.incomplete,)),
            "risk_category": _category_reading(
                _possible(score, profile, applied, rules), missing, judged, rules
            ),
        }
    )
    return Rated(risk, judged, missing)


def _items(context: PatientContext) -> dict[str, dict[str, int | None]]:
    """Return the scales of which at least one item was scored."""
    if context.scales is None:
        return {}
    given = context.scales.model_dump(exclude_none=True)
    return {name: items for name, items in given.items() if items}


def _main_scale(context: PatientContext, items: Mapping[str, object], rules: RuleSet) -> str:
    who = context.demographics
    return risk_scale_for(
        who.age_years if who else None,
        who.gestational_age_weeks if who else None,
        who.age_days if who else None,
        given=tuple(items),
        scales=rules.scales,
    )


def _profile(score: ScaleScore, rules: RuleSet) -> str | None:
    """Return the hospital's cut-offs where the scale has them, else the scale's first."""
    known = tuple(rules.scales.scales[score.scale].profiles)
    return rules.profile if rules.profile in known else next(iter(known), None)


def _category(
    score: ScaleScore, profile: str | None, applied: tuple[Modifier, ...], rules: RuleSet
) -> str | None:
    """Raise the total's category by the bumps; floors come last."""
    return _raised(score.scale, score.categories.get(profile or ""), profile, applied, rules)


def _possible(
    score: ScaleScore, profile: str | None, applied: tuple[Modifier, ...], rules: RuleSet
) -> tuple[str, ...]:
    """Return every category that the blank items still allow; one when none is blank."""
    low, high = score.possible
    if profile is None:
        starts: set[str | None] = {None}
    else:
        cutoffs = rules.scales.scales[score.scale].profiles[profile]
        starts = {cutoffs.category(total) for total in range(low, high + 1)}
    ends = {_raised(score.scale, start, profile, applied, rules) for start in starts}
    return tuple(sorted(end for end in ends if end is not None))


def _raised(
    scale: str,
    start: str | None,
    profile: str | None,
    applied: tuple[Modifier, ...],
    rules: RuleSet,
) -> str | None:
    category = start
    if profile and category:
        steps = rules.scales.scales[scale].levels(profile)
        category = _bumped(category, steps, sum(one.data.bump for one in applied), rules)
    floors = [one.data.floor for one in applied if one.data.floor]
    levels = rules.risk_levels.levels
    return max([category, *floors] if category else floors, key=levels.index, default=None)


def _bumped(category: str, steps: tuple[str, ...], bumps: int, rules: RuleSet) -> str:
    """Go up the profile's own levels, never beyond the highest bump and never down."""
    levels = rules.risk_levels.levels
    highest = levels.index(rules.risk_levels.bump_up_to)
    reachable = [step for step in steps if levels.index(step) <= highest]
    if category not in reachable:
        return category
    return reachable[min(reachable.index(category) + bumps, len(reachable) - 1)]


def _category_reading(
    possible: tuple[str, ...],
    missing: tuple[str, ...],
    judged: Mapping[str, Judgement],
    rules: RuleSet,
) -> Reading:
    """A category can only rise, so at the top of the modifiers' reach nothing is open."""
    because = NO_PATHS.union(*(one.because for one in judged.values() if one.is_true))
    levels = rules.risk_levels.levels
    top = levels.index(rules.risk_levels.bump_up_to)
    if possible and all(levels.index(one) >= top for one in possible):
        return Reading(possible, because, alternatives=True)
    open_paths = NO_PATHS.union(missing, *(one.open for one in judged.values()))
    return Reading(possible, because, open_paths, alternatives=True)


def _unasked(
    main: str, items: Mapping[str, object], case: CaseScope, rules: RuleSet
) -> tuple[str, ...]:
    """Return the scales that this person should have beside the main one and does not."""
    settings = case.read("setting.care_setting").values
    wanted = added_scales_for(
        main,
        has_device=True in case.read("supports.has_devices").values,
        care_setting=str(settings[0]) if settings else None,
        scales=rules.scales,
    )
    return tuple(f"scales.{name}" for name in wanted if name not in items)


def _missing(score: ScaleScore, items: Mapping[str, object]) -> tuple[str, ...]:
    if not score.incomplete:
        return ()
    if score.scale not in items:
        return (f"scales.{score.scale}",)
    return tuple(f"scales.{score.scale}.{name}" for name in score.missing_items)


def _result(score: ScaleScore) -> ScaleResult:
    return ScaleResult(
        scale=score.scale,
        total=score.total,
        incomplete=score.incomplete,
        categories=dict(score.categories),
        possible=score.possible,
    )
