"""Writes about a decided case what its findings say: describes, asks and sums up, never decides.

Three questions to a language model. What it looks at is only the picture, then what is known of the
lesion and the note, then the findings without the note. Whatever it answers is checked; what does
not pass is dropped.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from vigia_detect.clinical import RuleSet, parse_context
from vigia_detect.clinical.narrative import prompt
from vigia_detect.clinical.narrative.case_view import CaseView, read_assessment, read_picture
from vigia_detect.clinical.narrative.checking import Checked, Cited, check
from vigia_detect.clinical.narrative.comparing import Contradiction
from vigia_detect.clinical.narrative.forms import Description
from vigia_detect.clinical.narrative.note import sentences
from vigia_detect.clinical.narrative.supplied import Compared, sources_of, told
from vigia_detect.clinical.protocols.model import Lang
from vigia_detect.domain.case import CaseFile, StageResults
from vigia_detect.domain.narrative import CitedSentence, Narrative, NoNarrativeReason
from vigia_detect.domain.stages import Stage
from vigia_detect.errors import NoNarrativeError, VigiaError
from vigia_detect.knowledge_ports import PassageSearch
from vigia_detect.llm_ports import LanguageModel
from vigia_detect.stages.asking import Asking
from vigia_detect.stages.reading_up import Passages, ReadingUp

QUESTIONS = 3
NO_PICTURE = NoNarrativeReason.NO_PICTURE
PRIVATE = frozenset({"face", "other_person"})
SHORTEST_ID = 4
"""Ids of lesions from this length on are masked in the note; shorter ones are mere numbers."""


class Narrator:
    """Has narratives written by a language model, and checks them.

    Args:
        model: who writes.
        rules: in whose words the findings are told.
        library: the protocol passages in force.
        search: what finds those that help.
        pictures: whether the model is shown any.
        clock: seconds, for the deadline.
    """

    def __init__(
        self,
        model: LanguageModel,
        rules: RuleSet,
        library: Passages,
        search: PassageSearch,
        *,
        pictures: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._rules = rules
        self._library = library
        self._reading = ReadingUp(library, search, rules)
        self._pictures = pictures
        self._clock = clock

    def narrate(self, case: CaseFile, results: StageResults, *, within_s: float) -> Narrative:
        """Return what was written about a case, as far as it passed the checks.

        Args:
            case: the case; its code, ids and demographics are told to nobody.
            results: of its stages; one that failed is absent.
            within_s: seconds that all of it may take.

        Raises:
            NoNarrativeError: the model answered nothing, or nothing of it can be shown.
        """
        asking = Asking(self._model, questions=QUESTIONS, within_s=within_s, clock=self._clock)
        lang: Lang = "en" if case.lang == "en" else "es"
        view = CaseView(
            context=parse_context(case.context),
            picture=read_picture(results.get(Stage.IMAGE_ANALYSIS)),
            assessment=read_assessment(results.get(Stage.MEDICAL_ANALYSIS)),
            rules=self._rules,
        )
        view = replace(view, described=self._describe(asking, case, view, lang))
        questions = (*view.contradictions(), *_more_questions(asking, case, view, lang))
        return self._whole(asking, self._sum_up(asking, view, lang), view, questions)

    def _describe(
        self, asking: Asking, case: CaseFile, view: CaseView, lang: str
    ) -> Description | None:
        """Have the picture described by a model that knows nothing else of the case."""
        picture = _picture(case, view) if self._pictures else None
        if picture is None:
            asking.skip()
            asking.missing[prompt.description().id.name] = NO_PICTURE
            return None
        return asking.ask(prompt.description(), lang, {}, picture=picture)

    def _sum_up(self, asking: Asking, view: CaseView, lang: Lang) -> Narrative:
        passages = self._reading.passages(view, lang)
        findings = view.to_tell()
        sources = sources_of(findings, view.assessment, passages, lang)
        lines = told(sources.values(), findings, lang)
        listed = "\n".join(f"[{name}] {line}" for name, line in lines.items())
        answer = asking.ask(prompt.summary(), lang, {"sources": listed})
        if answer is None:
            return Narrative(lang)
        said = (Cited(one.text, tuple(one.cites)) for one in answer.sentences)
        checked = check(said, sources, lang)
        return Narrative(
            lang,
            summary=_kept(checked),
            sources={cited: lines[cited] for one in checked.kept for cited in one.cites},
            dropped=_dropped(checked),
        )

    def _whole(
        self,
        asking: Asking,
        summary: Narrative,
        view: CaseView,
        questions: Iterable[Contradiction],
    ) -> Narrative:
        if not asking.made_by:
            reasons = asking.missing.values()
            raise NoNarrativeError(next(one for one in reasons if one != NO_PICTURE))
        missing = dict(asking.missing)
        if not summary.summary:
            missing.setdefault(prompt.summary().id.name, NoNarrativeReason.NOTHING_LEFT)
        whole = replace(
            summary,
            description=view.described.model_dump(mode="json") if view.described else None,
            contradictions=tuple(one.to_json() for one in questions),
            missing=missing,
            made_by={
                **asking.made_by,
                "knowledge": self._library.version,
                "rules": self._rules.identity,
            },
            seconds=asking.seconds,
        )
        if not (whole.description or whole.contradictions or whole.summary):
            raise NoNarrativeError(NoNarrativeReason.NOTHING_LEFT)
        return whole


def _picture(case: CaseFile, view: CaseView) -> bytes | None:
    """Return the picture, unless it shows who somebody is or nobody knows whether it does."""
    if view.picture is None or not PRIVATE.isdisjoint(view.picture.problems):
        return None
    try:
        return case.read_image()
    except VigiaError:  # purged or erased meanwhile
        return None


def _more_questions(
    asking: Asking, case: CaseFile, view: CaseView, lang: str
) -> tuple[Contradiction, ...]:
    """Return questions about what a model says does not agree: pairs of what it was given."""
    note = sentences(view.context.notes or "", hidden=_hidden(case, view))
    given = Compared(view.of_lesion(), note)
    answer = asking.ask(prompt.contradictions(), lang, given.parts(lang))
    return given.questions(answer.pairs) if answer else ()


def _hidden(case: CaseFile, view: CaseView) -> tuple[str, ...]:
    ids = [lesion.id for lesion in view.context.lesions or () if lesion.id]
    long = (one for one in ids if len(one) >= SHORTEST_ID)
    return (case.patient_code, case.id, case.pseudonym, *long)


def _kept(checked: Checked) -> tuple[CitedSentence, ...]:
    return tuple(CitedSentence(one.text, one.cites) for one in checked.kept)


def _dropped(checked: Checked) -> dict[str, int]:
    return dict(Counter(one.why.value for one in checked.dropped))
