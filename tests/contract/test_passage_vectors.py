"""Both indexes answer alike: the one in the process and the one in a real PostgreSQL server."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from vigia_detect.adapters.knowledge.encoder import Encoder
from vigia_detect.adapters.knowledge.index import Content, Sentence, content_of, memory_index
from vigia_detect.adapters.knowledge.pgvector import PgVectorIndex
from vigia_detect.bootstrap import Vigia
from vigia_detect.domain.search import Filters
from vigia_detect.errors import DatabaseUnavailableError
from vigia_detect.settings import Settings

SENTENCES = (
    Sentence("heel", "Deje el talón en el aire."),
    Sentence("heel", "Float the heel."),
    Sentence("pain", "Trate el dolor antes de curar."),
)
COUNT = "SELECT count(*), count(DISTINCT index_id) FROM vigia_passage_vectors"


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder()


@pytest.fixture
def content(encoder: Encoder) -> Content:
    return content_of(SENTENCES, encoder)


@pytest.fixture
def index(postgres_url: str, content: Content, encoder: Encoder) -> Iterator[PgVectorIndex]:
    made = PgVectorIndex(postgres_url, content, encoder)
    yield made
    made.close()


def rows(url: str) -> tuple[int, int]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        found = connection.execute(COUNT).fetchone()
    assert found is not None
    return found[0], found[1]


def test_both_give_the_same_figures(
    index: PgVectorIndex, content: Content, encoder: Encoder, tmp_path: Path
) -> None:
    question = encoder.encode(["¿cómo dejo el talón?"])[0]
    here = memory_index(content, encoder, tmp_path).compare(question)
    there = index.compare(question)
    assert there.cosines == pytest.approx(here.cosines, abs=1e-5)
    assert there.learned == pytest.approx(here.learned, abs=1e-5)


def test_an_index_is_made_once(
    index: PgVectorIndex, postgres_url: str, content: Content, encoder: Encoder
) -> None:
    question = encoder.encode(["talón"])[0]
    again = PgVectorIndex(postgres_url, content, encoder)
    assert again.compare(question) == index.compare(question)
    again.close()
    assert rows(postgres_url) == (len(SENTENCES) + 2, 1)


def test_two_releases_side_by_side_do_not_mix(
    index: PgVectorIndex, postgres_url: str, encoder: Encoder
) -> None:
    newer = content_of((*SENTENCES, Sentence("sepsis", "Llame al médico.")), encoder)
    other = PgVectorIndex(postgres_url, newer, encoder)
    question = encoder.encode(["médico"])[0]
    assert set(index.compare(question).cosines) == {"heel", "pain"}
    assert set(other.compare(question).cosines) == {"heel", "pain", "sepsis"}
    other.close()


def test_a_lost_connection_is_an_error_and_the_next_question_is_answered(
    index: PgVectorIndex, postgres_url: str, encoder: Encoder
) -> None:
    question = encoder.encode(["talón"])[0]
    before = index.compare(question)
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with pytest.raises(DatabaseUnavailableError, match="protocol search"):
        index.compare(question)
    assert index.compare(question) == before


def test_a_server_that_is_away_is_told_without_its_address(
    content: Content, encoder: Encoder, tmp_path: Path
) -> None:
    with pytest.raises(DatabaseUnavailableError) as refused:
        PgVectorIndex(f"postgresql://user:hidden@/x?host={tmp_path}", content, encoder)
    assert "hidden" not in str(refused.value)


def test_the_setting_puts_search_on_the_server(postgres_url: str, tmp_path: Path) -> None:
    here = Vigia(Settings(home=tmp_path / "here"))
    there = Vigia(Settings(home=tmp_path / "there", search_database_url=SecretStr(postgres_url)))
    question = "cada cuánto lo doy vuelta"
    found = [vigia.passage_search.search(question, Filters()) for vigia in (here, there)]
    assert [hit.passage_id for hit in found[0]] == [hit.passage_id for hit in found[1]]
    assert not (tmp_path / "there" / "knowledge").exists()
    assert rows(postgres_url)[1] == 1
    there.close()
    assert there.passage_search.search(question, Filters()) == found[1]
    there.close()
