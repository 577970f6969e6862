"""What no entry says is named by the verifier, whoever set it in the database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from evidence_ward import reviewed_case, written
from keeping_ward import Ward, ward
from sqlalchemy import text
from trail_export import check

from vigia_detect.adapters.db.export import export_lines
from vigia_detect.domain.access import Action, Role
from vigia_detect.domain.alert_states import AlertEvent
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.escalation import Answer
from vigia_detect.domain.ids import AlertId
from vigia_detect.domain.retention import ErasureReason, HoldReason, Override
from vigia_detect.security.registry import NewAccount
from vigia_detect.stages.erasure import Why
from vigia_detect.trail.evidence import check_bundle
from vigia_detect.trail.verify import verify

ORDERED = Why(ErasureReason.ORDER, "ana", "C-12/2026", Override.COURT_ORDER)


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Ward]:
    with ward(database_url, tmp_path / "home") as made:
        yield made


def live(here: Ward) -> str:
    """Let everything come about whose state is compared; return a case that was reviewed."""
    case = reviewed_case(here, "P-1")
    other = here.submit("P-2")
    here.work()
    here.vigia.desk.escalate("high_risk", case_id=other, reasons=("asked",))
    here.case("P-3")
    here.vigia.erasure.erase(here.pseudonym("P-3"), ORDERED)
    holds = here.vigia.holds
    holds.release(
        holds.place(case, reason=HoldReason.COMPLAINT, reference="C-1", by="ana"), by="ana"
    )
    holds.place(other, reason=HoldReason.COMPLAINT, reference="C-2", by="ana")
    registry = here.vigia.registry
    for login in ("bea", "eva"):
        registry.add(NewAccount(login, login, frozenset({Role.NURSE})), by="ana")
    registry.set_roles("bea", frozenset({Role.PHYSICIAN, Role.AUDITOR}), by="ana")
    registry.disable("eva", by="ana")
    for scopes in (None, frozenset({Action.CASE_READ})):
        token = registry.create_token("bea", label="x", days=1, scopes=scopes, by="ana")[1]
    registry.revoke(token.id, by="ana")
    here.vigia.periods.lengthen()
    return case


BY_HAND = {
    "update alerts set state = 'acted', acted_by = 'eva' where state = 'open'": "alerts.state",
    "update alerts set state = 'acknowledged' where state = 'open'": "alerts.state",
    "update alerts set state = 'closed' where state = 'acted'": "alerts.state",
    "update alerts set state = 'superseded' where state = 'open'": "alerts.state",
    "update cases set state = 'completed' where state <> 'completed'": "cases.state",
    "update cases set urgency = 'none'": "cases.urgency",
    "update runs set state = 'failed' where state = 'done'": "runs.state",
    "update cases set confirmed_by = 'eva', confirmed_at = 1 where confirmed_by is null": (
        "cases.confirmed_by"
    ),
    "update cases set confirmed_by = 'eva' where confirmed_by = 'bea'": "cases.confirmed_by",
    "update patients set erased_at = 1 where erased_at is null": "cases.erased",
    "update patients set erased_at = null": "cases.erased",
    "delete from reviews where number = 1": "cases.reviews",
    "delete from holds": "holds.there",
    "update holds set released_at = 1 where released_at is null": "holds.in_force",
    "update holds set subject = 'x'": "holds.case",
    "update accounts set roles = '[\"administrator\"]' where login = 'bea'": "accounts.roles",
    "update accounts set disabled_at = null": "accounts.open",
    "update accounts set disabled_at = 1": "accounts.open",
    "update account_tokens set revoked_at = null": "account_tokens.revoked",
    "update account_tokens set scopes = null": "account_tokens.scopes",
    "update retention set days = 1": "retention.days",
}


def by_hand(here: Ward, statement: str) -> None:
    with here.vigia.store.begin() as work:
        assert work._connection.execute(text(statement)).rowcount > 0
        work.commit()


def test_what_is_set_by_hand_is_named_and_nothing_else_is(here: Ward) -> None:
    live(here)
    found = check(here.vigia)
    assert found.good, found
    for statement, named in BY_HAND.items():
        with here.vigia.store.begin() as work:
            assert work._connection.execute(text(statement)).rowcount > 0, statement
            lines = list(export_lines(work._connection, here.vigia.signer.name))
        # Not committed: the next one starts from what is right.
        report = verdict(lines, here)
        assert report == {named}, (statement, report)
    assert check(here.vigia).good


def test_an_alert_stays_with_who_has_it(here: Ward) -> None:
    """Who does not have it may say that it is not theirs, which leaves it acknowledged."""
    alert = here.vigia.desk.escalate("high_risk", case_id=None, reasons=("asked",)).alert_id
    for event, by in ((AlertEvent.ACKNOWLEDGE, "ana"), (AlertEvent.DECLINE, "bea")):
        here.vigia.desk.answer(alert, Answer(event, by, "test"))
    assert check(here.vigia).good
    decline_as_before(here, alert)
    assert check(here.vigia).good
    here.vigia.desk.answer(alert, Answer(AlertEvent.DECLINE, "ana", "test"))
    assert check(here.vigia).good
    by_hand(here, "update alerts set state = 'acknowledged'")
    assert not check(here.vigia).good


def decline_as_before(here: Ward, alert: AlertId) -> None:
    """Write an entry as it was before it said what state follows from it."""
    with here.vigia.store.begin() as work:
        known = work.alerts.get(alert)
        assert known is not None
        event, detail = AuditEvent.ALERT_DECLINED, {"alert_id": alert}
        work.audit.write([AuditEntry(event, known.subject, "eva", detail=detail)])
        work.commit()


def verdict(lines: list[bytes], here: Ward) -> set[str]:
    report = verify(lambda: lines, [here.vigia.signer.public])
    assert report.integrity.good, report.integrity
    return {one.about.split()[0] for one in report.completeness.findings}


def test_an_account_nobody_added_is_named(here: Ward) -> None:
    live(here)
    by_hand(
        here,
        "insert into accounts (id, login, name, service, roles, totp_step, failures, locked_until)"
        " select 'x', 'mal', 'mal', service, roles, -1, 0, 0 from accounts where login = 'bea'",
    )
    report = check(here.vigia)
    assert [one.about for one in report.completeness.findings] == ["accounts.roles x"]


def test_a_bundle_tells_of_it_too(here: Ward, tmp_path: Path) -> None:
    case = live(here)
    by_hand(here, "update alerts set state = 'acknowledged' where state = 'acted'")
    report = check_bundle(written(here, case, tmp_path / "b"), [here.vigia.trail_key])
    assert {one.about.split()[0] for one in report.completeness.findings} == {"alerts.state"}
