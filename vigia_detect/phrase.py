"""An English text that still knows what it was made of, so that it can be told in Spanish."""

from collections.abc import Iterable, Mapping
from typing import Self


class Phrase(str):
    """A text: what everybody who expects a text gets, and its template and values for who tells it.

    Errors are made deep inside, where nobody knows the reader's language. So the English text
    goes into logs, JSON and tracebacks as it is, and a command looks up the Spanish template.

    Attributes:
        template: the English text with its placeholders; the key of the Spanish one. A template
            of placeholders only needs no Spanish.
        values: what stands in the placeholders; one that is a `Phrase` is told in Spanish too.
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, /, **values: object) -> Self:
        """Fill in the values. Without any the template is the text, braces and all."""
        if not values:  # a phrase keeps its own
            values = getattr(template, "values", values)
            template = getattr(template, "template", template)
        made = super().__new__(cls, template.format(**values) if values else template)
        made.template, made.values = str(template), values
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        """Make copies and pickles from template and values."""
        return (self.template,), dict(self.values)

    @classmethod
    def of(cls, said: "str | BaseException") -> "Phrase":
        """Return the phrase of an error of anybody's, or of a text that has no values."""
        if isinstance(said, OSError):
            return cls._of_system(said)
        # a `VigiaError` has a phrase, a `ValueError` may hold one
        held: tuple[object, ...] = getattr(said, "args", ())
        known = getattr(said, "phrase", held[0] if len(held) == 1 else said)
        if isinstance(known, Phrase):
            return known
        values = getattr(said, "values", {})  # the trail's errors know theirs as well
        values = {name: _phrased(value) for name, value in values.items()}
        return cls(getattr(said, "template", str(said)), **values)

    @classmethod
    def why(cls, error: OSError) -> "Phrase":
        """Return the system's own words for why a file or connection cannot be used."""
        return cls(error.strerror or str(error))

    @classmethod
    def _of_system(cls, error: OSError) -> "Phrase":
        end = ": {file!r}" if error.filename else ""
        template = "[Errno {number}] {why}" + end
        made = cls(template, number=error.errno, why=cls.why(error), file=error.filename)
        return made if made == str(error) else cls(str(error))

    @classmethod
    def quoted(cls, text: str) -> "Phrase":
        """Return what is the same in every language: codes, for somebody must type them so."""
        return cls("{text}", text=text)

    @classmethod
    def joined(cls, between: str, parts: Iterable[str]) -> "Phrase":
        """Return several as one; those without values are told in Spanish as well."""
        named = {f"part{number}": cls.of(part) for number, part in enumerate(parts)}
        return cls(between.join(f"{{{name}}}" for name in named), **named)


def _phrased(value: object) -> object:
    return Phrase.of(value) if isinstance(value, BaseException) else value


class Bilingual(Phrase):
    """A text that brings its own Spanish, as those of pictures and of the medical data do."""

    __slots__ = ("es",)

    es: str

    def __new__(cls, en: str, /, es: str) -> Self:
        """Take both."""
        made = super().__new__(cls, en)
        made.es = str(es)
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        """Make copies and pickles from both."""
        return (str(self),), {"es": self.es}
