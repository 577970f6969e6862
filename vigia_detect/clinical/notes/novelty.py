"""Whether a mental state is new or usual, and whether a vasopressor was started or raised."""

from collections.abc import Sequence

from vigia_detect.clinical.notes.lexicon import Concept, Cue
from vigia_detect.clinical.notes.phrases import Match

_REACH = 12  # tokens on either side
_RIGHT_AFTER = 3  # tokens in which "(basal)" follows "lúcida"


def is_new(
    mention: Match[Concept],
    ages: Sequence[Match[Cue]],
    doses: Sequence[Match[Cue]],
    sentences: Sequence[int],
) -> bool | None:
    """Say whether what is mentioned is a change.

    Returns:
        ``True`` for a change, ``False`` for the usual state or dose, ``None`` when nothing is said.
    """
    if mention.meaning.novelty == "supports.vasopressor_new":
        near = _meanings(mention, doses, sentences)
        return True if Cue.DOSE_NEW in near else (False if Cue.DOSE_SAME in near else None)
    if mention.meaning.affirmed.get("vitals.mental_state") == "alert":
        return False if Cue.USUAL in _meanings(mention, ages, sentences, _RIGHT_AFTER) else None
    near = _meanings(mention, ages, sentences)
    if Cue.NEW in near:
        return True
    if Cue.USUAL in near:
        return False
    return True if Cue.NEW_WEAK in near else None


def _meanings(
    mention: Match[Concept],
    cues: Sequence[Match[Cue]],
    sentences: Sequence[int],
    right_after: int | None = None,
) -> set[Cue]:
    low = mention.start - _REACH if right_after is None else mention.end
    high = mention.end + (right_after or _REACH)
    return {
        cue.meaning
        for cue in cues
        if low <= cue.start < high and sentences[cue.start] == sentences[mention.start]
    }
