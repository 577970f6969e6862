"""Finds every English template of an error in the source, and what is no template where one must be.

Whoever raises an error gives it a literal, or a name or call of which the Spanish can be told.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path

import vigia_detect

ROOT = Path(vigia_detect.__file__).parent
TELLING = {"Phrase", "of", "why", "joined", "say", "tell", "_say"}
"""Calls that give a phrase, or a text in the reader's language."""
OWN_SPANISH = {"InvalidImageError", "PermissionDeniedError", "PoisonMessageError"}
CODES = {"NoNarrativeError"}
PROBLEMS = {"InvalidContextError", "InvalidPolicyError", "InvalidProtocolError"}
OF_PYDANTIC = {"ValueError", "ConditionError", "_WrongError", "BadNoteError", "BadStampError"}
"""What is told by a `VigiaError` that is raised from it."""


@dataclass
class Found:
    """What a module says: the templates, and the places where a literal was expected."""

    templates: set[str] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Return every module's name and its tree."""
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        if "migrations" not in parts or "versions" in parts:
            yield ".".join(parts), ast.parse(path.read_text())


@cache
def kinds() -> frozenset[str]:
    """Return the names of all kinds of `VigiaError`."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"VigiaError"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return frozenset(found)


def found_in(name: str, tree: ast.Module) -> Found:
    """Return what a module says."""
    reader = _Reader(name, tree)
    reader.visit(tree)
    return reader.found


class _Reader(ast.NodeVisitor):
    def __init__(self, name: str, tree: ast.Module) -> None:
        self.name, self.tree, self.found = name, tree, Found()
        self.inside: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
        self.validates = "pydantic" in ast.dump(tree)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.inside.append(node)
        self.generic_visit(node)
        self.inside.pop()

    def visit_Call(self, node: ast.Call) -> None:
        for said in self._said(node):
            self._take(said)
        self.generic_visit(node)

    def _said(self, node: ast.Call) -> list[ast.expr]:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "FieldProblem":
            return node.args[1:]
        texts = kinds() - OWN_SPANISH - CODES - PROBLEMS
        if name in texts | {"Phrase"} or (name in OF_PYDANTIC and self._is_told(name)):
            for one in node.keywords:
                self._check_value(one.value)
            return node.args[:1]
        return []

    def _is_told(self, name: str) -> bool:
        return name != "ValueError" or self.validates

    def _check_value(self, value: ast.expr) -> None:
        """A value is no text of ours: such a one must be a phrase, to be told in Spanish too."""
        texts = [
            one
            for one in ast.walk(value)
            if isinstance(one, ast.JoinedStr)
            or (
                isinstance(one, ast.BoolOp | ast.IfExp)
                and any(map(_is_text, ast.iter_child_nodes(one)))
            )
        ]
        if texts or _is_text(value):
            self._missing(value)

    def _take(self, said: ast.expr) -> None:
        match said:
            case ast.Constant(value=str(text)):
                self.found.templates.add(text)
            case ast.IfExp(body=one, orelse=other):
                self._take(one)
                self._take(other)
            case ast.BoolOp(values=values):
                for value in values:
                    self._take(value)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=table), attr="get"), args=args):
                self._take(ast.Name(table))
                for more in args[1:]:
                    self._take(more)
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if (
                name in TELLING or self._returns_phrase(name)
            ):
                pass
            case ast.Attribute(attr="phrase"):
                pass
            case ast.Subscript(value=ast.Name() as table):
                self._take(table)
            case ast.Name(id=name):
                self._take_name(name, said)
            case _:
                self._missing(said)

    def _take_name(self, name: str, said: ast.expr) -> None:
        if any(_is_phrase(one, name) for function in self.inside for one in ast.walk(function)):
            return
        assigned = [
            one.value
            for function in self.inside
            for one in ast.walk(function)
            if isinstance(one, ast.Assign)
            and any(isinstance(target, ast.Name) and target.id == name for target in one.targets)
        ]
        value = getattr(import_module(self.name), name, None)
        if assigned:
            for one in assigned:
                self._take(one)
        elif isinstance(value, str):
            self.found.templates.add(value)
        elif isinstance(value, dict):
            self.found.templates |= set(value.values())
        else:
            self._missing(said)

    def _returns_phrase(self, name: str) -> bool:
        return any(
            isinstance(one, ast.FunctionDef)
            and one.name == name
            and one.returns is not None
            and "Phrase" in ast.unparse(one.returns)
            for one in ast.walk(self.tree)
        ) or "Phrase" in str(
            getattr(getattr(import_module(self.name), name, None), "__annotations__", {}).get(
                "return"
            )
        )

    def _missing(self, said: ast.expr) -> None:
        self.found.unknown.append(f"{self.name}:{said.lineno}: {ast.unparse(said)}")


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(node.value)


def _is_phrase(node: ast.AST, name: str) -> bool:
    return (
        isinstance(node, ast.arg)
        and node.arg == name
        and node.annotation is not None
        and "Phrase" in ast.unparse(node.annotation)
    )
