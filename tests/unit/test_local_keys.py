"""Keys on this machine: the file, the environment, and what is refused as a key."""

import os
import threading
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigia_detect.adapters.keys.file import FileKeeper
from vigia_detect.adapters.keys.local import EnvironmentKeeper, check_key, parse_keys
from vigia_detect.errors import ConfigurationError, KeyUnavailableError

DRAWN = b64encode(sha256(b"a key for tests").digest()).decode()


def test_a_created_key_is_private_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    first = FileKeeper(path, create=True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert parse_keys(path.read_text(), "x").keys() == {1}
    assert list(path.parent.iterdir()) == [path]
    again = FileKeeper(path, create=True)
    assert again.oldest() == first.oldest()


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    start, found = threading.Barrier(8), []

    def begin() -> None:
        start.wait()
        found.append(FileKeeper(path, create=True).oldest())

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_destroyed_version_is_in_no_draft_that_a_crash_left(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    keeper = FileKeeper(path, create=True)
    gone = path.read_bytes()
    keeper.create()
    draft, linked = (tmp_path / f"master.key.{name}.tmp" for name in ("0a1b", "2c3d"))
    draft.write_bytes(gone)
    linked.hardlink_to(path)  # as a crash leaves it where the first key is made
    held = draft.open("rb")
    keeper.destroy(1)
    with held:
        assert held.read() == bytes(len(gone))
    assert list(tmp_path.iterdir()) == [path]
    assert keeper.versions() == (2,)
    assert gone.split()[1] not in path.read_bytes()


def test_a_missing_key_is_not_made_unasked(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    with pytest.raises(ConfigurationError, match="restore it from its backup"):
        FileKeeper(path)
    assert not path.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    FileKeeper(path, create=True)
    path.chmod(mode)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        FileKeeper(path, create=True)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_key_of_a_wrong_length_is_refused_and_left_alone(tmp_path: Path, length: int) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(bytes(length))
    path.chmod(0o600)
    with pytest.raises(ConfigurationError, match="32 bytes"):
        FileKeeper(path, create=True)
    assert path.read_bytes() == bytes(length)


def test_a_folder_in_the_place_of_the_key_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="make it a file"):
        FileKeeper(tmp_path, create=True)


DEFAULTS = {
    "zeros": bytes(32),
    "one letter": b"k" * 32,
    "counting": bytes(range(32)),
    "counting down": bytes(range(31, -1, -1)),
    "typed": b"change-me-change-me-change-me-32",
    "repeated": b"\x8a\x01\xff\x7c" * 8,
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_default_key_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(DEFAULTS[name])
    path.chmod(0o600)
    with pytest.raises(ConfigurationError, match="random"):
        FileKeeper(path)
    with pytest.raises(ConfigurationError, match="random"):
        EnvironmentKeeper(f"1:{b64encode(DEFAULTS[name]).decode()}")


def test_a_drawn_key_is_never_taken_for_a_default() -> None:
    for _ in range(2_000):
        check_key(os.urandom(32), "x")


def test_the_one_key_of_older_installations_is_the_first_version(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(old := os.urandom(32))
    path.chmod(0o600)
    keeper = FileKeeper(path)
    wrapped = keeper.wrap(1, "a", b"x")
    assert keeper.oldest() == old
    assert keeper.create() == 2
    assert keeper.unwrap(1, "a", wrapped) == b"x"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_process_sees_what_another_changes_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    running, command = FileKeeper(path, create=True), FileKeeper(path)
    first = running.wrap(1, "a", b"x")
    command.create()
    assert running.unwrap(2, "a", command.wrap(2, "a", b"y")) == b"y"
    command.destroy(1)
    with pytest.raises(KeyUnavailableError, match="Version 1"):
        running.unwrap(1, "a", first)


def test_a_destroyed_key_is_not_in_the_bytes_of_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    keeper = FileKeeper(path, create=True)
    held = path.open("rb")  # keeps the old file's bytes reachable, as a disk would
    content = held.read()
    keeper.create()
    keeper.destroy(1)
    held.seek(0)
    assert held.read() == bytes(len(content))
    held.close()
    assert list(tmp_path.iterdir()) == [path]


def test_many_that_make_versions_at_once_lose_none(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    FileKeeper(path, create=True)
    made: list[int] = []
    threads = [
        threading.Thread(target=lambda: made.append(FileKeeper(path).create())) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == list(range(2, 10))
    assert FileKeeper(path).versions() == tuple(range(1, 10))


def test_a_version_of_the_environment_is_made_and_removed_by_a_person() -> None:
    keeper = EnvironmentKeeper(f"1:{DRAWN}, 2:{b64encode(os.urandom(32)).decode()}")
    assert keeper.versions() == (1, 2)
    assert keeper.unwrap(2, "a", keeper.wrap(2, "a", b"x")) == b"x"
    with pytest.raises(ConfigurationError, match="3:KEY"):
        keeper.create()
    with pytest.raises(ConfigurationError, match="remove it from VIGIA_KEYS"):
        keeper.destroy(1)
    keeper.destroy(7)
    with pytest.raises(KeyUnavailableError):
        keeper.wrap(7, "a", b"x")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        DRAWN,
        f"0:{DRAWN}",
        f"x:{DRAWN}",
        f"1:{DRAWN},1:{DRAWN}",
        f"1:{DRAWN}!",
        f"1:{DRAWN} a",
    ],
)
def test_keys_that_cannot_be_read_are_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(ConfigurationError, match="VIGIA_KEYS") as refused:
        EnvironmentKeeper(text)
    assert DRAWN not in str(refused.value)


@given(text=st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_keys(text, "x")
