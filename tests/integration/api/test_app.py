"""The HTTP application under a real server: links, Slack's buttons, health, refusals."""

import re
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from deeds import ALERT, Deeds
from messages import a_message, a_recipient
from slack_api import SIGNING_SECRET, TOKEN, SlackApi, signed, slack_api
from web_host import web_host

from vigia_detect.adapters.db.store import SqlStore
from vigia_detect.adapters.notify.network import trust
from vigia_detect.adapters.notify.slack import SlackChannel
from vigia_detect.api.app import Parts, create_app
from vigia_detect.api.guard import MAX_BODY
from vigia_detect.domain.alert_states import AlertEvent
from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.notification import Channel
from vigia_detect.errors import BrokerUnavailableError
from vigia_detect.stages.answers import NOBODY, Answers

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Site:
    """The running application and what stands behind it."""

    store: SqlStore
    deeds: Deeds
    slack: SlackApi
    answers: Answers
    channel: SlackChannel
    client: httpx.Client
    away: list[Exception] = field(default_factory=list)

    def check(self) -> None:
        if self.away:
            raise self.away[0]

    def refusals(self, subject: str = ALERT) -> list[tuple[str, object]]:
        with self.store.read() as work:
            found = [entry for _, entry in work.audit.of_subject(subject)]
        assert {entry.event for entry in found} <= {AuditEvent.ANSWER_REFUSED}
        return [(entry.actor, entry.detail["reason"]) for entry in found]


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    store = SqlStore(f"sqlite:///{tmp_path_factory.mktemp('api') / 'vigia.db'}")
    store.upgrade()
    deeds = Deeds()
    answers = Answers(
        store=store,
        take=deeds.take,
        publish=deeds.publish,
        key=b"k" * 32,
        lifetime_s=3600,
        people={"U01": "Luis Rey"},
        permit=deeds.permit,
        clock=deeds.clock,
    )
    with slack_api() as slack:
        channel = SlackChannel(
            token=TOKEN, api_url=f"{slack.url}api/", tls=trust(None), timeout_s=2
        )
        made = Site(store, deeds, slack, answers, channel, httpx.Client())
        parts = Parts(
            answers=answers,
            check=made.check,
            signing_secret=SIGNING_SECRET,
            whisper=channel.tell,
        )
        with web_host(create_app(parts)) as url, httpx.Client(base_url=url, timeout=10) as client:
            made.client.close()
            made.client = client
            yield made
    store.close()


def token_for(site: Site) -> str:
    return site.answers.token(ALERT, "Ana Soto")


def test_looking_at_a_link_answers_nothing_however_often(site: Site) -> None:
    path = f"/a/{token_for(site)}"
    for _ in range(3):
        page = site.client.get(path)
        assert page.status_code == 200
    assert re.findall(r'value="(\w+)"[^>]*><b>([^<]+)<', page.text) == [
        ("on_my_way", "Voy"),
        ("in_progress", "En curso"),
        ("not_mine", "No es mío"),
    ]
    assert "Ana Soto" in page.text
    assert ALERT in page.text
    assert site.deeds.done == []
    assert site.client.head(path).status_code == 405
    assert site.deeds.done == []


def test_pressing_a_button_answers_once(site: Site) -> None:
    path = f"/a/{token_for(site)}"
    page = site.client.post(path, content="answer=on_my_way", headers=FORM)
    assert page.status_code == 200
    assert "Tomada por Ana Soto" in page.text
    assert site.deeds.done == [(AlertEvent.ACKNOWLEDGE, ALERT, "Ana Soto", "link")]
    again = site.client.post(path, content="answer=on_my_way", headers=FORM)
    assert again.status_code == site.client.get(path).status_code == 410
    assert "ya se usó" in again.text
    assert len(site.deeds.done) == 1
    assert site.refusals() == [("Ana Soto", "used")]


def test_the_answer_page_offers_what_may_follow(site: Site) -> None:
    path = f"/a/{token_for(site)}"
    first = site.client.post(path, content="answer=on_my_way", headers=FORM)
    (action,) = re.findall(r'action="([^"]+)"', first.text)
    assert re.findall(r'value="(\w+)"', first.text) == ["in_progress", "not_mine"]
    second = site.client.post(action, content="answer=in_progress", headers=FORM)
    assert "está actuando" in second.text
    assert [event for event, *_ in site.deeds.done] == [AlertEvent.ACKNOWLEDGE, AlertEvent.ACT]


def test_who_comes_late_is_told_so(site: Site) -> None:
    for _ in range(2):
        page = site.client.post(f"/a/{token_for(site)}", content="answer=on_my_way", headers=FORM)
    assert "no cambió nada" in page.text
    assert "<form" not in page.text


@pytest.mark.parametrize(
    ("accepted", "label"),
    [
        ("en-GB,es;q=0.5", "On my way"),
        ("es-CL", "Voy"),
        ("fr,en", "On my way"),
        ("fr", "Voy"),
        ("", "Voy"),
    ],
)
def test_the_page_speaks_the_browsers_language(site: Site, accepted: str, label: str) -> None:
    page = site.client.get(f"/a/{token_for(site)}", headers={"Accept-Language": accepted})
    assert label in page.text


def test_a_forged_link_is_refused_and_recorded(site: Site) -> None:
    path = f"/a/{token_for(site)[:-2]}xx"
    assert site.client.get(path).status_code == 404
    page = site.client.post(path, content="answer=on_my_way", headers=FORM)
    assert page.status_code == 404
    assert "sigue su curso" in page.text
    assert site.deeds.done == []
    assert site.refusals(NOBODY) == [(NOBODY, "forged")]


def test_an_expired_link_is_refused_and_recorded(site: Site) -> None:
    path = f"/a/{token_for(site)}"
    site.deeds.now += 3600
    assert site.client.get(path).status_code == 410
    page = site.client.post(path, content="answer=on_my_way", headers=FORM)
    assert page.status_code == 410
    assert "venció" in page.text
    assert site.refusals() == [("Ana Soto", "expired")]


@pytest.mark.parametrize("body", ["", "answer=close", "answer=", "\xff", "{}", "answer[]=x"])
def test_a_word_that_is_no_answer_is_refused_and_recorded(site: Site, body: str) -> None:
    page = site.client.post(f"/a/{token_for(site)}", content=body.encode("latin-1"), headers=FORM)
    assert page.status_code == 403
    assert site.deeds.done == []
    assert site.refusals() == [("Ana Soto", "unauthorised")]


def test_an_answer_that_cannot_be_stored_says_so_and_may_be_given_again(site: Site) -> None:
    path = f"/a/{token_for(site)}"
    site.deeds.broken = True
    page = site.client.post(path, content="answer=on_my_way", headers=FORM)
    assert page.status_code == 503
    assert "NO quedó registrada" in page.text
    site.deeds.broken = False
    assert site.client.post(path, content="answer=on_my_way", headers=FORM).status_code == 200


def test_every_answer_carries_careful_headers(site: Site) -> None:
    for path in ("/health/live", f"/a/{token_for(site)}", "/a/x", "/nowhere"):
        headers = site.client.get(path).headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "server" not in headers


def test_the_page_needs_nothing_that_its_own_policy_forbids(site: Site) -> None:
    page = site.client.get(f"/a/{token_for(site)}")
    assert not re.findall(r"<script|<img|<link|\son\w+=|\sstyle=|src=", page.text)
    assert page.text.count("<style>") == 1


def test_a_large_body_is_refused_before_anybody_reads_it(site: Site) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * (MAX_BODY // 10)

    path = f"/a/{token_for(site)}"
    for content in (b"x" * (MAX_BODY + 1), endless()):
        assert site.client.post(path, content=content, headers=FORM).status_code == 413
    assert site.deeds.done == []
    fits = b"answer=not_mine&pad=" + b"x" * (MAX_BODY - 20)
    assert site.client.post(path, content=fits, headers=FORM).status_code == 200


def test_the_application_describes_itself_to_nobody(site: Site) -> None:
    for path in ("/docs", "/redoc", "/openapi.json", "/"):
        assert site.client.get(path).status_code == 404


def test_health_tells_no_details(site: Site) -> None:
    assert site.client.get("/health/live").json() == {"status": "live"}
    assert site.client.get("/health/ready").json() == {"status": "ready"}
    site.away = [BrokerUnavailableError("redis at 10.0.0.7 with password hunter2")]
    answer = site.client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not_ready"}
    assert site.client.get("/health/live").status_code == 200


def press(site: Site, action: str = "vigia.on_my_way", user: str = "U01") -> httpx.Response:
    if not site.slack.posts:
        site.channel.send(a_message(alert_id=ALERT), a_recipient(Channel.SLACK, "#emergencias"))
    body, headers = site.slack.press(site.slack.posts[0], action, user=user)
    return site.client.post("/slack/interactions", content=body, headers=headers)


@pytest.mark.parametrize(
    ("action", "event"),
    [
        ("vigia.on_my_way", AlertEvent.ACKNOWLEDGE),
        ("vigia.in_progress", AlertEvent.ACT),
        ("vigia.not_mine", AlertEvent.DECLINE),
    ],
)
def test_a_button_in_slack_works(site: Site, action: str, event: AlertEvent) -> None:
    answer = press(site, action)
    assert answer.status_code == 200
    assert answer.text == ""
    assert site.deeds.done == [(event, ALERT, "Luis Rey", "slack")]
    assert site.slack.whispers == []


def whispered(site: Site) -> str:
    deadline = time.monotonic() + 5
    while not site.slack.whispers:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return str(site.slack.whispers[0]["text"])


def test_a_stranger_is_told_that_the_answer_does_not_count(site: Site) -> None:
    assert press(site, user="U99").status_code == 200
    assert "NO cuenta" in whispered(site)
    assert site.deeds.done == []
    assert site.refusals() == [("slack:U99", "unauthorised")]


def test_a_button_pressed_late_says_so(site: Site) -> None:
    press(site)
    time.sleep(1)  # a signature names its second
    press(site)
    assert "no cambió nada" in whispered(site)


def test_a_request_recorded_and_sent_again_counts_once(site: Site) -> None:
    site.channel.send(a_message(alert_id=ALERT), a_recipient(Channel.SLACK, "#emergencias"))
    body, headers = site.slack.press(site.slack.posts[0], "vigia.not_mine", user="U01")
    for _ in range(2):
        sent = site.client.post("/slack/interactions", content=body, headers=headers)
        assert sent.status_code == 200
    assert len(site.deeds.done) == 1
    assert site.refusals() == [("slack:U01", "used")]


def forge(kind: str, body: bytes) -> tuple[bytes, dict[str, str]]:
    now = int(time.time())
    if kind == "secret":
        return body, signed(body, now, "another secret")
    if kind == "body":
        return body + b"&x=1", signed(body, now)
    if kind in {"old", "early"}:
        return body, signed(body, now - 301 if kind == "old" else now + 310)
    good = signed(body, now)
    changes = {
        "no time": {"X-Slack-Request-Timestamp": "soon"},
        "no signature": {"X-Slack-Signature": ""},
        "letters": {"X-Slack-Signature": "v0=\xe1"},
    }
    return body, {**good, **changes[kind]}


@pytest.mark.parametrize(
    "kind", ["secret", "body", "old", "early", "no time", "no signature", "letters"]
)
def test_what_slack_did_not_sign_just_now_is_refused_and_recorded(site: Site, kind: str) -> None:
    site.channel.send(a_message(alert_id=ALERT), a_recipient(Channel.SLACK, "#emergencias"))
    body, _ = site.slack.press(site.slack.posts[0], "vigia.on_my_way", user="U01")
    forged, headers = forge(kind, body)
    encoded = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = site.client.post("/slack/interactions", content=forged, headers=encoded)
    assert answer.status_code == 401
    assert site.deeds.done == []
    assert site.refusals(NOBODY) == [(NOBODY, "forged")]


@pytest.mark.parametrize(
    "payload",
    [
        "{}",
        "[]",
        "no json",
        '{"type":"view_submission","actions":[{"action_id":"vigia.on_my_way"}]}',
        '{"type":"block_actions","actions":[{"action_id":"other","value":"x"}],"user":{"id":"U01"}}',
        '{"type":"block_actions","actions":[]}',
    ],
)
def test_what_is_no_button_of_ours_is_let_pass(site: Site, payload: str) -> None:
    body = urllib.parse.urlencode({"payload": payload}).encode()
    headers = signed(body, int(time.time()))
    answer = site.client.post("/slack/interactions", content=body, headers=headers)
    assert answer.status_code == 200
    assert site.deeds.done == []


def test_slack_shows_that_an_answer_was_not_stored(site: Site) -> None:
    site.deeds.broken = True
    assert press(site).status_code == 503
    site.deeds.broken = False
    time.sleep(1)  # a signature names its second
    assert press(site).status_code == 200
    assert len(site.deeds.done) == 1


def test_without_slacks_secret_there_is_no_door_for_it(site: Site) -> None:
    def check() -> None:
        """Nothing is checked here."""

    with web_host(create_app(Parts(answers=site.answers, check=check))) as url:
        assert httpx.post(f"{url}/slack/interactions").status_code == 404


def test_an_unexpected_error_shows_nothing(site: Site) -> None:
    def broken() -> None:
        raise RuntimeError("hunter2")

    failing: Callable[[], None] = broken
    with web_host(create_app(Parts(answers=site.answers, check=failing))) as url:
        answer = httpx.get(f"{url}/health/ready")
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
