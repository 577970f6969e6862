"""Narratives wait for their model's server, use up no try meanwhile, and end within a bound."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from llm_host import MISBEHAVIOURS, LlmHost, failed, llm_host, wrote
from loop import CLOCKS
from told_cases import SEEN, WOUND
from ward import System

from vigia_detect.adapters.db.tables import runs
from vigia_detect.adapters.llm.breaker import Breaker
from vigia_detect.adapters.llm.chat import ChatModel
from vigia_detect.adapters.llm.wire import Wire
from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.case import CaseFile, StageOutput, StageResults
from vigia_detect.domain.ids import CaseId
from vigia_detect.domain.policy import NARRATIVE
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CASE_ENDS
from vigia_detect.settings import Settings
from vigia_detect.stages.image_analysis import describe
from vigia_detect.stages.narrator import Narrator

STEP_S, MINUTE_S = 15, 60
SHORTEST_S, LONGEST_S = 8 * MINUTE_S, 16 * MINUTE_S
"""What docs/knowledge/language-model.md says."""
WRITES = wrote(json.dumps(SEEN))


class Ward:
    """A pipeline whose narratives a real client asks a server for; its clock is the test's."""

    def __init__(self, url: str, home: Path, host: LlmHost) -> None:
        self.now_s, self.host = 0.0, host
        self._parts = Vigia(Settings(home=home / "parts"))
        rules, protocols = self._parts.rules, self._parts.protocols
        model = ChatModel(
            Wire(host.url, ca_file=None),
            model="m",
            timeout_s=60,
            picture="after",
            max_tokens=100,
            breaker=Breaker(clock=lambda: self.now_s),
        )
        writer = Narrator(model, rules, protocols, self._parts.passage_search)
        self.system = System(url, home / "home", pen=writer)
        found = StageOutput(describe(WOUND, rules))

        def picture(_case: CaseFile, _inputs: StageResults) -> StageOutput:
            return found

        self.system.bodies[Stage.IMAGE_ANALYSIS] = picture

    def decide(self) -> CaseId:
        """Return a new case that is decided; its narrative was tried once."""
        case_id = CaseId(self.system.submit())
        self.system.work()
        assert self.system.state(case_id) in CASE_ENDS
        return case_id

    def pass_time(self, seconds: float) -> None:
        """Move all clocks on and let sweeper and workers do what is due."""
        self.now_s += seconds
        with self.system.vigia.store.begin() as work:
            for table, columns in CLOCKS.items():
                moved = ", ".join(f"{name} = {name} - {seconds}" for name in columns)
                work._connection.execute(sa.text(f"update {table} set {moved}"))  # noqa: S608
            work.commit()
        self.system.vigia.sweeper.sweep()
        self.system.work()

    def until(self, done: Callable[[], bool], within_s: float) -> float:
        """Let time pass until something holds; return the time it is then."""
        last_s = self.now_s + within_s
        while not done():
            assert self.now_s < last_s, "it never came"
            self.pass_time(STEP_S)
        return self.now_s

    def standing(self, case_id: CaseId) -> tuple[str, str | None]:
        found = self.system.vigia.desk.report(case_id, actor="test").narrative
        return found.state, found.reason

    def ended(self, case_id: CaseId) -> bool:
        return self.standing(case_id)[0] != "pending"

    def tries(self, case_id: CaseId) -> int:
        """Return how many tries of its narrative have been used up."""
        used = sa.select(runs.c.attempt - runs.c.outages)
        mine = used.where(runs.c.case_id == case_id, runs.c.task == NARRATIVE)
        with self.system.vigia.store.read() as work:
            return int(work._connection.execute(mine).scalar_one())

    def close(self) -> None:
        self.system.vigia.close()
        self._parts.close()


@pytest.fixture
def host() -> Iterator[LlmHost]:
    with llm_host(WRITES) as made:
        yield made


@pytest.fixture
def ward(database_url: str, tmp_path: Path, host: LlmHost) -> Iterator[Ward]:
    made = Ward(database_url, tmp_path, host)
    yield made
    made.close()


def away(ward: Ward, name: str, cases: int = 3) -> list[CaseId]:
    """Take the server away; return cases that were decided then, and did not wait."""
    ward.host.always = MISBEHAVIOURS[name]
    return [ward.decide() for _ in range(cases)]


def test_while_the_server_answers_there_is_no_wait(ward: Ward) -> None:
    case_id = ward.decide()
    assert ward.standing(case_id) == ("told", None)


@pytest.mark.parametrize(
    ("minutes", "name"), [(1, "loads"), (5, "loads"), (5, "too-many"), (5, "fails")]
)
def test_a_shorter_outage_only_delays(ward: Ward, minutes: int, name: str) -> None:
    cases = away(ward, name)
    asked = len(ward.host.asked)
    assert asked == (6 if name == "fails" else 3), "after the first case it was left alone"
    ward.until(lambda: ward.now_s >= minutes * MINUTE_S, 2 * minutes * MINUTE_S)
    assert not any(map(ward.ended, cases))
    assert {ward.tries(case_id) for case_id in cases} == {0}
    ward.host.always = WRITES
    ward.until(lambda: all(map(ward.ended, cases)), LONGEST_S)
    assert {ward.standing(case_id) for case_id in cases} == {("told", None)}
    assert {ward.tries(case_id) for case_id in cases} == {1}


@pytest.mark.parametrize(("name", "reason"), [("loads", "away"), ("fails", "server_error")])
def test_a_longer_outage_ends_without_a_narrative_within_the_bound(
    ward: Ward, name: str, reason: str
) -> None:
    (case_id,) = away(ward, name, cases=1)
    ended_s = ward.until(lambda: ward.ended(case_id), 30 * MINUTE_S)
    assert SHORTEST_S <= ended_s <= LONGEST_S + 6 * STEP_S
    assert ward.standing(case_id) == ("absent", reason)
    ward.until(lambda: ward.now_s >= 30 * MINUTE_S, 30 * MINUTE_S)
    ward.host.always = WRITES
    later = ward.decide()
    ward.until(lambda: ward.ended(later), LONGEST_S)
    assert (ward.standing(later)[0], ward.standing(case_id)[0]) == ("told", "absent")


def test_many_narratives_wait_no_longer_than_one(ward: Ward) -> None:
    """Only one in a minute is asked while the server is left alone: the others may not queue."""
    cases = away(ward, "loads", cases=12)
    ended_s = ward.until(lambda: all(map(ward.ended, cases)), 30 * MINUTE_S)
    assert ended_s <= LONGEST_S + 6 * STEP_S
    assert {ward.standing(case_id) for case_id in cases} == {("absent", "away")}
    assert len(ward.host.asked) <= 3 + ended_s / MINUTE_S


def test_a_time_that_the_server_names_is_kept_to(ward: Ward) -> None:
    ward.host.always = failed(503, **{"retry-after": "200"})
    case_id = ward.decide()
    ward.host.always = WRITES
    told_s = ward.until(lambda: ward.ended(case_id), LONGEST_S)
    assert ward.standing(case_id) == ("told", None)
    assert told_s >= 200
    assert len(ward.host.asked) == 1 + 3
