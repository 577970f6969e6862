import re
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigia_detect.adapters.crypto import CACHED_KEYS, KeyRing
from vigia_detect.errors import ConfigurationError, CorruptDataError
from vigia_detect.ports import Cipher

RING = KeyRing(bytes(range(32)))
OTHER_RING = KeyRing(bytes(range(1, 33)))
ANA = RING.pseudonym("ana-1")
ANA_KEY = RING.new_data_key(ANA)

payloads = st.binary(max_size=300)
labels = st.text(max_size=40)


def test_it_fits_the_port() -> None:
    cipher: Cipher = RING
    assert cipher.pseudonym("ana-1") == ANA


@given(plain=payloads, label=labels)
def test_what_is_sealed_opens_to_the_same(plain: bytes, label: str) -> None:
    sealed = RING.seal(ANA, ANA_KEY, label, plain)
    assert RING.open(ANA, ANA_KEY, label, sealed) == plain


@given(plain=payloads, data=st.data())
def test_any_changed_byte_is_refused(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(RING.seal(ANA, ANA_KEY, "a", plain))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CorruptDataError):
        RING.open(ANA, ANA_KEY, "a", bytes(sealed))


@given(plain=payloads, data=st.data())
def test_anything_cut_short_is_refused(plain: bytes, data: st.DataObject) -> None:
    sealed = RING.seal(ANA, ANA_KEY, "a", plain)
    with pytest.raises(CorruptDataError):
        RING.open(ANA, ANA_KEY, "a", sealed[: data.draw(st.integers(0, len(sealed) - 1))])


@given(here=labels, there=labels)
def test_labels_do_not_mix(here: str, there: str) -> None:
    sealed = RING.seal(ANA, ANA_KEY, here, b"x")
    if here == there:
        assert RING.open(ANA, ANA_KEY, there, sealed) == b"x"
    else:
        with pytest.raises(CorruptDataError):
            RING.open(ANA, ANA_KEY, there, sealed)


def test_every_byte_of_a_wrapped_key_counts() -> None:
    for place in range(len(ANA_KEY)):
        broken = bytearray(ANA_KEY)
        broken[place] ^= 1
        with pytest.raises(CorruptDataError):
            RING.seal(ANA, bytes(broken), "a", b"x")


def test_a_key_does_not_serve_another_patient() -> None:
    bea = RING.pseudonym("bea-2")
    with pytest.raises(CorruptDataError):
        RING.seal(bea, ANA_KEY, "a", b"x")
    sealed = RING.seal(ANA, ANA_KEY, "a", b"x")
    with pytest.raises(CorruptDataError):
        RING.open(bea, RING.new_data_key(bea), "a", sealed)


def test_another_master_key_opens_nothing() -> None:
    with pytest.raises(CorruptDataError):
        OTHER_RING.open(ANA, ANA_KEY, "a", RING.seal(ANA, ANA_KEY, "a", b"x"))


@given(code=st.text(min_size=1, max_size=40))
def test_a_pseudonym_is_stable_opaque_and_of_this_master_key(code: str) -> None:
    pseudonym = RING.pseudonym(code)
    assert pseudonym == KeyRing(bytes(range(32))).pseudonym(code)
    assert pseudonym != OTHER_RING.pseudonym(code)
    assert re.fullmatch(r"p_[a-z2-7]{32}", pseudonym)


@given(codes=st.lists(st.text(), unique=True, max_size=20))
def test_different_codes_have_different_pseudonyms(codes: list[str]) -> None:
    assert len({RING.pseudonym(code) for code in codes}) == len(codes)


def test_the_same_text_twice_looks_different() -> None:
    assert RING.seal(ANA, ANA_KEY, "a", b"x") != RING.seal(ANA, ANA_KEY, "a", b"x")
    assert RING.new_data_key(ANA) != RING.new_data_key(ANA)


def test_the_plain_text_is_not_in_the_sealed_one() -> None:
    plain = b"Juana Soto, 12.345.678-9"
    assert plain not in RING.seal(ANA, ANA_KEY, "a", plain)


def test_unwrapped_keys_are_kept_in_bounds() -> None:
    ring = KeyRing(bytes(32))
    for number in range(CACHED_KEYS + 10):
        pseudonym = ring.pseudonym(str(number))
        ring.seal(pseudonym, ring.new_data_key(pseudonym), "a", b"x")
    assert ring._unwrap.cache_info().currsize == CACHED_KEYS


def test_a_created_key_is_private_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    first = KeyRing.from_file(path, create=True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_bytes()) == 32
    assert list(path.parent.iterdir()) == [path]
    again = KeyRing.from_file(path, create=True)
    assert again.pseudonym("ana-1") == first.pseudonym("ana-1")


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    start, found = threading.Barrier(8), []

    def begin() -> None:
        start.wait()
        found.append(KeyRing.from_file(path, create=True).pseudonym("ana-1"))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_missing_key_is_not_made_unasked(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    with pytest.raises(ConfigurationError, match="restore it from its backup"):
        KeyRing.from_file(path)
    assert not path.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    KeyRing.from_file(path, create=True)
    path.chmod(mode)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        KeyRing.from_file(path, create=True)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_key_of_a_wrong_length_is_refused_and_left_alone(tmp_path: Path, length: int) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(bytes(length))
    path.chmod(0o600)
    with pytest.raises(ConfigurationError, match="32 bytes"):
        KeyRing.from_file(path, create=True)
    assert path.read_bytes() == bytes(length)
    with pytest.raises(ConfigurationError, match="32 bytes"):
        KeyRing(bytes(length))


def test_a_folder_in_the_place_of_the_key_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="make it a file"):
        KeyRing.from_file(tmp_path, create=True)
