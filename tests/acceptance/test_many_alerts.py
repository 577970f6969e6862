"""Fifty emergencies at once, behind 2,000 routine notifications, with one channel down."""

import contextlib
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from acceptance.system import System, home_folder, wait_until
from hook_host import SECRET, Receiver, hook_host
from http_host import Told, http_host
from mail_host import MailHost, mail_host

from vigia_detect.bootstrap import install, reset
from vigia_detect.core.async_pipeline import async_pipeline

ROUTINE, A_ROUND = 2000, 40
EMERGENCIES = 50
WITHIN_S = 10.0
ADDRESSES = 4

POLICIES = """\
version: many-1
people:
  ana: {contacts: [{channel: slack, address: U01}, {channel: email, address: ana@h.example}]}
  luis: {contacts: [{channel: slack, address: U02}, {channel: webhook, address: "HOOK"}]}
WARDS
roles:
  emergency: {members: [ana, luis]}
  specialists: {members: [ana]}
  supervisor: {members: [ana]}
  medical_team: {members: [MEMBERS]}
  nursing_team: {members: [MEMBERS]}
  admin: {members: [luis]}
policies:
  emergency:
    severity: emergency
    steps: [{after_s: 0, roles: [emergency], channels: all}]
    accept_within_s: 10
    nobody_after_s: 600
    repeat_every_s: 300
    act_within_s: 900
    fallback: admin
  high_risk:
    severity: routine
    steps: [{after_s: 0, roles: [medical_team]}]
    accept_within_s: 3600
    nobody_after_s: 86400
    repeat_every_s: 86400
    act_within_s: 86400
    fallback: admin
"""
DOWN = {"broken": Told(500), "silent": Told(silent_s=3600)}


# A silent server keeps every worker for VIGIA_CHANNEL_TIMEOUT_S once: that leaves little margin.
@pytest.mark.parametrize("how", ["broken", pytest.param("silent", marks=pytest.mark.slow)])
def test_each_of_50_emergencies_is_accepted_in_time(how: str) -> None:
    with contextlib.ExitStack() as stack:
        mail, hooks = stack.enter_context(mail_host()), stack.enter_context(hook_host())
        slack = stack.enter_context(http_host(lambda _asked: DOWN[how]))
        system = stack.enter_context(hospital(mail, hooks, slack))
        for _ in range(ROUTINE // A_ROUND):
            async_pipeline.trigger_escalation_pipeline({}, "high_risk")
        system.start()
        wait_until(lambda: mail.mails)  # the routine work is under way
        alerts = [
            str(async_pipeline.trigger_escalation_pipeline({}, "emergency")["escalation_id"])
            for _ in range(EMERGENCIES)
        ]
        engine = sa.create_engine(system.settings.sql_url)
        wait_until(lambda: len(accepted(engine)) == EMERGENCIES, pause_s=0.2)
        time.sleep(1)  # a twin would come soon
        seconds, waiting = accepted(engine), unsent(engine)
        engine.dispose()
    p95 = statistics.quantiles(seconds, n=20, method="inclusive")[-1]
    sys.stderr.write(
        f"\nslack {how}: median {statistics.median(seconds):.1f} s, p95 {p95:.1f} s, "
        f"most {max(seconds):.1f} s; {waiting} routine notifications still waited\n"
    )
    assert waiting > ROUTINE // 2
    assert set(told_by_mail(mail)) <= set(alerts)
    assert max(told_by_mail(mail).values()) == 1
    assert Counter(alerts) == told_by_mail(mail) | told_by_hook(hooks)
    assert p95 <= WITHIN_S


@contextlib.contextmanager
def hospital(mail: MailHost, hooks: Receiver, slack: str) -> Iterator[System]:
    """Make a hospital with many routine recipients; its processes are not started."""
    members = [f"ward{number}" for number in range(A_ROUND)]
    people = [
        f"  {name}: {{contacts: [{{channel: email, address: w{number % ADDRESSES}@h.example}}]}}"
        for number, name in enumerate(members)
    ]
    environment = {
        "VIGIA_SLACK_TOKEN": "xoxb-test",
        "VIGIA_SLACK_API_URL": f"{slack}api/",
        "VIGIA_SMTP_HOST": "localhost",
        "VIGIA_SMTP_PORT": str(mail.port),
        "VIGIA_SMTP_TLS": "none",
        "VIGIA_SMTP_FROM": "vigia@h.example",
        "VIGIA_WEBHOOK_SECRET": SECRET,
    }
    with home_folder() as home:
        text = POLICIES.replace("HOOK", hooks.url).replace("WARDS", "\n".join(people))
        (home / "escalation.yaml").write_text(text.replace("MEMBERS", ", ".join(members)))
        system = System(home, environment=environment)
        install(system.vigia)
        try:
            system.broker.start()
            yield system
        finally:
            reset()
            system.stop()


def accepted(engine: sa.Engine) -> list[float]:
    """Return, for each emergency of which some provider has accepted a message, the seconds."""
    query = """
        select min(n.accepted_at) - a.opened_at from notifications n
        join alerts a on a.id = n.alert_id where a.kind = 'emergency'
        group by a.id, a.opened_at having min(n.accepted_at) is not null
    """
    with engine.connect() as connection:
        return [row[0] for row in connection.execute(sa.text(query))]


def unsent(engine: sa.Engine) -> int:
    """Return how many routine notifications wait."""
    query = """
        select count(*) from notifications n join alerts a on a.id = n.alert_id
        where a.kind = 'high_risk' and n.accepted_at is null
    """
    with engine.connect() as connection:
        return int(connection.execute(sa.text(query)).scalar_one())


def told_by_mail(mail: MailHost) -> Counter[str]:
    """Return how often ana was told of each emergency."""
    mails = [one for one in mail.mails if one["To"] == "ana@h.example"]
    return Counter(alert_in(str(one.get_body(("plain",)))) for one in mails)


def told_by_hook(hooks: Receiver) -> Counter[str]:
    """Return how often luis was told of each emergency."""
    assert hooks.deliveries == len(hooks.taken)
    return Counter(str(event["data"]["alert_id"]) for event in hooks.taken.values())


def alert_in(text: str) -> str:
    return next(line.split(": ")[1] for line in text.splitlines() if line.startswith("Alerta: "))
