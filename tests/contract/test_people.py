"""Accounts, logins, tokens and emergency access, on SQLite and on a real PostgreSQL alike."""

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher, extract_parameters
from keyrings import ring
from sqlalchemy import select, update

from vigia_detect.adapters.db.people_tables import account_tokens, accounts, glasses
from vigia_detect.adapters.db.store import SqlStore
from vigia_detect.adapters.db.tables import audit
from vigia_detect.domain.access import Action, Principal, PrincipalKind, Role
from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.people import FREE_FAILURES, Account, Verdict, locked_for
from vigia_detect.errors import (
    InvalidOptionError,
    LoginRefusedError,
    LoginRequiredError,
    NotFoundError,
    PermissionDeniedError,
)
from vigia_detect.security.codes import STEP_S
from vigia_detect.security.door import Door
from vigia_detect.security.glass import GlassCase
from vigia_detect.security.login import LoginDesk
from vigia_detect.security.passwords import NOBODYS, hash_password
from vigia_detect.security.policies import PolicyBook
from vigia_detect.security.registry import NewAccount, Registry

PASSWORD = "caballo correcto grapa"
BOOK = PolicyBook()
KEYS = ring(b"k" * 32)


@dataclass
class Office:
    """Where people are added, log in and are let in."""

    store: SqlStore
    registry: Registry
    desk: LoginDesk
    glass: GlassCase
    home: Path

    def door(self, token: str | None = None, *, local: bool = False) -> Door:
        return Door(
            store=lambda: self.store, book=BOOK, home=self.home, local=local, shown=lambda: token
        )

    def who(self, token: str) -> Principal:
        return self.door(token).caller()

    def refused(self, login: str = "asoto", password: str = PASSWORD, code: str = "") -> None:
        with pytest.raises(LoginRefusedError):
            self.desk.by_password(login, password, lambda: code)

    def login(self, code: str = "") -> str:
        return self.desk.by_password("asoto", PASSWORD, lambda: code)

    def reasons(self) -> list[object]:
        with self.store.read() as work:
            refused = work.audit.of_event(AuditEvent.LOGIN_REFUSED, 0.0)
        return [entry.detail["reason"] for entry in refused]

    def pass_time(self, seconds: float) -> None:
        """Move every lock and deadline into the past, as if the database's clock had gone on."""
        earlier = [
            update(accounts).values(locked_until=accounts.c.locked_until - seconds),
            update(account_tokens).values(expires_at=account_tokens.c.expires_at - seconds),
            update(glasses).values(expires_at=glasses.c.expires_at - seconds),
        ]
        with self.store._durable.begin() as connection:
            for statement in earlier:
                connection.execute(statement)


@pytest.fixture(scope="session")
def password_hash() -> str:
    """Made once: to be slow is what it is for."""
    return hash_password(PASSWORD)


@pytest.fixture
def office(store: SqlStore, tmp_path: Path, password_hash: str) -> Office:
    made = Office(
        store,
        Registry(store, lambda: KEYS),
        LoginDesk(store, lambda: KEYS, session_s=3600),
        GlassCase(store, lambda: KEYS),
        tmp_path,
    )
    made.registry.add(NewAccount("asoto", "Ana Soto", frozenset({Role.NURSE})), by="test")
    with store._durable.begin() as connection:
        connection.execute(update(accounts).values(password_hash=password_hash))
    return made


def account(office: Office) -> Account:
    return next(one for one in office.registry.all() if one.login == "asoto")


def raw_bytes(store: SqlStore) -> str:
    """Return everything that the tables about people hold, as text."""
    with store._durable.begin() as connection:
        tables = (accounts, account_tokens, glasses, audit)
        found = (connection.execute(select(table)).all() for table in tables)
        rows = itertools.chain.from_iterable(found)
        return repr([[bytes(c) if isinstance(c, memoryview) else c for c in row] for row in rows])


def test_a_login_gives_a_token_that_stands_for_the_person(office: Office) -> None:
    token = office.login()
    who = office.who(token)
    assert (who.name, who.label, who.roles) == ("asoto", "Ana Soto", frozenset({Role.NURSE}))
    assert office.door(token).enter(Action.CASE_READ, how="cli") == who


def test_who_does_not_exist_costs_the_same_work(password_hash: str) -> None:
    hashes = [extract_parameters(made) for made in (NOBODYS, password_hash)]
    assert hashes[0] == hashes[1] == extract_parameters(PasswordHasher().hash("as the library"))


def test_neither_password_nor_token_is_kept(office: Office) -> None:
    token = office.login()
    made, _ = office.registry.create_token("asoto", label="x", days=1, scopes=None, by="t")
    held = raw_bytes(office.store)
    assert account(office).password_hash in held
    assert str(account(office).password_hash).startswith("$argon2id$")
    assert not [secret for secret in (PASSWORD, token, made) if secret in held]


def test_a_token_ends_by_time_by_logout_and_by_revocation(office: Office) -> None:
    first, second = office.login(), office.login()
    made, kept = office.registry.create_token("asoto", label="x", days=1, scopes=None, by="t")
    assert office.desk.end(first)
    assert not office.desk.end(first)
    office.registry.revoke(kept.id, by="t")
    with pytest.raises(NotFoundError):
        office.registry.revoke(kept.id, by="t")
    assert office.who(second)
    office.pass_time(3601)
    for token in (first, second, made):
        with pytest.raises(LoginRequiredError):
            office.who(token)


def test_a_limited_token_is_good_for_nothing_else(office: Office) -> None:
    scopes = frozenset({Action.CASE_LIST})
    token, _ = office.registry.create_token("asoto", label="x", days=1, scopes=scopes, by="t")
    office.door(token).enter(Action.CASE_LIST, how="cli")
    with pytest.raises(PermissionDeniedError, match="token-scope"):
        office.door(token).enter(Action.CASE_READ, how="cli")


def test_a_closed_account_gets_in_by_no_way(office: Office) -> None:
    session = office.login()
    token, _ = office.registry.create_token("asoto", label="x", days=1, scopes=None, by="t")
    office.registry.disable("asoto", by="t")
    for shown in (session, token):
        with pytest.raises(LoginRequiredError):
            office.who(shown)
    office.refused()
    assert office.reasons() == ["disabled"]
    with pytest.raises(PermissionDeniedError, match="disabled-account"):
        office.door().answerer("Ana Soto", how="link", about="")


def test_new_roles_count_from_the_next_request(office: Office) -> None:
    token = office.login()
    office.registry.set_roles("asoto", frozenset({Role.OPERATOR}), by="t")
    with pytest.raises(PermissionDeniedError, match="operator-sees-no-patient-data"):
        office.door(token).enter(Action.CASE_READ, how="cli")


def test_a_new_password_ends_the_logins_with_the_old_one(office: Office) -> None:
    token = office.login()
    office.registry.set_password("asoto", "otra frase bastante larga", by="t")
    with pytest.raises(LoginRequiredError):
        office.who(token)
    office.refused()


@pytest.mark.parametrize(
    "password",
    ["short", "aaaaaaaaaaaaaaaaaaaa", "soto soto soto 1234", "x" * 257, "MY-ASOTO-PASSWORD"],
)
def test_a_weak_password_is_refused(office: Office, password: str) -> None:
    with pytest.raises(InvalidOptionError, match="password"):
        office.registry.set_password("asoto", password, by="t")


def test_the_same_letters_typed_otherwise_are_the_same_password(office: Office) -> None:
    office.registry.set_password("asoto", "contrase\u00f1a de la sala", by="t")
    assert office.desk.check_password("asoto", "contrasen\u0303a de la sala")


def test_wrong_logins_say_the_same_and_leave_different_reasons(office: Office) -> None:
    office.registry.add(NewAccount("robot", "Robot", frozenset({Role.NURSE}), service=True), by="t")
    said = set()
    for login, password in (("asoto", "wrong"), ("nobody", PASSWORD), ("robot", ""), ("", "")):
        with pytest.raises(LoginRefusedError) as refused:
            office.desk.by_password(login, password, str)
        said.add(str(refused.value))
    assert len(said) == 1
    assert office.reasons() == ["password", "unknown", "password", "unknown"]
    assert "nobody" not in raw_bytes(office.store)


def test_an_account_is_locked_by_the_databases_clock_and_opens_by_itself(office: Office) -> None:
    for _ in range(FREE_FAILURES + 1):
        office.refused(password="wrong")
    office.refused()
    assert office.reasons()[-2:] == ["password", "locked"]
    office.pass_time(locked_for(FREE_FAILURES + 1))
    assert office.login()
    assert (account(office).failures, account(office).locked_until) == (0, 0.0)


def test_each_further_failure_locks_for_longer_up_to_an_hour() -> None:
    pauses = [locked_for(failures) for failures in range(40)]
    assert pauses[: FREE_FAILURES + 1] == [0.0] * (FREE_FAILURES + 1)
    assert pauses[FREE_FAILURES + 1 : FREE_FAILURES + 4] == [60.0, 120.0, 240.0]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 3600.0


def test_guesses_in_parallel_cannot_outrun_the_lock(office: Office) -> None:
    tries = 3 * FREE_FAILURES
    done: list[Exception] = []

    def guess() -> None:
        try:
            office.desk.check_password("asoto", "wrong")
        except LoginRefusedError as error:
            done.append(error)

    in_parallel(guess, tries)
    assert len(done) == tries
    assert office.reasons().count("password") == FREE_FAILURES + 1
    assert office.reasons().count("locked") == tries - FREE_FAILURES - 1


def in_parallel(work: Callable[[], None], times: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.fixture
def secret(office: Office) -> str:
    made = pyotp.random_base32()
    office.registry.set_totp("asoto", made, pyotp.TOTP(made).now(), by="t")
    return made


def next_code(secret: str) -> str:
    """Return a code that was not used yet, whichever way the clock's step turns meanwhile."""
    return pyotp.TOTP(secret).at(time.time() + STEP_S)


def test_a_code_is_asked_for_and_counts_once(office: Office, secret: str) -> None:
    code = next_code(secret)
    assert office.login(code)
    office.refused(code=code)
    office.refused(code="000000" if code != "000000" else "111111")
    office.refused(code="")
    assert office.reasons() == ["code"] * 3


def test_the_code_that_proved_the_app_is_used_up(office: Office) -> None:
    made = pyotp.random_base32()
    code = pyotp.TOTP(made).now()
    office.registry.set_totp("asoto", made, code, by="t")
    office.refused(code=code)


def test_an_old_code_and_one_of_the_future_do_not_count(office: Office, secret: str) -> None:
    for away in (-20 * STEP_S, -3 * STEP_S, 3 * STEP_S):
        office.refused(code=pyotp.TOTP(secret).at(time.time() + away))


def test_wrong_codes_lock_as_wrong_passwords_do(office: Office, secret: str) -> None:
    for _ in range(FREE_FAILURES + 1):
        office.refused(code="-")
    office.refused(code=next_code(secret))
    assert office.reasons()[-1] == "locked"


def test_the_secret_of_codes_is_sealed_and_bound_to_its_account(
    office: Office, secret: str
) -> None:
    assert secret not in raw_bytes(office.store)
    assert account(office).sealed_totp is not None
    office.registry.drop_totp("asoto", by="t")
    assert office.login()


def test_a_secret_without_its_code_is_not_kept(office: Office) -> None:
    with pytest.raises(InvalidOptionError, match="code"):
        office.registry.set_totp("asoto", pyotp.random_base32(), "123", by="t")
    assert account(office).sealed_totp is None


@pytest.mark.parametrize(
    ("login", "name"),
    [("asoto", "Other"), ("other", "Ana Soto"), ("A B", "X"), ("x", "X"), ("ok", ""), ("ok", "\n")],
)
def test_a_taken_or_wrong_name_is_refused(office: Office, login: str, name: str) -> None:
    with pytest.raises(InvalidOptionError):
        office.registry.add(NewAccount(login, name, frozenset()), by="t")


def test_every_change_names_who_made_it(office: Office) -> None:
    office.registry.set_roles("asoto", frozenset({Role.AUDITOR}), by="boss")
    with office.store.read() as work:
        (last,) = [
            e for e in work.audit.of_event(AuditEvent.PERSON_CHANGED, 0.0) if e.actor == "boss"
        ]
    assert last.detail == {"what": "roles", "roles": ["auditor"], "before": ["nurse"]}


def test_nobody_gives_rights_to_themselves(office: Office) -> None:
    with pytest.raises(InvalidOptionError, match="own"):
        office.registry.set_roles("asoto", frozenset(Role), by="asoto")


def administrator(office: Office) -> tuple[str, Principal]:
    office.registry.add(NewAccount("boss", "Boss", frozenset({Role.ADMINISTRATOR})), by="t")
    token, _ = office.registry.create_token("boss", label="x", days=1, scopes=None, by="t")
    return token, office.who(token)


REASON = "Paro en cama 12, ficha 4411"


def test_emergency_access_adds_rights_for_a_while(office: Office) -> None:
    token, boss = administrator(office)
    with pytest.raises(PermissionDeniedError):
        office.door(token).enter(Action.CASE_READ, how="cli")
    given = office.glass.smash(boss, REASON, minutes=30)
    assert office.door(token).enter(Action.CASE_READ, how="cli").glass_id == given.id
    with pytest.raises(PermissionDeniedError):
        office.door(token).enter(Action.AUDIT_EXPORT, how="cli")
    with office.store.read() as work:
        granted = work.audit.of_event(AuditEvent.PERMISSION_GRANTED, 0.0)[-1]
    assert (granted.detail["policy"], granted.detail["glass"]) == ("broken-glass", given.id)
    office.pass_time(30 * 60)
    with pytest.raises(PermissionDeniedError):
        office.door(token).enter(Action.CASE_READ, how="cli")


def test_an_emergency_access_is_reviewed_by_another(office: Office) -> None:
    token, boss = administrator(office)
    given = office.glass.smash(boss, REASON, minutes=30)
    with pytest.raises(InvalidOptionError, match="own"):
        office.glass.review(given.id, Verdict.JUSTIFIED, by=boss)
    other = Principal(PrincipalKind.PERSON, "other", id="other")
    office.glass.review(given.id, Verdict.UNJUSTIFIED, by=other)
    with pytest.raises(NotFoundError):
        office.glass.review(given.id, Verdict.JUSTIFIED, by=other)
    (found,) = office.glass.all()
    # No number of the patient stays in it: an erasure would not find it there.
    told = "Paro en cama 12, [record]"
    assert (found.login, found.reason, found.glass.verdict) == ("boss", told, "unjustified")
    with pytest.raises(PermissionDeniedError):  # judged unjustified, it is over
        office.door(token).enter(Action.CASE_READ, how="cli")


def test_the_reason_of_an_emergency_access_is_sealed(office: Office) -> None:
    _, boss = administrator(office)
    office.glass.smash(boss, REASON, minutes=30)
    assert "Paro" not in raw_bytes(office.store)
    with pytest.raises(InvalidOptionError, match="reason"):
        office.glass.smash(boss, "  porque  ", minutes=30)
    with pytest.raises(InvalidOptionError, match="logged in"):
        office.glass.smash(Principal(PrincipalKind.LOCAL, "local:x"), REASON, minutes=30)


def test_the_owner_of_the_folder_is_the_local_principal_and_a_token_hides_them(
    office: Office,
) -> None:
    who = office.door(local=True).enter(Action.PEOPLE_CHANGE, how="cli")
    assert who.kind == PrincipalKind.LOCAL
    assert who.name.startswith("local:")
    with pytest.raises(LoginRequiredError):
        office.door("vigia_forged", local=True).enter(Action.CASE_LIST, how="cli")
    with pytest.raises(LoginRequiredError):
        office.door(local=False).enter(Action.CASE_LIST, how="cli")


def test_a_stranger_on_the_machine_is_not_the_owner(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = office.home.stat().st_uid + 4711
    monkeypatch.setattr("os.geteuid", lambda: stranger)
    with pytest.raises(LoginRequiredError):
        office.door(local=True).caller()
