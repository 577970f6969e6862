"""The escalation policies: what is shipped, what a hospital lays over it, what is refused."""

from pathlib import Path

import pytest

from vigia_detect.clinical.escalation import load_escalation, plan_for, read_plan
from vigia_detect.domain.escalation import ESCALATION_TARGETS, AlertKind
from vigia_detect.domain.notification import Channel
from vigia_detect.domain.triage import Urgency
from vigia_detect.errors import ConfigurationError, InvalidPolicyError

ZONE = "America/Santiago"
PEOPLE = 'people: {ana: {contacts: [{channel: email, address: "ana@example.org"}]}}\n'
STEP = "{after_s: 0, roles: [medical_team]}"


def policy(steps: str, kind: str = "urgent", **changes: object) -> str:
    fields = {
        "severity": "urgent",
        "steps": steps,
        "accept_within_s": 60,
        "nobody_after_s": 7200,
        "repeat_every_s": 3600,
        "act_within_s": 900,
        "fallback": "admin",
    } | changes
    body = ", ".join(f"{name}: {value}" for name, value in fields.items())
    return f"policies: {{{kind}: {{{body}}}}}\n"


def refused(tmp_path: Path, text: str) -> str:
    file = tmp_path / "own.yaml"
    file.write_text("version: h-1\n" + text)
    with pytest.raises(ConfigurationError) as caught:
        load_escalation(file, time_zone=ZONE)
    return str(caught.value)


def test_the_shipped_policies_cover_every_kind_within_the_facts_times() -> None:
    book = load_escalation(None, time_zone=ZONE)
    assert set(book.policies) == set(AlertKind)
    emergency = book.policies[AlertKind.EMERGENCY]
    assert emergency.severity == Urgency.EMERGENCY
    assert [step.after_s for step in emergency.steps] == [0, 120, 300]
    assert emergency.steps[0].channels == "all"
    assert (emergency.accept_within_s, emergency.nobody_after_s) == (10, 600)
    assert emergency.act_within_s == 900
    assert book.policies[AlertKind.URGENT].nobody_after_s <= 2 * 3600
    assert book.policies[AlertKind.HIGH_RISK].nobody_after_s <= 72 * 3600
    assert not book.directory.reaches_outside()


def test_a_hospitals_file_lies_over_ours(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        "version: h-1\n" + PEOPLE + "roles: {emergency: {shifts: [{person: ana, days: [mon, tue], "
        'start: "20:00", end: "08:00"}], overrides: [{person: ana, start: "2026-11-22T08:00", '
        'end: "2026-11-23T08:00"}]}}\n'
    )
    book = load_escalation(file, time_zone=ZONE)
    assert book.version == "h-1+vigia-1"
    assert book.directory.roles["emergency"].names() == ("ana", "ana")
    assert book.directory.people["ana"].contacts[0].channel == Channel.EMAIL
    assert book.directory.people["#jefatura"].contacts
    assert book.directory.reaches_outside()


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (policy("[]"), "policies.urgent.steps"),
        (policy("[{after_s: 0, roles: []}]"), "policies.urgent.steps.0.roles"),
        (policy("[{after_s: 5, roles: [admin]}]"), "policies.urgent.steps.0.after_s"),
        (policy(f"[{STEP}, {STEP}]"), "policies.urgent.steps.1.after_s"),
        (policy("[{after_s: 0, roles: [nobody]}]"), "policies.urgent.steps.0.roles"),
        (policy(f"[{STEP}]", fallback="nobody"), "policies.urgent.fallback"),
        (policy(f"[{STEP}]", act_within_s=0), "policies.urgent.act_within_s"),
        (policy(f"[{STEP}]", repeat_every_s=".inf"), "policies.urgent.repeat_every_s"),
        (policy(f"[{STEP}]", nobody_after_s=0), "policies.urgent.nobody_after_s"),
        (policy(f"[{STEP}]", "emergency"), "policies.emergency.severity"),
        (policy(f"[{STEP}]", "emergency"), "policies.emergency.accept_within_s"),
        (policy(f"[{STEP}]", "emergency"), "policies.emergency.nobody_after_s"),
        (policy(f"[{STEP}]", wait=3), "policies.urgent.wait"),
        (policy(f"[{STEP}]", repeat_every_s=0.001), "policies.urgent.repeat_every_s"),
        (policy(f"[{STEP}]", accept_within_s=0.001), "policies.urgent.accept_within_s"),
        (policy(f"[{STEP}]", nobody_after_s=7201), "policies.urgent.nobody_after_s"),
        ("people: {ana: {contacts: []}}\n", "people.ana.contacts"),
        ('people: {ana: {contacts: [{channel: email, address: " "}]}}\n', "people.ana.contacts.0"),
        ("people: {ana: {contacts: [{channel: fax, address: x}]}}\n", "people.ana.contacts.0"),
        ("roles: {admin: {}}\n", "roles.admin"),
        ("roles: {admin: {members: [bea]}}\n", "roles.admin"),
        (
            PEOPLE + "roles: {admin: {members: [ana], shifts: [{person: ana, days: [lun], "
            'start: "08:00", end: "20:00"}]}}\n',
            "roles.admin.shifts.0.days",
        ),
        (
            PEOPLE + "roles: {admin: {members: [ana], overrides: [{person: ana, "
            'start: "2026-11-22T08:00", end: "2026-11-22T08:00"}]}}\n',
            "roles.admin.overrides.0.end",
        ),
        (
            PEOPLE + 'roles: {admin: {shifts: [{person: ana, days: [mon], start: "08:00", '
            'end: "20:00"}]}}\n',
            "policies.emergency.fallback",
        ),
    ],
)
def test_what_could_leave_somebody_untold_is_refused_by_its_field(
    tmp_path: Path, text: str, field: str
) -> None:
    assert field in refused(tmp_path, text)


@pytest.mark.parametrize(
    ("channel", "good", "slip"),
    [
        ("slack", "#uci", "UCI 2"),
        ("email", "ana@example.org", "ana.example.org"),
        ("webhook", "https://h.example/in", "h.example/in"),
        ("apprise", "mailtos://u:secret@h.example", "secret"),
    ],
)
def test_a_slip_in_an_address_is_refused_and_not_repeated(
    tmp_path: Path, channel: str, good: str, slip: str
) -> None:
    person = "people: {{ana: {{contacts: [{{channel: {}, address: {!r}}}]}}}}\n"
    text = refused(tmp_path, person.format(channel, slip))
    assert "people.ana.contacts.0.address" in text
    assert slip not in text
    (tmp_path / "own.yaml").write_text("version: h-1\n" + person.format(channel, good))
    assert load_escalation(tmp_path / "own.yaml", time_zone=ZONE)


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    text = refused(tmp_path, "roles: {admin: {}, supervisor: {members: [bea]}}\n")
    assert "roles.admin:" in text
    assert "roles.supervisor:" in text


def test_a_wrong_time_zone_is_refused() -> None:
    with pytest.raises(InvalidPolicyError, match="VIGIA_TIME_ZONE"):
        load_escalation(None, time_zone="Chile/Nowhere")


@pytest.mark.parametrize("kind", list(AlertKind))
def test_an_alert_keeps_its_policy_and_those_it_names(kind: AlertKind) -> None:
    book = load_escalation(None, time_zone=ZONE)
    plan = read_plan(plan_for(book, kind, "es"))
    assert plan.policy == book.policies[kind]
    assert (plan.version, plan.lang) == ("vigia-1", "es")
    for step in plan.policy.steps:
        for role in step.roles:
            told = plan.directory.on_duty(role, 0.0, fallback=plan.policy.fallback)
            assert all(plan.directory.people[name].contacts for name in told)


@pytest.mark.parametrize("kind", list(AlertKind))
def test_the_first_step_tells_whom_the_documents_name(kind: AlertKind) -> None:
    book = load_escalation(None, time_zone=ZONE)
    policy, target = book.policies[kind], ESCALATION_TARGETS[kind]
    roles = policy.steps[0].roles
    told = {name for role in roles for name in book.directory.roles[role].members}
    assert (set(roles), told) == (set(target.roles), set(target.channels))
