"""The one typed tree of what a rule asks: patterns over facts, equality joins, absences."""

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as part
from typing import Final

from ontology.kinds import Field
from rules.acceptance import Accepted
from rules.sfeel import Test

MOST_JOINS: Final = 2
MOST_PATTERNS: Final = 12
MOST_ALTERNATIVES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One test of one field; `written` is the author's text, at `line` and `column`."""

    field: Field
    test: Test = part(compare=False)
    accepted: Accepted
    written: str = part(compare=False)
    line: int = part(compare=False)
    column: int = part(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A fact of a kind of which every test holds; asks are sorted by field, keys first.

    Two patterns are equal where kind and asks are: the engines match such a pattern once.
    """

    kind: str
    asks: tuple[Ask, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """The value of a field of one positive pattern equals that of a field of another pattern.

    `left` and `right` are positions of positive patterns in the conjunction; a missing value
    equals nothing.
    """

    left: int
    left_field: Field
    right: int
    right_field: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """No fact matches the pattern.

    With `anchor`, the position of a positive pattern: no fact does whose fields equal those of
    the fact at the anchor, pair by pair (field here, field there).
    """

    pattern: Pattern
    anchor: int | None = None
    equal: tuple[tuple[Field, Field], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conjunction:
    """Facts for every pattern, equal where the joins say so, and none of the absent ones."""

    patterns: tuple[Pattern, ...]
    joins: tuple[Join, ...] = ()
    absences: tuple[Absence, ...] = ()

    def every(self) -> Iterator[Pattern]:
        """The patterns, then those of the absences."""
        yield from self.patterns
        yield from (absence.pattern for absence in self.absences)

    def kinds(self) -> frozenset[str]:
        """The kinds of facts that are asked for."""
        return frozenset(pattern.kind for pattern in self.every())
