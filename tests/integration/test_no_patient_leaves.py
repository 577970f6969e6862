"""Whatever a patient is called, nothing that is sent, shown, logged or noted in clear says so."""

import contextlib
import io
import json
import logging
import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from acceptance.needles import Needles
from hook_host import SECRET, Receiver
from http_host import Asked, Told, http_host
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from loop import PEOPLE, Loop
from mail_host import MailHost, mail_host
from pydantic import SecretStr
from slack_api import SIGNING_SECRET, TOKEN, SlackApi
from sqlalchemy import text
from web_host import web_host

from vigia_detect.adapters.notify.channels import make_channels
from vigia_detect.alert_ports import Channels
from vigia_detect.api.app import create_app, parts_of
from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.alert_states import AlertEvent
from vigia_detect.domain.case import CaseFile, StageOutput, StageResults
from vigia_detect.domain.escalation import Answer
from vigia_detect.domain.notification import Message, Receipt, Recipient
from vigia_detect.domain.options import Options
from vigia_detect.domain.policy import NOTIFICATION
from vigia_detect.domain.records import Submission
from vigia_detect.domain.stages import Stage
from vigia_detect.log import configure_logging, route_standard_logging
from vigia_detect.settings import Settings
from vigia_detect.testing import draw_wound

SHOCK = {
    "vitals": {"sbp_mmhg": 85, "resp_rate_per_min": 26, "temp_c": 39.0},
    "symptoms": {"chills": True},
}
CLEAR = ("audit", "alerts", "notifications", "notification_attempts", "runs", "timers")
KINDS = ("plain", "html")
WORDS = (b"chat.postMessage", b"chat.update", b"alert.system_error")
LETTERS = 4


def telling(alphabet: str, least: int, most: int) -> st.SearchStrategy[str]:
    """Return texts that stand in no message by chance."""
    found = st.text(alphabet, min_size=least, max_size=most).map(str.strip)
    return found.filter(lambda one: len(one) >= least and len(set(one.lower())) > LETTERS)


# No code of hexadecimal digits alone: an id could have it by chance.
codes = telling("GHJKLMNPQRSTUVWXYZghjkmnpqrstuvwxyz0123456789._-", 8, 40)
names = telling(string.ascii_letters + "áéíóúüñÁÉÍÓÚÑ '", 9, 40)
notes = telling(string.ascii_letters + string.digits + "áéíñ .,:;<>&\"'{}%\n\U0001f9b6", 20, 200)


@dataclass
class Patient:
    code: str
    name: str
    note: str

    @property
    def all(self) -> str:
        return f"{self.name} ({self.code}): {self.note}"


class Quoting:
    """Channels whose failures repeat whatever they are told to."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self.says: list[str] = []

    def send(self, message: Message, to: Recipient) -> Receipt:
        if self.says:
            raise RuntimeError(self.says.pop())
        return self._channels.send(message, to)

    def update(self, message: Message, to: Recipient, provider_id: str, text_: str) -> None:
        if self.says:
            raise RuntimeError(self.says.pop())
        self._channels.update(message, to, provider_id, text_)


@dataclass
class World:
    """The servers outside, and all that has come to them."""

    slack: SlackApi
    hooks: Receiver
    mail: MailHost
    sent: list[bytes] = field(default_factory=list)

    def tap(self, answer: Callable[[Asked], Told]) -> Callable[[Asked], Told]:
        def heard(asked: Asked) -> Told:
            self.sent.append(f"{asked.path} {dict(asked.headers)} ".encode() + asked.body)
            return answer(asked)

        return heard

    def fail(self, patient: Patient) -> None:
        """Let each server fail once, with the patient in its words."""
        quoted = patient.all.encode()
        error = json.dumps({"ok": False, "error": patient.name}).encode()
        self.slack.faults += [Told(500, quoted, {"X-Reason": "echo"}), Told(200, error)]
        self.hooks.next += [Told(500, quoted), Told(400, quoted)]
        self.mail.to_data = f"451 {patient.code}"


class House(Loop):
    """A loop with real stages, whose looking at pictures fails and quotes the patient."""

    def __init__(self, home: Path, world: World, settings_: Settings, policies: str) -> None:
        self.world, self._settings = world, settings_
        super().__init__(f"sqlite:///{home / 'vigia.db'}", home, policies)

    def process(self, settings: Settings) -> Vigia:
        changes = {"database_url": settings.database_url, "lease_s": settings.lease_s}
        chosen = self._settings.model_copy(update={**changes, "home": settings.home})
        self.quoting = Quoting(make_channels(chosen))
        plain = Vigia(chosen)
        bodies = {**plain._stage_bodies(), Stage.IMAGE_ANALYSIS: quote}
        return Vigia(chosen, bodies=bodies, publisher=self.broker, channels=self.quoting)

    def work(self) -> None:
        while self.broker.messages:
            run = self.broker.messages.popleft()
            serve = self.vigia.notifications if run.task == NOTIFICATION else self.vigia.runner
            serve.run(run.id, run.attempt)


def quote(case: CaseFile, _inputs: StageResults) -> StageOutput:
    raise ValueError(f"cannot see {case.patient_code}, {case.context['notes']}")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    with contextlib.ExitStack() as stack:
        world = World(SlackApi(), Receiver(), stack.enter_context(mail_host()))
        world.slack.every_s = 0.0
        world.slack.url = stack.enter_context(http_host(world.tap(world.slack.answer)))
        world.hooks.url = stack.enter_context(http_host(world.tap(world.hooks.answer)))
        chosen = Settings(
            public_url="https://vigia.example",
            slack_token=SecretStr(TOKEN),
            slack_api_url=f"{world.slack.url}api/",
            slack_signing_secret=SecretStr(SIGNING_SECRET),
            smtp_host="localhost",
            smtp_port=world.mail.port,
            smtp_tls="none",
            smtp_from="vigia@h.example",
            webhook_secret=SecretStr(SECRET),
        )
        policies = PEOPLE.replace("https://ops.example.org", world.hooks.url)
        policies = policies.replace("C1", "U01").replace("C2", '"#equipo-medico"')
        made = House(tmp_path_factory.mktemp("house") / "home", world, chosen, policies)
        stack.callback(made.vigia.close)
        url = stack.enter_context(web_host(create_app(parts_of(made.vigia))))
        yield made, url


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate],  # each example is a whole loop
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.builds(Patient, codes, names, notes), st.sampled_from(["es", "en"]))
def test_nothing_tells_who_the_patient_is(
    house: tuple[House, str], patient: Patient, lang: str
) -> None:
    (made, url), shown = house, []
    made.world.sent.clear()
    made.world.mail.mails.clear()
    with logged() as log:
        whole_loop(made, url, patient, lang, shown)
    with made.vigia.store.read() as work:
        rows = [
            str(tuple(row))
            for table in CLEAR
            for row in work._connection.execute(text(f"select * from {table}"))  # noqa: S608
        ]
    mails = [mail.as_bytes() for mail in made.world.mail.mails]
    mails += [said(mail, kind).encode() for mail in made.world.mail.mails for kind in KINDS]
    needles = Needles({"code": patient.code, "name": patient.name, "note": patient.note}, {})
    assert needles.found_in(patient.all.encode()) == ["code", "name", "note"]
    assert {b"chat.postMessage", b"chat.update", b"alert.system_error"} <= {
        word for word in WORDS for one in made.world.sent if word in one
    }
    assert len(mails) > 0
    failed = {line["task"] for line in lines(log) if line["event"] == "task_failed"}
    assert {Stage.IMAGE_ANALYSIS, NOTIFICATION} <= failed
    for place, words in {
        "sent": made.world.sent,
        "mailed": mails,
        "shown": shown,
        "logged": [log.getvalue().encode()],
        "kept": [row.encode() for row in rows],
    }.items():
        assert needles.found_in(b"\n".join(words)) == [], place


def said(mail: EmailMessage, kind: str) -> str:
    """Return a part of a mail as people read it."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def whole_loop(made: House, url: str, patient: Patient, lang: str, shown: list[bytes]) -> None:
    """Take a case of the patient through failures, an alert, its pages and its answers."""
    context = {**SHOCK, "notes": f"{patient.name}: {patient.note}"}
    submission = Submission(
        draw_wound(1, (160, 120)), patient.code, context, Options(lang=lang), "test"
    )
    case = made.vigia.intake.accept(submission).case_id
    made.world.fail(patient)
    made.quoting.says = [patient.all] * 2
    made.after(1)
    made.world.mail.to_data = ""
    for seconds in (20, 60, 120, 300, 300, 60):
        made.after(seconds)
    links = {
        path
        for mail in made.world.mail.mails
        for path in re.findall(r"vigia\.example(/a/[\w.-]+)", said(mail, "plain"))
    }
    assert links
    for path in (min(links), f"/a/{patient.code}", f"/a/{patient.name.replace(' ', '%20')}"):
        for method, data in (("GET", None), ("POST", {}), ("POST", {"answer": "on_my_way"})):
            page = httpx.request(method, f"{url}{path}", data=data)
            assert (page.status_code == 200) == (path in links and data != {})
            shown.append(str(page.headers).encode() + page.content)
    shown.append(httpx.get(f"{url}/health/ready").content)
    made.after(1)
    for alert in made.vigia.desk.report(case, actor="test").alerts:
        made.vigia.desk.answer(alert.id, Answer(AlertEvent.ACKNOWLEDGE, "ana", "test"))
        made.vigia.desk.answer(alert.id, Answer(AlertEvent.ACT, "ana", "test"))
    made.after(1)


@contextlib.contextmanager
def logged() -> Iterator[io.StringIO]:
    """Catch all that is logged, from debug up, by us and by libraries."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers, root.level
    configure_logging("debug")
    route_standard_logging("debug")
    try:
        with contextlib.redirect_stderr(stream):
            yield stream
    finally:
        configure_logging("info")
        root.handlers, root.level = handlers, level


def lines(log: io.StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]
