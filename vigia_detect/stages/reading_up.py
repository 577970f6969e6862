"""Finds the protocol passages that go with an assessment; the question holds no patient's data."""

from typing import Protocol

from vigia_detect.clinical import RuleSet
from vigia_detect.clinical.inputs.patient import PatientContext
from vigia_detect.clinical.narrative.case_view import CaseView
from vigia_detect.clinical.protocols.model import Lang, Passage
from vigia_detect.domain.search import Filters
from vigia_detect.errors import VigiaError
from vigia_detect.knowledge_ports import PassageSearch
from vigia_detect.log import get_logger

MOST_PASSAGES = 3
FIRST_ACTIONS = 3
OF_AGE = 18  # facts.md D-U9

log = get_logger()


class Passages(Protocol):
    """The passages in force (see `clinical.protocols.Library`)."""

    @property
    def version(self) -> str:
        """Return the version of the knowledge."""

    def __getitem__(self, passage_id: str) -> Passage:
        """Return a passage. Raises NotFoundError."""


class ReadingUp:
    """Chooses passages by class and actions."""

    def __init__(self, library: Passages, search: PassageSearch, rules: RuleSet) -> None:
        self._library = library
        self._search = search
        self._rules = rules

    def passages(self, view: CaseView, lang: Lang) -> tuple[Passage, ...]:
        """Return the passages that help most; none when nothing was assessed or search is away."""
        found = view.assessment
        if found is None:
            return ()
        class_ = found.lesions[0].class_
        actions = [self._rules.actions[one.id] for one in found.actions[:FIRST_ACTIONS]]
        words = [self._rules.classes.classes[class_], *actions]
        question = " ".join(getattr(one, lang) for one in words)
        filters = Filters(class_=class_, population=_population(view.context), lang=lang)
        try:
            hits = self._search.search(question, filters, limit=MOST_PASSAGES)
        except VigiaError as error:  # its database is away: the findings can still be told
            log.warning("passages_not_found", error=type(error).__name__)
            return ()
        return tuple(self._library[hit.passage_id] for hit in hits)


def _population(context: PatientContext) -> str | None:
    """Return whom the passages must be about; None, all of them, when the age is not known."""
    about = context.demographics
    if about is None:
        return None
    if about.gestational_age_weeks is not None or about.age_days is not None:
        return "neonate"
    if about.age_years is None:
        return None
    return "child" if about.age_years < OF_AGE else "adult"
