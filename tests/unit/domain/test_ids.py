import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigia_detect.domain.ids import alert_id, is_case_id, new_case_id, run_id, uuid7
from vigia_detect.domain.stages import Stage

uuids = st.uuids().map(str)


def test_a_case_id_is_a_uuid_of_version_7_with_its_time() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    after = time.time_ns() // 1_000_000
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert before <= made.int >> 80 <= after


def test_later_case_ids_sort_later() -> None:
    earlier = new_case_id()
    time.sleep(0.002)  # within one millisecond the order is free
    assert earlier < new_case_id()


def test_case_ids_of_one_moment_do_not_collide() -> None:
    assert len({new_case_id() for _ in range(10_000)}) == 10_000


def test_the_id_of_a_run_is_fixed_for_ever() -> None:
    # Stored rows and queued messages depend on it: this value may never change.
    case = "018f6e3c-0000-7000-8000-000000000000"
    assert run_id(case, Stage.TRIAGE) == str(uuid.uuid5(uuid.UUID(case), "triage"))
    assert run_id(case, "triage") == "bb5a35e4-e431-5bc7-9695-ab533fe3a19d"


@given(uuids, uuids)
def test_no_two_things_share_an_id(one: str, other: str) -> None:
    ids = [run_id(one, stage) for stage in Stage] + [alert_id(one, kind) for kind in ("a", "b")]
    assert len(set(ids)) == len(ids)
    assert ids == [run_id(one, stage) for stage in Stage] + [alert_id(one, k) for k in ("a", "b")]
    if one != other:
        assert run_id(one, Stage.TRIAGE) != run_id(other, Stage.TRIAGE)


@given(uuids)
def test_a_case_id_has_one_spelling(text: str) -> None:
    assert is_case_id(text)
    assert not is_case_id(f"{{{text}}}")
    assert not is_case_id(text.replace("-", ""))
    assert not is_case_id(f"{text} ")


@pytest.mark.parametrize("text", ["", "P-1", "../../etc/passwd", "0" * 36, "018F6E3C"])
def test_other_text_is_no_case_id(text: str) -> None:
    assert not is_case_id(text)
