"""Generated code: one Python function that tries every pattern on every fact of its kind.

Only positions are written into the text; every name and value of a rule reaches it as a
constant, so nothing that an author writes is ever run.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from ontology.kinds import Field
from ontology.values import Value
from rules.acceptance import Cut, Judged, Line, Members
from rules.conditions import Ask, Pattern
from rules.sfeel import Test, holds

Numbered: TypeAlias = tuple[int, Mapping[str, Value]]
Hits: TypeAlias = defaultdict[int, list[int]]
"""The positions of the facts that fit each pattern, by the pattern's number."""

Match: TypeAlias = Callable[[Mapping[str, Sequence[Numbered]], Hits], None]
_Branch: TypeAlias = dict[str, Any]


class Generator:
    """Writes one function that tries every pattern on every fact of its kind.

    Patterns that begin with the same asks share them: the asks of a kind form a tree of `if`s.
    """

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        """Begin with the patterns; a match names them by their positions."""
        self._patterns = patterns
        self._constants: dict[str, Any] = {}
        self._names: dict[tuple[type, object], str] = {}
        self._lines = ["def match(kinds, hits):"]

    @property
    def source(self) -> str:
        """The generated text; it is whole once `match` was called."""
        return "\n".join(self._lines)

    def match(self) -> Match:
        """Generate and compile; call once."""
        kinds: dict[str, list[tuple[int, Pattern]]] = {}
        for number, pattern in enumerate(self._patterns):
            kinds.setdefault(pattern.kind, []).append((number, pattern))
        for kind, numbered in kinds.items():
            self._kind(kind, numbered)
        self._lines.append("    return None")
        space: dict[str, Any] = {"__builtins__": {}, **self._constants}
        code = compile(self.source, "<rules>", "exec")
        exec(code, space)  # noqa: S102 - written above from positions only, values are constants
        match: Match = space["match"]
        return match

    def _kind(self, kind: str, numbered: Sequence[tuple[int, Pattern]]) -> None:
        names = dict.fromkeys(ask.field.name for _, pattern in numbered for ask in pattern.asks)
        variables = {name: f"v{at}" for at, name in enumerate(names)}
        self._lines.append(f"    for n, values in kinds.get({self._constant(kind)}, ()):")
        if variables:
            self._lines.append("        get = values.get")
        for name, variable in variables.items():
            self._lines.append(f"        {variable} = get({self._constant(name)})")
        tree: _Branch = {}
        for number, pattern in numbered:
            branch = tree
            for ask in pattern.asks:
                branch = branch.setdefault(self._condition(ask, variables[ask.field.name]), {})
            branch.setdefault("", []).append(number)
        self._branch(tree, 8)

    def _branch(self, tree: _Branch, indent: int) -> None:
        for condition, rest in tree.items():
            if condition == "":
                self._lines += [f"{' ' * indent}hits[{number}].append(n)" for number in rest]
                continue
            conditions = [condition]
            inner = rest
            while len(inner) == 1 and "" not in inner:
                ((more, inner),) = inner.items()
                conditions.append(more)
            self._lines.append(f"{' ' * indent}if {' and '.join(conditions)}:")
            self._branch(inner, indent + 1)

    def _condition(self, ask: Ask, variable: str) -> str:
        """The text of one ask: a variable, signs and names of constants."""
        form = ask.accepted
        if form.everything:
            return "1" if form.missing else f"{variable} is not None"
        inner = self._present(ask, variable)
        if form.missing:
            return f"({variable} is None or {inner})" if inner else f"{variable} is None"
        return inner or "0"

    def _present(self, ask: Ask, variable: str) -> str:
        shape = ask.accepted.present
        if isinstance(shape, Members):
            return self._members(shape, variable)
        if isinstance(shape, Judged):
            teller = self._constant(_teller(shape.test, ask.field))
            return f"{variable} is not None and {teller}({variable})"
        assert isinstance(shape, Line)  # noqa: S101 - there is no fourth shape
        spans = [self._span(low, high, variable) for low, high in shape.spans()]
        if not spans:
            return ""
        either = spans[0] if len(spans) == 1 else f"({' or '.join(spans)})"
        return f"{variable} is not None and {either}"

    def _members(self, shape: Members, variable: str) -> str:
        if not shape.named:
            return f"{variable} is not None and {variable} not in {self._constant(shape.names)}"
        if len(shape.names) != 1:
            return f"{variable} in {self._constant(shape.names)}" if shape.names else ""
        (only,) = shape.names
        sign = "is" if isinstance(only, bool) else "=="
        return f"{variable} {sign} {self._constant(only)}"

    def _span(self, low: Cut | None, high: Cut | None, variable: str) -> str:
        if low is not None and high is not None and low[0] == high[0]:
            return f"{variable} == {self._constant(low[0])}"
        left = "" if low is None else f"{self._constant(low[0])} {'<' if low[1] else '<='} "
        right = "" if high is None else f" {'<=' if high[1] else '<'} {self._constant(high[0])}"
        return f"{left}{variable}{right}"

    def _constant(self, value: object) -> str:
        """The name under which the generated function finds a value; equal values share one."""
        key = (type(value), value)
        if key not in self._names:
            self._names[key] = f"K{len(self._names)}"
            self._constants[self._names[key]] = value
        return self._names[key]


def _teller(test: Test, shape: Field) -> Callable[[Value], bool]:
    """A function that tells whether a present text fulfils a test with a pattern."""
    return lambda value: holds(test, value, shape)
