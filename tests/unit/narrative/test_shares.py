"""A trace of tissue is never told as none, nor a bed in which the tissues do not fit."""

from dataclasses import replace

import pytest
from pydantic import ValidationError
from told_cases import SEEN, WOUND

from vigia_detect.clinical.narrative import findings, views
from vigia_detect.clinical.narrative.forms import Description, TissueBands
from vigia_detect.clinical.narrative.view import Span
from vigia_detect.domain.findings import TissueShares


@pytest.mark.parametrize("share", [0.0, 0.001, 0.004])
def test_what_would_read_as_zero_is_not_told(share: float) -> None:
    wound = replace(WOUND.wound, tissue=TissueShares(necrosis=share, granulation=1 - share))  # type: ignore[type-var]
    told = findings.of_picture(WOUND, views.measured(replace(WOUND, wound=wound)))
    (eschar,) = (one for one in told if one.field == "share.eschar")
    assert eschar.absent


def test_a_trace_is_called_one() -> None:
    assert Span(0.3, 0.4).words("es") == "menos de 1 %"
    assert Span(0.3, 0.4).words("en") == "less than 1 %"
    assert Span(0, 0).words("es") == "0 %"
    assert Span(0.3, 10).words("es") == "0 a 10 %"


@pytest.mark.parametrize(
    ("bed", "fits"),
    [
        ({"granulation": "from_75", "slough": "from_50"}, False),
        ({"granulation": "from_50", "slough": "from_50", "eschar": "from_25"}, False),
        ({"granulation": "from_75", "slough": "from_25", "purple": "from_75"}, True),
        ({"granulation": "from_50", "slough": "from_50", "eschar": "below_25"}, True),
    ],
    ids=["two", "three", "full", "nearly"],
)
def test_the_tissues_fit_in_the_bed(bed: dict[str, str], *, fits: bool) -> None:
    none = dict.fromkeys(TissueBands.model_fields, "none")
    seen = {**SEEN, "bed": {**none, **bed}}
    if fits:
        assert Description.model_validate(seen)
    else:
        with pytest.raises(ValidationError):
            Description.model_validate(seen)
