import pytest
import sqlalchemy as sa
from servers import Postgres, valkey

CREATE = sa.text("CREATE TABLE thing (id int)")


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit"])
def test_postgres_writes_through_to_the_disk(postgres_url: str, setting: str) -> None:
    engine = sa.create_engine(postgres_url)
    with engine.connect() as connection:
        assert connection.scalar(sa.text(f"SHOW {setting}")) == "on"
    engine.dispose()


def test_each_test_has_its_own_empty_database(postgres_server: Postgres, postgres_url: str) -> None:
    other = postgres_server.new_database()
    for url in (postgres_url, postgres_server.url(other)):
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.execute(CREATE)  # fails where the table is already there
        engine.dispose()
    postgres_server.drop_database(other)


def test_valkey_appends_to_its_file_and_leaves_nothing_behind() -> None:
    with valkey() as server:
        folder = server.socket.parent
        client = server.client()
        client.set("a", "1")
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        client.close()
    assert server.process.returncode == 0
    assert not folder.exists()
