"""Formulas of KPIs: a literal S-FEEL expression over numbers, or a measure of one list of them."""

import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from ontology.events import Json
from ontology.kinds import Field
from ontology.record_values import RecordInvalid
from ontology.values import Datatype, quote
from rules.expression_reader import read_expression
from rules.expressions import Expression, names_in, plain, worth
from rules.unary import TestInvalid

MOST_NUMBERS: Final = 100_000
_TYPE: Final = "KPI"
_FORMULA: Final = "/properties/formula"
_INPUT: Final = "/properties/input"


def _ninetieth(numbers: Sequence[float]) -> float:
    """The value that nine in ten do not exceed: the nearest rank."""
    return sorted(numbers)[math.ceil(0.9 * len(numbers)) - 1]


MEASURES: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {
    "mean": statistics.fmean,
    "median": statistics.median,
    "ninetieth percentile": _ninetieth,
}
"""What a formula may name instead of an expression; each takes its one input as a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A formula that was read: of a measure the name, else the expression; and its inputs."""

    inputs: tuple[str, ...]
    measure: str | None
    expression: Expression | None

    def value(self, given: Mapping[str, Json]) -> float:
        """The figure for these inputs.

        Raises:
            RecordInvalid: an input is missing, unknown or no number, or there is no figure.
        """
        errors = dict(self._wrong(given))
        if errors:
            raise RecordInvalid(errors)
        if self.measure is not None:
            return float(MEASURES[self.measure](cast("list[float]", given[self.inputs[0]])))
        numbers = cast("Mapping[str, float]", given)
        found = plain(worth(self.expression, numbers)) if self.expression is not None else None
        if isinstance(found, bool) or not isinstance(found, int | float) or math.isinf(found):
            raise RecordInvalid({"/inputs": f"the formula has no value for {quote(dict(given))}"})
        return float(found)

    def _wrong(self, given: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
        known = ", ".join(map(repr, self.inputs)) or "none"
        for name in sorted(set(self.inputs) - set(given)):
            yield f"/inputs/{name}", "is missing"
        for name, value in given.items():
            if name not in self.inputs:
                yield f"/inputs/{name[:80]}", f"is no input of the formula; it has {known}"
            elif self.measure is None and not _number(value):
                yield f"/inputs/{name}", f"{quote(value)} is no number; for example 12"
            elif self.measure is not None and not _numbers(value):
                words = f"is no list of 1 to {MOST_NUMBERS} numbers; for example [12, 30.5]"
                yield f"/inputs/{name}", f"{quote(value)[:120]} {words}"


def read_formula(text: str, inputs: Sequence[str]) -> Formula:
    """A formula over declared inputs.

    Raises:
        RecordInvalid: it is neither an expression of a number nor a measure, or names another
            input than those.

    >>> read_formula("answers in time / answers", ["answers in time", "answers"]).value(
    ...     {"answers in time": 9, "answers": 10})
    0.9
    """
    if text in MEASURES:
        if len(inputs) != 1:
            words = f"{text} is a measure of one input, a list of numbers; {len(inputs)} are named"
            raise RecordInvalid({_INPUT: words})
        return Formula(inputs=tuple(inputs), measure=text, expression=None)
    fields = {name: _field(name) for name in inputs}
    try:
        expression, sort = read_expression(text, fields)
    except TestInvalid as error:
        raise RecordInvalid({_FORMULA: _cured(error, inputs)}) from error
    if sort != "number":
        raise RecordInvalid({_FORMULA: f"{quote(text)} gives a {sort}; a figure is a number"})
    unused = sorted(set(inputs) - names_in(expression))
    if unused:
        raise RecordInvalid({_INPUT: f"{quote(unused[0])} does not stand in the formula"})
    return Formula(inputs=tuple(inputs), measure=None, expression=expression)


def formulated(name: str, properties: Mapping[str, Json]) -> dict[str, Json]:
    """Properties of a record, of a KPI only with a formula that can be reckoned.

    Raises:
        RecordInvalid: the formula is none.
    """
    said = dict(properties)
    if name == _TYPE and isinstance(text := said.get("formula"), str):
        read_formula(text, inputs_of(said))
    return said


def inputs_of(properties: Mapping[str, Json]) -> list[str]:
    """The inputs that a KPI declares."""
    given = properties.get("input")
    several = given if isinstance(given, list) else [given] if given is not None else []
    return [one for one in several if isinstance(one, str)]


def _field(name: str) -> Field:
    return Field(name=name, datatype=Datatype.DECIMAL, decimals=12, example="12")


def _cured(error: TestInvalid, inputs: Sequence[str]) -> str:
    near = f"; did you mean {error.nearest!r}?" if error.nearest else ""
    known = ", ".join(map(repr, inputs)) or "none; name them in input"
    form = f"write an expression like answers in time / answers, or {', '.join(MEASURES)}"
    return f"{quote(error.offending)}: {error.reason}{near}; its inputs are {known}; {form}"


def _number(value: Json) -> bool:
    usual = isinstance(value, int | float) and not isinstance(value, bool)
    return usual and math.isfinite(cast("float", value))


def _numbers(value: Json) -> bool:
    several = isinstance(value, list) and 0 < len(value) <= MOST_NUMBERS
    return several and all(map(_number, cast("list[Json]", value)))
