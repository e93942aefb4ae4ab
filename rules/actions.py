"""Reads the `then` of a rule into the facts that it concludes, collecting every mistake."""

from dataclasses import dataclass

from ontology.facts import STRATA, Catalogue, Fact, FactInvalid, Origin
from ontology.kinds import Kind
from ontology.marked_yaml import Entry, Node
from ontology.values import Value
from rules.diagnostics import Problems, near
from rules.unary import TestInvalid, value
from rules.worded import entries, items, shown

EXAMPLE = "- escalate: {tier: executive, within: 15 minutes}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """Reads the actions of one rule; mistakes go to `problems`."""

    catalogue: Catalogue
    stratum: str
    rule: str
    problems: Problems

    def read(self, node: Node) -> tuple[Fact, ...]:
        """The facts that a `then` concludes, those without mistakes, in the order written."""
        if node.kind not in {"list", "mapping"}:
            self.problems.add(node, shown(node), "then is a list of actions", example=EXAMPLE)
            return ()
        found = [fact for item in items(node) for fact in self._action(item)]
        if not found and not self.problems.found:
            self.problems.add(node, "then", "concludes nothing", example=EXAMPLE)
        return tuple(found)

    def _action(self, node: Node) -> list[Fact]:
        if node.kind != "mapping":
            self.problems.add(
                node, shown(node), "an action is a verb with fields", example=EXAMPLE
            )
            return []
        return [fact for entry in entries(node) for fact in self._verb(entry)]

    def _verb(self, entry: Entry) -> list[Fact]:
        verbs = self.catalogue.verbs()
        kind = verbs.get(entry.key)
        if kind is None:
            meant = near(entry.key, verbs)
            reason = f"no action; there are {', '.join(verbs)}"
            self.problems.add(entry, entry.key, reason, nearest=meant, example=EXAMPLE)
            return []
        if STRATA.index(str(kind.stratum)) < STRATA.index(self.stratum):
            reason = f"belongs to the stratum {kind.stratum}, which is over before {self.stratum}"
            self.problems.add(entry, entry.key, reason, example=f"stratum: {kind.stratum}")
        facts = (self._fact(entry, item, kind) for item in items(entry.value))
        return [fact for fact in facts if fact is not None]

    def _fact(self, verb: Entry, node: Node, kind: Kind) -> Fact | None:
        values = self._fields(node, kind) if node.kind == "mapping" else self._short(node, kind)
        try:
            origin = Origin(source="rule", ref=self.rule)
            return self.catalogue.fact(kind.name, values, origin)
        except FactInvalid as error:
            for name, words in error.errors.items():
                if name not in self._named(node, kind):
                    self.problems.add(verb, f"{verb.key}.{name}", words, example=_example(kind))
            return None

    @staticmethod
    def _named(node: Node, kind: Kind) -> set[str]:
        """The fields that are written; what is wrong with them has been said already."""
        if node.kind != "mapping":
            return {str(kind.main)}
        return {entry.key for entry in entries(node)}

    def _short(self, node: Node, kind: Kind) -> dict[str, Value]:
        return self._value(node, kind, str(kind.main))

    def _fields(self, node: Node, kind: Kind) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for entry in entries(node):
            if entry.key not in kind.fields:
                self.problems.add(
                    entry,
                    entry.key,
                    f"no field of {kind.verb}; it has {', '.join(kind.fields)}",
                    nearest=near(entry.key, kind.fields),
                    example=_example(kind),
                )
            elif entry.key in values:
                self.problems.add(entry, entry.key, "stands twice; keep one")
            else:
                values |= self._value(entry.value, kind, entry.key)
        return values

    def _value(self, node: Node, kind: Kind, name: str) -> dict[str, Value]:
        shape = kind.fields[name]
        try:
            if not isinstance(node.value, str | int | bool):
                raise TestInvalid(shown(node), f"{name} takes one value")  # noqa: TRY301
            return {name: value(node.value, shape)}
        except TestInvalid as error:
            self.problems.add(
                node,
                error.offending,
                error.reason,
                nearest=error.nearest,
                example=f"{name}: {shape.example}",
            )
            return {}


def _example(kind: Kind) -> str:
    return f"- {kind.verb}: {{{kind.main}: {kind.fields[str(kind.main)].example}}}"
