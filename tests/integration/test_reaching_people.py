"""From an alert to a person's answer through real servers: Slack's shape, SMTP, our own HTTP."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from loop import Broker
from mail_host import MailHost, mail_host
from slack_api import SIGNING_SECRET, TOKEN, SlackApi, slack_api
from web_host import web_host

from vigia_detect.api.app import create_app, parts_of
from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.alert_states import AlertState
from vigia_detect.domain.ids import AlertId
from vigia_detect.settings import Settings

PEOPLE = """\
version: test-1
people:
  ana: {contacts: [{channel: slack, address: U01}]}
  "#emergencias": {contacts: [{channel: slack, address: "#emergencias"}]}
  luis:
    contacts: [{channel: slack, address: "#no-such-room"}, {channel: email, address: l@h.example}]
roles:
  emergency: {members: [ana, "#emergencias"]}
  specialists: {members: [luis]}
  supervisor: {members: [ana]}
  medical_team: {members: [ana]}
  nursing_team: {members: [ana]}
  admin: {members: [ana]}
policies:
  emergency:
    severity: emergency
    steps: [{after_s: 0, roles: [emergency]}]
    accept_within_s: 10
    nobody_after_s: 600
    repeat_every_s: 300
    act_within_s: 900
    fallback: admin
  specialist_review:
    severity: urgent
    steps: [{after_s: 0, roles: [specialists]}]
    accept_within_s: 10
    nobody_after_s: 600
    repeat_every_s: 300
    act_within_s: 900
    fallback: admin
"""


class Hospital:
    """A whole installation whose worker is the test's own thread."""

    def __init__(self, home: Path, slack: SlackApi, mail: MailHost) -> None:
        home.mkdir()
        (home / "escalation.yaml").write_text(PEOPLE)
        self.slack, self.mail, self.broker = slack, mail, Broker()
        settings = Settings(
            home=home,
            public_url="https://vigia.example",
            slack_token=TOKEN,
            slack_api_url=f"{slack.url}api/",
            slack_signing_secret=SIGNING_SECRET,
            smtp_host="localhost",
            smtp_port=mail.port,
            smtp_tls="none",
            smtp_from="vigia@h.example",
        )
        self.vigia = Vigia(settings, publisher=self.broker)
        self.vigia.store.upgrade()
        self.url = ""

    def open(self, kind: str = "emergency") -> AlertId:
        return self.vigia.desk.escalate(kind, case_id=None, reasons=("asked",)).alert_id

    def work(self) -> None:
        """Do all that is due now."""
        for _ in range(3):
            self.vigia.sweeper.sweep()
            while self.broker.messages:
                run = self.broker.messages.popleft()
                self.vigia.notifications.run(run.id, run.attempt)

    def stands(self, alert_id: AlertId) -> tuple[AlertState, str | None]:
        with self.vigia.store.read() as work:
            alert = work.alerts.get(alert_id)
        assert alert is not None
        return alert.state, alert.acknowledged_by


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    with ExitStack() as stack:
        slack, mail = stack.enter_context(slack_api()), stack.enter_context(mail_host())
        made = Hospital(tmp_path / "home", slack, mail)
        stack.callback(made.vigia.close)
        made.url = stack.enter_context(web_host(create_app(parts_of(made.vigia))))
        yield made


def test_a_button_in_slack_takes_the_alert_and_everybody_reads_who_has_it(
    hospital: Hospital,
) -> None:
    alert = hospital.open()
    hospital.work()
    room = next(post for post in hospital.slack.posts if post["channel"] == "C01")
    assert sorted(post["channel"] for post in hospital.slack.posts) == ["C01", "D01"]
    body, headers = hospital.slack.press(room, "vigia.on_my_way", user="U01")
    answer = httpx.post(f"{hospital.url}/slack/interactions", content=body, headers=headers)
    assert answer.status_code == 200
    assert hospital.stands(alert) == (AlertState.ACKNOWLEDGED, "ana")
    hospital.work()
    for post in hospital.slack.posts:
        assert post["text"] == "Tomada por ana."
        assert "actions" not in {block["type"] for block in post["blocks"]}
    assert len(hospital.slack.posts) == 2


def test_a_channel_that_refuses_leads_to_the_next_and_its_link_answers(hospital: Hospital) -> None:
    alert = hospital.open("specialist_review")
    hospital.work()
    assert hospital.slack.posts == []
    (mail,) = hospital.mail.mails
    text = mail.get_body(("plain",))
    assert text is not None
    (path,) = re.findall(r"https://vigia\.example(/a/\S+)", text.get_content())
    page = httpx.post(f"{hospital.url}{path}", data={"answer": "in_progress"})
    assert page.status_code == 200
    assert hospital.stands(alert)[0] == AlertState.ACTED


def test_slacks_limit_delays_and_loses_nothing(hospital: Hospital) -> None:
    alerts = {hospital.open() for _ in range(3)}
    deadline = time.monotonic() + 30
    while len(hospital.slack.posts) < 6:
        hospital.work()
        assert time.monotonic() < deadline
        time.sleep(0.1)
    told = [
        (post["channel"], post["metadata"]["event_payload"]["alert_id"])
        for post in hospital.slack.posts
    ]
    assert sorted(told) == sorted((room, alert) for room in ("C01", "D01") for alert in alerts)
