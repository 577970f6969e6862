"""SNOMED CT and LOINC: from Vigia's concepts to codes and back (facts.md E).

Only active codes are sent. Inactive ones are understood on input and mapped; wrong ones are
refused by name, so that a bad code never turns into a lesion or a score.
"""

from dataclasses import dataclass
from functools import cache

from vigia_detect.clinical.data_file import DATA, read_data
from vigia_detect.clinical.evidence import Evidence
from vigia_detect.clinical.terminology_model import (
    HAS_RIGHT_DIGIT,
    CodeData,
    GroupData,
    TerminologyFile,
)
from vigia_detect.errors import ConfigurationError, FieldProblem, InvalidContextError
from vigia_detect.phrase import Bilingual, Phrase


@dataclass(frozen=True, slots=True)
class Code:
    """A code that may be sent.

    Attributes:
        system: URI of the code system; None when the hospital must set it.
        code: the code itself.
        display: the system's own name; None when nobody has read it.
        evidence: where the code was found; not verified must be shown as "por verificar".
        version: edition, for systems whose codes change meaning between editions.
    """

    system: str | None
    code: str
    display: str | None
    evidence: Evidence
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code that came in stands for; `active` is False for one that is no longer sent."""

    concept: str
    active: bool


@cache
def load_terminology() -> TerminologyFile:
    """Read and check the codes; once a process.

    Raises:
        ConfigurationError: the data is broken, for example by a wrong check digit.
    """
    return read_data(DATA / "terminology.yaml", TerminologyFile)


def code_for(group: str, concept: str) -> Code | None:
    """Return the active code of a concept; None when no code for it is verified.

    Args:
        group: kind of concept: class, site, side, bed_tissue, braden, wound and so on.
        concept: code of the case format or the scale's item.

    Raises:
        ConfigurationError: an unknown group or concept.
    """
    found = _group(group)
    if concept in found.uncoded:
        return None
    if concept not in found.codes:
        raise ConfigurationError("{group}: unknown concept {concept}", group=group, concept=concept)
    data = found.codes[concept]
    coded = found.codes[data.same_as] if data.same_as is not None else data
    if coded.code is None:
        raise ConfigurationError("{group}: {concept} has no code", group=group, concept=concept)
    uri = load_terminology().systems[found.system].uri
    return Code(uri, coded.code, coded.display, _evidence(data, coded, found))


def local_code(concept: str) -> Code:
    """Return the code of Vigia's own system, for what has no verified code anywhere else."""
    evidence = Evidence(source="local code", tag="POL", verified=None)
    return Code(load_terminology().systems["local"].uri, concept, None, evidence)


def meaning_of(group: str, code: str) -> Meaning:
    """Return the concept that a code of somebody else's document stands for.

    Args:
        group: kind of concept that is expected there.
        code: SNOMED CT or LOINC code; legacy codes are understood.

    Raises:
        ConfigurationError: an unknown group.
        InvalidContextError: a wrong check digit, a code known to be wrong, a code of another
            kind (for example a morphology in place of a diagnosis), or one that is not known.
    """
    found = _group(group)
    for concept, data in found.codes.items():
        if code == data.code or code in data.legacy:
            return Meaning(concept, active=code == data.code)
    raise InvalidContextError(
        (
            FieldProblem(
                group, Phrase("code {code}: {why}", code=code, why=_why_refused(found, code))
            ),
        )
    )


def _why_refused(group: GroupData, code: str) -> Phrase:
    terminology = load_terminology()
    if code in terminology.refused:
        text = terminology.refused[code]
        return Bilingual(text.en, es=text.es)
    for name, other in terminology.groups.items():
        if code in other.all_codes():
            return Phrase("is of another kind ({name})", name=name)
    if not HAS_RIGHT_DIGIT[group.system](code):
        return Phrase("not a {system} code (wrong form or check digit)", system=group.system)
    return Phrase("unknown")


def _group(name: str) -> GroupData:
    groups = load_terminology().groups
    if name not in groups:
        raise ConfigurationError(
            "{name}: unknown group of codes; known: {known}", name=name, known=", ".join(groups)
        )
    return groups[name]


def _evidence(data: CodeData, coded: CodeData, group: GroupData) -> Evidence:
    return data.evidence or coded.evidence or group.evidence
