"""All that is known of a case in short lines for a model: no demographics, names or codes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import BaseModel

from vigia_detect.clinical.inputs.patient import PatientContext
from vigia_detect.clinical.narrative.case_words import (
    LANGS,
    bed_words,
    field_word,
    measure_word,
    origin_word,
    path_of,
)
from vigia_detect.clinical.narrative.forms import Description
from vigia_detect.clinical.narrative.view import Origin, View
from vigia_detect.clinical.narrative.views import described
from vigia_detect.clinical.output import Assessment
from vigia_detect.clinical.output import Lesion as Assessed
from vigia_detect.clinical.rule_set import RuleSet
from vigia_detect.domain.findings import PictureFindings

GROUPS: Final = ("vitals", "symptoms", "labs", "supports", "setting")
LISTS: Final = ("conditions", "skin_inspection", "spinal_injury_level")
NOT_TOLD: Final = frozenset({"id", "push_history", "photo_label_side", "undermining_clock"})
"""Of a lesion: its id is free text and may name somebody; the others are no plain values."""
MOST_UNKNOWN: Final = 12
UNKNOWN: Final = "unknown"
NOT_THERE: Final = frozenset({"no", "none"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that somebody says of the case.

    Attributes:
        es: "field: value" in Spanish; `en` in English.
        unknown: it says that nobody knows it.
        absent: somebody who only looked at a picture says that something is not there. It may be
            compared but is never told: what a picture does not show may be there all the same.
    """

    origin: Origin
    field: str
    es: str
    en: str
    unknown: bool = False
    absent: bool = False

    def text(self, lang: str) -> str:
        """Return what is said."""
        return self.en if lang == "en" else self.es

    def line(self, lang: str) -> str:
        """Return who says what."""
        return f"{origin_word(self.origin, lang)}: {self.text(lang)}"


def of_view(view: View) -> Iterator[Finding]:
    """Yield what an observer of the picture says."""
    for name, share in view.shares.items():
        both = {lang: share.words(lang) for lang in LANGS}
        yield replace(_finding(view.origin, f"share.{name}", both), absent=share.may_be_none)
    for name, code in view.codes.items():
        found = _plain(view.origin, path_of(name), code)
        yield replace(found, absent=code in NOT_THERE)
    for name, size in view.sizes.items():
        yield _plain(view.origin, f"lesion.{name}", round(size, 1))
    if view.structures:
        yield _plain(view.origin, "structures", view.structures)


def of_picture(found: PictureFindings | None, view: View) -> Iterator[Finding]:
    """Yield what Vigia's own analysis says of the picture; without one it is unknown."""
    if found is None or not found.usable or found.model is None:
        yield _plain(Origin.MEASURED, "wound", UNKNOWN, unknown=True)
    yield from of_view(view)
    if found is not None and found.problems:
        yield _plain(Origin.MEASURED, "problems", found.problems)
    if found is not None and found.intact_skin:
        yield _plain(Origin.MEASURED, "intact_skin", tuple(map(str, found.intact_skin)))


def of_description(seen: Description) -> Iterator[Finding]:
    """Yield what a language model saw."""
    yield from of_view(described(seen))
    if seen.problems:
        yield _plain(Origin.DESCRIBED, "problems", seen.problems)


def of_people(context: PatientContext) -> Iterator[Finding]:
    """Yield what people recorded in fields."""
    for place, lesion in enumerate(context.lesions or (), 1):
        alone = len(context.lesions or ()) == 1
        yield from _fields("lesion.", lesion, "" if alone else f" ({place})")
    for group in GROUPS:
        yield from _fields(f"{group}.", getattr(context, group), "")
    for name in LISTS:
        if (value := getattr(context, name)) is not None:
            yield _plain(Origin.RECORDED, name, value)


def of_rules(found: Assessment, rules: RuleSet) -> Iterator[Finding]:
    """Yield what the rules made of it."""
    for place, lesion in enumerate(found.lesions, 1):
        yield _class(lesion, rules, "" if len(found.lesions) == 1 else f" ({place})")
    urgency = rules.texts.urgency[found.urgency]
    yield _finding(Origin.RULES, "urgency", {"es": urgency.es, "en": urgency.en})
    if found.review_required:
        yield _plain(Origin.RULES, "review", "required")
    if found.risk.category is not None:
        yield _plain(Origin.RULES, "risk", found.risk.category)


def of_gaps(missing: Sequence[str]) -> Iterator[Finding]:
    """Yield what nobody said and could change the answer."""
    fields = dict.fromkeys(path_of(path) for path in missing)
    for field in list(fields)[:MOST_UNKNOWN]:
        yield _plain(Origin.RULES, field, UNKNOWN, unknown=True)


def _class(lesion: Assessed, rules: RuleSet, place: str) -> Finding:
    class_, sure = rules.classes.classes[lesion.class_], rules.texts.certainty[lesion.certainty]
    both = {"es": f"{class_.es}, {sure.es}", "en": f"{class_.en}, {sure.en}"}
    return _finding(Origin.RULES, "class", both, place)


def _fields(prefix: str, form: BaseModel | None, place: str) -> Iterator[Finding]:
    if form is None:
        return
    for name in type(form).model_fields:
        value = getattr(form, name)
        if value is None or name in NOT_TOLD:
            continue
        if name == "bed_tissue":
            both = {lang: bed_words(value, lang) for lang in LANGS}
            yield _finding(Origin.RECORDED, f"{prefix}{name}", both, place)
        else:
            yield _plain(Origin.RECORDED, f"{prefix}{name}", value, place)


def _plain(
    origin: Origin, field: str, value: object, place: str = "", *, unknown: bool = False
) -> Finding:
    both = {lang: measure_word(field, value, lang) for lang in LANGS}
    return _finding(origin, field, both, place, unknown=unknown)


def _finding(
    origin: Origin, field: str, both: Mapping[str, str], place: str = "", *, unknown: bool = False
) -> Finding:
    es, en = (f"{field_word(field, lang)}{place}: {both[lang]}" for lang in LANGS)
    return Finding(origin, field, es, en, unknown)
