from collections.abc import Collection

from vigia_detect.clinical import RuleSet
from vigia_detect.clinical.photo_classes import Opinion, judge
from vigia_detect.domain.case import CaseFile, Json, JsonObject, StageOutput, StageResults
from vigia_detect.domain.findings import OVERLAY, PictureFindings
from vigia_detect.picture_ports import ImageAnalyser


class ImageAnalysis:
    """Looks at the picture and says what it found, and what it cannot say."""

    def __init__(self, analyser: ImageAnalyser, rules: RuleSet) -> None:
        self._analyser = analyser
        self._rules = rules

    def __call__(self, case: CaseFile, inputs: StageResults) -> StageOutput:
        """Return findings and possible classes in the case format's `image_analysis` form.

        `candidates` is absent when the picture shows nothing to judge; it is never an empty answer.
        """
        del inputs  # the first stage of its branch
        analysis = self._analyser.analyse(case.read_image(), case.lang)
        result = describe(analysis.findings, self._rules, recorded=_recorded(case.context))
        overlay = {} if analysis.overlay is None else {OVERLAY: analysis.overlay}
        return StageOutput(
            result, attachments=overlay, made_by=_made_by(analysis.findings, self._rules)
        )


def describe(
    found: PictureFindings, rules: RuleSet, *, recorded: Collection[str] = ()
) -> JsonObject:
    """Return findings and, when they show something to judge, what classes they make possible."""
    opinion = judge(found, rules, recorded=recorded)
    result = found.to_json() | {"class_proposed": opinion is not None}
    return result if opinion is None else result | opinion_json(opinion, rules)


def opinion_json(opinion: Opinion, rules: RuleSet) -> JsonObject:
    """Return the opinion: probabilities for the engine, the rest for people."""
    moved: dict[str, Json] = {
        class_: [
            {"row": move.row, "finding": move.finding, "by": round(move.by, 4)}
            for move in opinion.moves
            if move.class_ == class_
        ]
        for class_ in opinion.probabilities
    }
    return {
        "candidates": dict(opinion.probabilities),
        "possible": [
            {
                "class": class_,
                "likelihood": word,
                "probability": opinion.probabilities.get(class_, 0.0),
                "es": rules.classes.classes[class_].es,
                "en": rules.classes.classes[class_].en,
            }
            for class_, word in opinion.candidates.items()
        ],
        "moved_by": moved,
        "differentials": [
            {"id": cause.id, "es": cause.data.es, "en": cause.data.en}
            for cause in rules.differentials
            if cause.id in opinion.differentials
        ],
        "questions": [
            {"id": name, "asks": list(one.asks), "es": one.es, "en": one.en}
            for name, one in opinion.questions.items()
        ],
        "class_table": opinion.version,
    }


def _made_by(found: PictureFindings, rules: RuleSet) -> dict[str, str]:
    own = found.prediction.model if found.prediction else None
    models = {"wound_model": found.model, "own_classifier": own}
    used = {name: f"{one.id} {one.checksum}" for name, one in models.items() if one is not None}
    return {"rules": rules.identity, **used}


def _recorded(context: JsonObject) -> frozenset[str]:
    """Return the fields of the pictured lesion (the first) that somebody filled in."""
    lesions = context.get("lesions")
    first = lesions[0] if isinstance(lesions, list) and lesions else None
    known = first.items() if isinstance(first, dict) else ()
    return frozenset(name for name, value in known if value is not None)
