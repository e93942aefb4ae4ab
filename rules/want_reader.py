"""Reads what a case wants of a decision, and what it wants not there."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ontology.facts import Catalogue
from ontology.marked_yaml import Entry, Node
from ontology.values import encode
from rules.case import LISTS, SCALARS, Member, Place, shape_of
from rules.diagnostics import Problems, near
from rules.unary import TestInvalid, value
from rules.worded import entries, items, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Wants:
    """Reads `want` and `without`; mistakes go to `problems`."""

    catalogue: Catalogue
    problems: Problems

    def shows(self, entry: Entry | None) -> Mapping[str, str | tuple[Member, ...]]:
        """What the decision shows; nothing written is a mistake."""
        found: dict[str, str | tuple[Member, ...]] = {}
        for one in entries(entry.value) if entry is not None else ():
            if one.key in SCALARS:
                found[one.key] = self._text(one.value, SCALARS[one.key])
            elif self._listed(one):
                found[one.key] = self._members(one)
        if entry is not None and not entries(entry.value):
            reason = "says nothing; name a rule, or what the decision shows"
            self.problems.add(entry, "want", reason, example="want: {tier: executive}")
        return MappingProxyType(found)

    def lacks(self, entry: Entry | None) -> Mapping[str, tuple[Member, ...]]:
        """What must not be in the lists of the decision."""
        written = entries(entry.value) if entry is not None else ()
        return MappingProxyType({e.key: self._members(e) for e in written if self._listed(e)})

    def _listed(self, entry: Entry) -> bool:
        known = (*SCALARS, *LISTS)
        if entry.key not in LISTS:
            reason = f"no part of a decision with a list; those are {', '.join(LISTS)}"
            self.problems.add(entry, entry.key, reason, nearest=near(entry.key, known))
        return entry.key in LISTS

    def _members(self, entry: Entry) -> tuple[Member, ...]:
        parts = LISTS[entry.key]
        return tuple(self._member(node, parts) for node in items(entry.value))

    def _member(self, node: Node, parts: Mapping[str, Place]) -> Member:
        """A name, or an object of parts like `{team: team/legal, within: 1 hour}`."""
        first = next(iter(parts))
        if node.kind != "mapping":
            return (("", self._text(node, parts[first])),)
        found: dict[str, str] = {}
        for one in entries(node):
            if one.key in found or one.key not in parts:
                reason = f"no part here, or twice; there are {', '.join(parts)}"
                self.problems.add(one, one.key, reason, nearest=near(one.key, parts))
            else:
                found[one.key] = self._text(one.value, parts[one.key])
        if first not in found:
            self.problems.add(node, first, "is missing")
        return tuple(found.items())

    def _text(self, node: Node, place: Place) -> str:
        """What is written, in its one form; a value that can never come is a mistake."""
        shape = shape_of(place, self.catalogue)
        try:
            return str(encode(value(shown(node), shape)))
        except TestInvalid as error:
            example = f"{shape.name}: {shape.example}"
            self.problems.add(
                node, error.offending, error.reason, nearest=error.nearest, example=example
            )
            return shown(node)
