import re

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from keyrings import HandKeeper, ring

from vigia_detect.adapters.crypto import CACHED_KEYS, encrypt
from vigia_detect.domain.keys import named, taken_apart
from vigia_detect.errors import CorruptDataError, ErasedError, KeyUnavailableError
from vigia_detect.ports import Cipher
from vigia_detect.trail.record import BadRecordError, open_record

RING = ring(bytes(range(32)))
OTHER_RING = ring(bytes(range(1, 33)))
ANA = RING.pseudonym("ana-1")
ANA_KEY = RING.new_data_key(ANA, 1)

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
        # A changed version is either unknown or does not fit.
        with pytest.raises((CorruptDataError, KeyUnavailableError)):
            RING.seal(ANA, bytes(broken), "a", b"x")


def test_a_key_does_not_serve_another_patient() -> None:
    bea = RING.pseudonym("bea-2")
    with pytest.raises(CorruptDataError):
        RING.seal(bea, ANA_KEY, "a", b"x")
    sealed = RING.seal(ANA, ANA_KEY, "a", b"x")
    with pytest.raises(CorruptDataError):
        RING.open(bea, RING.new_data_key(bea, 1), "a", sealed)


def test_another_master_key_opens_nothing() -> None:
    with pytest.raises(CorruptDataError):
        OTHER_RING.open(ANA, ANA_KEY, "a", RING.seal(ANA, ANA_KEY, "a", b"x"))


@given(code=st.text(min_size=1, max_size=40))
def test_a_pseudonym_is_stable_opaque_and_of_this_master_key(code: str) -> None:
    pseudonym = RING.pseudonym(code)
    assert pseudonym == ring(bytes(range(32))).pseudonym(code)
    assert pseudonym != OTHER_RING.pseudonym(code)
    assert re.fullmatch(r"p_[a-z2-7]{32}", pseudonym)


@given(codes=st.lists(st.text(), unique=True, max_size=20))
def test_different_codes_have_different_pseudonyms(codes: list[str]) -> None:
    assert len({RING.pseudonym(code) for code in codes}) == len(codes)


def test_the_same_text_twice_looks_different() -> None:
    assert RING.seal(ANA, ANA_KEY, "a", b"x") != RING.seal(ANA, ANA_KEY, "a", b"x")
    assert RING.new_data_key(ANA, 1) != RING.new_data_key(ANA, 1)


def test_the_plain_text_is_not_in_the_sealed_one() -> None:
    plain = b"Juana Soto, 12.345.678-9"
    assert plain not in RING.seal(ANA, ANA_KEY, "a", plain)


def test_unwrapped_keys_are_kept_in_bounds() -> None:
    mine = ring(bytes(32))
    for number in range(CACHED_KEYS + 10):
        pseudonym = mine.pseudonym(str(number))
        mine.seal(pseudonym, mine.new_data_key(pseudonym, 1), "a", b"x")
    assert mine._unwrap.cache_info().currsize == CACHED_KEYS


def test_what_was_wrapped_before_versions_had_names_opens_with_the_first() -> None:
    nameless = taken_apart(ANA_KEY)[1]
    assert RING.open(ANA, nameless, "a", RING.seal(ANA, ANA_KEY, "a", b"x")) == b"x"


def test_the_pseudonym_does_not_depend_on_the_key_that_wraps() -> None:
    keeper = HandKeeper({1: b"a" * 32, 2: b"b" * 32})
    mine = ring(b"a" * 32, keeper)
    before = mine.pseudonym("ana-1")
    keeper.destroy(1)
    assert mine.pseudonym("ana-1") == before


def test_a_destroyed_key_opens_nothing_and_says_so() -> None:
    with pytest.raises(ErasedError):
        RING.open(ANA, b"", "a", RING.seal(ANA, ANA_KEY, "a", b"x"))


@given(version=st.integers(1, 2**32 - 1), wrapped=st.binary(max_size=80))
def test_a_wrapped_key_names_its_version(version: int, wrapped: bytes) -> None:
    if wrapped:
        assert taken_apart(named(version, wrapped)) == (version, wrapped)


@given(plain=payloads, label=labels)
def test_what_was_sealed_before_records_had_keys_still_opens(plain: bytes, label: str) -> None:
    old = encrypt(AESGCM(RING._unwrap(ANA, ANA_KEY)), label, plain)
    assert RING.open(ANA, ANA_KEY, label, old) == plain
    assert RING.record_key(ANA, ANA_KEY, label, old) is None


@given(plain=payloads, label=labels)
def test_the_key_of_a_record_opens_that_record_alone(plain: bytes, label: str) -> None:
    mine, other = (RING.seal(ANA, ANA_KEY, label, plain) for _ in range(2))
    key = RING.record_key(ANA, ANA_KEY, label, mine)
    assert key is not None
    assert key != RING._unwrap(ANA, ANA_KEY)
    assert open_record(key, label, mine) == plain
    for again, name in ((other, label), (mine, label + "x")):
        with pytest.raises(BadRecordError):
            open_record(key, name, again)
