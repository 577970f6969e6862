import secrets
import string
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigia_detect.domain.ack_link import TOKEN_LENGTH, AckLink, new_link, read, sign
from vigia_detect.domain.button import Button
from vigia_detect.domain.ids import AlertId
from vigia_detect.errors import ForgedLinkError

KEY = b"k" * 32
links = st.builds(
    new_link,
    st.uuids().map(str).map(AlertId),
    st.text(min_size=1, max_size=64).filter(str.isprintable),
    expires_at=st.integers(0, 2**40),
    buttons=st.sets(st.sampled_from(Button), min_size=1),
)


def a_link() -> AckLink:
    return new_link(AlertId(str(uuid.uuid4())), "Ana Soto", expires_at=1000)


@given(links)
def test_what_is_signed_is_read(link: AckLink) -> None:
    assert read(sign(link, KEY), KEY) == link


@given(links)
def test_a_token_fits_into_an_address_as_it_is(link: AckLink) -> None:
    assert set(sign(link, KEY)) <= set(string.ascii_letters + string.digits + "-_.")


def test_a_token_of_an_ordinary_name_is_short() -> None:
    assert len(sign(a_link(), KEY)) < TOKEN_LENGTH / 2


@given(links, st.data())
def test_whatever_letter_is_changed_it_is_refused(link: AckLink, data: st.DataObject) -> None:
    token = sign(link, KEY)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != token[place]))
    with pytest.raises(ForgedLinkError):
        read(token[:place] + other + token[place + 1 :], KEY)


@pytest.mark.parametrize("cut", [0, 1, 5, -1, -10])
def test_a_token_cut_short_is_refused(cut: int) -> None:
    with pytest.raises(ForgedLinkError):
        read(sign(a_link(), KEY)[:cut], KEY)


@given(st.text(max_size=2000))
def test_whatever_somebody_sends_is_refused_without_trouble(text: str) -> None:
    with pytest.raises(ForgedLinkError):
        read(text, KEY)


def test_another_key_signs_nothing_for_us() -> None:
    with pytest.raises(ForgedLinkError):
        read(sign(a_link(), secrets.token_bytes(32)), KEY)


def test_no_two_links_are_the_same() -> None:
    alert_id = AlertId(str(uuid.uuid4()))
    made = {new_link(alert_id, "Ana", expires_at=1).nonce for _ in range(1000)}
    assert len(made) == 1000


@pytest.mark.parametrize(("now", "over"), [(999.9, False), (1000.0, True), (1e12, True)])
def test_its_time_is_over_when_it_comes(now: float, over: bool) -> None:  # noqa: FBT001
    assert a_link().over(now) == over
