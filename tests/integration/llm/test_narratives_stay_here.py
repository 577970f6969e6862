"""A narrative and an answer reach the configured server, and nothing but that and the database.

PostgreSQL's client connects below Python, where the guard does not see it; whatever else Vigia
connects to, it connects to in Python.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import databases
import pytest
from http_host import Asked, Told, http_host
from llm_host import MODEL, told, wrote

pytestmark = pytest.mark.usefixtures("taught_home")

TESTS = Path(__file__).parents[2]
GUARD, NARRATIVE = TESTS / "only_this_server.py", TESTS / "guarded_narrative.py"
NOWHERE = "127.0.0.1:9"
SOURCE = re.compile(r"^\[([^\]]+)\] (.+?)(?: \(.*\))?$", re.MULTILINE)


def repeat(asked: Asked) -> Told:
    """Answer as a model that repeats its first source and sees nothing."""
    if asked.path == "/v1/models":
        return told({"object": "list", "data": [{"id": MODEL, "object": "model"}]})
    question = json.loads(asked.body)
    if question["response_format"]["json_schema"]["name"] not in {"summary", "answer"}:
        return wrote("{}")
    cited, text = SOURCE.findall(question["messages"][0]["content"])[0]
    return wrote(json.dumps({"sentences": [{"text": text, "cites": [cited]}]}))


@pytest.fixture
def url() -> Iterator[str]:
    with http_host(repeat) as made:
        yield f"{made}v1"


def guarded(script: Path, *words: str, url: str, home: Path) -> "subprocess.CompletedProcess[str]":
    known = {key: value for key, value in os.environ.items() if not key.startswith("VIGIA_")}
    return subprocess.run(
        [sys.executable, script, *words],
        env={**known, "VIGIA_HOME": str(home), "VIGIA_LLM_BASE_URL": url},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def ask(url: str, home: Path, *, allowed: str) -> "subprocess.CompletedProcess[str]":
    set_up = [sys.executable, "-m", "vigia_detect.cli.main", "db", "upgrade"]
    subprocess.run(set_up, env={**os.environ, "VIGIA_HOME": str(home)}, check=True)
    words = ("protocols", "ask", "¿cada cuánto se cambia de posición?", "--json")
    return guarded(GUARD, allowed, *words, url=url, home=home)


def test_an_answer_needs_the_configured_server_only(url: str, tmp_path: Path) -> None:
    done = ask(url, tmp_path, allowed=urlsplit(url).netloc)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["answer"]["made_by"]["model"] == MODEL


def test_an_answer_asks_nobody_in_its_place(url: str, tmp_path: Path) -> None:
    done = ask(url, tmp_path, allowed=NOWHERE)
    refused = [line for line in done.stderr.splitlines() if line.startswith("REFUSED")]
    assert refused
    assert all(str(urlsplit(url).hostname) in line for line in refused)


def test_a_narrative_needs_the_configured_server_only(
    url: str, database_url: str, tmp_path: Path
) -> None:
    done = guarded(NARRATIVE, urlsplit(url).netloc, database_url, url=url, home=tmp_path)
    assert "REFUSED" not in done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {"state": "told", "reason": None}


def test_a_narrative_asks_nobody_in_its_place(url: str, tmp_path: Path) -> None:
    database = databases.sqlite(tmp_path / "vigia.db")
    done = guarded(NARRATIVE, NOWHERE, database, url=url, home=tmp_path)
    refused = [line for line in done.stderr.splitlines() if line.startswith("REFUSED")]
    assert refused
    assert all(str(urlsplit(url).hostname) in line for line in refused)
    # a server that is away is asked once more, later
    assert json.loads(done.stdout.splitlines()[-1]) == {"state": "pending", "reason": None}
