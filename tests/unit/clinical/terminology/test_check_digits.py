import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigia_detect.domain.check_digits import (
    is_loinc_code,
    is_snomed_id,
    luhn_digit,
    verhoeff_remainder,
)


@pytest.mark.parametrize("code", ["1163215007", "7771000", "73211009", "138875005"])
def test_right_snomed_ids(code: str) -> None:
    assert is_snomed_id(code)


@pytest.mark.parametrize("code", ["38228-3", "38227-5", "2345-7", "8480-6"])
def test_right_loinc_codes(code: str) -> None:
    assert is_loinc_code(code)


@pytest.mark.parametrize(
    "code", ["", "0", "12345", "0163215007", "116321500\uff17", "1163215007 ", "38227-5", "1" * 19]
)
def test_wrong_forms_of_snomed_ids(code: str) -> None:
    assert not is_snomed_id(code)


@pytest.mark.parametrize("code", ["", "38227", "38227-", "-5", "38227-55", "LL36-5", "38227-5\n"])
def test_wrong_forms_of_loinc_codes(code: str) -> None:
    assert not is_loinc_code(code)


@given(st.integers(10**5, 10**17 - 1))
def test_exactly_one_verhoeff_digit_is_right(number: int) -> None:
    assert [verhoeff_remainder(f"{number}{digit}") for digit in range(10)].count(0) == 1


@given(st.from_regex(r"[1-9][0-9]{4,10}", fullmatch=True), st.data())
def test_verhoeff_finds_a_changed_digit_and_swapped_neighbours(
    digits: str, data: st.DataObject
) -> None:
    code = next(c for c in (f"{digits}{d}" for d in range(10)) if verhoeff_remainder(c) == 0)
    at = data.draw(st.integers(0, len(code) - 2))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != code[at]]))
    assert verhoeff_remainder(code[:at] + other + code[at + 1 :]) != 0
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert swapped == code or verhoeff_remainder(swapped) != 0


@given(st.integers(1, 9_999_999), st.integers(0, 9))
def test_luhn_has_one_right_digit(number: int, digit: int) -> None:
    right = luhn_digit(str(number))
    assert is_loinc_code(f"{number}-{digit}") == (digit == right)
