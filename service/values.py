"""The values of a fact while they are gathered, each with the triple that states it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from ontology.facts import Origin

Properties = Mapping[str, tuple[object, ...]]
"""What the graph says of a thing, by the local names of the properties."""


@dataclass(slots=True, kw_only=True)
class Values:
    """The fields of one fact while they are gathered, each with where it comes from."""

    kind: str
    values: dict[str, object] = field(default_factory=dict)
    origins: list[Origin] = field(default_factory=list)

    def put(self, name: str, value: object, source: Origin) -> None:
        """Note one field; None is not known and not noted."""
        if value is not None:
            self.values[name] = value
            for known in self.origins:
                if known.ref == source.ref and known.source == source.source:
                    return
            self.origins.append(source)

    def add(self, other: "Values") -> None:
        """Take over what was gathered elsewhere of the same thing."""
        self.values |= other.values
        self.origins += [origin for origin in other.origins if origin not in self.origins]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A half-open time of a shift, a consent, an agreement; None is open on that side."""

    start: datetime | None
    end: datetime | None

    @classmethod
    def of(cls, properties: Properties, start: str, end: str) -> Self:
        """The span that two properties of a thing state."""
        return cls(start=moment(first(properties, start)), end=moment(first(properties, end)))

    def covers(self, at: datetime) -> bool:
        """Whether a moment lies within it."""
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


def triple(subject: str, term: str, value: object) -> Origin:
    """The origin of a value that one triple states."""
    return Origin(source="triple", ref=f"{subject} attune:{term} {value}"[:200])


def moment(value: object) -> datetime | None:
    """A date and time that the graph holds as text."""
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def first(properties: Properties, term: str) -> object:
    """The first value of a property, None where there is none."""
    found = properties.get(term, ())
    return found[0] if found else None
