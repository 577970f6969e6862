import os
import resource
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from vigia_detect.adapters.blobs import FolderStore
from vigia_detect.errors import ConfigurationError, NotFoundError, StorageFullError
from vigia_detect.picture_ports import BlobStore

REF = "0198c3a2-7b1e-7c44-9d10-3f2a6b5c4d7e"


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "pictures"


@pytest.fixture
def store(root: Path) -> BlobStore:
    return FolderStore(root, min_free_mb=0)


def test_what_is_put_is_got(store: BlobStore) -> None:
    data = os.urandom(100_000)
    store.put(REF, data)
    assert store.get(REF) == data


def test_a_second_put_replaces(store: BlobStore) -> None:
    store.put(REF, b"first")
    store.put(REF, b"second, longer")
    assert store.get(REF) == b"second, longer"


def test_another_process_sees_it(store: BlobStore, root: Path) -> None:
    store.put(REF, b"x")
    assert FolderStore(root, min_free_mb=0).get(REF) == b"x"


def test_deleted_is_gone_and_deleting_again_is_fine(store: BlobStore, root: Path) -> None:
    store.put(REF, b"x")
    store.delete(REF)
    store.delete(REF)
    with pytest.raises(NotFoundError):
        store.get(REF)
    assert files(root) == []


def test_what_was_never_put_is_not_found(store: BlobStore) -> None:
    with pytest.raises(NotFoundError):
        store.get(REF)


@pytest.mark.parametrize(
    "ref",
    [
        *("", "..", "../../etc/passwd", "/etc/passwd", "a/b/c/d", "abc\0def", "abcd\n"),
        *("ABCDEF", "-abcd", "abcd-", "incoming", "a" * 65, "ana-soto"),
    ],
)
def test_a_name_that_is_no_id_never_reaches_the_disk(
    store: BlobStore, root: Path, ref: str
) -> None:
    for call in (store.get, store.delete, lambda name: store.put(name, b"x")):
        with pytest.raises(NotFoundError):
            call(ref)
    assert files(root) == []


def test_names_hold_the_id_only_and_nobody_else_can_read(store: BlobStore, root: Path) -> None:
    store.put(REF, b"x")
    assert files(root) == [f"7e/{REF}"]
    assert (root / "7e" / REF).stat().st_mode & 0o777 == 0o600
    assert {path.stat().st_mode & 0o777 for path in [root, root / "7e"]} == {0o700}


def test_ids_of_one_minute_spread_over_the_folders(store: BlobStore, root: Path) -> None:
    for _ in range(64):
        store.put(f"0198c3a2-7b1e-7{uuid.uuid4().hex[:3]}-9d10-{uuid.uuid4().hex[:12]}", b"x")
    assert len({path.parent for path in root.rglob("*") if path.is_file()}) > 30


def test_leftovers_of_a_crash_are_never_pictures_and_go_with_age(root: Path) -> None:
    store = FolderStore(root, min_free_mb=0)
    old, young = root / "incoming" / f"{REF}.aaaa", root / "incoming" / f"{REF}.bbbb"
    old.write_bytes(b"half")
    young.write_bytes(b"half")
    os.utime(old, (0, 0))
    with pytest.raises(NotFoundError):
        store.get(REF)
    FolderStore(root, min_free_mb=0)
    assert files(root) == [f"incoming/{REF}.bbbb"]
    assert store.clear_leftovers(older_than_s=-1) == 1
    assert files(root) == []


def test_a_killed_writer_leaves_the_old_picture_whole(root: Path) -> None:
    store = FolderStore(root, min_free_mb=0)
    store.put(REF, b"old")
    script = f"""
import os, pathlib
from vigia_detect.adapters.blobs import FolderStore
pathlib.Path.replace = lambda *_: os.kill(os.getpid(), 9)  # the moment before the rename
FolderStore(pathlib.Path({str(root)!r}), min_free_mb=0).put({REF!r}, b"new")
"""
    killed = subprocess.run([sys.executable, "-c", script], check=False)
    assert killed.returncode == -9
    assert store.get(REF) == b"old"
    assert len(files(root)) == 2
    store.put(REF, b"new")
    assert store.get(REF) == b"new"


def test_too_little_room_is_refused_before_writing(root: Path) -> None:
    free_mb = shutil.disk_usage(root.parent).free // 2**20
    FolderStore(root, min_free_mb=0).check_room()
    with pytest.raises(StorageFullError, match="MiB left"):
        FolderStore(root, min_free_mb=free_mb * 2 + 1).check_room()


@pytest.fixture
def files_of_64_kib_at_most() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("files_of_64_kib_at_most")
def test_a_write_that_stops_half_way_leaves_nothing(store: BlobStore, root: Path) -> None:
    with pytest.raises(StorageFullError):
        store.put(REF, bytes(100_000))
    assert files(root) == []
    store.put(REF, b"small")
    assert store.get(REF) == b"small"


FULL_DISK = """
import os, pathlib, sys, uuid
from vigia_detect.adapters.blobs import FolderStore
from vigia_detect.errors import StorageFullError
store = FolderStore(pathlib.Path(sys.argv[1]), min_free_mb=1)
store.check_room()
stored = {}
try:
    while True:
        ref, data = str(uuid.uuid4()), os.urandom(150_000)
        store.put(ref, data)
        stored[ref] = data
except StorageFullError as error:
    print("refused:", error)
assert len(stored) > 5, stored.keys()
assert all(store.get(ref) == data for ref, data in stored.items())
assert not any((pathlib.Path(sys.argv[1]) / "incoming").iterdir())
try:
    store.check_room()
except StorageFullError as error:
    print("refused:", error)
store.delete(next(iter(stored)))
store.put(str(uuid.uuid4()), os.urandom(100_000))
print("stored again")
"""


def test_a_really_full_disk_refuses_and_keeps_what_it_has(tmp_path: Path) -> None:
    in_own_mount = ["unshare", "--user", "--map-root-user", "--mount"]
    if subprocess.run([*in_own_mount, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine does not let a user mount a small disk of its own")
    mount = 'mount -t tmpfs -o size=2m tmpfs "$1" && exec "$2" -c "$3" "$1"'
    done = subprocess.run(
        [*in_own_mount, "sh", "-c", mount, "sh", tmp_path, sys.executable, FULL_DISK],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("refused:") == 2
    assert "stored again" in done.stdout


def test_a_folder_that_is_a_file_is_a_configuration_error(root: Path) -> None:
    root.write_bytes(b"")
    with pytest.raises(ConfigurationError, match="who owns it"):
        FolderStore(root, min_free_mb=0)
