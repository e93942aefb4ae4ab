"""The compiled engine: Python generated from the typed tree, about 10 µs for 200 rules.

Only positions are written into the generated text; every name and value of a rule reaches it as
a constant, so nothing that an author writes is ever run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from ontology.decisions import RuleError
from ontology.facts import Fact
from ontology.kinds import Field
from ontology.values import Value
from rules.acceptance import Cut, Judged, Line, Members
from rules.conditions import Ask, Conjunction, Pattern
from rules.joining import taking_part
from rules.rulebook import Rule
from rules.sfeel import MISSING, Test, holds

Numbered: TypeAlias = tuple[int, Mapping[str, Value]]
Hits: TypeAlias = Mapping[int, Sequence[int]]
Match: TypeAlias = Callable[
    [Mapping[str, Sequence[Numbered]], Callable[[tuple[int, int]], None]], None
]

_LONGEST_QUOTE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """What one engine found in one stratum.

    `matched` maps a rule's id to the positions of the facts that take part in its match.
    """

    matched: Mapping[str, frozenset[int]]
    errors: tuple[RuleError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alternative:
    """One conjunction of a rule, its patterns as numbers."""

    rule: str
    patterns: tuple[int, ...]
    absences: tuple[int, ...]
    conjunction: Conjunction
    single: bool
    """One pattern and nothing else: what it hits is what the rule matches."""


class Compiled:
    """The rules of one stratum as generated code; safe to share between threads."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Compile; a few milliseconds for 200 rules."""
        self._patterns = _Numbers()
        self._alternatives = [
            _Alternative(
                rule=rule.id,
                patterns=tuple(map(self._patterns.of, conjunction.patterns)),
                absences=tuple(self._patterns.of(a.pattern) for a in conjunction.absences),
                conjunction=conjunction,
                single=len(conjunction.patterns) == 1
                and not (conjunction.joins or conjunction.absences),
            )
            for rule in rules
            for conjunction in rule.conditions
        ]
        self._by_first: dict[int, list[_Alternative]] = {}
        for one in self._alternatives:
            self._by_first.setdefault(one.patterns[0] if one.patterns else -1, []).append(one)
        self._match = _Generator(self._patterns.found).match()

    def fire(self, facts: Sequence[Fact]) -> Fired:
        """The rules that hold of the facts, each with the positions of the facts that it took."""
        kinds: dict[str, list[Numbered]] = {}
        for number, fact in enumerate(facts):
            kinds.setdefault(fact.kind, []).append((number, fact.values))
        found: list[tuple[int, int]] = []
        try:
            self._match(kinds, found.append)
        except Exception:  # noqa: BLE001 - a fact that fits no shape: find out which rules it hits
            found.clear()
            failed = self._match_one_by_one(kinds, found.append)
        else:
            failed = {}
        hits: dict[int, list[int]] = {}
        for pattern, number in found:
            hits.setdefault(pattern, []).append(number)
        return self._fired(hits, facts, failed)

    def _fired(self, hits: Hits, facts: Sequence[Fact], failed: Mapping[int, str]) -> Fired:
        matched: dict[str, frozenset[int]] = {}
        for first in (-1, *hits):
            for one in self._by_first.get(first, ()):
                taken = (
                    frozenset(hits[first]) if one.single else self._taken(one, hits, facts, failed)
                )
                if taken is not None:
                    held = matched.get(one.rule)
                    matched[one.rule] = taken if held is None else held | taken
        return Fired(matched=matched, errors=self._errors(failed) if failed else ())

    def _taken(
        self, one: _Alternative, hits: Hits, facts: Sequence[Fact], failed: Mapping[int, str]
    ) -> frozenset[int] | None:
        """The positions of the facts of a match, or None where there is none."""
        for pattern in one.patterns:
            if pattern not in hits:
                return None
        if not (one.absences or one.conjunction.joins):
            return frozenset(hits[one.patterns[0]]).union(*map(hits.__getitem__, one.patterns[1:]))
        if any(absence in failed for absence in one.absences):
            return None  # whether something is absent cannot be told; the rule is named in errors
        return taking_part(
            one.conjunction,
            [hits[pattern] for pattern in one.patterns],
            [hits.get(absence, ()) for absence in one.absences],
            facts,
        )

    def _match_one_by_one(
        self, kinds: Mapping[str, Sequence[Numbered]], add: Callable[[tuple[int, int]], None]
    ) -> dict[int, str]:
        """The slow way, pattern by pattern; gives the patterns that failed and why."""
        failed: dict[int, str] = {}
        for number, pattern in enumerate(self._patterns.found):
            for position, values in kinds.get(pattern.kind, ()):
                try:
                    fits = all(_asks(ask, values) for ask in pattern.asks)
                except Exception as error:  # noqa: BLE001 - named in the answer, silences no other rule
                    failed[number] = f"{pattern.kind}: {error}"[:_LONGEST_QUOTE]
                    continue
                if fits:
                    add((number, position))
        return failed

    def _errors(self, failed: Mapping[int, str]) -> tuple[RuleError, ...]:
        return tuple(
            RuleError(rule=one.rule, reason=failed[pattern])
            for one in self._alternatives
            for pattern in (*one.patterns, *one.absences)
            if pattern in failed
        )


def _asks(ask: Ask, values: Mapping[str, Value]) -> bool:
    return holds(ask.test, values.get(ask.field.name, MISSING), ask.field)


@dataclass(slots=True)
class _Numbers:
    """Numbers equal patterns once, in the order in which they come."""

    found: list[Pattern] = field(default_factory=list)
    _known: dict[Pattern, int] = field(default_factory=dict)

    def of(self, pattern: Pattern) -> int:
        number = self._known.setdefault(pattern, len(self.found))
        if number == len(self.found):
            self.found.append(pattern)
        return number


_Branch: TypeAlias = dict[str, Any]


class _Generator:
    """Writes one function that tries every pattern on every fact of its kind.

    Patterns that begin with the same asks share them: the asks of a kind form a tree of `if`s.
    """

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = patterns
        self._constants: dict[str, Any] = {}
        self._names: dict[tuple[type, object], str] = {}
        self._lines = ["def match(kinds, add):"]

    def match(self) -> Match:
        kinds: dict[str, list[tuple[int, Pattern]]] = {}
        for number, pattern in enumerate(self._patterns):
            kinds.setdefault(pattern.kind, []).append((number, pattern))
        for kind, numbered in kinds.items():
            self._kind(kind, numbered)
        self._lines.append("    return None")
        space: dict[str, Any] = {"__builtins__": {}, **self._constants}
        code = compile("\n".join(self._lines), "<rules>", "exec")
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
                self._lines += [f"{' ' * indent}add(({number}, n))" for number in rest]
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
