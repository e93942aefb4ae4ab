"""Reads the outputs of a decision table of DMN: their types, hit policy, defaults and cells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from ontology.kinds import Field
from ontology.values import Datatype, Value
from rules.dmn_scope import Scope
from rules.dmn_types import ANY, Listing, Simple, Structure, Type, of_sort
from rules.expression_reader import SORTS, read_expression
from rules.expressions import Expression, names_in
from rules.tables import HITS, Outputs
from rules.unary import TestInvalid
from rules.unary_expressions import constant, read_cell
from rules.xml_reader import Element

_SUMS: Final[Mapping[str, str]] = {"SUM": "C+", "MIN": "C<", "MAX": "C>", "COUNT": "C#"}
_HITS: Final = {word.upper(): sign for sign, word in HITS.items() if len(sign) == 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputColumns:
    """Reads the outputs of one table."""

    scope: Scope

    def read(self, element: Element, name: str, kind: Type) -> list[Field]:
        """The outputs of the table of a decision of some name and type."""
        clauses = [*element.all("output")]
        if not clauses:
            self.scope.problems.add(element, "decisionTable", "has no output")
        fields: list[Field] = []
        for clause in clauses:
            called = " ".join(clause.attributes.get("name", "").split())
            if len(clauses) == 1:
                called = called or name
            if not called or called in {one.name for one in fields}:
                reason = "output: each of several has a name of its own"
                self.scope.problems.add(clause, called, reason, example='<output name="share">')
            declared = _declared(kind, called, len(clauses))
            fields.append(
                self._output(clause, called, declared, self._cells(element, len(fields)))
            )
        return fields

    def _cells(self, element: Element, at: int) -> Iterator[str]:
        """What the rules write as an output."""
        for rule in element.all("rule"):
            entries = [*rule.all("outputEntry")]
            if at < len(entries):
                yield entries[at].words("text")

    def _output(self, clause: Element, name: str, declared: Type, cells: Iterator[str]) -> Field:
        reference = clause.attributes.get("typeRef")
        kind = self.scope.types.of(reference, clause) if reference is not None else declared
        if isinstance(declared, Simple) and kind == ANY:
            kind = declared
        if not isinstance(kind, Simple):
            reason = "output: one value stands there; give each part an output of its own"
            self.scope.problems.add(clause, name, reason)
            kind = ANY
        if kind.datatype is None:
            kind = Simple(datatype=self._written(clause, name, cells))
        values = clause.one("outputValues")
        if values is not None:
            kind = self.scope.types.constrained(kind, values)
        said = " ".join(clause.attributes.get("label", "").split())
        return replace(kind.field(name), label="" if said == name else said)

    def _written(self, clause: Element, name: str, cells: Iterator[str]) -> Datatype:
        """The datatype of an output that says none: that of the first value in it."""
        values = clause.one("outputValues")
        for text in chain([values.words("text")] if values is not None else [], cells):
            try:
                found = of_sort(
                    read_cell(text, self.scope.names.fields, self.scope.functions).sort
                )
            except TestInvalid:
                continue
            if found is not None:
                return found
        self.scope.problems.add(clause, name, "output: has no typeRef", example='typeRef="string"')
        return Datatype.STRING

    def hit(self, element: Element, outputs: Sequence[Field]) -> str:
        """The hit policy, U where it is wrong."""
        written = element.attributes.get("hitPolicy", "UNIQUE").upper()
        hit = _HITS.get(written, "")
        sum_ = element.attributes.get("aggregation", "")
        if hit == "C" and sum_:
            hit = _SUMS.get(sum_, "")
        if not hit:
            reason = f"is none of {', '.join(_HITS)}, with {', '.join(_SUMS)} for COLLECT"
            self.scope.problems.add(element, sum_ or written, f"decisionTable: hitPolicy {reason}")
            return "U"
        if hit in {"C+", "C<", "C>"} and [f.datatype for f in outputs] != [Datatype.DECIMAL]:
            reason = f"decisionTable: aggregation {sum_} needs one output, a number"
            self.scope.problems.add(element, sum_, reason)
        if hit in {"P", "O"} and not any(f.allowed for f in outputs):
            reason = f"decisionTable: {written} needs outputValues: texts, the first counts most"
            self.scope.problems.add(
                element, written, reason, example='<text>"warm", "plain"</text>'
            )
        return hit

    def defaults(self, element: Element, outputs: Sequence[Field], hit: str) -> Outputs:
        """What the outputs give where no rule holds; empty where none says so."""
        clauses = [clause.one("defaultOutputEntry") for clause in element.all("output")]
        if not any(clause is not None for clause in clauses):
            return ()
        if hit == "C#":
            reason = "defaultOutputEntry: a table that counts gives 0 where no rule holds"
            self.scope.problems.add(element, "COUNT", reason)
        pairs = zip(clauses, outputs, strict=True)
        return tuple(None if e is None else self.value(e, shape) for e, shape in pairs)

    def value(self, entry: Element, shape: Field) -> Value | Expression | None:
        """What a cell gives: a value, an expression, or null."""
        text, place = entry.words("text"), entry.one("text") or entry
        if text in {"", "-", "null"}:
            return None
        try:
            read = read_expression(text, self.scope.names.fields, self.scope.functions)
            if not names_in(read[0]):
                return constant(read, shape)
        except TestInvalid as error:
            self.scope.refuse(error, place, f"{entry.name}: ")
            return None
        wanted = SORTS[shape.datatype]
        if read[1] not in {wanted, "null"}:
            reason = f"{entry.name}: gives a {read[1]}, but {shape.name} holds a {wanted}"
            self.scope.problems.add(place, text, reason)
        return read[0]


def _declared(kind: Type, name: str, outputs: int) -> Type:
    if isinstance(kind, Listing):
        return ANY if kind.of is None else _declared(kind.of, name, outputs)
    if isinstance(kind, Structure):
        return kind.parts.get(name, ANY)
    return kind if outputs == 1 and isinstance(kind, Simple) else ANY


def gives(hit: str, outputs: Sequence[Field]) -> Type:
    """The type of what a table gives."""
    if hit == "C#":
        return Simple(datatype=Datatype.DECIMAL)
    if hit in {"R", "O", "C"}:
        return Listing()
    kinds = {f.name: Simple(datatype=f.datatype, allowed=f.allowed) for f in outputs}
    return Structure(parts=kinds) if len(kinds) > 1 else next(iter(kinds.values()), ANY)
