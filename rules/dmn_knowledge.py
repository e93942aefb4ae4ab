"""Business knowledge models of DMN: expressions with parameters, which others apply."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ontology.kinds import Field
from ontology.values import Datatype
from rules.dmn_types import Simple, Type, field_of, of_sort
from rules.expression_reader import SORTS, Function, Read, read_expression
from rules.expressions import Applied, Expression, Size, size_of
from rules.unary import TestInvalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """A model of knowledge: its parameters with their types, and its expression as written.

    The expression is read for each sort of arguments, since parameters need not have a type.
    """

    name: str
    parameters: Mapping[str, Type]
    text: str
    functions: Mapping[str, Function]
    bodies: dict[tuple[Datatype, ...], tuple[Expression, Size, str]] = field(
        default_factory=dict, compare=False
    )
    """What was read already, by the sorts of the arguments."""

    def call(self, arguments: Sequence[Read], depth: int) -> Read:
        """The expression with arguments for its parameters.

        Raises:
            TestInvalid: there are too many or too few, one is of another sort, or the expression
                cannot be read.
        """
        if len(arguments) != len(self.parameters):
            given = f"takes {len(self.parameters)} arguments, not {len(arguments)}"
            words = f"{self.name}({', '.join(self.parameters)})"
            raise TestInvalid(self.name, given, words)
        pairs = zip(self.parameters.items(), arguments, strict=True)
        fields = {
            name: field_of(name, self._datatype(name, kind, sort))
            for (name, kind), (_, sort) in pairs
        }
        sorts = tuple(one.datatype for one in fields.values())
        if sorts not in self.bodies:
            self.bodies[sorts] = self._body(fields, depth)
        body, size, sort = self.bodies[sorts]
        values = tuple(one for one, _ in arguments)
        return Applied(self.name, tuple(fields), values, body, size), sort

    def _body(self, fields: Mapping[str, Field], depth: int) -> tuple[Expression, Size, str]:
        try:
            body, sort = read_expression(self.text, fields, self.functions, depth + 1)
        except TestInvalid as error:
            words = f"{error.offending!r} in {self.name}: {error.reason}"
            raise TestInvalid(self.text, words, error.nearest) from error
        return body, size_of(body), sort

    def _datatype(self, name: str, kind: Type, sort: str) -> Datatype:
        declared = kind.datatype if isinstance(kind, Simple) else None
        if declared is None:
            return of_sort(sort) or Datatype.STRING
        if sort not in {SORTS[declared], "null"}:
            raise TestInvalid(name, f"is a {SORTS[declared]}, but a {sort} is given")
        return declared
