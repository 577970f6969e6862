"""Finds each English template of an error in the source, and what is none where one must be.

Whoever makes an error gives it a literal, or something of which the Spanish can be told: a
`Phrase`, a text that `say` gives in the reader's language, a constant or a table of literals.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path

import vigia_detect

ROOT = Path(vigia_detect.__file__).parent
MAKERS = {"vigia_detect.errors", "vigia_detect.phrase", "vigia_detect.validation"}
"""They make phrases of what they are given."""
TELLING = {"Phrase", "Bilingual", "of", "why", "joined", "quoted", "said", "say", "tell"}
"""What these give is a phrase, or already in the reader's language."""
NO_TEXT = {"InvalidImageError", "PermissionDeniedError", "PoisonMessageError", "NoNarrativeError"}
"""They bring their own Spanish, or are made of codes."""
OF_PROBLEMS = {"InvalidContextError", "InvalidPolicyError", "InvalidProtocolError"}
QUOTED = {"ConditionError", "_WrongError", "BadNoteError", "BadStampError"}
"""A `VigiaError` that is raised because of one of these repeats its text."""


@dataclass
class Found:
    """What a module says: its templates, and where a template is missing."""

    templates: set[str] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)


def sources() -> Iterator[tuple[str, str]]:
    """Return each module's name and source."""
    for path in sorted(ROOT.rglob("*.py")):
        name = ".".join(path.relative_to(ROOT.parent).with_suffix("").parts)
        if name not in MAKERS:
            yield name.removesuffix(".__init__"), path.read_text()


@cache
def kinds() -> frozenset[str]:
    """Return the names of all kinds of `VigiaError`."""
    trees = [ast.parse((ROOT / "errors.py").read_text()), *(ast.parse(s) for _, s in sources())]
    classes = [one for tree in trees for one in ast.walk(tree) if isinstance(one, ast.ClassDef)]
    above = {one.name: {ast.unparse(base) for base in one.bases} for one in classes}
    found = {"VigiaError"}
    while more := {name for name, bases in above.items() if bases & found} - found:
        found |= more
    return frozenset(found)


def found_in(name: str, source: str) -> Found:
    """Return what a module says."""
    reader = _Reader(name, source)
    reader.visit(ast.parse(source))
    return reader.found


class _Reader(ast.NodeVisitor):
    """Looks at each call that makes an error, a problem or a phrase."""

    def __init__(self, name: str, source: str) -> None:
        self.name, self.found = name, Found()
        self.inside: list[ast.AST] = []
        self.templated = kinds() - NO_TEXT - OF_PROBLEMS | QUOTED | {"Phrase"}
        if "import pydantic" in source or "from pydantic" in source or "Phrase" in source:
            self.templated |= {"ValueError"}  # pydantic hands its text on

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.inside.append(node)
        self.generic_visit(node)
        self.inside.pop()

    def visit_Call(self, node: ast.Call) -> None:
        name = ast.unparse(node.func)
        if name == "FieldProblem":
            self._all(node.args[1:])
        elif name in self.templated:
            self._all(node.args[:1])
            self._missing([one.value for one in node.keywords if _writes(one.value)])
        elif name == "Field":
            self._all([one.value for one in node.keywords if self._described(one)])
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        """Of `raise self._kind("...")` the kind is not known here, but it is told all the same."""
        call = node.exc
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            self._all([one for one in call.args[:1] if _writes(one)])
        self.generic_visit(node)

    def _described(self, keyword: ast.keyword) -> bool:
        """Descriptions of the case format are told as what is allowed."""
        return keyword.arg == "description" and ".clinical.inputs." in self.name

    def _all(self, texts: list[ast.expr]) -> None:
        for text in texts:
            self._take(text)

    def _take(self, text: ast.expr) -> None:
        match text:
            case ast.Constant(value=str(template)):
                self.found.templates.add(template)
            case ast.IfExp(body=one, orelse=other) | ast.BoolOp(values=[one, other]):
                self._all([one, other])
            case ast.Subscript(value=ast.Name(id=name)) | ast.Name(id=name):
                self._named(name, text)
            case ast.Call():
                self._called(text)
            case ast.Attribute(attr="phrase"):
                pass
            case _:
                self._missing([text])

    def _called(self, call: ast.Call) -> None:
        match call.func:
            case ast.Attribute(value=ast.Name(id=table), attr="get"):
                self._named(table, call)
                self._all(call.args[1:])
            case ast.Name(id=name) | ast.Attribute(attr=name):
                known = name in TELLING or _gives_phrase(self._value(name))
                self._missing([] if known else [call])
            case _:
                self._missing([call])

    def _named(self, name: str, text: ast.expr) -> None:
        value = self._value(name)
        given = list(self._assigned(name))
        if isinstance(value, str):
            self.found.templates.add(value)
        elif isinstance(value, dict):
            self.found.templates |= set(value.values())
        elif not self._is_phrase(name):
            self._all(given)
            self._missing([] if given else [text])

    def _value(self, name: str) -> object:
        return getattr(import_module(self.name), name, None)

    def _assigned(self, name: str) -> Iterator[ast.expr]:
        for one in (one for function in self.inside for one in ast.walk(function)):
            if isinstance(one, ast.Assign) and name in map(ast.unparse, one.targets):
                yield one.value

    def _is_phrase(self, name: str) -> bool:
        """Whether it is an argument that the type checker knows to be a phrase."""
        return any(
            isinstance(one, ast.arg) and one.arg == name and _is_type(one.annotation)
            for function in self.inside
            for one in ast.walk(function)
        )

    def _missing(self, texts: list[ast.expr]) -> None:
        self.found.missing += [f"{self.name}:{one.lineno}: {ast.unparse(one)}" for one in texts]


def _is_type(annotation: ast.expr | None) -> bool:
    return annotation is not None and ast.unparse(annotation) == "Phrase"


def _gives_phrase(function: object) -> bool:
    return "Phrase" in str(getattr(function, "__annotations__", {}).get("return"))


def _writes(value: ast.expr) -> bool:
    """Whether a value is a text of ours: such a one must be a phrase, to be told in Spanish."""
    parts = [
        value,
        *(
            part
            for one in ast.walk(value)
            if isinstance(one, ast.BoolOp | ast.IfExp)
            for part in ast.iter_child_nodes(one)
        ),
    ]
    return any(isinstance(one, ast.JoinedStr) or _is_text(one) for one in parts)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(node.value)
