"""Each cell of the permission matrix through every command, façade method, link and button."""

import contextlib
import json
import time
import urllib.parse
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from loop import Broker
from pydantic import SecretStr
from rights import RIGHTS
from slack_api import SIGNING_SECRET, signed
from typer.testing import CliRunner
from web_host import web_host

from vigia_detect.api.app import create_app, parts_of
from vigia_detect.bootstrap import Vigia, declared, install, reset
from vigia_detect.cli.main import app
from vigia_detect.core.async_pipeline import async_pipeline
from vigia_detect.docs import commands, permissions
from vigia_detect.domain.access import NOBODY, Action, Role
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.ids import AlertId
from vigia_detect.errors import LoginRequiredError, PermissionDeniedError, VigiaError
from vigia_detect.security.registry import NewAccount
from vigia_detect.settings import Settings

CASE = str(uuid.uuid4())
ADMIN = "test"
# For commands whose arguments cannot be made up from their types.
WORDS: Mapping[str, list[str]] = {
    "vigia wait": [CASE, "--timeout", "0"],
    "vigia person roles": ["nobody-here", "--role", "nurse"],
    "vigia glass review": [CASE, "--verdict", "justified"],
    "vigia glass break": ["--reason", "too short"],
    "vigia drill emergency": ["--wait", "1"],
    "vigia hold add": ["p_nobody", "--reason", "complaint", "--by", "Ana"],
    "vigia case bundle": [CASE, "-o", "no-such-file", "--without-patient"],
    "vigia erase": ["p_nobody", "--reason", "order", "--by", "Ana"],
}
ASKED = [
    (name, command)
    for name, command in commands.commands()
    if isinstance(declared(command.callback), Action)
]


@dataclass
class House:
    """One installation where everybody must log in, with a person for each role."""

    vigia: Vigia
    tokens: dict[Role, str]

    @contextlib.contextmanager
    def seen_by(self, token: str | None) -> Iterator[Vigia]:
        shown = SecretStr(token) if token else None
        settings = self.vigia.settings.model_copy(update={"token": shown})
        vigia = Vigia(settings, publisher=Broker())
        install(vigia)
        try:
            yield vigia
        finally:
            reset()
            vigia.close()

    def entries(self, event: AuditEvent) -> list[AuditEntry]:
        with self.vigia.store.read() as work:
            return list(work.audit.of_event(event, 0.0))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = tmp_path_factory.mktemp("house")
    settings = Settings(
        home=home,
        auth="required",
        slack_signing_secret=SecretStr(SIGNING_SECRET),
        lang="en",
        slack_people=",".join(f"U{number}=Name {role}" for number, role in enumerate(Role)),
        public_url="https://vigia.example.org",
    )
    vigia = Vigia(settings, publisher=Broker())
    vigia.store.upgrade()
    tokens = {}
    for role in Role:
        login = role.value.replace("_", "-")
        vigia.registry.add(NewAccount(login, f"Name {role}", frozenset({role})), by=ADMIN)
        tokens[role], _ = vigia.registry.create_token(
            login, label="t", days=1, scopes=None, by=ADMIN
        )
    yield House(vigia, tokens)
    vigia.close()


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands write the files that they are told to where they are run."""
    monkeypatch.chdir(tmp_path)


def words_of(name: str, command: Any) -> list[str]:
    """Return arguments that the parser takes and that name nothing which exists."""
    if name in WORDS:
        return list(WORDS[name])
    made = []
    for part in command.params:
        if part.required:
            kind = part.type_descriptor.annotation
            value = {"Path": "no-such-file", "int": "1", "float": "1"}.get(kind.__name__, CASE)
            made += [value] if type(part).__name__ == "TyperArgument" else [part.opts[0], value]
    return made


def outcome(error: BaseException | None) -> bool:
    """Return whether the entry point let somebody in, whatever came of it then."""
    assert not isinstance(error, LoginRequiredError)
    if isinstance(error, PermissionDeniedError):
        return False
    assert error is None or isinstance(error, VigiaError | SystemExit), repr(error)
    return True


def check_trail(house: House, action: Action, role: Role, before: int, *, allowed: bool) -> None:
    """Find the refusal in the trail: who, what, and by which policy."""
    denied = house.entries(AuditEvent.PERMISSION_DENIED)[before:]
    if allowed:
        assert denied == []
        return
    (entry,) = denied
    assert (entry.actor, entry.detail["action"]) == (role.value.replace("_", "-"), action)
    assert entry.detail["policy"]


@pytest.mark.parametrize(("name", "command"), ASKED, ids=[name for name, _ in ASKED])
def test_a_command_lets_in_whom_the_table_by_hand_says(
    house: House, name: str, command: Any
) -> None:
    action = declared(command.callback)
    assert isinstance(action, Action)
    for role, token in house.tokens.items():
        before = len(house.entries(AuditEvent.PERMISSION_DENIED))
        with house.seen_by(token):
            done = CliRunner().invoke(app, [*name.split()[1:], *words_of(name, command)])
        assert done.exit_code != 2 or isinstance(done.exception, VigiaError), done.output
        allowed = outcome(done.exception)
        assert allowed == (action in RIGHTS[role]), (name, role, done.exception)
        check_trail(house, action, role, before, allowed=allowed)


CALLS: Mapping[str, tuple[Any, ...]] = {
    "process_medical_case_async": ("no-such-file.jpg", "P-1"),
    "get_pipeline_status": (CASE,),
    "wait_for_pipeline_completion": (CASE,),
    "trigger_escalation_pipeline": ({"case_id": CASE}, "human_review"),
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("method", CALLS)
def test_the_facade_lets_in_whom_the_table_by_hand_says(
    house: House, method: str, role: Role
) -> None:
    call = getattr(async_pipeline, method)
    action, before = declared(call), len(house.entries(AuditEvent.PERMISSION_DENIED))
    assert isinstance(action, Action)
    error: VigiaError | None = None
    with house.seen_by(house.tokens[role]):
        try:
            call(*CALLS[method])
        except VigiaError as raised:
            error = raised
    assert outcome(error) == (action in RIGHTS[role])
    check_trail(house, action, role, before, allowed=action in RIGHTS[role])


def test_every_method_of_the_facade_is_tried() -> None:
    tried = {f"async_pipeline.{name}" for name in CALLS}
    assert tried == {name for name, _ in permissions.points() if name.startswith("async_pipeline")}


@pytest.fixture
def alert(house: House) -> AlertId:
    return house.vigia.desk.escalate("system_error", case_id=None, reasons=("test",)).alert_id


@pytest.mark.parametrize("role", Role)
def test_a_link_counts_for_whom_the_table_by_hand_says(
    house: House, alert: AlertId, role: Role
) -> None:
    before = len(house.entries(AuditEvent.PERMISSION_DENIED))
    token = house.vigia.answers.token(alert, f"Name {role}")
    with web_host(create_app(parts_of(house.vigia))) as url:
        answer = httpx.post(f"{url}/a/{token}", data={"answer": "on_my_way"})
    allowed = "alert:answer" in RIGHTS[role]
    assert answer.status_code == (200 if allowed else 403), answer.text
    taken = house.vigia.desk.alert(alert).acknowledged_by
    assert taken == (f"Name {role}" if allowed else None)
    check_trail(house, Action.ALERT_ANSWER, role, before, allowed=allowed)


@pytest.mark.parametrize("role", Role)
def test_a_button_counts_for_whom_the_table_by_hand_says(
    house: House, alert: AlertId, role: Role
) -> None:
    before = len(house.entries(AuditEvent.PERMISSION_DENIED))
    payload = {
        "type": "block_actions",
        "user": {"id": f"U{list(Role).index(role)}"},
        "actions": [{"action_id": "vigia.on_my_way", "value": alert}],
    }
    body = urllib.parse.urlencode({"payload": json.dumps(payload)}).encode()
    with web_host(create_app(parts_of(house.vigia))) as url:
        headers = signed(body, int(time.time()))
        answer = httpx.post(f"{url}/slack/interactions", content=body, headers=headers)
    assert answer.status_code == 200
    allowed = "alert:answer" in RIGHTS[role]
    taken = house.vigia.desk.alert(alert).acknowledged_by
    assert taken == (f"Name {role}" if allowed else None)
    check_trail(house, Action.ALERT_ANSWER, role, before, allowed=allowed)


def test_a_contact_without_an_account_may_answer_what_they_were_sent(
    house: House, alert: AlertId
) -> None:
    house.vigia.answers.follow(house.vigia.answers.token(alert, "On call"), "on_my_way")
    assert house.vigia.desk.alert(alert).acknowledged_by == "On call"
    granted = house.entries(AuditEvent.PERMISSION_GRANTED)[-1]
    assert (granted.actor, granted.detail["policy"]) == ("On call", "contact-answers")


@pytest.mark.parametrize("token", [None, "vigia_forged", "", "ñ" * 50])
def test_nobody_gets_in_without_a_good_token_and_the_attempt_is_recorded(
    house: House, token: str | None
) -> None:
    before = len(house.entries(AuditEvent.PERMISSION_DENIED))
    with house.seen_by(token), pytest.raises(LoginRequiredError):
        async_pipeline.get_pipeline_status(CASE)
    (entry,) = house.entries(AuditEvent.PERMISSION_DENIED)[before:]
    assert (entry.actor, entry.subject, entry.detail["policy"]) == (NOBODY, CASE, "no-login")


def test_a_grant_names_its_policy_and_a_look_without_patient_data_leaves_none(
    house: House,
) -> None:
    before = len(house.entries(AuditEvent.PERMISSION_GRANTED))
    with house.seen_by(house.tokens[Role.NURSE]):
        runner = CliRunner()
        runner.invoke(app, ["case", CASE])
        runner.invoke(app, ["cases"])
    (entry,) = house.entries(AuditEvent.PERMISSION_GRANTED)[before:]
    assert (entry.actor, entry.subject) == ("nurse", CASE)
    told = {"action": "case:read", "policy": "clinical-cases", "how": "cli"}
    assert told.items() <= entry.detail.items()
