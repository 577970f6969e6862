from pathlib import Path

import pytest
import sqlalchemy as sa
from databases import Pool
from servers import Postgres, _postgres_command, valkey

from vigia_detect.adapters.db.store import SqlStore
from vigia_detect.domain.audit import AuditEntry, AuditEvent


def test_postgres_has_what_was_committed_before_it_answers(postgres_url: str) -> None:
    engine = sa.create_engine(postgres_url)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SHOW synchronous_commit")) == "on"
    engine.dispose()


@pytest.mark.parametrize(("waits", "shown"), [(True, "on"), (False, "off")])
def test_whether_it_waits_for_the_disk_is_said_by_who_starts_it(
    tmp_path: Path, *, waits: bool, shown: str
) -> None:
    command = _postgres_command(tmp_path, tmp_path, tmp_path, waits_for_disk=waits)
    assert {f"-cfsync={shown}", f"-cfull_page_writes={shown}"} <= set(command)


def test_no_two_tests_have_the_same_database(postgres_pool: Pool, postgres_url: str) -> None:
    other = postgres_pool.take()
    assert not postgres_url.split("?", maxsplit=1)[0].endswith(f"/{other}")
    postgres_pool.give_back(other)


def test_who_comes_next_finds_no_rows_and_counts_from_one(
    postgres_server: Postgres, postgres_pool: Pool
) -> None:
    name = postgres_pool.take()
    for _ in range(2):
        store = SqlStore(postgres_server.url(name))
        with store.begin() as work:
            work.audit.write([AuditEntry(AuditEvent.CASE_READ, "case")])
            work.commit()
        with store._durable.connect() as connection:
            assert connection.scalars(sa.text("select id from audit")).all() == [1]
        postgres_pool.give_back(name)  # with `store` still connected
        store.close()
        assert postgres_pool.take() == name
    postgres_pool.give_back(name)


@pytest.mark.parametrize(
    "change",
    [
        "create table thing (id int)",
        "alter table audit disable trigger all",
        "update alembic_version set version_num = 'old'",
        "drop table alembic_version",
    ],
)
def test_what_a_test_has_altered_is_thrown_away(
    postgres_server: Postgres, postgres_pool: Pool, change: str
) -> None:
    name = postgres_pool.take()
    engine = sa.create_engine(postgres_server.url(name))
    with engine.begin() as connection:
        connection.execute(sa.text(change))
    engine.dispose()
    postgres_pool.give_back(name)
    other = postgres_pool.take()
    assert other != name
    postgres_pool.give_back(other)


def test_valkey_appends_to_its_file_and_leaves_nothing_behind() -> None:
    with valkey() as server:
        folder = server.socket.parent
        client = server.client()
        client.set("a", "1")
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        client.close()
    assert server.process.returncode == 0
    assert not folder.exists()
