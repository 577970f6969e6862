"""All passages: ours, with the hospital's own folder over them."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from vigia_detect.clinical.data_file import DataModel, read_data
from vigia_detect.clinical.protocols.model import Lang, Passage
from vigia_detect.clinical.protocols.reading import read_passage
from vigia_detect.domain.search import LANGUAGES, SearchText, Synonym, Wording
from vigia_detect.errors import FieldProblem, InvalidProtocolError, NotFoundError
from vigia_detect.files import private_dir, write_atomically
from vigia_detect.phrase import Phrase

DATA = Path(__file__).parent / "data"


class _SynonymData(DataModel):
    say: tuple[str, ...]
    es: str
    en: str


class _SynonymsFile(DataModel):
    synonyms: tuple[_SynonymData, ...]


class KnownQuestion(DataModel):
    """A question as people ask it, and the passages that answer it."""

    lang: Lang
    question: str
    answers: tuple[str, ...]


class Library:
    """The passages in force."""

    def __init__(self, passages: Mapping[str, Passage]) -> None:
        self._passages = dict(sorted(passages.items()))

    def __iter__(self) -> Iterator[Passage]:
        return iter(self._passages.values())

    def __len__(self) -> int:
        return len(self._passages)

    def __getitem__(self, passage_id: str) -> Passage:
        """Return a passage. Raises NotFoundError."""
        try:
            return self._passages[passage_id]
        except KeyError:
            raise NotFoundError("protocol passage {passage}", passage=passage_id) from None

    @cached_property
    def version(self) -> str:
        """SHA-256 of all that the passages say, in hex: the version of the knowledge."""
        digest = hashlib.sha256()
        for passage in self:
            digest.update(passage.model_dump_json().encode())
        return digest.hexdigest()

    @cached_property
    def search_texts(self) -> tuple[SearchText, ...]:
        """What search works on, in the order of the ids."""
        questions = load_questions()
        return tuple(_search_text(passage, questions) for passage in self)


def load_library(own: Path | None = None) -> Library:
    """Read all passages; one of the hospital's replaces ours of the same id.

    Args:
        own: the hospital's folder of `*.md`, if it has one.

    Raises:
        InvalidProtocolError: a file does not fit; every problem of every file.
    """
    ours = read_folder(DATA / "passages", own=False)
    return Library(ours | (read_folder(own, own=True) if own else {}))


def read_folder(folder: Path, *, own: bool) -> dict[str, Passage]:
    """Read all passages of a folder. Raises InvalidProtocolError with every problem."""
    if not folder.is_dir():
        raise InvalidProtocolError((FieldProblem(str(folder), "is not a folder"),))
    found: dict[str, Passage] = {}
    wrong: list[FieldProblem] = []
    for path in sorted(folder.glob("*.md")):
        try:
            _keep(read_passage(path, own=own), path, found)
        except InvalidProtocolError as error:
            wrong += error.problems
    if wrong:
        raise InvalidProtocolError(tuple(wrong))
    return found


def put_in_force(path: Path, folder: Path) -> tuple[Passage, Path]:
    """Copy a passage into the hospital's folder, after checking it; return it and its place.

    Raises:
        InvalidProtocolError: it does not fit; nothing was changed.
    """
    passage = read_passage(path, own=True)
    place = private_dir(folder) / f"{passage.head.id}.md"
    write_atomically(place, path.read_bytes())
    return passage, place


def load_synonyms() -> tuple[Synonym, ...]:
    """Return what people say for the protocols' words."""
    read = read_data(DATA / "synonyms.yaml", _SynonymsFile)
    return tuple(Synonym(one.say, {"es": one.es, "en": one.en}) for one in read.synonyms)


def load_questions() -> tuple[KnownQuestion, ...]:
    """Return the questions from which search learns; those that judge it are not among them."""
    lines = (DATA / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(KnownQuestion.model_validate_json(line) for line in lines)


def _keep(passage: Passage, path: Path, found: dict[str, Passage]) -> None:
    if passage.head.id in found:
        problem = FieldProblem(
            f"{path.name}: id", Phrase("{id} is in another file too", id=passage.head.id)
        )
        raise InvalidProtocolError((problem,))
    found[passage.head.id] = passage


def _search_text(passage: Passage, questions: Sequence[KnownQuestion]) -> SearchText:
    head = passage.head
    wordings: dict[str, Wording] = {
        lang: Wording(
            text.title,
            tuple(statement.text for statement in text.statements),
            head.asked.get(lang, ()),
        )
        for lang, text in passage.texts.items()
    }
    known = {
        lang: tuple(q.question for q in questions if q.lang == lang and head.id in q.answers)
        for lang in LANGUAGES
    }
    about = frozenset(head.classes), frozenset(head.populations)
    return SearchText(head.id, wordings, *about, questions=known)
