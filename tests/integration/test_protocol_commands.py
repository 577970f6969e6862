"""`vigia protocols`: what a nurse reads and what a program gets."""

import json
from pathlib import Path

import databases
import pytest
from command import Command
from llm_host import MODEL, llm_host, wrote

from vigia_detect.clinical.protocols.library import DATA

OWN = (DATA / "passages" / "heel-offloading.md").read_text(encoding="utf-8")


@pytest.fixture
def vigia(tmp_path: Path) -> Command:
    return Command(tmp_path / "home", lang="es", words=("protocols",))


@pytest.fixture
def tables(tmp_path: Path) -> None:
    """Set up the database: who puts a passage in force is asked for and on record."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    databases.sqlite(home / "vigia.db")


def test_a_question_in_everyday_words_is_answered(vigia: Command) -> None:
    done = vigia("search", "cada cuánto doy vuelta a mi mamá", "--limit", "1")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "Cada cuánto cambiar de posición")
    assert "no reemplaza" in done.stderr
    assert "puede que ninguno la responda" in done.stderr


def test_json_names_sources_and_the_version_of_the_knowledge(vigia: Command) -> None:
    done = vigia.apart("search", "wound pain at dressing", "--lang", "en", "--json")
    found = json.loads(done.stdout)
    assert len(found["knowledge_version"]) == 64
    best = found["answers"][0]
    assert (best["id"], best["lang"], best["verified"]) == ("pain", "en", False)
    assert all(one["sources"] and one["rules"] for one in best["statements"])


def test_general_knowledge_is_shown_as_to_be_verified(vigia: Command) -> None:
    assert "por verificar" in vigia("show", "pain").stdout
    assert "to be verified" in vigia("show", "pain", "--lang", "en").stdout
    assert "por verificar" not in vigia("show", "turning-how").stdout


def test_the_list_can_be_filtered(vigia: Command) -> None:
    every = json.loads(vigia("list", "--json").stdout)
    some = json.loads(vigia("list", "--class", "mucosal", "--json").stdout)
    assert 40 <= len(some) < len(every)
    assert all(not one["classes"] or "mucosal" in one["classes"] for one in some)
    assert "heel-offloading" in vigia("list").stdout


def test_a_wrong_filter_names_the_known_ones(vigia: Command) -> None:
    done = vigia("search", "x", "--class", "stage_9")
    assert (done.returncode, "stage_4" in done.stderr) == (2, True)
    done = vigia("list", "--population", "cats", VIGIA_LANG="en")
    assert (done.returncode, "neonate" in done.stderr) == (2, True)


def test_an_unknown_passage_is_not_found(vigia: Command) -> None:
    assert vigia("show", "nowhere").returncode == 3


def test_a_question_without_words_says_that_nothing_was_found(vigia: Command) -> None:
    done = vigia("search", "¿?", VIGIA_LANG="en")
    assert (done.returncode, done.stdout) == (0, "")
    assert "No passage" in done.stderr


@pytest.mark.usefixtures("tables")
def test_the_hospitals_own_passage_is_checked_and_put_in_force(
    vigia: Command, tmp_path: Path
) -> None:
    file = tmp_path / "ours.md"
    file.write_text(OWN.replace("Talones: descarga completa", "Talones en nuestro hospital"))
    assert "1 " in vigia("check", str(file)).stdout
    assert vigia("add", str(file)).returncode == 0
    assert "Talones en nuestro hospital" in vigia("show", "heel-offloading").stdout
    done = vigia("search", "talones", "--limit", "1", "--json")
    assert json.loads(done.stdout)["answers"][0]["own"] is True


@pytest.mark.usefixtures("tables")
def test_a_wrong_passage_is_refused_with_file_and_field(vigia: Command, tmp_path: Path) -> None:
    file = tmp_path / "ours.md"
    file.write_text(OWN.replace("review: 2027-11-30", "review: some day"))
    for command in ("check", "add"):
        done = vigia(command, str(file))
        assert (done.returncode, "ours.md: review" in done.stderr) == (5, True)
    assert not (tmp_path / "home" / "protocols").exists()


def test_a_review_that_is_due_is_named(vigia: Command, tmp_path: Path) -> None:
    file = tmp_path / "ours.md"
    file.write_text(OWN.replace("review: 2027-11-30", "review: 2020-01-31"))
    done = vigia("check", str(tmp_path), VIGIA_LANG="en")
    assert (done.returncode, "2020-01-31" in done.stderr) == (0, True)


def test_another_folder_can_be_named(vigia: Command, tmp_path: Path) -> None:
    done = vigia("list", VIGIA_PROTOCOLS=str(tmp_path / "nowhere"))
    assert (done.returncode, "nowhere" in done.stderr) == (5, True)


def test_a_question_without_a_model_shows_passages_and_says_why(vigia: Command) -> None:
    done = vigia("ask", "¿cada cuánto doy vuelta a mi mamá?")
    first, *rest = done.stdout.splitlines()
    assert (done.returncode, first) == (
        0,
        "Sin narrativa: no hay modelo de lenguaje configurado.",
    )
    assert "Cada cuánto cambiar de posición" in rest


@pytest.mark.usefixtures("tables")
def test_a_model_answers_with_what_the_passages_say_and_nothing_else(vigia: Command) -> None:
    said = [
        {"text": "Treat pain before the dressing.", "cites": ["S2"]},
        {"text": "Give morphine before the dressing.", "cites": ["S2"]},
    ]
    with llm_host(wrote(json.dumps({"sentences": said}))) as host:
        done = vigia(
            *("ask", "wound pain at dressing", "--lang", "en", "--json"),
            VIGIA_LLM_BASE_URL=host.url,
            VIGIA_LLM_MODEL=MODEL,
        )
    found = json.loads(done.stdout)
    assert [one["text"] for one in found["answer"]["sentences"]] == [said[0]["text"]]
    assert found["answer"]["sentences"][0]["cites"] == ["pain.2"]
    assert found["answer"]["dropped"] == {"drug_not_in_source": 1}
    assert found["passages"][0]["id"] == "pain"


def test_passages_need_no_database_no_key_and_no_broker(vigia: Command, tmp_path: Path) -> None:
    with llm_host(wrote(json.dumps({"sentences": []}))) as host:
        server = {"VIGIA_LLM_BASE_URL": host.url}
        without_tables = vigia("ask", "talón flotante", **server)
        (tmp_path / "home" / "vigia.db").write_text("this is no database")
        broken = vigia("ask", "talón flotante", CELERY_BROKER_URL="redis://127.0.0.1:1", **server)

    for done in (without_tables, broken):
        assert done.returncode == 0, done.stderr
        assert "Talones: descarga completa" in done.stdout
