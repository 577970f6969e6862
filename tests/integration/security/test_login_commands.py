"""A shift at the terminal: accounts, passwords, logins, tokens and emergency access."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyotp
import pytest
from click.testing import Result
from loop import Broker
from typer.testing import CliRunner

from vigia_detect.bootstrap import Vigia, install, reset
from vigia_detect.cli.main import app
from vigia_detect.domain.access import Action
from vigia_detect.domain.audit import AuditEvent
from vigia_detect.errors import (
    ConfigurationError,
    InvalidOptionError,
    LoginRefusedError,
    LoginRequiredError,
    NotFoundError,
    PermissionDeniedError,
)
from vigia_detect.settings import Settings

PASSWORD = "caballo correcto grapa"


@dataclass
class Desk:
    """Runs commands in this process, as a fresh process would, in one home."""

    settings: Settings

    @contextlib.contextmanager
    def process(self, **changes: object) -> Iterator[Vigia]:
        vigia = Vigia(self.settings.model_copy(update=changes), publisher=Broker())
        install(vigia)
        try:
            yield vigia
        finally:
            reset()
            vigia.close()

    def run(self, *words: str, typed: str = "", **changes: object) -> Result:
        with self.process(**changes):
            return CliRunner().invoke(app, words, input=typed)

    def right(self, *words: str, typed: str = "", **changes: object) -> str:
        done = self.run(*words, typed=typed, **changes)
        assert done.exit_code == 0, (words, done.exception, done.output)
        return done.stdout

    def fails(self, kind: type[Exception], *words: str, typed: str = "") -> str:
        done = self.run(*words, typed=typed)
        assert isinstance(done.exception, kind), (words, done.exception, done.output)
        return str(done.exception)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Everybody must log in; the owner of the machine has added a nurse and an administrator."""
    made = Desk(Settings(home=tmp_path / "home", auth="required", lang="en"))
    with made.process() as vigia:
        vigia.store.upgrade()
    for login, name, role in (("asoto", "Ana Soto", "nurse"), ("boss", "Boss", "administrator")):
        words = ("person", "add", login, "--name", name, "--role", role)
        made.right(*words, auth="local")
        twice = f"{PASSWORD}\n{PASSWORD}\n"
        made.right("person", "password", login, typed=twice, auth="local")
    return made


def login(desk: Desk, who: str, *codes: str) -> None:
    desk.right("login", who, typed="\n".join([PASSWORD, *codes, ""]))


def whoami(desk: Desk) -> dict[str, object]:
    found: dict[str, object] = json.loads(desk.right("whoami", "--json"))
    return found


def test_a_shift_from_login_to_logout(desk: Desk) -> None:
    desk.fails(LoginRequiredError, "cases")
    login(desk, "asoto")
    session = desk.settings.session_file
    assert session.stat().st_mode & 0o777 == 0o600
    assert whoami(desk)["roles"] == ["nurse"]
    desk.right("cases")
    desk.fails(PermissionDeniedError, "person", "list")
    desk.right("logout")
    assert not session.exists()
    desk.fails(LoginRequiredError, "cases")
    assert "no login" in desk.right("logout")


def test_the_copied_token_of_an_ended_login_is_worth_nothing(desk: Desk) -> None:
    login(desk, "asoto")
    copied = desk.settings.session_file.read_bytes()
    desk.right("logout")
    desk.settings.session_file.write_bytes(copied)
    desk.settings.session_file.chmod(0o600)
    desk.fails(LoginRequiredError, "cases")
    desk.settings.session_file.chmod(0o644)
    desk.fails(ConfigurationError, "cases")


def test_a_wrong_password_keeps_out(desk: Desk) -> None:
    desk.fails(LoginRefusedError, "login", "asoto", typed="wrong\n")
    desk.fails(LoginRefusedError, "login", "nobody", typed=f"{PASSWORD}\n")
    desk.fails(InvalidOptionError, "login")
    desk.fails(ConfigurationError, "login", "--oidc")


def test_one_changes_ones_own_password_after_the_old_one_and_nobody_elses(desk: Desk) -> None:
    login(desk, "asoto")
    new = "otra frase bastante larga"
    desk.fails(PermissionDeniedError, "person", "password", "boss", typed=f"{new}\n{new}\n")
    desk.fails(LoginRefusedError, "person", "password", typed=f"wrong\n{new}\n{new}\n")
    desk.fails(InvalidOptionError, "person", "password", typed=f"{PASSWORD}\n{new}\nother\n")
    desk.right("person", "password", typed=f"{PASSWORD}\n{new}\n{new}\n")
    desk.fails(LoginRequiredError, "cases")  # changing it ended the login
    desk.right("login", "asoto", typed=f"{new}\n")


def test_codes_of_an_app_are_set_up_asked_for_and_dropped(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    login(desk, "asoto")
    secret = pyotp.random_base32()
    monkeypatch.setattr("vigia_detect.security.codes.new_secret", lambda: secret)
    shown = desk.right("person", "totp", typed=f"{PASSWORD}\n{pyotp.TOTP(secret).now()}\n")
    assert "otpauth://totp/Vigia:asoto?secret=" in shown
    desk.fails(LoginRefusedError, "login", "asoto", typed=f"{PASSWORD}\n000\n")
    desk.right("person", "totp", "--off", typed=f"{PASSWORD}\n")
    login(desk, "asoto")


def test_tokens_are_made_listed_and_revoked(desk: Desk) -> None:
    login(desk, "boss")
    desk.right("person", "add", "robot", "--name", "Robot", "--role", "nurse", "--service")
    words = ("token", "create", "robot", "--label", "wards", "--scope", "case:list")
    token = desk.right(*words).strip()
    (listed,) = json.loads(desk.right("token", "list", "robot", "--json"))
    assert (listed["login"], listed["scopes"], listed["revoked"]) == ("robot", ["case:list"], False)
    assert token not in desk.right("token", "list")
    with desk.process(token=_secret(token)) as vigia:
        assert vigia.door.enter(Action.CASE_LIST, how="cli").name == "robot"
    desk.right("token", "revoke", listed["id"])
    with desk.process(token=_secret(token)) as vigia, pytest.raises(LoginRequiredError):
        vigia.door.enter(Action.CASE_LIST, how="cli")
    assert "known: " in desk.fails(InvalidOptionError, *words[:-1], "case:raed")
    desk.fails(NotFoundError, "token", "create", "nobody", "--label", "x")
    desk.fails(InvalidOptionError, "token", "create", "robot", "--label", "")


def _secret(token: str) -> object:
    return Settings(token=token).token  # type: ignore[arg-type] - as the environment gives it


def test_people_are_listed_without_secrets_changed_and_closed(desk: Desk) -> None:
    login(desk, "boss")
    desk.right("person", "roles", "asoto", "--role", "physician", "--role", "specialist")
    assert "known: " in desk.fails(InvalidOptionError, "person", "roles", "asoto", "--role", "god")
    desk.right("person", "disable", "asoto")
    first, _ = json.loads(desk.right("person", "list", "--json"))
    assert first == {
        "login": "asoto",
        "name": "Ana Soto",
        "service": False,
        "roles": ["physician", "specialist"],
        "password": True,
        "totp": False,
        "disabled": True,
    }
    assert "asoto" in desk.right("person", "list")
    desk.fails(LoginRefusedError, "login", "asoto", typed=f"{PASSWORD}\n")


def test_emergency_access_is_taken_listed_and_reviewed(desk: Desk) -> None:
    login(desk, "boss")
    case = "01a20175-2064-73b7-a476-08beba718148"
    desk.fails(PermissionDeniedError, "case", case)
    desk.right("glass", "break", "--reason", "Paro en la sala 3, nadie más en turno")
    desk.fails(NotFoundError, "case", case)
    assert whoami(desk)["emergency_access"]
    assert "in force" in desk.right("whoami")
    (listed,) = json.loads(desk.right("glass", "list", "--json"))
    assert (listed["login"], listed["verdict"]) == ("boss", None)
    assert "pending" in desk.right("glass", "list")
    review = ("glass", "review", listed["id"], "--verdict", "unjustified")
    desk.fails(InvalidOptionError, *review)
    login(desk, "asoto")
    desk.fails(PermissionDeniedError, *review)


def test_who_has_logged_in_speaks_for_themselves_alone(desk: Desk) -> None:
    with desk.process() as vigia:
        alert = vigia.desk.escalate("system_error", case_id=None, reasons=("test",)).alert_id
    login(desk, "asoto")
    assert "Ana Soto" in desk.fails(InvalidOptionError, "alert", "ack", alert, "--by", "Boss")
    desk.right("alert", "ack", alert)
    desk.right("alert", "act", alert, "--by", "Ana Soto")
    with desk.process() as vigia:
        assert vigia.desk.alert(alert).acknowledged_by == "Ana Soto"
    desk.right("logout")
    missing = desk.run("alert", "close", alert, auth="local")
    assert isinstance(missing.exception, InvalidOptionError)
    assert "--by" in str(missing.exception)


def test_permissions_are_shown_to_everybody(desk: Desk) -> None:
    shown = json.loads(desk.right("permissions", "--json"))
    assert shown["case:read"]["nurse"] == {"allowed": True, "policy": "clinical-cases"}
    assert set(shown) == set(Action)
    assert "case:read" in desk.right("permissions")


def test_the_owner_of_the_machine_is_told_what_that_means(desk: Desk) -> None:
    assert "VIGIA_AUTH=local" in desk.right("whoami", auth="local")
    with desk.process(auth="local") as vigia, vigia.store.read() as work:
        added = work.audit.of_event(AuditEvent.PERSON_ADDED, 0.0)
    assert {entry.actor.partition(":")[0] for entry in added} == {"local"}


def test_a_mistake_in_the_hospitals_permissions_is_told_before_anybody_answers(desk: Desk) -> None:
    (desk.settings.root / "permissions.cedar").write_text('@id("x") permit (principal')
    for words in (["serve"], ["cases"], ["permissions"]):
        assert "Cedar" in desk.fails(ConfigurationError, *words)
    done = CliRunner().invoke(
        app, ["doctor", "--json"], env={"VIGIA_HOME": str(desk.settings.root)}
    )
    checks = {one["name"]: one["status"] for one in json.loads(done.stdout)["checks"]}
    assert (checks["permissions"], checks["database"]) == ("critical", "ok")
