"""Sets a case up for judging: its facts, its lesions, and what can be worked out beforehand."""

from dataclasses import dataclass

from vigia_detect.clinical.engine.facts import Facts, context_fields, lesion_fields
from vigia_detect.clinical.engine.notes import Merged, merge
from vigia_detect.clinical.engine.scope import CaseScope, LesionScope, known
from vigia_detect.clinical.inputs.codes import Lang
from vigia_detect.clinical.inputs.lesion import Lesion
from vigia_detect.clinical.inputs.patient import PatientContext
from vigia_detect.clinical.language.reading import Reading
from vigia_detect.clinical.notes import NoteFinding, extract

NEWBORN_AGE_YEARS = 0
VITALS = "vitals."


@dataclass(frozen=True)
class Prepared:
    """A case ready to be judged.

    Attributes:
        case: what the rules see, the notes included.
        bedside: what was filled into fields; the only thing that gives a class.
        names: id of each lesion.
        lesions: as reported; one that is unknown in every field when none was listed.
        notes: what was read in the notes.
        merged: facts with the notes laid over them.
        not_obtained: fields that somebody was asked for and that are still unknown.
    """

    case: CaseScope
    bedside: CaseScope
    names: tuple[str, ...]
    lesions: tuple[Lesion, ...]
    notes: tuple[NoteFinding, ...]
    merged: Merged
    not_obtained: tuple[str, ...]


def prepare(context: PatientContext, lang: Lang, unlisted_id: str | None = None) -> Prepared:
    """Return the case with everything that is known before any rule is judged.

    Args:
        context: what people observed.
        lang: language of the notes.
        unlisted_id: id for the one lesion of a case that lists none.
    """
    listed = context.lesions or ()
    lesions = listed or (Lesion(id=unlisted_id),)
    notes = extract(context.notes, lang) if context.notes else ()
    fields = [lesion_fields(lesion) for lesion in lesions]
    merged = merge(context_fields(context), fields, notes)
    inspected = context.skin_inspection == "no_lesion"
    case = _scope(
        merged.person, merged.lesions, whole=not listed, asks=bool(listed) or not inspected
    )
    if merged.unplaced is not None:
        case.seen.append(LesionScope(case, merged.unplaced, "notes", whole=True, asks=False))
    bedside = _scope(
        Facts(merged.person.fields), tuple(map(Facts, fields)), whole=not listed, asks=bool(listed)
    )
    not_obtained = _not_obtained(context, case)
    for scope in (case, bedside):
        asked_in_vain = any(path.startswith(VITALS) for path in not_obtained)
        scope.learn(
            {
                **_derived(context, scope),
                "asked_vital_missing": known(asked_in_vain),
                "notes_differ": known(bool(merged.differences)),
            }
        )
    names = tuple(lesion.id or str(number) for number, lesion in enumerate(lesions, 1))
    return Prepared(case, bedside, names, lesions, notes, merged, not_obtained)


def _scope(person: Facts, lesions: tuple[Facts, ...], *, whole: bool, asks: bool) -> CaseScope:
    case = CaseScope(person)
    for index, facts in enumerate(lesions):
        place = "lesions" if whole else f"lesions[{index}]"
        scope = LesionScope(case, facts, place, whole=whole, asks=asks)
        scope.learn(_of_lesion(scope))
        case.seen.append(scope)
    return case


def _of_lesion(lesion: LesionScope) -> dict[str, Reading]:
    derived = {"lesion.label_side_differs": _label_side_differs(lesion)}
    covered = lesion.facts.fields.get("lesion.cover_percent")
    return derived if covered is None else {**derived, "lesion.cover_percent": known(covered)}


def _label_side_differs(lesion: LesionScope) -> Reading:
    side, label = lesion.read("lesion.side"), lesion.read("lesion.photo_label_side")
    because = side.because | label.because
    if not side.values or not label.values:
        return Reading((), because)
    return known(any(one not in side.values for one in label.values), because=because)


def _derived(context: PatientContext, case: CaseScope) -> dict[str, Reading]:
    devices = case.read("supports.devices")
    has = tuple(bool(value) for value in devices.values)
    return {
        "age_years": _age(context, case),
        "supports.has_devices": Reading(
            has, devices.because, devices.open, partial=devices.partial
        ),
        "no_lesion_listed": known(not context.lesions),
    }


def _age(context: PatientContext, case: CaseScope) -> Reading:
    """A day of life or a gestational age is recorded of newborns only."""
    given = case.read("demographics.age_years")
    who = context.demographics
    newborn = who and (who.age_days is not None or who.gestational_age_weeks is not None)
    if given.values or not newborn:
        return given
    return known(NEWBORN_AGE_YEARS, because=frozenset({"demographics.age_days"}))


def _not_obtained(context: PatientContext, case: CaseScope) -> tuple[str, ...]:
    asked = context.asked_not_obtained or ()
    paths = [path.removeprefix("patient_context.") for path in asked]
    return tuple(path for path in paths if not _is_known(path, case))


def _is_known(path: str, case: CaseScope) -> bool:
    if not path.startswith("lesions["):
        return bool(case.read(path).values)
    place, _, name = path.partition(".")
    return any(one.place == place and one.read(f"lesion.{name}").values for one in case.lesions())
