import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigia_detect.domain.options import KEY_LENGTH, NAMES, Options
from vigia_detect.errors import InvalidOptionError


@pytest.mark.parametrize("given_", [None, {}])
def test_without_options_a_case_is_routine_and_in_the_house_language(given_: dict | None) -> None:
    assert Options.parse(given_, lang="en") == Options("en", "routine", None)


def test_all_options() -> None:
    asked = {"lang": "en", "priority": "emergency", "idempotency_key": "order 7"}
    assert Options.parse(asked) == Options("en", "emergency", "order 7")


def test_an_unknown_option_is_an_error_that_suggests_the_right_one() -> None:
    with pytest.raises(InvalidOptionError, match="did you mean priority"):
        Options.parse({"prioriti": "emergency"})
    with pytest.raises(InvalidOptionError, match=", ".join(NAMES)):
        Options.parse({"wound": 1})


@pytest.mark.parametrize(
    "asked",
    [
        {"lang": "fr"},
        {"lang": None},
        {"lang": ["es"]},
        {"priority": "low"},
        {"priority": "EMERGENCY"},
        {"priority": 1},
        {"idempotency_key": ""},
        {"idempotency_key": "x" * (KEY_LENGTH + 1)},
        {"idempotency_key": 7},
    ],
)
def test_a_wrong_value_is_an_error_that_names_its_option(asked: dict[str, object]) -> None:
    (name,) = asked
    with pytest.raises(InvalidOptionError, match=f"^{name}: must be"):
        Options.parse(asked)


@given(st.dictionaries(st.text(max_size=20), st.none() | st.text(max_size=5) | st.integers()))
def test_whatever_is_given_is_read_or_refused(asked: dict[str, object]) -> None:
    try:
        read = Options.parse(asked)
    except InvalidOptionError:
        return
    assert set(asked) <= set(NAMES)
    assert (read.lang, read.priority) in {("es", "routine"), ("en", "routine"), ("es", "emergency")}
