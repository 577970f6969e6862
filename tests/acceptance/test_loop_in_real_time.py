"""The loop by the real clock: real worker processes, and servers that keep their own rules."""

import contextlib
import re
import sys
import time
from collections.abc import Iterator

import httpx
import pytest
import sqlalchemy as sa
from acceptance.system import System, home_folder, wait_until
from hook_host import SECRET, Receiver, hook_host
from http_host import Told
from mail_host import MailHost, mail_host
from pydantic import SecretStr
from slack_api import SIGNING_SECRET, TOKEN, SlackApi, slack_api
from web_host import web_host

from vigia_detect.api.app import create_app, parts_of
from vigia_detect.domain.alert_states import AlertState

STEP_S, SUPERVISOR_S, NOBODY_S, ACT_S = 6, 10, 14, 5
IN_TIME_S = 5.0
POLICIES = f"""\
version: real-1
people:
  ana: {{contacts: [{{channel: slack, address: U01}}]}}
  luis:
    contacts:
      - {{channel: slack, address: "#no-such-room"}}
      - {{channel: email, address: l@h.example}}
  bea: {{contacts: [{{channel: webhook, address: "HOOK"}}]}}
  eva: {{contacts: [{{channel: email, address: eva@h.example}}]}}
  ops: {{contacts: [{{channel: email, address: ops@h.example}}]}}
roles:
  emergency: {{members: [ana, luis]}}
  specialists: {{members: [bea]}}
  supervisor: {{members: [eva]}}
  medical_team: {{members: [ana]}}
  nursing_team: {{members: [ana]}}
  admin: {{members: [ops]}}
policies:
  emergency:
    severity: emergency
    steps:
      - {{after_s: 0, roles: [emergency]}}
      - {{after_s: {STEP_S}, roles: [specialists]}}
      - {{after_s: {SUPERVISOR_S}, roles: [supervisor]}}
    accept_within_s: 3
    nobody_after_s: {NOBODY_S}
    repeat_every_s: 300
    act_within_s: {ACT_S}
    fallback: admin
"""


class Hospital:
    """An installation whose workers run, and the servers by which it reaches people."""

    def __init__(self, system: System, slack: SlackApi, mail: MailHost, hooks: Receiver) -> None:
        self.system, self.slack, self.mail, self.hooks = system, slack, mail, hooks
        self.desk = system.vigia.desk
        self.url = ""

    def open(self) -> str:
        opened = self.desk.escalate("emergency", case_id=None, reasons=("asked",))
        return str(opened.alert_id)

    def planned(self, alert: str) -> dict[str, list[tuple[float, str]]]:
        """Return when each contact was to be told, in seconds after the opening, and its state."""
        query = sa.text("""
            select n.recipient, n.channel, n.planned_at - a.opened_at, n.state from notifications n
            join alerts a on a.id = n.alert_id where a.id = :id order by n.planned_at
        """)
        found: dict[str, list[tuple[float, str]]] = {}
        with self.system.vigia.store.read() as work:
            for person, channel, at, state in work._connection.execute(query, {"id": alert}):
                found.setdefault(f"{person}/{channel}", []).append((at, state))
        return found

    def press(self, alert: str, button: str) -> None:
        """Press a button of ana's newest message about an alert, as Slack says it to us."""
        post = self.posts(alert)[-1]
        body, headers = self.slack.press(post, f"vigia.{button}", user="U01")
        answer = httpx.post(f"{self.url}/slack/interactions", content=body, headers=headers)
        assert answer.status_code == 200

    def posts(self, alert: str) -> list[dict[str, object]]:
        return [
            post
            for post in self.slack.posts
            if post["metadata"]["event_payload"]["alert_id"] == alert
        ]

    def mails(self, to: str, alert: str) -> list[str]:
        texts = [str(one.get_body(("plain",))) for one in self.mail.mails if one["To"] == to]
        return [text for text in texts if alert in text]

    def events(self, alert: str, kind: str = "alert.emergency") -> list[dict[str, object]]:
        """Return the events that bea's computer got."""
        events = [one for one in self.hooks.taken.values() if one["type"] == kind]
        return [one["data"] for one in events if one["data"]["alert_id"] == alert]

    def state(self, alert: str) -> tuple[AlertState, str | None]:
        found = self.desk.alert(alert)
        return found.state, found.acknowledged_by


@pytest.fixture
def hospital() -> Iterator[Hospital]:
    with contextlib.ExitStack() as stack:
        slack, mail = stack.enter_context(slack_api()), stack.enter_context(mail_host())
        hooks, home = stack.enter_context(hook_host()), stack.enter_context(home_folder())
        policies = home / "policies.yaml"
        policies.write_text(POLICIES.replace("HOOK", hooks.url))
        environment = {
            "VIGIA_ESCALATION_FILE": str(policies),
            "VIGIA_PUBLIC_URL": "https://vigia.example",
            "VIGIA_SLACK_TOKEN": TOKEN,
            "VIGIA_SLACK_API_URL": f"{slack.url}api/",
            "VIGIA_SMTP_HOST": "localhost",
            "VIGIA_SMTP_PORT": str(mail.port),
            "VIGIA_SMTP_TLS": "none",
            "VIGIA_SMTP_FROM": "vigia@h.example",
            "VIGIA_WEBHOOK_SECRET": SECRET,
        }
        ours = {
            "escalation_file": policies,
            "slack_token": SecretStr(TOKEN),
            "slack_signing_secret": SecretStr(SIGNING_SECRET),
            "slack_api_url": f"{slack.url}api/",
        }
        system = System(home, environment=environment, settings=ours)
        stack.callback(system.stop)
        system.start()
        made = Hospital(system, slack, mail, hooks)
        made.url = stack.enter_context(web_host(create_app(parts_of(system.vigia))))
        yield made


def test_from_the_first_message_to_the_act(hospital: Hospital) -> None:
    began = time.monotonic()
    hospital.slack.faults.append(Told(429, headers={"Retry-After": "1"}))
    ignored = hospital.open()
    wait_until(lambda: hospital.posts(ignored))  # after the pause that Slack asked for
    wait_until(lambda: hospital.mails("l@h.example", ignored))  # by the next channel
    answered = hospital.open()
    wait_until(lambda: hospital.posts(answered))
    declined_is_passed_on(hospital, answered)
    an_acknowledgement_stops_it(hospital, answered)
    without_an_act_it_is_open_again(hospital, answered)
    an_act_ends_it(hospital, answered)
    nobody_answers(hospital, ignored)
    sys.stderr.write(f"\nthe whole loop by the clock: {time.monotonic() - began:.0f} s\n")


def declined_is_passed_on(hospital: Hospital, alert: str) -> None:
    hospital.press(alert, "not_mine")
    wait_until(lambda: hospital.events(alert))
    (told,) = hospital.planned(alert)["bea/webhook"]
    assert told[0] < STEP_S


def an_acknowledgement_stops_it(hospital: Hospital, alert: str) -> None:
    (link,) = re.findall(r"https://vigia\.example(/a/\S+)", str(hospital.events(alert)[0]["link"]))
    assert httpx.post(f"{hospital.url}{link}", data={"answer": "on_my_way"}).status_code == 200
    assert hospital.state(alert) == (AlertState.ACKNOWLEDGED, "bea")
    wait_until(lambda: hospital.posts(alert)[0]["text"] == "Tomada por bea.")
    assert hospital.mails("eva@h.example", alert) == []


def without_an_act_it_is_open_again(hospital: Hospital, alert: str) -> None:
    acknowledged_at = hospital.desk.alert(alert).acknowledged_at
    assert acknowledged_at is not None
    wait_until(lambda: len(hospital.posts(alert)) > 1)
    again = hospital.desk.alert(alert)
    assert again.state == AlertState.OPEN
    assert ACT_S <= again.began_at - acknowledged_at <= ACT_S + IN_TIME_S


def an_act_ends_it(hospital: Hospital, alert: str) -> None:
    hospital.press(alert, "in_progress")
    assert hospital.state(alert)[0] == AlertState.ACTED


def nobody_answers(hospital: Hospital, alert: str) -> None:
    """All that its policy says was told, in its time, and then the system said it."""
    wait_until(lambda: hospital.mails("ops@h.example", ""))
    planned = hospital.planned(alert)
    (slack, _), (room, refused) = planned["ana/slack"][0], planned["luis/slack"][0]
    assert (slack, room) == pytest.approx((0, 0), abs=0.1)
    assert refused == "failed_permanent"
    due = {"bea/webhook": STEP_S, "eva/email": SUPERVISOR_S}
    for person, at in due.items():
        assert at <= planned[person][0][0] <= at + IN_TIME_S
    assert planned["luis/email"][0][0] < STEP_S
    repeated = [planned[person][1][0] for person in ("ana/slack", *due)]
    assert all(NOBODY_S <= at <= NOBODY_S + IN_TIME_S for at in repeated)
    hospital.desk.acknowledge(alert, by="eva")
    wait_until(lambda: hospital.events(alert, "alert.updated"))
    assert hospital.events(alert, "alert.updated")[0]["text"] == "Tomada por eva."
    with hospital.system.vigia.store.read() as work:
        query = sa.text("select outcome from notification_attempts")
        outcomes = {row[0] for row in work._connection.execute(query)}
    assert {"accepted", "permanent", "told_to_wait"} <= outcomes
