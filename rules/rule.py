"""Rules, decision tables and books as they are once they have been read."""

from dataclasses import dataclass
from datetime import datetime

from ontology.facts import Fact
from rules.conditions import Conjunction


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """When a rule is in force: from `start` on, no longer from `end` on; None is without end."""

    start: datetime | None = None
    end: datetime | None = None

    def at(self, moment: datetime) -> bool:
        """Whether it is in force at a moment."""
        begun = self.start is None or self.start <= moment
        return begun and (self.end is None or moment < self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: any of `conditions` leads to every one of `conclusions`.

    `covers` are numbers of the mission's map; `line` is where it stands in `file`. A row of a
    decision table is a rule, too.
    """

    id: str
    book: str
    stratum: str
    owner: str
    reason: str
    covers: tuple[str, ...]
    effective: Effective
    conditions: tuple[Conjunction, ...]
    conclusions: tuple[Fact, ...]
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTable:
    """A decision table of a book: its columns as written, and its rows, a rule each.

    `complete` is what the rows must leave no gap in.

    `hit` is U, A, C or P. The rules of a table with P already give way to the rows that stand
    before them; `rows` are the conditions as the author wrote them.
    """

    id: str
    hit: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    rules: tuple[Rule, ...]
    rows: tuple[Conjunction, ...]
    line: int
    complete: tuple[Conjunction, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A finding that a team means to leave as it is; an empty `rule` or `other` is any."""

    finding: str
    rule: str
    other: str
    reason: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A book: rules of one stratum under one owner; those of its tables are among them.

    `complete` is what its rules must leave no gap in, `accepts` the findings that are meant.
    """

    name: str
    stratum: str
    owner: str
    rules: tuple[Rule, ...]
    file: str
    tables: tuple[RuleTable, ...] = ()
    complete: tuple[Conjunction, ...] = ()
    accepts: tuple[Acceptance, ...] = ()
