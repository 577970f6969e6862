from itertools import permutations, product

import pytest

from vigia_detect.domain.escalation import (
    ESCALATION_TARGETS,
    ESCALATION_TYPES,
    AlertKind,
    Target,
)
from vigia_detect.domain.triage import Urgency, most_urgent


def test_urgencies_are_in_order() -> None:
    assert Urgency.ROUTINE.rank < Urgency.URGENT.rank < Urgency.EMERGENCY.rank


@pytest.mark.parametrize("levels", list(product(Urgency, repeat=3)))
def test_nothing_lowers_an_urgency(levels: tuple[Urgency, ...]) -> None:
    highest = most_urgent(*levels)
    assert highest in levels
    assert all(highest.rank >= level.rank for level in levels)
    assert {most_urgent(*order) for order in permutations(levels)} == {highest}


def test_without_any_level_a_case_is_routine() -> None:
    assert most_urgent() == Urgency.ROUTINE


# The table of the users' documents, word for word; a change here changes who is called at night.
DOCUMENTED = {
    "human_review": Target(("#equipo-medico",), ("medical_team",)),
    "specialist_review": Target(
        ("#especialistas", "#equipo-medico"), ("specialists", "medical_team")
    ),
    "emergency": Target(
        ("#emergencias", "#especialistas", "#equipo-medico"),
        ("emergency", "specialists", "medical_team"),
    ),
    "system_error": Target(("#sistema-alertas",), ("admin",)),
    "high_risk": Target(("#riesgo-alto", "#equipo-medico"), ("medical_team", "nursing_team")),
}


def test_the_documented_types_go_where_the_documents_say() -> None:
    assert set(ESCALATION_TYPES) == set(DOCUMENTED)
    assert {kind: ESCALATION_TARGETS[kind] for kind in ESCALATION_TYPES} == DOCUMENTED


def test_every_kind_of_alert_reaches_somebody() -> None:
    assert set(ESCALATION_TARGETS) == set(AlertKind)
    assert all(target.channels and target.roles for target in ESCALATION_TARGETS.values())
