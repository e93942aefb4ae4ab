"""Reads what a book declares of itself: what it leaves no gap in, and what is meant to be so."""

from dataclasses import dataclass
from typing import Final

from ontology.facts import Catalogue
from ontology.marked_yaml import Entry, Node
from rules.clauses import Clauses
from rules.conditions import Conjunction
from rules.diagnostics import Problems, near
from rules.parts import ACCEPTED, ACCEPTED_NEEDS
from rules.rule import Acceptance
from rules.rule_parts import Parts, text_of
from rules.worded import items
from rules.yaml_cures import EXAMPLES

FINDINGS: Final = ("duplicate", "shadowed", "conflict", "gap", "unreachable", "ineffective")
"""What `attune rules verify` finds and a book may accept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Reads declarations of one book; mistakes go to `problems`."""

    catalogue: Catalogue
    problems: Problems
    parts: Parts

    def complete(self, entry: Entry | None, stratum: str) -> tuple[Conjunction, ...]:
        """What must be covered: one fact of a kind each, without joins and absences."""
        if entry is None:
            return ()
        clauses = Clauses(catalogue=self.catalogue, stratum=stratum, problems=self.problems)
        found = clauses.read(entry.value)
        for one in found:
            kinds = [pattern.kind for pattern in one.patterns]
            if one.joins or one.absences or len(kinds) > len({*kinds}):
                reason = "says what may be given: one fact of a kind, no `same as`, no `absent`"
                self.problems.add(entry, entry.key, reason, example=EXAMPLES["complete"])
        return found

    def accepts(self, entry: Entry | None) -> tuple[Acceptance, ...]:
        """The findings that are meant."""
        if entry is None:
            return ()
        if entry.value.kind != "list":
            reason = "is a list; begin each with `- finding:`"
            self.problems.add(entry, entry.key, reason, example=EXAMPLES["accepts"])
            return ()
        return tuple(map(self._acceptance, items(entry.value)))

    def _acceptance(self, node: Node) -> Acceptance:
        parts = self.parts.of(node, "an acceptance", ACCEPTED, required=ACCEPTED_NEEDS)
        finding = text_of(parts.get("finding"))
        if "finding" in parts and finding not in FINDINGS:
            reason = f"is none of {', '.join(FINDINGS)}"
            meant = near(finding, FINDINGS)
            self.problems.add(parts["finding"].value, finding, reason, nearest=meant)
        return Acceptance(
            finding=finding,
            rule=self.parts.name(parts.get("rule"), "surge"),
            other=self.parts.name(parts.get("with"), "surge"),
            reason=self.parts.reason(parts.get("reason")),
            line=node.line,
        )
