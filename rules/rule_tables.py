"""Reads the decision tables of a book: every row becomes a rule, checked by its hit policy.

```yaml
tables:
  - id: tier-by-spread
    reason: How far up it goes depends on whose fault it is and on how fast it spreads.
    hit: P                      # U A C P; U where it is left out
    inputs: [incident.cluster, spread.window, spread.excess]
    outputs: [{name: escalate.tier, allowed: [executive, crisis-team]}, escalate.within]
    rows:
      - {when: [preventable, PT1H, at least 10], then: [executive, 15 minutes]}
      - {when: {spread.window: PT1H, spread.excess: at least 4}, then: [crisis-team, "-"]}
```
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from ontology.facts import Catalogue
from ontology.marked_yaml import Entry, Node
from rules.actions import Actions
from rules.clauses import Clauses
from rules.conditions import Conjunction
from rules.declared import Declared
from rules.diagnostics import Problems, near
from rules.giving_way import MOST_PIECES, apart, giving_way
from rules.parts import ROW, ROW_NEEDS, TABLE, TABLE_NEEDS
from rules.rule import Rule, RuleTable
from rules.rule_columns import NOTHING, Column, RuleColumns, grouped
from rules.rule_parts import Parts, text_of
from rules.worded import items, shown

HITS: Final[Mapping[str, str]] = {"U": "unique", "A": "any", "C": "collect", "P": "priority"}
MOST_ROWS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a book says of all its rules."""

    book: str
    stratum: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A row that was read; `priority` are the places of its outputs in the lists of allowed."""

    rule: Rule
    asked: Conjunction
    priority: tuple[int, ...]
    node: Node

    @property
    def outputs(self) -> frozenset[str]:
        return frozenset(fact.canonical() for fact in self.rule.conclusions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Reads tables; mistakes go to `problems`."""

    catalogue: Catalogue
    problems: Problems
    parts: Parts

    @property
    def _columns(self) -> RuleColumns:
        return RuleColumns(catalogue=self.catalogue, problems=self.problems, parts=self.parts)

    def read(self, node: Node, header: Header) -> RuleTable:
        """One table with its rules."""
        parts = self.parts.of(node, "a table", TABLE, required=TABLE_NEEDS)
        frame = Rule(
            id=self.parts.id(parts.get("id")),
            book=header.book,
            stratum=header.stratum,
            owner=self.parts.owner(parts.get("owner"), header.owner),
            reason=self.parts.reason(parts.get("reason")),
            covers=self.parts.covers(parts.get("covers")),
            effective=self.parts.effective(parts.get("effective")),
            conditions=(),
            conclusions=(),
            file=self.problems.file,
            line=node.line,
        )
        inputs = self._columns.columns(parts.get("inputs"))
        outputs = self._columns.columns(parts.get("outputs"), output=True)
        hit = self._hit(parts.get("hit"), outputs)
        rows = self._rows(parts.get("rows"), frame, inputs, outputs)
        declared = Declared(catalogue=self.catalogue, problems=self.problems, parts=self.parts)
        return RuleTable(
            id=frame.id,
            hit=hit,
            inputs=tuple(column.name for column in inputs),
            outputs=tuple(column.name for column in outputs),
            rules=tuple(self._rules(hit, rows)),
            rows=tuple(row.asked for row in rows),
            line=node.line,
            complete=declared.complete(parts.get("complete"), header.stratum),
        )

    def _hit(self, entry: Entry | None, outputs: Sequence[Column]) -> str:
        if entry is None:
            return "U"
        written = text_of(entry)
        words = {word: sign for sign, word in HITS.items()}
        hit = words.get(written.lower(), written.upper())
        if hit not in HITS:
            reason = f"is none of {', '.join(HITS)}; the others are for `attune rules evaluate`"
            meant = near(written, [*HITS, *words])
            self.problems.add(entry.value, written, reason, nearest=meant, example="hit: U")
        if hit == "P" and not any(column.allowed for column in outputs):
            example = "outputs: [{name: escalate.tier, allowed: [executive, crisis-team]}]"
            reason = "needs an output whose allowed values say which comes first"
            self.problems.add(entry.value, written, reason, example=example)
        return hit

    def _rows(
        self,
        entry: Entry | None,
        frame: Rule,
        inputs: Sequence[Column],
        outputs: Sequence[Column],
    ) -> list[_Row]:
        nodes = items(entry.value) if entry is not None else ()
        if entry is not None and len(nodes) > MOST_ROWS:
            reason = f"{len(nodes)} rows; a table has at most {MOST_ROWS}"
            self.problems.add(entry, "rows", reason)
            return []
        if not all(column.field for column in (*inputs, *outputs)):
            return []
        return [self._row(n, at, frame, (inputs, outputs)) for at, n in enumerate(nodes, 1)]

    def _row(
        self,
        node: Node,
        number: int,
        frame: Rule,
        columns: tuple[Sequence[Column], Sequence[Column]],
    ) -> _Row:
        parts = self.parts.of(node, "a row", ROW, required=ROW_NEEDS)
        name = self.parts.id(parts.get("id")) if "id" in parts else f"{frame.id}-{number}"
        if "id" not in parts:
            self.parts.once(name, node)
        inputs = self._columns.cells(parts.get("when"), columns[0])
        written = self._columns.cells(parts.get("then"), columns[1])
        outputs = [(column, cell) for column, cell in written if shown(cell) != NOTHING]
        clauses = Clauses(catalogue=self.catalogue, stratum=frame.stratum, problems=self.problems)
        actions = Actions(
            catalogue=self.catalogue, stratum=frame.stratum, rule=name, problems=self.problems
        )
        asked = clauses.read(grouped(node, inputs)) if inputs else ()
        rule = replace(
            frame,
            id=name,
            reason=self.parts.reason(parts["note"]) if "note" in parts else frame.reason,
            conclusions=actions.read(grouped(node, outputs)) if outputs else (),
            line=node.line,
        )
        return _Row(
            rule=rule,
            asked=asked[0] if asked else Conjunction(patterns=()),
            priority=self._priority(node, columns[1], outputs),
            node=node,
        )

    def _priority(
        self, row: Node, columns: Sequence[Column], outputs: Sequence[tuple[Column, Node]]
    ) -> tuple[int, ...]:
        given = {column.name: node for column, node in outputs}
        places: list[int] = []
        for column in columns:
            if not column.allowed:
                continue
            node = given.get(column.name, row)
            written = shown(node) if column.name in given else NOTHING
            if written not in column.allowed:
                reason = f"{column.name} allows {', '.join(column.allowed)}"
                meant = near(written, column.allowed)
                self.problems.add(node, written, reason, nearest=meant)
            places.append([*column.allowed, written].index(written))
        return tuple(places)

    def _rules(self, hit: str, rows: Sequence[_Row]) -> Sequence[Rule]:
        """The rules of the rows, having checked that they keep to the hit policy."""
        joined = hit != "C" and any(row.asked.joins for row in rows)
        if self.problems.found or joined:
            if joined:
                self.problems.add(rows[0].node, "same as", "joins facts in tables with C only")
            return ()
        if hit != "C":
            for one, other in combinations(rows, 2):
                self._compare(hit, one, other)
        return [self._rule(hit, row, rows) for row in rows]

    def _compare(self, hit: str, one: _Row, other: _Row) -> None:
        """Two rows that may hold together must agree, but for those that rank apart."""
        alike = hit != "U" and one.outputs == other.outputs
        ranked = hit == "P" and one.priority != other.priority
        if alike or ranked or apart(one.asked, other.asked):
            return
        reason = (
            f"can hold of the same facts as the row at line {one.node.line}; "
            f"{_FAULTS[hit]}, or use the hit policy {'C' if hit == 'P' else 'C or P'}"
        )
        self.problems.add(other.node, other.rule.id, reason, example="hit: C")

    def _rule(self, hit: str, row: _Row, rows: Sequence[_Row]) -> Rule:
        if hit != "P":
            return replace(row.rule, conditions=(row.asked,))
        higher = [one.asked for one in rows if one.priority < row.priority]
        pieces = giving_way(row.asked, higher)
        if pieces is None:
            reason = f"gives way to others in more than {MOST_PIECES} ways; make them simpler"
            self.problems.add(row.node, row.rule.id, reason)
        elif not pieces:
            self.problems.add(row.node, row.rule.id, "never counts: higher rows cover all of it")
        return replace(row.rule, conditions=pieces or ())


_FAULTS: Final[Mapping[str, str]] = {
    "U": "make one of them narrower",
    "A": "give them the same outputs",
    "P": "give them the same outputs or another priority",
}
