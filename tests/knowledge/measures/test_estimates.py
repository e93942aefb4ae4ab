"""Estimates: a figure has ends in their order, and says what it can't say."""

import json
import math

import pytest

from knowledge.measures.estimates import Estimate, Withheld


def test_an_open_end_is_null_in_json() -> None:
    figure = Estimate(value=3.0, low=1.0, high=math.inf, n=9)
    told = json.loads(json.dumps(dict(figure.to_json()), allow_nan=False))
    assert told == {"value": 3.0, "low": 1.0, "high": None, "n": 9, "level": 0.95}


@pytest.mark.parametrize(
    ("value", "low", "high"), [(math.nan, 0, 1), (math.inf, 0, 1), (1, 2, 0), (1, math.nan, 2)]
)
def test_what_is_no_figure_is_refused(value: float, low: float, high: float) -> None:
    with pytest.raises(ValueError, match="no estimate"):
        Estimate(value=value, low=low, high=high, n=3)


def test_a_withheld_figure_says_why() -> None:
    told = Withheld(reason="fewer than 10 answers", n=4)
    assert told.to_json() == {"withheld": "fewer than 10 answers", "n": 4}
