"""A language model that hangs, is slow or dies, beside a whole system as `vigia up` starts it."""

import json
import re
import statistics
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
import sqlalchemy as sa
from acceptance.system import System, running, wait_until
from http_host import Asked, Told, http_host
from llm_host import FOR_EVER_S, MODEL, llm_host, told, wrote

from vigia_detect.adapters.db.tables import cases
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.policy import Queue
from vigia_detect.domain.stages import Stage
from vigia_detect.stages.reopening import reopen
from vigia_detect.stages.report import NarrativeReport

pytestmark = pytest.mark.alone

EACH = 5
DEADLINE_S = 8.0
"""Long enough that the model hangs, and holds its only slot, while cases are measured."""
MOST = 1.5
WRITES_S = 1.0
LEASE_S = 2.0
SOURCE = re.compile(r"^\[([^\]]+)\] (.+)$", re.MULTILINE)


class Author:
    """A model that takes its time, and then repeats one of its sources with its citation."""

    def __init__(self) -> None:
        self.writing = threading.Event()

    def __call__(self, asked: Asked) -> Told:
        if asked.path == "/v1/models":
            return told({"object": "list", "data": [{"id": MODEL, "object": "model"}]})
        question = json.loads(asked.body)
        form = question["response_format"]["json_schema"]["name"]
        self.writing.set()
        if form != "summary":
            return wrote("{}")  # it cannot see, and finds no pairs
        cited, text = SOURCE.findall(question["messages"][0]["content"])[0]
        said = wrote(json.dumps({"sentences": [{"text": text, "cites": [cited]}]}))
        return replace(said, silent_s=WRITES_S)


def with_model(url: str, deadline_s: float) -> Mapping[str, object]:
    """Return the options of a system whose workers use this model."""
    return {
        "settings": {"llm_base_url": url, "llm_deadline_s": deadline_s, "lease_s": LEASE_S},
        "environment": {
            "VIGIA_LLM_BASE_URL": url,
            "VIGIA_LLM_DEADLINE_S": str(deadline_s),
            "VIGIA_LEASE_S": str(LEASE_S),
        },
    }


def test_a_model_that_hangs_for_ever_costs_a_case_nothing() -> None:
    with (
        llm_host(Told(silent_s=FOR_EVER_S)) as host,
        running(environment={"VIGIA_LLM_BASE_URL": ""}) as without,
        running(**with_model(host.url, DEADLINE_S)) as hanging,
    ):
        assert "narrative" not in without.worker_names()
        for system in (without, hanging):
            took(system, 0)  # the first case warms everything up
        wait_until(lambda: host.asked, 30)
        pairs = [(took(without, n), took(hanging, n)) for n in range(1, EACH + 1)]
        usual, beside = (statistics.median(times) for times in zip(*pairs, strict=True))
        report(f"median of {EACH}: {usual:.2f} s without, {beside:.2f} s beside a hanging model")
        assert beside <= MOST * usual
        assert others_waiting(hanging) == 0
        first = oldest(hanging)
        wait_until(lambda: narrative(hanging, first).state == "absent", 40)
        assert narrative(hanging, first).reason == "slow"
        assert entries(hanging, first, AuditEvent.NARRATIVE_ADDED) == []
        assert alerts(hanging) == alerts(without)


@pytest.fixture(scope="module")
def author() -> Author:
    return Author()


@pytest.fixture(scope="module")
def slow(author: Author) -> Iterator[System]:
    """A system beside a model that works, but slowly."""
    with http_host(author) as url, running(**with_model(f"{url}v1", 60.0)) as system:
        yield system


def test_what_comes_late_is_attached_to_the_ended_case(slow: System) -> None:
    case_id = ended(slow)
    assert narrative(slow, case_id).state == "pending"
    wait_until(lambda: narrative(slow, case_id).state == "told", 20)
    (entry,) = entries(slow, case_id, AuditEvent.NARRATIVE_ADDED)
    found = narrative(slow, case_id)
    assert found.content is not None
    assert found.content["summary"]
    assert entry.detail["made_by"]["model"] == "host-model"  # type: ignore[index]
    order = [one.event for one in trail(slow, case_id)]
    assert order.index(AuditEvent.CASE_ENDED) < order.index(AuditEvent.NARRATIVE_ADDED)


def test_a_writer_that_is_killed_is_followed_by_another(slow: System, author: Author) -> None:
    author.writing.clear()
    case_id = ended(slow)
    wait_until(author.writing.is_set, 20)
    for process in reversed(slow.tree("narrative")):
        process.kill()
    wait_until(lambda: narrative(slow, case_id).state == "told", 30)
    (entry,) = entries(slow, case_id, AuditEvent.NARRATIVE_ADDED)
    assert entry.attempt == 2
    assert entries(slow, case_id, AuditEvent.NARRATIVE_ABSENT) == []


def test_what_is_written_about_an_earlier_decision_is_not_attached(
    slow: System, author: Author
) -> None:
    author.writing.clear()
    case_id = ended(slow)
    wait_until(author.writing.is_set, 20)
    decide_anew(slow, case_id)
    wait_until(lambda: narrative(slow, case_id).state == "told", 20)
    (added,) = entries(slow, case_id, AuditEvent.NARRATIVE_ADDED)
    (absent,) = entries(slow, case_id, AuditEvent.NARRATIVE_ABSENT)
    assert (added.detail["decision"], absent.detail["decision"]) == (2, 1)
    assert absent.detail["reason"] == "superseded"


def took(system: System, number: int) -> float:
    """Bring a case to its end; return its seconds by the database's clock."""
    case_id = system.submit(number)
    system.wait_all([case_id], timeout_s=30)
    query = sa.select(cases.c.finished_at - cases.c.created_at).where(cases.c.id == case_id)
    with system.vigia.store.read() as work:
        return float(work._connection.execute(query).scalar_one())


def ended(system: System) -> CaseId:
    case_id = system.submit(1)
    system.wait_all([case_id], timeout_s=30)
    return case_id


def oldest(system: System) -> CaseId:
    return min(case.id for case in system.vigia.desk.cases(limit=99))


def alerts(system: System) -> list[tuple[str, tuple[str, ...]]]:
    return sorted((one.kind, one.reasons) for one in system.vigia.desk.alerts(limit=99))


def others_waiting(system: System) -> int:
    depths = system.vigia.publisher.depths()
    return sum(count for queue, count in depths.items() if queue != Queue.NARRATIVE)


def narrative(system: System, case_id: CaseId) -> NarrativeReport:
    return system.vigia.desk.report(case_id, actor="test").narrative


def trail(system: System, case_id: CaseId) -> list[AuditEntry]:
    with system.vigia.store.read() as work:
        return [entry for _, entry in work.audit.of_subject(case_id)]


def entries(system: System, case_id: CaseId, event: AuditEvent) -> list[AuditEntry]:
    return [one for one in trail(system, case_id) if one.event == event]


def decide_anew(system: System, case_id: CaseId) -> None:
    vault = system.vigia.vault
    with system.vigia.store.begin() as work:
        ready = reopen(work, case_id, Stage.TRIAGE, by="Dr. Soto", reason="otra vez", vault=vault)
        work.commit()
    system.vigia.relay.send(ready)


def report(text: str) -> None:
    sys.stderr.write(f"\n{text}\n")
