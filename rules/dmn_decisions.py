"""What decisions of DMN are made of, beside tables and expressions: contexts and lists of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ontology.events import Json
from rules.dmn_types import Structure, Type
from rules.expressions import EXPRESSIONS, size_of
from rules.literal_decisions import LiteralDecision
from rules.tables import Table


class Logic(Protocol):
    """Anything that gives one value under a name."""

    def evaluate(self, given: Mapping[str, object]) -> dict[str, Json]:
        """The value under its name.

        Raises:
            InputInvalid: an input is not of its type.
            HitViolated: rows of a table contradict its hit policy.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a context, a list or a row: what it is called, what it is, what reckons it."""

    name: str
    kind: Type
    logic: Logic


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxed:
    """Parts one after the other, each of which the later ones may name.

    `gives` is what becomes of them: the object of them all, their list, or the last one.
    """

    name: str
    parts: tuple[Part, ...]
    gives: str = "object"

    def evaluate(self, given: Mapping[str, object]) -> dict[str, Json]:
        """The value under its name."""
        known, found = dict(given), {}
        for part in self.parts:
            value = part.logic.evaluate(known)[part.name]
            found[part.name] = value
            known.update(flat(part.name, part.kind, value))
        if self.gives == "object":
            return {self.name: found}
        values = [*found.values()]
        return {self.name: values if self.gives == "list" else values[-1]}


def steps(logic: Logic) -> int:
    """How many steps the expressions of a decision take, if every row holds."""
    if isinstance(logic, Boxed):
        return sum(steps(part.logic) for part in logic.parts)
    if isinstance(logic, Table):
        cells = [cell for row in logic.rows for cell in row.outputs]
        every = [*logic.reckoned.values(), *logic.defaults, *cells]
        return sum(size_of(one).steps for one in every if isinstance(one, EXPRESSIONS))
    return size_of(logic.expression).steps if isinstance(logic, LiteralDecision) else 0


def flat(name: str, kind: Type, value: object) -> dict[str, object]:
    """A value and its parts under the names by which expressions know them."""
    if not isinstance(kind, Structure):
        return {name: value}
    parts = value if isinstance(value, Mapping) else {}
    found: dict[str, object] = {}
    for part, inner in kind.parts.items():
        found.update(flat(f"{name}.{part}", inner, parts.get(part)))
    return found


def cycle(needs: Mapping[str, Sequence[str]]) -> list[str]:
    """The names along which things need themselves, the first one again at the end; else none.

    >>> cycle({"a": ["b"], "b": ["a"]})
    ['a', 'b', 'a']
    """
    left = dict(needs)
    while left:
        free = [name for name, others in left.items() if not any(o in left for o in others)]
        if not free:
            path = [next(iter(left))]
            while path[-1] not in path[:-1]:
                path.append(next(one for one in left[path[-1]] if one in left))
            return path[path.index(path[-1]) :]
        for name in free:
            del left[name]
    return []


def ordered(needs: Mapping[str, Sequence[str]]) -> list[str]:
    """Names so that each stands behind those that it needs; there is no cycle."""
    done: dict[str, None] = {}
    waiting = [*needs][::-1]
    while waiting:
        name = waiting[-1]
        missing = [one for one in needs[name] if one not in done and one in needs]
        if missing:
            waiting += missing
        else:
            done[waiting.pop()] = None
    return [*done]
