"""Decision tables: rows of S-FEEL unary tests and outputs under one of the DMN hit policies.

```yaml
table: compensation            # the name of the decision
hit: U                         # U A P F R O C C+ C< C> C#; U where it is left out
inputs:
  - {name: delay, type: duration}
  - {name: segment, type: string, allowed: [commuter, visitor]}
outputs:
  - {name: share, type: number}
  - {name: tone, type: string, allowed: [warm, plain]}   # for P and O: the first comes first
rows:
  - {when: [">= 60 minutes", commuter], then: [0.5, warm], note: The promise of 2025.}
  - {when: {delay: "[PT30M..PT1H)"}, then: [0.25, plain]}
```

An output that begins with `=` is an S-FEEL expression over the inputs: `"= fare * 0.5"`. An input
with an `expression` is reckoned from the others, and is tested like them.
A type is one of number, string, boolean, date, time, date and time, duration (in days and time),
years and months duration. Tests stand in the order of the inputs, or by name where some are left
out. A table with one output gives its value, one with several an object. Nothing matched: what the
outputs give by `default`; else null (U A P F, sums), `[]` (R O C), 0 (C#).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, TypeAlias, cast

from ontology.events import Json
from ontology.kinds import Field
from ontology.values import Value, ValueInvalid, encode, quote
from rules.expressions import Expression, plain, worth
from rules.sfeel import MISSING, Input, Test, holds

Outputs: TypeAlias = tuple[Value | Expression | None, ...]
HITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "U": "unique",
        "A": "any",
        "P": "priority",
        "F": "first",
        "R": "rule order",
        "O": "output order",
        "C": "collect",
        "C+": "sum",
        "C<": "min",
        "C>": "max",
        "C#": "count",
    }
)


class InputInvalid(ValueError):
    """Inputs do not fit a table; `errors` maps each name to its words."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        """Keep the errors by name; the message joins them."""
        self.errors = dict(errors)
        super().__init__("; ".join(f"{name}: {words}" for name, words in errors.items()))


class HitViolated(ValueError):
    """Rows matched that the hit policy does not allow together; `lines` says where they stand."""

    def __init__(self, words: str, lines: Sequence[int]) -> None:
        """Keep the lines."""
        self.lines = tuple(lines)
        super().__init__(f"{words}: rows at lines {', '.join(map(str, lines))}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: a test an input, a value or an expression an output; None is a null."""

    tests: tuple[Test, ...]
    outputs: Outputs
    line: int
    note: str = field(default="", compare=False)
    """What it says for readers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A decision table that was read."""

    name: str
    hit: str
    inputs: tuple[Field, ...]
    outputs: tuple[Field, ...]
    rows: tuple[Row, ...]
    reckoned: Mapping[str, Expression] = field(default_factory=dict)
    """The inputs that are reckoned from the others, by name."""
    defaults: Outputs = ()
    """What holds where no row matches, one an output; empty where nothing does."""

    def evaluate(self, given: Mapping[str, object]) -> dict[str, Json]:
        """The decision under its name.

        A name that is not in `given` is missing; None is a null. Inputs of other names are the
        business of other tables and are left alone.

        Raises:
            InputInvalid: an input is not of its type; all errors at once.
            HitViolated: the rows that matched contradict the hit policy.
        """
        named = inputs_of([f for f in self.inputs if f.name not in self.reckoned], given)
        for shape in self.inputs:
            if shape.name in self.reckoned:
                named[shape.name] = reckon(self.reckoned[shape.name], shape, named)
        values = [named[shape.name] for shape in self.inputs]
        found = [row for row in self.rows if self._matches(row, values)]
        if self.defaults and not found:
            found = [Row(tests=(), outputs=self.defaults, line=0)]
        matched = [self._valued(row, named) for row in found]
        return {self.name: _COMBINED[self.hit](self, matched)}

    def _valued(self, row: Row, named: Mapping[str, Input]) -> Row:
        """The row with its expressions reckoned."""
        outputs = tuple(
            reckon(cell, shape, named) if isinstance(cell, Expression) else cell
            for cell, shape in zip(row.outputs, self.outputs, strict=True)
        )
        return replace(row, outputs=outputs)

    def _matches(self, row: Row, values: Sequence[Input]) -> bool:
        triples = zip(row.tests, values, self.inputs, strict=True)
        return all(holds(test, value, shape) for test, value, shape in triples)

    def shown(self, row: Row) -> Json:
        """The outputs of a row: one value, or an object of several."""
        pairs = {f.name: json_of(v) for f, v in zip(self.outputs, row.outputs, strict=True)}
        return next(iter(pairs.values())) if len(pairs) == 1 else dict(pairs)

    def priority(self, row: Row) -> tuple[int, ...]:
        """The places of a row's outputs in the order that the outputs list, first is highest."""
        return tuple(
            [*f.allowed, str(v)].index(str(v)) if f.allowed else 0
            for f, v in zip(self.outputs, row.outputs, strict=True)
        )


def inputs_of(fields: Sequence[Field], given: Mapping[str, object]) -> dict[str, Input]:
    """Inputs by name, each of its type; None is a null, `MISSING` was not given.

    Raises:
        InputInvalid: an input is not of its type; all errors at once.
    """
    values: dict[str, Input] = {}
    errors: dict[str, str] = {}
    for shape in fields:
        value = given.get(shape.name, MISSING)
        try:
            here = value is not None and value is not MISSING
            values[shape.name] = shape.check(value) if here else cast("Input", value)
        except ValueInvalid as error:
            errors[shape.name] = str(error)
    if errors:
        raise InputInvalid(errors)
    return values


def reckon(expression: Expression, shape: Field, named: Mapping[str, Input]) -> Value | None:
    """The value of an expression, as its field keeps it.

    Raises:
        InputInvalid: the inputs lead to a value that the field cannot hold.
    """
    value = plain(worth(expression, named))
    try:
        return None if value is None else shape.check(value)
    except ValueInvalid as error:
        raise InputInvalid({shape.name: f"the inputs lead to {error}"}) from error


def json_of(value: Value | Expression | None) -> Json:
    """A value as JSON; a number without places is written as a whole one."""
    if value is None or isinstance(value, Expression):
        return None
    written = encode(value)
    whole = isinstance(written, float) and written.is_integer()
    return int(written) if whole else written


def _unique(table: Table, rows: Sequence[Row]) -> Json:
    if len(rows) > 1:
        raise HitViolated(f"{table.name} is unique (U), yet several match", _lines(rows))
    return table.shown(rows[0]) if rows else None


def _any(table: Table, rows: Sequence[Row]) -> Json:
    if len({row.outputs for row in rows}) > 1:
        raise HitViolated(f"{table.name} is any (A), yet outputs differ", _lines(rows))
    return table.shown(rows[0]) if rows else None


def _first(table: Table, rows: Sequence[Row]) -> Json:
    return table.shown(rows[0]) if rows else None


def _list(table: Table, rows: Sequence[Row]) -> Json:
    return [table.shown(row) for row in rows]


def _ordered(table: Table, rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=table.priority)


def _aggregate(of: Callable[[Sequence[float]], float]) -> Callable[[Table, Sequence[Row]], Json]:
    def combined(_table: Table, rows: Sequence[Row]) -> Json:
        numbers = [cast("float", row.outputs[0]) for row in rows]
        if not numbers or None in numbers:
            return None
        return json_of(round(of(numbers), 12))

    return combined


def _lines(rows: Sequence[Row]) -> list[int]:
    return [row.line for row in rows]


_COMBINED: Final[Mapping[str, Callable[[Table, Sequence[Row]], Json]]] = MappingProxyType(
    {
        "U": _unique,
        "A": _any,
        "P": lambda table, rows: _first(table, _ordered(table, rows)),
        "F": _first,
        "R": _list,
        "O": lambda table, rows: _list(table, _ordered(table, rows)),
        "C": _list,
        "C+": _aggregate(sum),
        "C<": _aggregate(min),
        "C>": _aggregate(max),
        "C#": lambda _table, rows: len(rows),
    }
)


def known(hit: str) -> str | None:
    """The sign of a hit policy by sign or by word, None where it is none.

    >>> known("rule order"), known("c+"), known("best")
    ('R', 'C+', None)
    """
    words = {word: sign for sign, word in HITS.items()}
    return hit.upper() if hit.upper() in HITS else words.get(hit.strip().lower())


def unfit(hit: str) -> str:
    """Words for a hit policy that there is not."""
    return f"{quote(hit)} is no hit policy; there are {', '.join(HITS)}"
