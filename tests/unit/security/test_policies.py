"""The policies against the table that was written by hand, and what a hospital may change."""

import random
import re
from pathlib import Path

import pytest
from rights import PATIENT_DATA, RIGHTS, may

from vigia_detect.docs import permissions
from vigia_detect.domain.access import Action, Principal, PrincipalKind, Role
from vigia_detect.errors import ConfigurationError
from vigia_detect.security.matrix import somebody
from vigia_detect.security.policies import NO_POLICY, PolicyBook

BOOK = PolicyBook()
RANDOM_REQUESTS = 1000
KINDS = [*[PrincipalKind.PERSON] * 5, *PrincipalKind]


def random_principal(rng: random.Random, role: Role) -> Principal:
    others = rng.sample(list(Role), rng.choice([0, 0, 0, 1, 2]))
    kind = rng.choice(KINDS)
    held = kind in {PrincipalKind.PERSON, PrincipalKind.SERVICE}
    some = frozenset(rng.sample(list(Action), rng.randrange(len(Action))))
    return Principal(
        kind,
        rng.choice(["ana", "Bea Núñez", 'x"y', "local:root", "línea\nnueva"]),
        roles=frozenset({role, *others}) if held else frozenset(),
        scopes=rng.choice([None, None, some]),
        glass_id=rng.choice(["", "", "g"]),
    )


@pytest.mark.parametrize("role", Role)
def test_random_requests_agree_with_the_table_by_hand(role: Role) -> None:
    rng = random.Random(f"requests of {role}")  # noqa: S311 - the same ones each time
    both = set()
    for _ in range(RANDOM_REQUESTS):
        principal, action = random_principal(rng, role), rng.choice(list(Action))
        decision = BOOK.decide(principal, action)
        assert decision.allowed == may(principal, action), (principal, action, decision)
        assert decision.policy
        both.add(decision.allowed)
    assert both == {True, False}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
def test_each_cell_agrees_with_the_table_by_hand(action: Action, role: Role) -> None:
    assert BOOK.decide(somebody(role), action).allowed == (action in RIGHTS[role])


def test_each_cell_of_the_page_agrees_with_the_table_by_hand() -> None:
    row = re.compile(r"^\| `([a-z]+:[a-z]+)` \| ((?:yes|-) .*) \|$", re.MULTILINE)
    rows = row.findall(permissions.page())
    assert [action for action, _ in rows] == list(Action)
    for action, cells in rows:
        shown = dict(zip(Role, cells.split(" | "), strict=True))
        assert shown == {role: "yes" if action in RIGHTS[role] else "-" for role in Role}


def test_every_entry_point_says_what_it_needs() -> None:
    silent = [name for name, what in permissions.points() if what is None]
    assert not silent, f"declare it with @needs(Action.X) or @open_to_all(why): {silent}"
    assert len(permissions.points()) > 30


def test_who_has_no_role_may_do_nothing_but_change_their_password() -> None:
    allowed = [action for action in Action if BOOK.decide(somebody(), action).allowed]
    assert allowed == [Action.SELF_CHANGE]
    assert BOOK.decide(somebody(), Action.CASE_READ).policy == NO_POLICY


def own(tmp_path: Path, text: str) -> PolicyBook:
    file = tmp_path / "own.cedar"
    file.write_text(text)
    return PolicyBook(file)


def test_a_hospital_replaces_and_adds_policies(tmp_path: Path) -> None:
    book = own(
        tmp_path,
        '@id("clinical-evidence") permit (principal in Role::"wound_nurse", '
        'action == Action::"case:bundle", resource);\n'
        '@id("no-drills") forbid (principal, action == Action::"drill:run", resource);',
    )
    assert book.decide(somebody(Role.WOUND_NURSE), Action.CASE_BUNDLE).policy == "clinical-evidence"
    assert not book.decide(somebody(Role.PHYSICIAN), Action.CASE_BUNDLE).allowed
    assert book.decide(somebody(Role.OPERATOR), Action.DRILL_RUN).policy == "no-drills"
    assert book.decide(somebody(Role.NURSE), Action.CASE_READ).allowed


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('@id("auditor-changes-nothing") permit (principal, action, resource);', "replaced"),
        ('@id("operator-sees-no-patient-data") permit (principal, action, resource);', "replaced"),
        ('@id("token-scope") permit (principal, action, resource);', "replaced"),
        ('@id("x") permit (principal, action == Action::"case:raed", resource);', "case:raed"),
        ('@id("x") permit (principal, action, resource) when { principal.boss };', "boss"),
        ("permit (principal, action, resource);", "@id"),
        ('@id("x") permit (principal, action', "Cedar"),
    ],
)
def test_a_wrong_file_of_a_hospital_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(told)):
        own(tmp_path, text)


def test_no_added_permit_gives_an_operator_patient_data(tmp_path: Path) -> None:
    book = own(tmp_path, '@id("all") permit (principal, action, resource);')
    allowed = {action for action in Action if book.decide(somebody(Role.OPERATOR), action).allowed}
    assert allowed == set(Action) - {Action(action) for action in PATIENT_DATA}


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        PolicyBook(tmp_path / "none.cedar")
