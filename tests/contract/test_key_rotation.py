"""Rotation, on SQLite and on a real PostgreSQL server alike."""

import threading
from pathlib import Path

import pytest
from keyrings import HandKeeper
from sqlalchemy import text

from vigia_detect.adapters.db import keys as sql_keys
from vigia_detect.adapters.db.store import SqlStore
from vigia_detect.adapters.db.tables import metadata
from vigia_detect.adapters.keys.opening import open_ring
from vigia_detect.domain.audit import AuditEvent
from vigia_detect.domain.ids import Pseudonym
from vigia_detect.domain.keys import KeyState, taken_apart
from vigia_detect.domain.records import PatientKey
from vigia_detect.errors import (
    ConfigurationError,
    CorruptDataError,
    KeyInUseError,
    KeyUnavailableError,
    NotFoundError,
)
from vigia_detect.stages.key_rotation import KeyRotation

COUNT = 120


@pytest.fixture
def keeper() -> HandKeeper:
    return HandKeeper({})


@pytest.fixture
def patients(store: SqlStore, keeper: HandKeeper) -> list[PatientKey]:
    """COUNT patients whose keys the first version wraps."""
    cipher = open_ring(store, keeper)
    made = []
    with store.begin() as work:
        for number in range(COUNT):
            pseudonym = cipher.pseudonym(f"P-{number}")
            wrapped = cipher.new_data_key(pseudonym, 1)
            code = cipher.seal(pseudonym, wrapped, "code", f"P-{number}".encode())
            made.append(work.cases.add_patient(PatientKey(pseudonym, wrapped, code)))
        work.commit()
    return made


@pytest.fixture
def rotation(store: SqlStore, keeper: HandKeeper, patients: list[PatientKey]) -> KeyRotation:
    assert len(patients) == COUNT
    return KeyRotation(store, keeper)


def codes(store: SqlStore, keeper: HandKeeper, patients: list[PatientKey]) -> list[bytes]:
    """Open every patient's code with the keys that the keeper has now."""
    cipher = open_ring(store, keeper)
    with store.read() as work:
        found = [work.cases.patient(one.pseudonym) for one in patients]
    assert all(found)
    return [
        cipher.open(one.pseudonym, one.wrapped_key, "code", one.sealed_code)
        for one in found
        if one is not None
    ]


def past_grace(store: SqlStore) -> None:
    """Move the clock on past the pause before a version may go."""
    with store.begin() as work:
        moved = text("update key_versions set emptied_at = emptied_at - :grace")
        work._connection.execute(moved, {"grace": sql_keys.GRACE_S})
        work.commit()


def states(rotation: KeyRotation) -> dict[int, KeyState]:
    return {one.version: one.state for one in rotation.versions()}


def test_every_key_is_wrapped_anew_and_the_old_version_can_go(
    store: SqlStore, keeper: HandKeeper, patients: list[PatientKey], rotation: KeyRotation
) -> None:
    steps: list[int] = []
    done = rotation.rotate(actor="ana", on_progress=steps.append)
    assert (done.version, done.rewrapped, done.resumed) == (2, COUNT + 2, False)
    assert steps == [50, 100, COUNT + 2]
    past_grace(store)
    rotation.destroy(1, actor="ana")
    assert keeper.versions() == (2,)
    assert codes(store, keeper, patients) == [f"P-{n}".encode() for n in range(COUNT)]
    assert states(rotation) == {1: KeyState.DESTROYED, 2: KeyState.WRAPPING}
    with store.read() as work:
        events = [e.event for _, e in work.audit.of_subject("key-1")]
        assert [e.actor for _, e in work.audit.of_subject("key-2")] == ["ana"]
    assert events == [AuditEvent.KEY_EMPTIED, AuditEvent.KEY_DESTROYED]


def test_a_rotation_that_was_cut_off_is_taken_up_where_it_stopped(
    store: SqlStore, keeper: HandKeeper, patients: list[PatientKey], rotation: KeyRotation
) -> None:
    class Cut(Exception):  # noqa: N818 - what a killed process does
        pass

    def cut(_count: int) -> None:
        raise Cut

    with pytest.raises(Cut):
        rotation.rotate(actor="ana", on_progress=cut)
    with pytest.raises(KeyInUseError, match="still wraps 72"):
        rotation.destroy(1, actor="ana")
    assert len(codes(store, keeper, patients)) == COUNT  # both versions are read meanwhile
    done = rotation.rotate(actor="ana")
    assert (done.version, done.rewrapped, done.resumed) == (2, COUNT + 2 - 50, True)
    assert keeper.versions() == (1, 2)


def test_a_version_that_was_made_but_never_used_is_used_first(
    keeper: HandKeeper, rotation: KeyRotation
) -> None:
    keeper.create()  # a process died after this
    assert rotation.rotate(actor="ana").version == 2
    assert keeper.versions() == (1, 2)


def test_what_wraps_is_not_destroyed(rotation: KeyRotation, keeper: HandKeeper) -> None:
    with pytest.raises(KeyInUseError, match="rotate"):
        rotation.destroy(1, actor="ana")
    with pytest.raises(NotFoundError):
        rotation.destroy(9, actor="ana")
    assert keeper.versions() == (1,)


def test_a_version_that_was_read_moments_ago_is_not_destroyed(
    rotation: KeyRotation, keeper: HandKeeper
) -> None:
    rotation.rotate(actor="ana")
    with pytest.raises(KeyInUseError, match="moments ago"):
        rotation.destroy(1, actor="ana")
    assert keeper.versions() == (1, 2)


def test_versions_go_oldest_first(
    store: SqlStore, rotation: KeyRotation, keeper: HandKeeper
) -> None:
    rotation.rotate(actor="ana")
    rotation.rotate(actor="ana")
    past_grace(store)
    with pytest.raises(KeyInUseError, match="oldest first"):
        rotation.destroy(2, actor="ana")
    rotation.destroy(1, actor="ana")
    rotation.destroy(2, actor="ana")
    assert keeper.versions() == (3,)


def test_destroying_is_finished_when_asked_again(store: SqlStore, rotation: KeyRotation) -> None:
    rotation.rotate(actor="ana")
    past_grace(store)
    with store.begin() as work:  # a process died between the record and the keeper
        work.keys.end(1)
        work.commit()
    assert rotation.check(actor="ana").left_over == (1,)
    rotation.destroy(1, actor="ana")
    assert rotation.check(actor="ana").left_over == ()


def test_a_keeper_that_was_set_back_is_noticed(
    store: SqlStore, rotation: KeyRotation, keeper: HandKeeper
) -> None:
    rotation.rotate(actor="ana")
    keeper.destroy(2)
    found = rotation.check(actor="ana")
    assert len(found.bad) == COUNT + 3
    with pytest.raises(KeyUnavailableError):
        open_ring(store, keeper)
    keeper.keys[2] = bytes(reversed(range(32)))
    with pytest.raises(ConfigurationError, match="not this database's"):
        open_ring(store, keeper)


def test_a_damaged_key_is_named_and_stops_the_rotation(
    store: SqlStore, rotation: KeyRotation, patients: list[PatientKey]
) -> None:
    with store.begin() as work:
        bad = patients[7]
        statement = text("update patients set wrapped_key = :broken where pseudonym = :name")
        broken = bad.wrapped_key[:-1] + bytes([bad.wrapped_key[-1] ^ 1])
        work._connection.execute(statement, {"broken": broken, "name": bad.pseudonym})
        work.commit()
    assert rotation.check(actor="ana").bad == (f"patient {bad.pseudonym}",)
    with pytest.raises(CorruptDataError):
        rotation.rotate(actor="ana")
    with pytest.raises(KeyInUseError):
        rotation.destroy(1, actor="ana")


def test_new_patients_meanwhile_are_wrapped_by_the_version_on_record(
    store: SqlStore, keeper: HandKeeper, rotation: KeyRotation
) -> None:
    """Whoever holds the version that wraps keeps a rotation waiting until it has committed."""
    cipher, order = open_ring(store, keeper), []
    with store.begin() as work:
        assert work.keys.wrapping(hold=True) == 1
        thread = threading.Thread(
            target=lambda: (rotation.rotate(actor="ana"), order.append("rotated"))
        )
        thread.start()
        thread.join(0.3)
        order.append("stored")
        new = Pseudonym("p_new")
        work.cases.add_patient(PatientKey(new, cipher.new_data_key(new, 1), b"c"))
        work.commit()
    thread.join(30)
    assert order == ["stored", "rotated"]
    with store.read() as work:
        stored = work.cases.patient(new)
        assert work.keys.wrapping() == 2
    assert stored is not None
    assert taken_apart(stored.wrapped_key)[0] == 2


def test_two_rotations_at_once_leave_all_readable_and_nothing_in_between(
    store: SqlStore, keeper: HandKeeper, patients: list[PatientKey], rotation: KeyRotation
) -> None:
    refused: list[Exception] = []

    def rotate() -> None:
        try:
            rotation.rotate(actor="ana")
        except KeyInUseError as error:
            refused.append(error)

    threads = [threading.Thread(target=rotate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rotation.rotate(actor="ana")
    wrapping = [one for one in rotation.versions() if one.state == KeyState.WRAPPING]
    assert [one.wrapped for one in wrapping] == [COUNT + 2]
    assert len(codes(store, keeper, patients)) == COUNT
    assert len(refused) < 4


def test_an_installation_with_one_master_key_is_taken_over(
    empty_database_url: str, tmp_path: Path
) -> None:
    """What the first releases stored opens after the upgrade, also when its key is rotated away."""
    import legacy_home  # noqa: PLC0415 - writes as they did

    store, keeper = legacy_home.make(empty_database_url, tmp_path / "master.key")
    try:
        assert legacy_home.codes(store, keeper) == legacy_home.CODES
        rotation = KeyRotation(store, keeper)
        rotation.rotate(actor="ana")
        past_grace(store)
        rotation.destroy(1, actor="ana")
        assert legacy_home.codes(store, keeper) == legacy_home.CODES
    finally:
        store.close()


def test_no_table_has_wrapped_keys_that_a_rotation_would_miss() -> None:
    """Else destroying a version would take with it what nobody has wrapped anew."""
    having = {table.name for table in metadata.sorted_tables if "wrapped_key" in table.c}
    assert having == {table.name for table in sql_keys._TABLES.values()}
    assert all("key_version" in table.c for table in sql_keys._TABLES.values())
