"""Reads the `when` of a rule into conjunctions of typed patterns, collecting every mistake."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Final

from ontology.facts import STRATA, Catalogue
from ontology.kinds import Field, Kind
from ontology.marked_yaml import Entry, Node
from rules.acceptance import accepted
from rules.conditions import (
    MOST_ALTERNATIVES,
    MOST_PATTERNS,
    Ask,
    Conjunction,
    Pattern,
)
from rules.diagnostics import Problems, near
from rules.linking import SAME, Clause, Linking, Same
from rules.unary import TestInvalid
from rules.worded import entries, items, read_test, shown

_AND: Final = ("all that stands in a `when` must hold; leave it out", None)
_OR: Final = ("alternatives are a list under `any`", "any")
_NOT: Final = ("what must not be there stands under `absent`", "absent")
_CURES: Final[Mapping[str, tuple[str, str | None]]] = MappingProxyType(
    {"and": _AND, "all": _AND, "or": _OR, "either": _OR, "not": _NOT, "no": _NOT}
)
EXAMPLE: Final = "{spread: {window: PT1H, excess: at least 4}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clauses:
    """Reads conditions of one stratum; mistakes go to `problems`."""

    catalogue: Catalogue
    stratum: str
    problems: Problems

    def read(self, node: Node) -> tuple[Conjunction, ...]:
        """The alternatives of a `when`; fewer than written where something is wrong."""
        alternatives = self._group(node)
        if len(alternatives) > MOST_ALTERNATIVES:
            self.problems.add(
                node,
                "any",
                f"{len(alternatives)} combinations of alternatives; write several rules",
            )
            return ()
        if not all(alternatives) and not self.problems.found:
            self.problems.add(node, shown(node), "asks nothing", example=EXAMPLE)
        if any(len(clauses) > MOST_PATTERNS for clauses in alternatives):
            self.problems.add(node, "when", f"asks for more than {MOST_PATTERNS} facts at once")
        return tuple(Linking(problems=self.problems).conjunction(one) for one in alternatives)

    def _group(self, node: Node, *, absent: bool = False) -> list[list[Clause]]:
        """A mapping of kinds, or a list of such mappings that must all hold."""
        if node.kind == "list":
            parts = [self._group(item, absent=absent) for item in items(node)]
        elif node.kind == "mapping":
            self._once(node)
            parts = [self._entry(entry, absent=absent) for entry in entries(node)]
        else:
            self.problems.add(
                node, node.value, "conditions are a mapping of facts", example=EXAMPLE
            )
            return [[]]
        return [
            [clause for part in chosen for clause in part]
            for chosen in product(*(part[: MOST_ALTERNATIVES + 1] for part in parts))
        ]

    def _once(self, node: Node) -> None:
        seen: set[str] = set()
        for entry in entries(node):
            if entry.key in seen:
                cure = "[{spread: {…}}, {spread: {…}}]"
                self.problems.add(entry, entry.key, "stands twice; write a list", example=cure)
            seen.add(entry.key)

    def _entry(self, entry: Entry, *, absent: bool) -> list[list[Clause]]:
        if entry.key == "any":
            return [one for item in items(entry.value) for one in self._group(item, absent=absent)]
        if entry.key in {"absent", "none"}:
            if absent:
                self.problems.add(
                    entry, entry.key, "an absence stands in an absence; take one out"
                )
            return self._group(entry.value, absent=True)
        return [self._clauses(entry, absent=absent)]

    def _no_kind(self, entry: Entry) -> None:
        names = [*self.catalogue.kinds, "absent", "any"]
        reason, likely = _CURES.get(entry.key.lower(), ("no kind of fact", ""))
        meant = likely if likely is None else likely or near(entry.key, names)
        self.problems.add(entry, entry.key, reason, nearest=meant, example=EXAMPLE)

    def _clauses(self, entry: Entry, *, absent: bool) -> list[Clause]:
        """The pattern of a kind, or the patterns where a list asks for several facts of it."""
        kind = self.catalogue.kinds.get(entry.key)
        if kind is None:
            self._no_kind(entry)
            return []
        if kind.stratum is not None and STRATA.index(kind.stratum) >= STRATA.index(self.stratum):
            reason = (
                f"is complete only after the stratum {kind.stratum}; this book is {self.stratum}"
            )
            self.problems.add(entry, entry.key, reason, example=f"stratum: {_later(kind.stratum)}")
        bodies = items(entry.value)
        return [self._body(entry, body, kind, absent=absent) for body in bodies]

    def _body(self, entry: Entry, body: Node, kind: Kind, *, absent: bool) -> Clause:
        asks: list[Ask] = []
        same: list[Same] = []
        alias = kind.name
        named: set[str] = set()
        for one in self._fields(body, kind):
            named.add(one.key)
            if one.key == "as":
                alias = str(one.value.value)
            elif one.key in kind.fields:
                self._field(one, kind.fields[one.key], asks, same)
            else:
                self._no_field(one, kind)
        self._keys(entry, kind, named)
        order = [*kind.keys, *kind.fields]
        asks.sort(key=lambda ask: order.index(ask.field.name))
        pattern = Pattern(kind=kind.name, asks=tuple(asks))
        return Clause(
            pattern=pattern, kind=kind, alias=alias, absent=absent, same=tuple(same), entry=entry
        )

    def _fields(self, node: Node, kind: Kind) -> Sequence[Entry]:
        if node.kind == "mapping":
            self._once(node)
            return entries(node)
        if node.value not in {None, "given"}:
            example = f"{kind.name}: {{{_example(kind)}}}"
            self.problems.add(node, shown(node), f"{kind.name} takes fields", example=example)
        return ()

    def _no_field(self, one: Entry, kind: Kind) -> None:
        likely = near(one.key, [*kind.fields, "as"])
        reason = f"no field of {kind.name}"
        example = f"{kind.name}: {{{_example(kind)}}}"
        if one.value.value is None:
            likely, reason, example = _slipped(one.key)
        elif likely is None:
            reason += f"; it has {', '.join(kind.fields)}"
        self.problems.add(one, one.key, reason, nearest=likely, example=example)

    def _keys(self, entry: Entry, kind: Kind, named: set[str]) -> None:
        for key in kind.keys:
            if key not in named:
                example = f"{kind.name}: {{{key}: {kind.fields[key].example}}}"
                self.problems.add(
                    entry,
                    kind.name,
                    f"does not say which {key}; write it, or '-'",
                    example=example,
                )

    def _field(self, one: Entry, shape: Field, asks: list[Ask], same: list[Same]) -> None:
        written = one.value.value
        if isinstance(written, str) and written.startswith(SAME):
            alias, _, other = written[len(SAME) :].strip().partition(".")
            same.append(Same(field=shape, alias=alias, other=other, entry=one))
            return
        try:
            test = read_test(one.value, shape)
        except TestInvalid as error:
            self.problems.add(
                error.node or one.value,
                error.offending,
                error.reason,
                nearest=error.nearest,
                example=f"{shape.name}: {shape.example}",
            )
            return
        form = accepted(test, shape)
        if form.nothing or form.only_null:
            reason = "can never be so" if form.nothing else "no fact has a null; ask `not given`"
            self.problems.add(
                one.value, shown(one.value), reason, example=f"{shape.name}: {shape.example}"
            )
        place = {"line": one.value.line, "column": one.value.column}
        asks.append(Ask(field=shape, test=test, accepted=form, written=shown(one.value), **place))


def _slipped(key: str) -> tuple[str | None, str, str]:
    """What was likely meant by a field without a value: braces set commas between fields."""
    name, colon, value = key.partition(":")
    if colon and value:
        return f"{name}: {value}", "a space follows the colon", f"{name}: {value}"
    if key[:1].isdecimal():
        return None, "the decimal sign is a point; thousands are not set apart", "excess: 4.5"
    return None, "a list of values stands in brackets", "phase: [open, recovery]"


def _example(kind: Kind) -> str:
    name = next(iter([*kind.keys, *kind.fields]))
    return f"{name}: {kind.fields[name].example}"


def _later(stratum: str) -> str:
    return STRATA[min(STRATA.index(stratum) + 1, len(STRATA) - 1)]
