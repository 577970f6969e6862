"""The page docs/reference/rules.md: every rule with its condition, actions and source."""

from collections.abc import Iterator, Sequence

from vigia_detect.clinical.compile import Files
from vigia_detect.clinical.data_model import DecisionRow, ForbiddenData, RuleData
from vigia_detect.clinical.loading import ID, VERSION, read_files
from vigia_detect.docs import markdown
from vigia_detect.docs.markdown import table

HEAD = """\
What the engine applies, from `vigia_detect/clinical/data`. A condition is three-valued: what is
unknown never fires a rule and is listed as missing if it could. "por verificar" marks general
knowledge that nobody has yet checked against the original; "policy" is a choice that the hospital
must confirm. Words in a condition that are no field are defined at the end."""
URGENCY = {
    "emergency": "Emergency",
    "urgent": "Urgent, the same day",
    "routine": "Routine, and doubt",
}


def page() -> str:
    """Return `rules.md`."""
    return markdown.page("Clinical rules", HEAD, *_sections(read_files()))


def _sections(files: Files) -> Iterator[str]:
    yield f"Rule set `{ID}`, version {VERSION}, default profile `{files.limits.profile}`."
    yield from _rules(files)
    yield from _catalogues(files)
    yield from _classes(files)
    yield from _words(files)
    yield from _sources(files)


def _rules(files: Files) -> Iterator[str]:
    for file in files.rules:
        yield f"## {URGENCY[file.urgency]}: {_span(list(file.rules))}"
        yield table(
            ["Id", "When", "Do", "Says", "Source"],
            ([name, _code(data.when), _do(data), data.text.es, data.evidence.cite()]
             for name, data in file.rules.items()),
        )  # fmt: skip


def _do(data: RuleData) -> str:
    more = (f"{', '.join(one.do)} if {_code(one.when)}" for one in data.also)
    return "; ".join([", ".join(data.do), *more])


def _catalogues(files: Files) -> Iterator[str]:
    yield "## Actions"
    yield table(
        ["Id", "Action", "Source"],
        ([name, one.es, one.evidence.cite()] for name, one in files.actions.actions.items()),
    )
    yield "## Actions by class, risk and finding"
    yield table(
        ["Row", "When", "Do"],
        ([row.id, _code(row.when), ", ".join(row.do)] for row in files.protocol.rows),
    )
    yield "## Forbidden"
    never = files.forbidden.forbidden.items()
    yield table(["Id", "Never", "Shown when", "Source"], (_forbidden(*one) for one in never))
    yield "## Risk modifiers"
    yield table(
        ["Id", "When", "Effect", "Source"],
        ([name, _code(one.when), _effect(one.floor, one.bump, one.flag), one.evidence.cite()]
         for name, one in files.modifiers.modifiers.items()),
    )  # fmt: skip


def _forbidden(name: str, data: ForbiddenData) -> list[str]:
    when = _code(data.when) if data.when else f"with {data.with_action}"
    return [name, data.es, when, data.evidence.cite()]


def _effect(floor: str | None, bump: int, flag: str | None) -> str:
    return f"at least {floor}" if floor else f"up {bump}" if bump else f"flag {flag}"


def _classes(files: Files) -> Iterator[str]:
    yield "## From findings to class"
    yield "The first row that holds decides."
    headings = ["Row", "When", "Class", "Candidates", "Confirmed by"]
    yield table(headings, map(_decision, files.classes.decision))
    yield "## Flags"
    yield table(
        ["Flag", "When", "Source"],
        ([name, _code(one.when), one.source] for name, one in files.flags.flags.items()),
    )
    yield "## Other causes"
    yield table(
        ["Cause", "Shown when", "Spoken for by", "Source"],
        ([name, _code(one.when), ", ".join(map(_code, one.points)), one.source]
         for name, one in files.differentials.differentials.items()),
    )  # fmt: skip


def _decision(row: DecisionRow) -> list[str]:
    candidates = ", ".join(row.candidates or ())
    return [row.id, _code(row.when), row.class_, candidates, _code(row.confirmed)]


def _words(files: Files) -> Iterator[str]:
    yield "## Limits of the default profile"
    yield table(
        ["Name", "Value", "Source"],
        ([_code(name), f"{one.value:g}", one.evidence.cite()]
         for name, one in files.limits.limits.items()),
    )  # fmt: skip
    yield "## Words"
    yield table(
        ["Word", "Means"],
        ([_code(name), _code(text)] for name, text in files.words.definitions.items()),
    )
    yield "## Sets"
    yield table(
        ["Set", "Codes"],
        ([_code(name), ", ".join(members)] for name, members in files.words.sets.items()),
    )


def _sources(files: Files) -> Iterator[str]:
    yield "## Sources"
    yield table(
        ["Id", "Document", "Read"],
        ([name, one.title, one.read] for name, one in files.sources.sources.items()),
    )


def _span(names: Sequence[str]) -> str:
    return f"{names[0]} to {names[-1]}"


def _code(text: str) -> str:
    return f"`{' '.join(text.split())}`"
