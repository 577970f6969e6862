import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vigia_detect.log import (
    ALLOWED_FIELDS,
    configure_logging,
    get_logger,
    keep_allowed,
    route_standard_logging,
)
from vigia_detect.tasks.process import start_logging

SECRET = "Juana-Pérez-11.111.111-1"
# Words by which a patient, a note, a picture or a secret could be handed to the log.
FORBIDDEN = {"patient_code", "patient", "name", "note", "notes", "context", "image", "password"}


@pytest.fixture(autouse=True)
def _leave_logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    chatty = {name: logging.getLogger(name).level for name in ("celery", "kombu")}
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers = handlers
    root.setLevel(level)
    for name, before in chatty.items():
        logging.getLogger(name).setLevel(before)


def written(capsys: pytest.CaptureFixture[str]) -> tuple[str, list[dict[str, object]]]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err, [json.loads(line) for line in captured.err.splitlines()]


def fail_with_the_secret() -> None:
    message = f"could not read {SECRET}"
    raise ValueError(message)


def test_no_allowed_field_can_hold_a_patients_words() -> None:
    assert not ALLOWED_FIELDS & FORBIDDEN


@given(st.dictionaries(st.text(max_size=30), st.text()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_field_that_is_not_listed_is_dropped(fields: dict[str, str]) -> None:
    kept = keep_allowed(None, "info", dict(fields) | {"event": "e", "patient_code": SECRET})
    assert set(kept) <= ALLOWED_FIELDS
    assert kept["event"] == "e"


def test_a_planted_patient_field_is_never_written(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    with structlog.contextvars.bound_contextvars(patient=SECRET, case_id="c-1"):
        get_logger().bind(notes=SECRET).info("case_accepted", patient_code=SECRET, count=1)
    text, [line] = written(capsys)
    assert SECRET not in text
    assert {"event": "case_accepted", "case_id": "c-1", "count": 1, "level": "info"}.items() <= (
        line.items()
    )


def test_an_exception_is_named_by_type_and_place_never_by_its_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging()
    try:
        fail_with_the_secret()
    except ValueError as error:
        get_logger().warning("stage_failed", exc_info=error)
        get_logger().exception("stage_failed")
    text, lines = written(capsys)
    assert SECRET not in text
    assert len(lines) == 2
    for line in lines:
        assert line["error"] == "ValueError"
        assert str(line["where"]).startswith("fail_with_the_secret:")


def test_what_libraries_log_comes_without_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    route_standard_logging()
    try:
        fail_with_the_secret()
    except ValueError:
        logging.getLogger("some.library").exception("Task %s failed", SECRET)
    logging.getLogger("some.library").warning(ValueError(SECRET))
    text, [first, second] = written(capsys)
    assert SECRET not in text
    assert {first["event"], second["event"]} == {"library_message"}
    assert (first["process"], first["error"]) == ("some.library", "ValueError")


def test_the_allow_list_holds_without_any_set_up(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])
    get_logger().warning("stage_failed", patient_code=SECRET, exc_info=ValueError(SECRET))
    text, _ = written(capsys)
    assert SECRET not in text


def test_words_that_a_library_has_already_put_together_are_not_kept(
    capsys: pytest.CaptureFixture[str],
) -> None:
    route_standard_logging()
    logging.getLogger("some.library").error(f"cannot read {SECRET}")  # noqa: G004
    text, [line] = written(capsys)
    assert SECRET not in text
    assert line["process"] == "some.library"


def test_what_is_below_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("warning")
    route_standard_logging("warning")
    get_logger().info("quiet")
    logging.getLogger("some.library").info("quiet")
    logging.getLogger("celery.worker").warning("loud")
    _, lines = written(capsys)
    assert [(line["process"], line["level"]) for line in lines] == [("celery.worker", "warning")]


class _Full:
    """A log on a full disk, or a terminal that was closed."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def write(self, _text: str) -> int:
        raise self._error


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("closed")])
def test_a_log_that_cannot_be_written_stops_nobody(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", _Full(error))
    get_logger().error("case_accepted")


def test_a_worker_logs_at_the_level_it_was_given(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        start_logging(loglevel=logging.DEBUG)
        get_logger().debug("stage_done")
        start_logging(loglevel=logging.ERROR)
        get_logger().warning("lease_lost")
    finally:
        configure_logging("info")
    _, lines = written(capsys)
    assert [line["event"] for line in lines] == ["stage_done"]
