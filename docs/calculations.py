"""The part of the reference on calculations: tables and expressions over inputs of one's own."""

from collections.abc import Iterator, Mapping
from typing import Final

import orjson

from docs.quoting import compact, parted, says
from docs.reference import table
from docs.trials import of_calculation, reckoned
from ontology.events import Json
from ontology.kinds import Field
from ontology.values import Datatype
from rules import parts
from rules.columns import TYPES
from rules.construct import Reckoning
from rules.expression_reader import LEVELS, read_expression
from rules.expressions import ORDERED, RESULTS
from rules.forms_of_calculations import (
    BOTH,
    GIVEN,
    NEITHER,
    RECKONED,
    RECKONING,
    SAMPLES,
    SETTLING,
    WRONG,
)
from rules.functions import BUILT_IN
from rules.sfeel import COMPARES
from rules.tables import HITS

_INPUTS: Final = "[{name: fare, type: number}, {name: delay, type: duration}]"


def calculations() -> str:
    """Hit policies, expressions, and what signs join."""
    return (
        "\n## Calculations\nTables and expressions over inputs of your own, for `attune rules "
        "evaluate`: [rules.md](rules.md) shows both. An input is of type "
        + ", ".join(f"`{name}`" for name in TYPES)
        + ". It may be missing, or given as null; tests of it are those above.\n"
        + "\n### A table\n"
        + parted(parts.CALCULATION, {*parts.CALCULATION} - {*parts.CALCULATION_MAY})
        + "\nOf a row:\n\n"
        + parted(parts.CALCULATION_ROW, {*parts.CALCULATION_ROW} - {*parts.CALCULATION_ROW_MAY})
        + "\nOf an input or an output:\n\n"
        + parted(parts.COLUMN, ("name", "type"))
        + "\n### An expression as a decision\n"
        + parted(parts.DECISION, {*parts.DECISION} - {*parts.DECISION_MAY})
        + _hits()
        + _reckoned()
        + _expressions()
        + _functions()
        + _signs()
    )


def decision(text: str, sort: str) -> str:
    """A decision that is one expression, over a fare and a delay."""
    quoted = orjson.dumps(text).decode()
    return f"decision: answer\ntype: {sort}\ninputs: {_INPUTS}\nexpression: {quoted}\n"


def answer(text: str, sort: str, given: Mapping[str, Json]) -> Json:
    """What an expression gives.

    Raises:
        ValueError: it is refused.
    """
    found, wrong = reckoned(decision(text, sort), given)
    if wrong:
        raise ValueError(f"{text}: {wrong}")
    return found


def _hits() -> str:
    shown = of_calculation("…")
    rows = [
        (f"`{hit}` {word}", SETTLING[hit].means, _found(hit, BOTH), _found(hit, NEITHER))
        for hit, word in HITS.items()
    ]
    return (
        f"\n### Hit policies of a calculation\n```yaml\n{shown}```\nThose that reckon have a "
        "number as output here: 0.25 in the first row, 0.5 in the second. A row with an output "
        "of null makes a sum, a smallest or a largest null.\n\n"
        + table(("hit", "what it gives", "both rows hold", "none does"), rows)
    )


def _found(hit: str, given: Mapping[str, Json]) -> str:
    found, wrong = reckoned(of_calculation(hit), given)
    return says(wrong) if wrong else compact(found)


def _reckoned() -> str:
    rows = [(compact(given), compact(reckoned(RECKONED, given)[0])) for given in GIVEN]
    wrong = RECKONED.replace("fare * 0.5", "fair * 0.5")
    return (
        f"\n### Reckoned inputs and outputs\n```yaml\n{RECKONED}```\n"
        + table(("inputs", "refund"), rows)
        + f"\n`= fair * 0.5 + hours`: {says(reckoned(wrong, {})[1])}\n"
    )


def _expressions() -> str:
    rows = [
        (f"`{one.written}`", _inputs(one), _gives(one.written, one.given), one.means)
        for one in RECKONING
    ]
    levels = " · ".join(" ".join(f"`{sign}`" for sign in level) for level in LEVELS)
    wrong = [(f"`{text}`", says(reckoned(decision(text, "number"), {})[1])) for text in WRONG]
    return (
        f"\n### Expressions\nWeakest first: {levels} · a minus before a value.\n\n"
        + table(("expression", "inputs", "gives", ""), rows)
        + "\nWhat is refused, `fare` being a number and `delay` a duration:\n\n"
        + table(("expression", "it says"), wrong)
    )


def _functions() -> str:
    given: Mapping[str, Json] = {"fare": 20}
    rows = [
        (
            f"`{one.name}`",
            ", ".join(" or ".join(sorts) for sorts in one.takes) + (" …" if one.more else ""),
            f"`{one.example}`",
            compact(answer(one.example, _sort(one.example), given)),
        )
        for one in BUILT_IN.values()
    ]
    return (
        "\n### Functions\nWith a null for an argument they give null; `…` takes several of the "
        "last. `fare` is 20 here.\n\n" + table(("function", "takes", "example", "is"), rows)
    )


def _sort(text: str) -> str:
    """The sort of value that an expression over a fare and a delay gives."""
    fields = {
        "fare": Field(name="fare", datatype=Datatype.DECIMAL, decimals=12),
    }
    return read_expression(text, fields)[1]


def _inputs(one: Reckoning) -> str:
    return compact(dict(one.given)) if one.given else ""


def _gives(text: str, given: Mapping[str, Json]) -> str:
    compared = any(f" {sign} " in text for sign in COMPARES)
    found = answer(text, "boolean" if compared else "number", given)
    return compact(found)


def _signs() -> str:
    return (
        "\n### What signs join\nOther pairs are refused when the file is read.\n\n"
        + table(("", "gives", "example", "is"), _joined())
        + "\n`=` and `!=` compare values of one sort, and any of them with null; the other signs, "
        + ", ".join(f"`{sign}`" for sign in COMPARES if sign not in {"=", "!="})
        + f", those of one sort out of {', '.join(sorted(ORDERED))}.\n"
    )


def _joined() -> Iterator[tuple[str, ...]]:
    for (sign, left, right), sort in RESULTS.items():
        text = f"{SAMPLES[left][0]} {sign} {SAMPLES[right][1]}"
        yield f"{left} `{sign}` {right}", sort, f"`{text}`", compact(answer(text, sort, {}))
