"""Reads conditions. The syntax is a part of Python's, so Python's parser reads it."""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from vigia_detect.clinical.language import nodes
from vigia_detect.clinical.language.nodes import Node, Path, Source
from vigia_detect.clinical.language.reading import Value
from vigia_detect.domain import logic
from vigia_detect.phrase import Phrase

YES_NO = frozenset({"true", "false"})
Codes = frozenset[str]


class ConditionError(ValueError):
    """A condition that cannot be read; the text says what is wrong with it."""


@dataclass(frozen=True)
class Vocabulary:
    """The words that conditions may use.

    Attributes:
        paths: every path, with its codes; `YES_NO` for a yes/no, empty for a number or text.
        lesion_paths: those that belong to one lesion.
        sets: named sets of codes.
        limits: numbers of the profile.
        definitions: named conditions, read so far.
        of_lesion: definitions that speak of one lesion.
    """

    paths: Mapping[str, Codes]
    lesion_paths: Codes = frozenset()
    sets: Mapping[str, Codes] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)
    definitions: dict[str, Node] = field(default_factory=dict)
    of_lesion: set[str] = field(default_factory=set)

    def define(self, name: str, text: str) -> None:
        """Add a definition, which those after it may use.

        Raises:
            ConditionError: it cannot be read.
        """
        reader = _Reader(self)
        self.definitions[name] = nodes.Defined(name, reader.condition(_parsed(text)))
        if reader.needs_lesion:
            self.of_lesion.add(name)


ORDER: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
}


WRAPPERS: dict[str, Callable[[Node], Node]] = {
    "reported": nodes.Reported,
    "stated": nodes.Stated,
}
OVER_LESIONS: dict[str, Callable[[Node], Node]] = {
    "any_lesion": nodes.AnyLesion,
    "every_lesion": nodes.EveryLesion,
}


def read_condition(text: str, words: Vocabulary, *, of_lesion: bool) -> Node:
    """Return the condition that the text says.

    Args:
        text: the condition.
        words: what it may use.
        of_lesion: whether it is judged for one lesion. If not, a lesion's field must stand inside
            ``any_lesion`` or ``every_lesion``; elsewhere it would always be unknown.

    Raises:
        ConditionError: it is not a condition, or uses a word that nobody knows or not there.
    """
    reader = _Reader(words)
    node = reader.condition(_parsed(text))
    if reader.needs_lesion and not of_lesion:
        raise ConditionError(Phrase("a lesion's field outside any_lesion(): {text!r}", text=text))
    return node


def _parsed(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise ConditionError(Phrase("not a condition: {text!r}", text=text)) from error


class _Reader:
    def __init__(self, words: Vocabulary) -> None:
        self._words = words
        self.needs_lesion = False

    def condition(self, tree: ast.expr) -> Node:
        match tree:
            case ast.BoolOp(op=ast.And()):
                return nodes.Both(self._conditions(tree.values))
            case ast.BoolOp():
                return nodes.Either(self._conditions(tree.values))
            case ast.UnaryOp(op=ast.Not()):
                return nodes.Not(self.condition(tree.operand))
            case ast.Compare(ops=[op], comparators=[right]):
                return self._comparison(tree.left, op, right)
            case ast.Call(func=ast.Name(id=name), keywords=[]):
                return self._call(name, tree.args)
            case ast.Name() | ast.Attribute():
                return self._bare(_dotted(tree))
        raise ConditionError(Phrase("cannot read {text!r}", text=ast.unparse(tree)))

    def _conditions(self, trees: list[ast.expr]) -> tuple[Node, ...]:
        return tuple(self.condition(tree) for tree in trees)

    def _bare(self, name: str) -> Node:
        fixed = {"always": logic.ALWAYS, "never": logic.NEVER}
        if name in fixed:
            return nodes.Fixed(fixed[name])
        if name in self._words.definitions:
            self.needs_lesion |= name in self._words.of_lesion
            return self._words.definitions[name]
        if self._words.paths.get(name) == YES_NO:
            return nodes.Test(self._path(name), lambda value: value is True)
        raise ConditionError(
            Phrase("{name!r} is neither a definition nor a yes/no field", name=name)
        )

    def _call(self, name: str, args: list[ast.expr]) -> Node:
        if name in OVER_LESIONS and len(args) == 1:
            return self._over_lesions(name, args[0])
        if name in WRAPPERS and len(args) == 1:
            return WRAPPERS[name](self.condition(args[0]))
        match name, args:
            case "at_least", [ast.Constant(value=int(number)), *rest]:
                return nodes.AtLeast(number, self._conditions(rest))
            case "known", [part]:
                return nodes.Known(self._source(part))
            case "overlaps", [ast.Attribute() | ast.Name() as part, codes]:
                return self._overlaps(_dotted(part), codes)
        raise ConditionError(Phrase("no such use of {name}()", name=name))

    def _over_lesions(self, name: str, part: ast.expr) -> Node:
        before = self.needs_lesion
        node = OVER_LESIONS[name](self.condition(part))
        self.needs_lesion = before
        return node

    def _overlaps(self, path: str, tree: ast.expr) -> Node:
        wanted = self._codes(path, tree)

        def share(value: Value) -> bool:
            return isinstance(value, tuple) and not wanted.isdisjoint(value)

        return nodes.Test(self._path(path), share)

    def _comparison(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Node:
        if isinstance(op, ast.NotEq | ast.NotIn):
            turned = ast.Eq() if isinstance(op, ast.NotEq) else ast.In()
            return nodes.Not(self._comparison(left, turned, right))
        if isinstance(op, ast.In):
            return self._membership(left, right)
        if isinstance(op, ast.Eq) and not _is_number(right):
            return self._equality(_dotted(left), right)
        holds = ORDER.get(type(op))
        if holds is None:
            raise ConditionError("only == != < <= > >= and in compare")
        bound = self._number(right)
        return nodes.Test(
            self._source(left),
            lambda value: (
                isinstance(value, int | float)
                and not isinstance(value, bool)
                and holds(value, bound)
            ),
        )

    def _membership(self, left: ast.expr, right: ast.expr) -> Node:
        if isinstance(right, ast.Attribute) or _dotted_or(right) in self._words.paths:
            return self._overlaps(_dotted(right), ast.Set(elts=[left]))
        path = _dotted(left)
        wanted = self._codes(path, right)
        return nodes.Test(self._path(path), lambda value: value in wanted)

    def _equality(self, path: str, right: ast.expr) -> Node:
        if _dotted_or(right) in YES_NO:
            wanted = _dotted_or(right) == "true"
            if self._words.paths.get(path) != YES_NO:
                raise ConditionError(Phrase("{path!r} is not a yes/no field", path=path))
            return nodes.Test(self._path(path), lambda value: value is wanted)
        code = next(iter(self._codes(path, ast.Set(elts=[right]))))
        return nodes.Test(self._path(path), lambda value: value == code)

    def _codes(self, path: str, tree: ast.expr) -> Codes:
        if isinstance(tree, ast.Name) and tree.id in self._words.sets:
            codes = self._words.sets[tree.id]
        elif isinstance(tree, ast.Set):
            codes = frozenset(_dotted(element) for element in tree.elts)
        else:
            raise ConditionError(Phrase("{text!r} is not a set of codes", text=ast.unparse(tree)))
        strange = codes - self._words.paths.get(path, frozenset())
        if strange:
            raise ConditionError(
                Phrase(
                    "{path!r} has no code {strange}", path=path, strange=", ".join(sorted(strange))
                )
            )
        return codes

    def _source(self, tree: ast.expr) -> Source:
        if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Sub):
            return nodes.Difference(self._source(tree.left), self._source(tree.right))
        return self._path(_dotted(tree))

    def _path(self, name: str) -> Path:
        if name not in self._words.paths:
            raise ConditionError(Phrase("no field or fact {name!r}", name=name))
        self.needs_lesion |= name in self._words.lesion_paths
        return Path(name)

    def _number(self, tree: ast.expr) -> float:
        if isinstance(tree, ast.Constant) and isinstance(tree.value, int | float):
            return tree.value
        name = _dotted(tree).removeprefix("limit.")
        if name not in self._words.limits:
            raise ConditionError(Phrase("no limit {name!r}", name=name))
        return self._words.limits[name]


def _is_number(tree: ast.expr) -> bool:
    if isinstance(tree, ast.Constant):
        return isinstance(tree.value, int | float)
    return _dotted_or(tree).startswith("limit.")


def _dotted(tree: ast.expr) -> str:
    name = _dotted_or(tree)
    if not name:
        raise ConditionError(Phrase("{text!r} is not a name", text=ast.unparse(tree)))
    return name


def _dotted_or(tree: ast.expr) -> str:
    match tree:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=before, attr=name):
            return f"{_dotted_or(before)}.{name}"
    return ""
