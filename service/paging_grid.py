"""The places for thresholds that a budget tries: named by people, or spread around the present."""

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Final

from ontology.values import Datatype, ValueInvalid
from rules.thresholds import Threshold
from service.paging_curve import At

MOST_VALUES: Final = 100
"""Values of one threshold that are tried alone."""
MOST_POINTS: Final = 400
"""Places of several thresholds that are tried together."""
MOST_FIELDS: Final = 2

_AROUND: Final = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0, 2.5, 3.0)
_BESIDE: Final = range(-6, 7)


class GridInvalid(ValueError):
    """These values can't be tried; the message shows some that can."""


def grid(chosen: Sequence[Threshold], values: Sequence[Sequence[float]]) -> list[At]:
    """Every place to be tried; where nothing is named for a threshold, values around the present.

    Raises:
        GridInvalid: too many thresholds or places, or values that the figure can never have.
    """
    if len(chosen) > MOST_FIELDS or len({one.name for one in chosen}) < len(chosen):
        raise GridInvalid(
            f"move one threshold, or {MOST_FIELDS} different ones, not {len(chosen)}"
        )
    if len(values) > len(chosen):
        raise GridInvalid(f"values for {len(values)} thresholds, of which {len(chosen)} are moved")
    named = [*values, *([()] * (len(chosen) - len(values)))]
    axes = [
        _checked(one, given) if given else _around(one)
        for one, given in zip(chosen, named, strict=True)
    ]
    many = prod(map(len, axes))
    most = MOST_VALUES if len(chosen) == 1 else MOST_POINTS
    if many > most:
        raise GridInvalid(f"{many} places are more than {most}; name fewer values")
    return [*product(*axes)]


def _checked(one: Threshold, given: Sequence[float]) -> list[float]:
    try:
        return sorted({_valid(one, value) for value in given})
    except (ValueInvalid, OverflowError) as error:
        raise GridInvalid(f"{one.name}: {error}") from error


def _valid(one: Threshold, value: float) -> float:
    whole = one.field.datatype is Datatype.INTEGER
    if whole and value != int(value):
        raise ValueInvalid(f"{value:g} is no whole number; for example {one.field.example}")
    found = one.field.check(int(value) if whole else float(value))
    if not isinstance(found, int | float):
        raise TypeError(f"{one.name} holds no numbers")
    return float(found)


def _around(one: Threshold) -> list[float]:
    whole = one.field.datatype is Datatype.INTEGER
    step = 1.0 if whole else 10.0**-one.field.decimals
    near = [one.value * part for part in _AROUND] if one.value else [step * n for n in _BESIDE]
    found = set[float]()
    for value in near:
        try:
            found.add(_valid(one, float(round(value)) if whole else value))
        except ValueInvalid:
            continue  # beyond what the figure can be
    return sorted(found)
