"""All codes of a lesion's class, in every system that has one (facts.md E.1 and E.4)."""

from vigia_detect.clinical.icd10 import icd10_for
from vigia_detect.clinical.terminology import Code, code_for, load_terminology, local_code


def codes_for_class(
    class_id: str, edition: str = "who", site: str | None = None, side: str | None = None
) -> tuple[Code, ...]:
    """Return the codes of a class: SNOMED CT, Vigia's own where that is wider, then ICD-10.

    Args:
        class_id: class of the case format; the outcomes that are no pressure injury have no code.
        edition: ICD-10 edition of the hospital: who, am, cm or es.
        site: site of the case format; None when unknown.
        side: left or right.

    Raises:
        ConfigurationError: an unknown class or edition.
    """
    snomed = code_for("class", class_id)
    if snomed is None:
        return ()
    wider = load_terminology().groups["class"].codes[class_id].same_as is not None
    own = (local_code(class_id),) if wider else ()
    icd10 = icd10_for(edition, class_id, site, side)
    return (snomed, *own, *((icd10,) if icd10 else ()))
