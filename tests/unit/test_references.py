"""What the documents say is what the code has, and the other way round (DESIGN, invariant 7)."""

import re
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

import httpx
import pytest
from deeds import Deeds
from web_host import web_host

from vigia_detect.adapters.db.store import SqlStore
from vigia_detect.api.app import Parts, create_app
from vigia_detect.cli.audit_texts import EVENTS
from vigia_detect.docs import commands, http, settings
from vigia_detect.docs.pages import PAGES
from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.escalation import AlertKind
from vigia_detect.domain.policy import QUEUES, FailureSeverity, Queue
from vigia_detect.domain.stages import Stage
from vigia_detect.domain.states import CaseState, RunState, StatusCode
from vigia_detect.log import ALLOWED_FIELDS
from vigia_detect.settings import Settings
from vigia_detect.stages.answers import Answers

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")])
VARIABLES = {
    variable
    for name, field in Settings.model_fields.items()
    for variable in settings.variables(name, field)
}
ALSO_READ = {f"VIGIA_{name.upper()}" for name in Settings.model_fields}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
COMMANDS = {name for name, _ in commands.commands()}
QUOTED = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")

documents = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


@pytest.mark.parametrize("name", PAGES)
def test_generated_page_is_current(name: str) -> None:
    assert (REFERENCE / name).read_text() == PAGES[name](), "run `make docs`"


def test_nothing_else_lies_among_the_generated_pages() -> None:
    assert {path.name for path in REFERENCE.iterdir()} == set(PAGES)


def test_check_names_what_differs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "vigia_detect.docs", str(tmp_path)]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    (tmp_path / "queues.md").write_text("old")
    (tmp_path / "audit.md").unlink()
    checked = subprocess.run([*command, "--check"], check=False, capture_output=True, text=True)
    assert checked.returncode == 1
    assert {Path(line).name for line in checked.stdout.split()} == {"queues.md", "audit.md"}
    assert (tmp_path / "queues.md").read_text() == "old"


def first_column(page: str, heading: str) -> list[str]:
    lines = PAGES[page]().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    rows = [line for line in lines[start + 2 :] if line.startswith("|") or not line]
    table = rows[: rows.index("")] if "" in rows else rows
    return [word for row in table for word in re.findall(r"`([^`]+)`", row.split("|")[1])]


@pytest.mark.parametrize(
    ("page", "heading", "known"),
    [
        ("settings.md", "Variable", VARIABLES),
        ("queues.md", "Task", set(QUEUES)),
        ("queues.md", "Queue", set(Queue)),
        ("queues.md", "Severity", set(FailureSeverity)),
        ("audit.md", "Event", set(AuditEvent)),
        ("escalations.md", "Kind", set(AlertKind)),
        ("states.md", "Code", set(StatusCode)),
    ],
)
def test_every_name_is_documented_and_every_documented_name_exists(
    page: str, heading: str, known: set[str]
) -> None:
    documented = first_column(page, heading)
    assert len(documented) == len(set(documented))
    assert set(documented) == {str(name) for name in known}


@pytest.mark.parametrize("kind", [CaseState, RunState, Stage])
def test_every_state_is_in_a_diagram(kind: type[StrEnum]) -> None:
    diagrams = "\n".join(re.findall(r"```mermaid\n(.*?)```", PAGES["states.md"](), re.DOTALL))
    assert all(re.search(rf"\b{word}\b", diagrams) for word in kind)


def test_every_setting_says_what_it_means() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_every_command_and_option_says_what_it_means() -> None:
    for name, command in commands.commands():
        assert command.help, name
        assert all(part.help for part in command.params), name


def test_every_log_field_is_documented() -> None:
    documented = PAGES["audit.md"]().rsplit("\n\n", 1)[-1]
    assert set(re.findall(r"`([^`]+)`", documented)) == ALLOWED_FIELDS


@documents
def test_document_names_only_settings_that_exist(path: Path) -> None:
    named = set(re.findall(r"\bVIGIA_[A-Z][A-Z_]*[A-Z]\b", path.read_text()))
    assert named <= VARIABLES | ALSO_READ


@documents
def test_document_names_only_commands_and_targets_that_exist(path: Path) -> None:
    quoted = " ".join(QUOTED.findall(path.read_text()))
    for words in re.findall(r"(?:^|[`\s/])(vigia(?: [a-z]+)+)", quoted, re.MULTILINE):
        assert any(f"{words} ".startswith(f"{known} ") for known in COMMANDS), words
    assert set(re.findall(r"\bmake ([a-z-]+)", quoted)) <= TARGETS


@documents
def test_document_links_to_files_that_exist(path: Path) -> None:
    targets = [link for link in LINK.findall(path.read_text()) if "://" not in link]
    assert [link for link in targets if not (path.parent / link).exists()] == []


def test_every_http_route_is_documented_and_every_documented_one_answers(tmp_path: Path) -> None:
    store = SqlStore(f"sqlite:///{tmp_path / 'vigia.db'}")
    store.upgrade()
    deeds = Deeds()
    answers = Answers(
        store=store,
        take=deeds.take,
        publish=deeds.publish,
        key=b"k",
        lifetime_s=1,
        people={},
        permit=deeds.permit,
    )
    app = create_app(Parts(answers=answers, check=lambda: None, signing_secret="s"))
    described = app.openapi()["paths"]
    documented = first_column("http.md", "Route")
    assert set(documented) == set(described)
    pairs = {(path, method.upper()) for path, methods in described.items() for method in methods}
    assert {(path.strip("`"), method) for path, method, *_ in http.routes()} == pairs
    with web_host(app) as url:
        for path, method in pairs:
            answer = httpx.request(method, f"{url}{path.format(token='x')}")
            known = next(a for p, m, _, a in http.routes() if (p.strip("`"), m) == (path, method))
            assert re.search(rf"(^|; ){answer.status_code}: ", known), (path, answer.status_code)
    store.close()


@pytest.mark.parametrize("lang", ["es", "en"])
def test_each_kind_of_entry_has_its_words(lang: str) -> None:
    assert set(EVENTS[lang]) == set(AuditEvent)
