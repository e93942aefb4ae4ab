"""Links clauses: positive ones become patterns, `same as` becomes joins, the rest absences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ontology.kinds import Field, Kind
from ontology.marked_yaml import Entry
from rules.conditions import MOST_JOINS, Absence, Conjunction, Join, Pattern
from rules.diagnostics import Problems, near

SAME: Final = "same as "


@dataclass(frozen=True, slots=True, kw_only=True)
class Same:
    """`same as incident.region`, not yet resolved."""

    field: Field
    alias: str
    other: str
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One pattern as written."""

    pattern: Pattern
    kind: Kind
    alias: str
    absent: bool
    same: tuple[Same, ...]
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Linking:
    """Links the clauses of rules; mistakes go to `problems`."""

    problems: Problems

    def conjunction(self, clauses: Sequence[Clause]) -> Conjunction:
        """The clauses of one alternative as typed patterns, joins and absences."""
        positive = [clause for clause in clauses if not clause.absent]
        joins = [join for at, clause in enumerate(positive) for join in self._joins(at, positive)]
        if len(joins) > MOST_JOINS:
            self.problems.add(
                positive[0].entry, SAME, f"{len(joins)} joins; a rule has at most two"
            )
        return Conjunction(
            patterns=tuple(clause.pattern for clause in positive),
            joins=tuple(joins),
            absences=tuple(self._absence(c, positive) for c in clauses if c.absent),
        )

    def _joins(self, at: int, positive: Sequence[Clause]) -> list[Join]:
        joins = []
        for same in positive[at].same:
            other = self._resolve(same, positive)
            if other == at:
                reason = "compares a fact with itself; give the other one a name with `as`"
                self.problems.add(same.entry.value, f"{same.alias}.{same.other}", reason)
            elif other is not None:
                joins.append(
                    Join(
                        left=at,
                        left_field=same.field,
                        right=other,
                        right_field=positive[other].kind.fields[same.other],
                    )
                )
        return joins

    def _absence(self, clause: Clause, positive: Sequence[Clause]) -> Absence:
        anchors = {self._resolve(same, positive) for same in clause.same} - {None}
        if len(anchors) > 1:
            self.problems.add(
                clause.entry, clause.kind.name, "an absence may compare with one other fact only"
            )
        anchor = next(iter(anchors), None)
        if anchor is None:
            return Absence(pattern=clause.pattern)
        there = positive[anchor].kind.fields
        pairs = sorted((same.field.name, same.other) for same in clause.same)
        return Absence(
            pattern=clause.pattern,
            anchor=anchor,
            equal=tuple((clause.kind.fields[h], there[o]) for h, o in pairs if o in there),
        )

    def _resolve(self, same: Same, positive: Sequence[Clause]) -> int | None:
        """The position of the fact that `same as` names, or None, having said what is wrong."""
        found = [at for at, clause in enumerate(positive) if clause.alias == same.alias]
        written = f"{same.alias}.{same.other}"
        if len(found) != 1:
            names = [clause.alias for clause in positive]
            reason = "names no other fact" if not found else "names several; give each an `as`"
            self.problems.add(same.entry.value, written, reason, nearest=near(same.alias, names))
            return None
        other = positive[found[0]].kind.fields.get(same.other)
        if other is None:
            known = positive[found[0]].kind
            likely = near(same.other, known.fields)
            listed = "" if likely else f"; it has {', '.join(known.fields)}"
            reason = f"no field of {known.name}{listed}"
            self.problems.add(same.entry.value, written, reason, nearest=likely)
            return None
        if (other.datatype, other.decimals) != (same.field.datatype, same.field.decimals) and not (
            {str(other.datatype), str(same.field.datatype)} <= {"token", "string"}
        ):
            reason = f"holds a {other.datatype}, {same.field.name} a {same.field.datatype}"
            self.problems.add(same.entry.value, written, reason)
            return None
        return found[0]
