"""The assessment as text that a nurse can read, in Spanish or English."""

import re
from collections.abc import Iterable, Iterator

from vigia_detect.clinical.inputs.codes import Lang
from vigia_detect.clinical.loading import load_rules
from vigia_detect.clinical.naming import code_word, field_names
from vigia_detect.clinical.output import Action, Assessment, Change, Input, Lesion, RuleFired, Value
from vigia_detect.domain.triage import Urgency

MISSING_SHOWN = 12
PLACE = re.compile(r"lesions\[(\d+)\]\.")


def report(found: Assessment, lang: Lang) -> str:
    """Return the whole assessment, the most important first, ending with a newline."""
    return "\n".join(_Report(found, lang).lines()) + "\n"


class _Report:
    def __init__(self, found: Assessment, lang: Lang) -> None:
        self._found = found
        self._lang = lang
        self._texts = load_rules().texts

    def lines(self) -> Iterator[str]:
        found = self._found
        urgency = getattr(self._texts.urgency[found.urgency], self._lang)
        yield f"{self._word('case')} {found.case}: {urgency}"
        if found.review_required:
            yield self._word("review")
        yield f"{self._word('contact')}: {found.contact}"
        yield ""
        for lesion in found.lesions:
            yield from self._lesion(lesion)
        yield from self._risk()
        yield from self._section("todo", (self._action(one) for one in found.actions))
        yield from self._section("not_to_do", (f"{one.id} {one.text}" for one in found.forbidden))
        yield from self._section("why", (self._rule(one) for one in found.explanation.rules))
        yield from self._notes()
        yield from self._unknown()
        yield ""
        yield found.disclaimer
        used = found.rule_set
        yield f"{self._word('rules')}: {used.id} {used.version} {used.checksum[:19]}"

    def _word(self, name: str) -> str:
        text: str = getattr(self._texts.labels[name], self._lang)
        return text

    def _section(self, name: str, lines: Iterable[str]) -> Iterator[str]:
        listed = list(lines)
        if listed:
            yield ""
            yield f"{self._word(name)}:"
            yield from (f"  - {line}" for line in listed)

    def _lesion(self, lesion: Lesion) -> Iterator[str]:
        rules = load_rules()
        certainty = getattr(self._texts.certainty[lesion.certainty], self._lang)
        yield f"{self._word('lesion')} {lesion.id}: {lesion.class_text} ({certainty})"
        flags = {flag.id: getattr(flag.data, self._lang) for flag in rules.flags}
        yield from (f"  * {flags[name]}" for name in lesion.flags)
        others = [name for name in lesion.candidates if name != lesion.class_]
        named = {
            **{name: getattr(data, self._lang) for name, data in rules.classes.classes.items()},
            **flags,
        }
        if others:
            yield f"  {self._word('possible')}: {', '.join(named[name] for name in others)}"
        causes = {one.id: getattr(one.data, self._lang) for one in rules.differentials}
        if lesion.differentials:
            shown = ", ".join(causes[name] for name in lesion.differentials)
            yield f"  {self._word('other_causes')}: {shown}"
        if lesion.because:
            yield f"  {self._word('because')} {self._inputs(lesion.because)}"
        if lesion.push_range:
            low, high = lesion.push_range
            yield f"  PUSH: {low if low == high else f'{low}-{high}'}"

    def _risk(self) -> Iterator[str]:
        risk, qsofa = self._found.risk, self._found.qsofa
        low, high = risk.possible
        total = f"{self._word('total')} {risk.total}"
        if risk.total is None:
            total = f"{self._word('no_total')} {low}-{high}"
        level = risk.category or self._word("unknown")
        yield f"{self._word('risk')} ({risk.scale}): {total}; {self._word('category')}: {level}"
        yield from (f"  + {one.id} {one.text}" for one in self._found.explanation.modifiers)
        score = self._word("unknown") if qsofa.score is None else str(qsofa.score)
        mark = "" if qsofa.complete else f" ({self._word('incomplete')})"
        yield f"{self._word('qsofa')}: {score}{mark}"

    def _action(self, action: Action) -> str:
        mark = "" if action.urgency is Urgency.ROUTINE else "[!] "
        note = f", {action.evidence.note}" if action.evidence.note else f", {action.evidence.grade}"
        return f"{mark}{action.id} {action.text} ({action.evidence.source}{note})"

    def _rule(self, rule: RuleFired) -> str:
        given = (*rule.because, *rule.beside)
        why = f" {self._word('because')} {self._inputs(given)}." if given else ""
        return f"{rule.id} {rule.text}{why} -> {', '.join(rule.actions)}"

    def _inputs(self, given: Iterable[Input]) -> str:
        return "; ".join(f"{self.name(one.path)}: {self._values(one.values)}" for one in given)

    def _notes(self) -> Iterator[str]:
        why = self._found.explanation
        read = (
            f"«{one.text}» -> {self.name(one.field)}: {self._value(one.value)}"
            for one in why.notes_read
        )
        yield from self._section("notes_read", read)
        yield from self._section("differ", (self.name(one.path) for one in why.differences))
        yield from self._section("not_obtained", (self.name(one) for one in why.not_obtained))

    def _unknown(self) -> Iterator[str]:
        missing = self._found.missing
        shown = [self.name(path) for path in missing[:MISSING_SHOWN]]
        rest = len(missing) - len(shown)
        more = [self._word("more").format(n=rest)] if rest else []
        yield from self._section("missing", [", ".join([*shown, *more])] if shown else [])
        worse = [
            one
            for one in self._found.explanation.would_change
            if one.urgency.rank > self._found.urgency.rank
        ]
        yield from self._section("would_change", (self._change(one) for one in worse))

    def _change(self, change: Change) -> str:
        inputs = ", ".join(self.name(path) for path in change.inputs[:MISSING_SHOWN])
        return f"{change.rule} {change.text} ({inputs})"

    def name(self, path: str) -> str:
        """Return what a path is called, with the lesion's number where there are several."""
        place = PLACE.match(path)
        key = PLACE.sub("lesion.", path).replace("lesions[].", "lesion.").removesuffix("[]")
        known = field_names().get(key)
        text = known[self._lang == "en"] if known else path
        many = place is not None and len(self._found.lesions) > 1
        return (
            f"{text} ({self._word('lesion').lower()} {int(place[1]) + 1})"
            if many and place
            else text
        )

    def _values(self, values: Iterable[Value]) -> str:
        return " / ".join(self._value(value) for value in values)

    def _value(self, value: Value) -> str:
        if isinstance(value, bool):
            return self._word("yes" if value else "no")
        if isinstance(value, tuple):
            return ", ".join(map(self._code, value))
        return f"{value:g}" if isinstance(value, int | float) else self._code(value)

    def _code(self, code: str) -> str:
        return code_word(code, self._lang)
