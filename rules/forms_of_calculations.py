"""What calculations may say: hit policies of tables and literal expressions, with examples."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ontology.events import Json
from rules.construct import Reckoning, Settling
from rules.expressions import LENGTH, MONTHS

TABLE: Final = """\
table: tone
hit: {hit}
inputs: [{{name: delay, type: duration}}, {{name: hurt, type: boolean}}]
outputs: [{output}]
rows:
  - {{when: [at least 30 minutes, "-"], then: [{first}]}}
  - {{when: ["-", "true"], then: [{second}]}}
"""
TEXTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "output": "{name: tone, type: string, allowed: [warm, plain]}",
        "first": "plain",
        "second": "warm",
    }
)
NUMBERS: Final[Mapping[str, str]] = MappingProxyType(
    {"output": "{name: share, type: number}", "first": "0.25", "second": "0.5"}
)
"""What stands in the gaps of the table: texts, or numbers for those that reckon with them."""

BOTH: Final[Mapping[str, Json]] = MappingProxyType({"delay": "PT45M", "hurt": True})
NEITHER: Final[Mapping[str, Json]] = MappingProxyType({"delay": "PT5M", "hurt": False})
SETTLING: Final[Mapping[str, Settling]] = MappingProxyType(
    {
        "U": Settling(means="One row at most may hold.", several=None, none=None),
        "A": Settling(means="Rows that hold must give the same outputs.", several=None, none=None),
        "P": Settling(
            means="The row whose output stands first among the allowed.",
            several="warm",
            none=None,
        ),
        "F": Settling(means="The first row that holds.", several="plain", none=None),
        "R": Settling(
            means="All that hold, in the order of the rows.", several=["plain", "warm"], none=[]
        ),
        "O": Settling(
            means="All that hold, in the order of the allowed outputs.",
            several=["warm", "plain"],
            none=[],
        ),
        "C": Settling(means="All that hold, as a list.", several=["plain", "warm"], none=[]),
        "C+": Settling(means="The sum.", several=0.75, none=None),
        "C<": Settling(means="The smallest.", several=0.25, none=None),
        "C>": Settling(means="The largest.", several=0.5, none=None),
        "C#": Settling(means="How many rows hold.", several=2, none=0),
    }
)

RECKONED: Final = """\
table: refund
inputs:
  - {name: fare, type: number}
  - {name: delay, type: duration}
  - {name: hours, type: number, expression: delay / duration("PT1H")}
outputs: [{name: amount, type: number}]
rows:
  - {when: {hours: at least 2}, then: ["= fare * 0.5 + hours"]}
  - {when: {hours: "[1..2)"}, then: [5]}
  - {when: {hours: "null"}, then: ["null"]}
"""
GIVEN: Final[tuple[Mapping[str, Json], ...]] = (
    {"fare": 20, "delay": "PT3H"},
    {"fare": 20, "delay": "PT90M"},
    {"fare": 20},
)
"""A table with a reckoned input and a reckoned output, and inputs that try its rows."""

_FARE: Final[Mapping[str, Json]] = MappingProxyType({"fare": 20})
RECKONING: Final = (
    Reckoning(means="A value is itself.", written=".5", gives=0.5, given={}),
    Reckoning(
        means="A name is an input; it may have spaces and points in it.",
        written="fare",
        gives=20,
        given=_FARE,
    ),
    Reckoning(
        means="A number or a duration has a negative.", written="-fare", gives=-20, given=_FARE
    ),
    Reckoning(
        means="Numbers are decimals of 34 digits.",
        written="0.1 + 0.2 = 0.3",
        gives=True,
        given={},
    ),
    Reckoning(
        means="Stronger signs come first; all join to the left, also `**`.",
        written="2 + 3 * 2 ** 3 ** 2",
        gives=194,
        given={},
    ),
    Reckoning(
        means="A minus before a value binds strongest.", written="-2 ** 2", gives=4, given={}
    ),
    Reckoning(means="Brackets come before all.", written="(2 + 3) * 2", gives=10, given={}),
    Reckoning(
        means="A comparison gives true or false.", written="fare > 10", gives=True, given=_FARE
    ),
    Reckoning(
        means="Whatever is reckoned from null or a missing input is null.",
        written="fare * 2",
        gives=None,
        given={},
    ),
    Reckoning(
        means="So is a comparison with it,", written="fare > 10", gives=None, given={"fare": None}
    ),
    Reckoning(
        means="but for `=` and `!=`, which tell null from a value.",
        written="fare = null",
        gives=True,
        given={},
    ),
    Reckoning(
        means="`and` and `or` are null only where what is known does not decide it.",
        written="fare > 10 or fare < null",
        gives=True,
        given=_FARE,
    ),
    Reckoning(
        means="A function takes its arguments in brackets.",
        written="not(fare > 10)",
        gives=False,
        given=_FARE,
    ),
    Reckoning(means="What has no answer is null.", written="1 / 0", gives=None, given={}),
    Reckoning(
        means="A month later is the same day of the month, or the last one where it is too short.",
        written='date("2024-01-31") + duration("P1M") = date("2024-02-29")',
        gives=True,
        given={},
    ),
    Reckoning(
        means="So a month forth and a month back may be another day.",
        written='date("2026-03-31") - duration("P1M") + duration("P1M") = date("2026-03-28")',
        gives=True,
        given={},
    ),
    Reckoning(
        means="A twelvemonth is a year; part of a month is rounded to whole ones, halves to even.",
        written='duration("P1Y") / 8 = duration("P2M")',
        gives=True,
        given={},
    ),
)
SAMPLES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "number": ("7", "2"),
        "string": ('"a"', '"b"'),
        "boolean": ("true", "false"),
        "date": ('date("2026-03-01")', 'date("2026-02-01")'),
        "time": ('time("23:30:00")', 'time("22:00:00")'),
        "date and time": (
            'date and time("2026-03-01T12:00:00Z")',
            'date and time("2026-02-28T12:00:00Z")',
        ),
        LENGTH: ('duration("PT1H")', 'duration("PT15M")'),
        MONTHS: ('duration("P1Y")', 'duration("P1M")'),
    }
)
"""Two values of each sort as they are written; with them every pair that a sign joins is shown."""

WRONG: Final = (
    "fare == 20",
    "fare + delay",
    "fare > delay",
    'delay > duration("P1M")',
    'delay + duration("P1M")',
    'duration("P1M2D")',
    "gold",
    "fare and delay",
    "(fare",
    'date("24.12.2026")',
)
"""Expressions over a number `fare` and a duration `delay` that are refused."""
