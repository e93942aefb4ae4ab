"""Simple shapes as people write them in YAML: what each is about, when it holds, what it asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ontology.events import Json
from ontology.record_types import Property, RecordType

SUFFIX: Final = ".yaml"
LONGEST: Final = 400
MOST: Final = 200
MOST_COUNTED: Final = 4
SEVERITIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "violation": "It is refused.",
        "warning": "It passes, and the answer warns.",
        "info": "It passes, and the answer says so.",
    }
)
GIVEN: Final = "given"
NOT_GIVEN: Final = "not given"

SHAPES: Final = MappingProxyType({"shapes": "The shapes, each under a name of its own."})
SHAPE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "id": "Its name, like `statement-names-contact`; results, cases and refusals use it.",
        "for": "The type of the things that are judged, like `Touchpoint`, or a list of types.",
        "when": "Only where all this holds: by property a value, a list of which any does, "
        "`given` or `not given`.",
        "unless": "Not where all this holds; written like `when`.",
        "property": "The property that is asked about.",
        "message": "What is wrong, in a sentence, to whoever is refused.",
        "cure": "What would mend it, in a sentence.",
        "severity": "`violation` refuses and is meant where nothing is said; `warning` and `info` "
        "let it pass.",
        "covers": 'The points of the mission that it serves, like ["3.1"].',
        "also for": "Properties that lead to other things: when one of those changes, what refers "
        "to it is judged, too.",
    }
)
NEEDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "at least": "So many values, at the least: a number from 1 to 4.",
        "at most": "So many values, at the most: a number from 0 to 4.",
        "class": "Every value stands and is of this type, or of one of these.",
        "datatype": "Every value is of this kind: string, boolean, integer, double, date, time, "
        "dateTime or dayTimeDuration.",
        "one of": "Every value is one of these.",
        "pattern": "Every value fits this RE2 pattern; write ^ and $ for the whole of it.",
        "length": "How many characters a value has: {at least: 3, at most: 280}.",
        "less than": "Every value is less (earlier) than those of this property.",
        "not after": "No value is more (later) than those of this property.",
        "not both": "Of these properties at most one is there. Without `property`.",
        "needs a": "Something else refers to it: {type: OnCallShift, by: ofTeam, where: {…}, "
        "count: 1}. Without `property`.",
        "unique per": "No other thing of the type has the same values of these properties; where "
        "conditions are given, none for which they hold, too. Without `property`.",
    }
)
ALONE: Final = ("not both", "needs a", "unique per")
"""What is asked without naming a property."""

NEEDED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "type": "The type of what is needed.",
        "by": "Its property that names the thing that is judged.",
        "where": "What else holds of it, written like `when`.",
        "count": "How many of them, from 1 to 4; 1 if left out.",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What one property must be: any of `values`, or given at all, or not given."""

    property: Property
    values: tuple[Json, ...] = ()
    given: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """What else must refer to the thing that is judged, and how often."""

    type: RecordType
    by: Property
    where: tuple[Condition, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a shape asks: a kind of `NEEDS`, and what it takes.

    `numbers` are the bounds of counts and lengths (None for none), `names` types and datatypes,
    `values` what is listed, `properties` the other properties.
    """

    kind: str
    low: int | None = None
    high: int | None = None
    names: tuple[str, ...] = ()
    values: tuple[Json, ...] = ()
    properties: tuple[Property, ...] = ()
    needed: Needed | None = None
    pattern: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleShape:
    """One shape; where it has conditions it asks one thing only."""

    id: str
    types: tuple[RecordType, ...]
    when: tuple[Condition, ...]
    unless: tuple[Condition, ...]
    property: Property | None
    asks: tuple[Asked, ...]
    message: str
    severity: str
    covers: tuple[str, ...]
    also: tuple[Property, ...]
    line: int
