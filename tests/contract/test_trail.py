"""The order of the trail, on SQLite and on a real PostgreSQL server alike."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import servers
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from vigia_detect.adapters.audit_key import read_signer
from vigia_detect.adapters.checkpoint_folder import CheckpointFolder
from vigia_detect.adapters.db.grants import APPEND_ONLY
from vigia_detect.adapters.db.store import SqlStore
from vigia_detect.domain.audit import AuditEntry, AuditEvent
from vigia_detect.errors import CheckpointConflictError, ConfigurationError, NotFoundError
from vigia_detect.stages import chainer as chaining
from vigia_detect.stages.chainer import Chainer
from vigia_detect.stages.trail_desk import TrailDesk
from vigia_detect.trail.merkle import leaf_hash
from vigia_detect.trail.note import Signer, open_checkpoint
from vigia_detect.trail.proofs import includes
from vigia_detect.trail.verify import Report, verify

SIGNER = Signer("vigia-audit/test", b"\7" * 32)
SUBJECT = "018f0000-0000-7000-8000-000000000001"
OTHER = "018f0000-0000-7000-8000-000000000002"


def make_chainer(store: SqlStore, folder: Path) -> Chainer:
    return Chainer(
        store=store,
        signer=lambda: SIGNER,
        keeper=CheckpointFolder(folder),
        every_entries=50,
        every_s=3600,
    )


@pytest.fixture
def chainer(store: SqlStore, tmp_path: Path) -> Chainer:
    return make_chainer(store, tmp_path / "audit")


def write(store: SqlStore, count: int = 1, *, sealed: bytes | None = None) -> None:
    with store.begin() as work:
        entry = AuditEntry(AuditEvent.CASE_READ, SUBJECT, "ana", detail={"n": 1}, sealed=sealed)
        work.audit.write([entry] * count)
        work.commit()


def check(store: SqlStore) -> Report:
    with store.export_trail(SIGNER.name) as found:
        lines = list(found)
    return verify(lambda: lines, [SIGNER.public])


def test_one_process_chains_and_another_takes_over_when_it_is_gone(
    store: SqlStore, tmp_path: Path
) -> None:
    first, second = (make_chainer(store, tmp_path / name) for name in ("a", "b"))
    places = []
    for chainer in (second, first, second, second):
        write(store, 3)
        chainer.look()
        with store.read() as work:
            places.append(work.trail.head()[0])
    assert places == [3, 6, 6, 12]


def test_every_entry_gets_one_place(store: SqlStore, chainer: Chainer) -> None:
    write(store, 3)
    assert chainer.chain() == 3
    assert chainer.chain() == 0
    write(store, chaining.BATCH + 7, sealed=b"\0\xff")
    chainer.seal()
    found = check(store)
    assert found.good, found
    assert (found.entries, found.pending) == (chaining.BATCH + 10, 0)


def test_what_is_not_signed_for_is_not_promised(store: SqlStore, chainer: Chainer) -> None:
    write(store, 2)
    chainer.seal()
    write(store, 2)
    assert chainer.chain() == 2
    write(store, 1)
    found = check(store)
    assert found.good, found
    assert (found.entries, found.pending) == (2, 3)


def test_a_checkpoint_comes_by_number_or_by_time(store: SqlStore, chainer: Chainer) -> None:
    write(store, 49)
    chainer.look()
    first = check(store).checkpoint
    assert first is not None  # nothing had been signed for ages
    write(store, 49)
    chainer.look()
    assert check(store).checkpoint == first
    write(store, 1)
    chainer.look()
    later = check(store).checkpoint
    assert later is not None
    assert (later.size, later.after) == (99, 49)
    write(store, 1)
    chainer.chain()
    assert chainer.sign(50, 0.0)
    assert not chainer.sign(50, 0.0)  # nothing is new


def test_checkpoints_are_kept_outside(store: SqlStore, chainer: Chainer, tmp_path: Path) -> None:
    for _ in range(3):
        write(store, 2)
        chainer.seal()
    notes = sorted((tmp_path / "audit").rglob("*.note"))
    sizes = [open_checkpoint(file.read_text(), [SIGNER.public]).size for file in notes]
    assert sizes == [2, 4, 6]
    assert all(file.stat().st_mode & 0o077 == 0 for file in notes)
    again = make_chainer(store, tmp_path / "elsewhere")
    again.keep()  # a host that comes later keeps them all
    assert len(list((tmp_path / "elsewhere").rglob("*.note"))) == 3


def test_a_checkpoint_that_contradicts_the_kept_one_is_refused(tmp_path: Path) -> None:
    from vigia_detect.trail.note import Checkpoint  # noqa: PLC0415

    folder = CheckpointFolder(tmp_path)
    first = Checkpoint(SIGNER.name, 5, b"\1" * 32, 1_795_345_200, 0)
    other = Checkpoint(SIGNER.name, 5, b"\2" * 32, 1_795_345_200, 0)
    folder.keep(first, SIGNER.sign(first.text))
    folder.keep(first, SIGNER.sign(first.text))
    assert folder.last_size() == 5
    with pytest.raises(CheckpointConflictError):
        folder.keep(other, SIGNER.sign(other.text))


def test_an_entry_is_proved_by_a_checkpoint(store: SqlStore, chainer: Chainer) -> None:
    write(store, 600)
    chainer.seal()
    desk = TrailDesk(store)
    for entry_id in (1, 255, 257, 600):
        found = desk.prove(entry_id, SIGNER.public)
        leaf = leaf_hash(found.data)
        size, root = found.checkpoint.size, found.checkpoint.root
        assert includes(leaf, found.position, size, found.proof, root)
    write(store, 1)
    with pytest.raises(NotFoundError):
        desk.prove(601, SIGNER.public)


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("deed", ["update {} set {} = {}", "delete from {}", "truncate {}"])
def test_nothing_is_changed_or_deleted(
    store: SqlStore, chainer: Chainer, table: str, deed: str
) -> None:
    postgresql = store._durable.dialect.name == "postgresql"
    if deed.startswith("truncate") and not postgresql:
        deed = "insert or replace into {} select * from {}"
    write(store, 300)
    chainer.seal()
    with store.begin() as work:
        work.trail.remember_public_key("key")
        work.stamps.add(300, b"token")
        work.commit()
    with store._durable.connect() as connection:
        columns = {"audit": "id", "audit_chain": "position", "audit_keys": "id"}
        column = columns.get(table, "level" if table == "audit_nodes" else "size")
        statement = deed.replace("{}", table, 2 if "replace" in deed else 1).format(column, column)
        with pytest.raises(DBAPIError, match="takes new rows only"):
            connection.execute(text(statement + (" cascade" if "truncate" in deed else "")))


def test_appenders_and_chainers_do_not_disturb_each_other(
    store: SqlStore, database_url: str, tmp_path: Path
) -> None:
    done = threading.Event()

    def append(own: SqlStore) -> None:
        for _ in range(25):
            write(own)

    def chain(own: SqlStore) -> None:
        chainer = make_chainer(own, tmp_path / "audit")
        while not done.is_set():
            chainer.chain()
            chainer.sign(10, 0.0)

    with ExitStack() as stack, ThreadPoolExecutor(6) as pool:
        stores = [SqlStore(database_url) for _ in range(6)]
        for own in stores:
            stack.callback(own.close)
        chaining_ = [pool.submit(chain, own) for own in stores[:2]]
        appending = [pool.submit(append, own) for own in stores[2:]]
        try:
            for one in appending:
                one.result(timeout=60)
        finally:
            done.set()
        for one in chaining_:
            one.result(timeout=60)
    make_chainer(store, tmp_path / "audit").seal()
    found = check(store)
    assert found.good, found
    assert (found.entries, found.pending) == (100, 0)


def test_an_entry_that_commits_late_gets_its_place(postgres_url: str, tmp_path: Path) -> None:
    store = SqlStore(postgres_url)
    store.upgrade()
    chainer = make_chainer(store, tmp_path)
    with store.begin() as held:  # has its id, and is not seen yet
        held.audit.write([AuditEntry(AuditEvent.CASE_READ, OTHER)])
        held.audit.flush()
        write(store, 3)
        assert chainer.chain() == 3
        held.commit()
    assert chainer.chain() == 1
    chainer.seal()
    assert check(store).good
    store.close()


def test_an_entry_that_was_held_back_for_long_is_found_by_the_whole_look(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chaining, "OVERLAP_S", -1.0)
    store = SqlStore(postgres_url)
    store.upgrade()
    chainer = make_chainer(store, tmp_path)
    with store.begin() as held:
        held.audit.write([AuditEntry(AuditEvent.CASE_READ, OTHER)])
        held.audit.flush()
        write(store, 3)
        chainer.chain()
        held.commit()
    assert chainer.chain() == 0
    monkeypatch.setattr(chaining, "WHOLE_LOOK_S", 0.0)
    assert chainer.chain() == 1
    store.close()


@pytest.fixture
def app_store(postgres_server: servers.Postgres, postgres_url: str) -> Iterator[SqlStore]:
    """A store that works as a role of its own, as `vigia db upgrade` prepares it."""
    postgres_server.execute("create role vigia_app login")
    owner = SqlStore(postgres_url, app_role="vigia_app")
    owner.upgrade()
    made = SqlStore(postgres_url.replace("postgres@", "vigia_app@"))
    yield made
    made.close()
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("drop owned by vigia_app"))
    engine.dispose()
    owner.close()
    postgres_server.execute("drop role vigia_app")


def test_the_role_of_the_processes_may_only_read_and_add(
    app_store: SqlStore, tmp_path: Path
) -> None:
    chainer = make_chainer(app_store, tmp_path)
    write(app_store, 300)
    chainer.seal()
    assert check(app_store).good
    deeds = ("update {} set {} = {}", "delete from {}", "truncate {}", "drop table {}")
    more = ("alter table {} disable trigger all", "drop trigger {}_append_only on {}")
    for table in APPEND_ONLY:
        column = {"audit_nodes": "level", "audit_chain": "position"}.get(table, "size")
        column = "id" if table in {"audit", "audit_keys"} else column
        for deed in (*deeds, *more):
            statement = deed.replace("{}", table, 1).replace(
                "{}", column if "set" in deed else table
            )
            with (
                app_store._durable.connect() as connection,
                pytest.raises(DBAPIError, match=r"permission denied|must be owner"),
            ):
                connection.execute(text(statement))


def test_a_role_is_for_postgresql_only(tmp_path: Path) -> None:
    store = SqlStore(f"sqlite:///{tmp_path / 'vigia.db'}", app_role="vigia_app")
    with pytest.raises(ConfigurationError, match="PostgreSQL"):
        store.upgrade()
    store.close()


def test_the_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "audit.key"
    with pytest.raises(ConfigurationError, match="no audit key"):
        read_signer(file, create=False)
    made = read_signer(file, create=True)
    assert read_signer(file, create=True) == read_signer(file, create=False) == made
    assert file.stat().st_mode & 0o077 == 0
    file.chmod(0o640)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        read_signer(file, create=False)
    file.chmod(0o600)
    file.write_bytes(b"short")
    with pytest.raises(ConfigurationError, match="32 bytes"):
        read_signer(file, create=False)
