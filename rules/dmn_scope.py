"""What the clauses of a decision table of DMN share: names, types, and how they are refused."""

from collections.abc import Mapping
from dataclasses import dataclass

from rules.diagnostics import Problems
from rules.dmn_types import Names, Simple, Types
from rules.expression_reader import Function, Read, read_expression
from rules.unary import TestInvalid
from rules.xml_reader import Element


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What expressions of a decision may name and call; mistakes go to `problems`."""

    problems: Problems
    types: Types
    names: Names
    functions: Mapping[str, Function]
    implied: dict[str, Simple] | None = None
    """Inputs that the model does not declare; None where it has to."""

    def expression(self, text: str, place: Element) -> Read | None:
        """An expression over the names; None where it is refused."""
        try:
            return read_expression(text, self.names.fields, self.functions)
        except TestInvalid as error:
            self.refuse(error, place)
            return None

    def refuse(self, error: TestInvalid, place: Element, within: str = "") -> None:
        """Note what is wrong with a text, by why the name in it may not be used, if so."""
        barred = next(
            (
                f"{name} {why}"
                for name, why in self.names.barred.items()
                if error.offending.startswith(name) or name.startswith(error.offending or "\0")
            ),
            None,
        )
        untyped = next(
            (n for n in self.names.untyped if n.startswith(error.offending or "\0")), None
        )
        if untyped is not None:
            barred = f"{untyped} has no type; give its variable a typeRef"
        reason = f"{within}{barred or error.reason}"
        self.problems.add(
            place, error.offending, reason, nearest=None if barred else error.nearest
        )
