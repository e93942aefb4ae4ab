"""Facts and tests as durable-rules gets them: whole numbers only, so nothing is coerced.

Every field of a kind has its own property name. Texts become the numbers of a dictionary, a
missing value becomes a flag, and what durable-rules cannot tell (patterns) is told beforehand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Any, Final, TypeAlias

from ontology.facts import Fact
from ontology.kinds import Field
from ontology.values import Datatype, Value
from rules.acceptance import Cut, Judged, Line, Members
from rules.conditions import Ask, Pattern
from rules.sfeel import MISSING, holds
from rules.whole_numbers import EncodingInvalid, number

Condition: TypeAlias = dict[str, Any]
Way: TypeAlias = tuple[Condition, ...]
"""Conditions that must all hold; a test is one or several ways."""

OTHER: Final = 0
"""The number of every text that no rule names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    """How one field of one kind is written: its property, its flag for missing, its use."""

    shape: Field
    name: str
    value: bool
    missing: bool


_Writer: TypeAlias = tuple[int, tuple[_Slot, ...], tuple[tuple[str, Ask], ...]]
_UNREAD: Final[_Writer] = (-1, (), ())
MOST_HELD: Final = 1_024
"""Facts whose messages are kept: most facts of a decision were in the one before."""


@dataclass(slots=True)
class Encoding:
    """The names and numbers of one ruleset; made with the rules, then only read."""

    _kinds: dict[str, int] = field(default_factory=dict)
    _slots: dict[tuple[str, str], _Slot] = field(default_factory=dict)
    _texts: dict[str, int] = field(default_factory=dict)
    _flags: dict[tuple[str, Ask], str] = field(default_factory=dict)
    _writers: dict[str, _Writer] = field(default_factory=dict)
    _held: dict[bytes, bytes] = field(default_factory=dict)

    @property
    def properties(self) -> int:
        """How many property names a fact can have, at most."""
        return 3 + 2 * len(self._slots) + len(self._flags)

    def ways(self, pattern: Pattern, most: int) -> list[Way]:
        """The ways in which a fact can fit a pattern, at most so many."""
        choices = [self._choices(pattern.kind, ask) for ask in pattern.asks]
        while _count(choices) > most:
            widest = max(range(len(choices)), key=lambda at: len(choices[at]))
            choices[widest] = [({self._flag(pattern.kind, pattern.asks[widest]): 1},)]
        if not any(way for choice in choices for way in choice):
            return [({"k": self._kind(pattern.kind)},)]
        return [tuple(one for way in chosen for one in way) for chosen in product(*choices)]

    def facts(self, facts: Sequence[Fact], session: str) -> list[bytes]:
        """The messages of a batch as JSON objects; a fact's ordinal is its id.

        Raises:
            EncodingInvalid: a fact does not fit its kind.
        """
        head, held = b',"sid":"%b"' % session.encode(), self._held
        return [
            b'{"id":%d%b%b}' % (ordinal, head, held.get(fact.place()) or self._written(fact))
            for ordinal, fact in enumerate(facts)
        ]

    def _written(self, fact: Fact) -> bytes:
        """The message of a fact without its ordinal, kept for the next fact like it."""
        if not self._writers:
            self._writers = self._plan()
        number, slots, flags = self._writers.get(fact.kind, _UNREAD)
        message = {"k": number}
        for slot in slots:
            self._write(slot, fact.values.get(slot.shape.name), message)
        for name, ask in flags:
            value = fact.values.get(ask.field.name, MISSING)
            message[name] = int(holds(ask.test, value, ask.field))
        plain = "".join(f',"{name}":{value}' for name, value in message.items()).encode()
        form = fact.place()
        if b"null" not in form:  # a value that is no fact's: infinity looks like None
            if len(self._held) >= MOST_HELD:
                self._held.clear()
            self._held[form] = plain
        return plain

    def _plan(self) -> dict[str, _Writer]:
        """What is written of a fact, kind by kind."""
        return {
            kind: (
                number,
                tuple(slot for (of, _), slot in self._slots.items() if of == kind),
                tuple((name, ask) for (of, ask), name in self._flags.items() if of == kind),
            )
            for kind, number in self._kinds.items()
        }

    def _write(self, slot: _Slot, value: Value | None, message: dict[str, int]) -> None:
        if slot.missing:
            message[slot.name + "m"] = int(value is None)
        if slot.value and value is not None:
            message[slot.name] = self._of(value, slot.shape)

    def _of(self, value: Value, shape: Field) -> int:
        if shape.datatype is not Datatype.STRING:
            return number(value, shape)
        if type(value) is not str:
            raise EncodingInvalid(f"{shape.name}: {value!r:.80} is no {shape.datatype}")
        return self._texts.get(value, OTHER)

    def _kind(self, kind: str) -> int:
        return self._kinds.setdefault(kind, len(self._kinds))

    def _slot(self, kind: str, shape: Field, **use: bool) -> _Slot:
        self._kind(kind)
        held = self._slots.get((kind, shape.name))
        name = held.name if held is not None else f"f{len(self._slots)}"
        slot = _Slot(
            shape=shape,
            name=name,
            value=use.get("value", False) or (held is not None and held.value),
            missing=use.get("missing", False) or (held is not None and held.missing),
        )
        self._slots[kind, shape.name] = slot
        return slot

    def _flag(self, kind: str, ask: Ask) -> str:
        self._kind(kind)
        return self._flags.setdefault((kind, ask), f"q{len(self._flags)}")

    def _choices(self, kind: str, ask: Ask) -> list[Way]:
        form = ask.accepted
        if form.everything:
            if form.missing:
                return [()]
            return [({self._slot(kind, ask.field, missing=True).name + "m": 0},)]
        ways: list[Way] = []
        if form.missing:
            ways.append(({self._slot(kind, ask.field, missing=True).name + "m": 1},))
        if isinstance(form.present, Judged):
            return [*ways, ({self._flag(kind, ask): 1},)]
        name = self._slot(kind, ask.field, value=True).name
        if isinstance(form.present, Members):
            return [*ways, *self._members(name, form.present, ask.field)]
        return [*ways, *_spans(name, form.present, ask.field)]

    def _members(self, name: str, members: Members, shape: Field) -> list[Way]:
        if shape.datatype is not Datatype.STRING:
            return [_range(name, *run) for run in _runs(number(v, shape) for v in members.names)]
        texts = sorted(str(value) for value in members.names)
        numbers = [self._texts.setdefault(text, len(self._texts) + 1) for text in texts]
        if members.named:
            return [({name: one},) for one in numbers]
        return [tuple({"$neq": {name: one}} for one in numbers)]


def _count(choices: Iterable[Sequence[Way]]) -> int:
    total = 1
    for choice in choices:
        total *= len(choice)
    return total


def _spans(name: str, line: Line, shape: Field) -> list[Way]:
    return [_range(name, _least(low, shape), _most(high, shape)) for low, high in line.spans()]


def _least(cut: Cut | None, shape: Field) -> int | None:
    return None if cut is None else number(cut[0], shape) + bool(cut[1])


def _most(cut: Cut | None, shape: Field) -> int | None:
    return None if cut is None else number(cut[0], shape) - (not cut[1])


def _range(name: str, least: int | None, most: int | None) -> Way:
    """One comparison a bound; durable-rules drops the second of two in one condition."""
    if least is not None and least == most:
        return ({name: least},)
    low: Way = () if least is None else ({"$gte": {name: least}},)
    high: Way = () if most is None else ({"$lte": {name: most}},)
    return low + high


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Neighbouring numbers as ranges.

    >>> _runs([1, 2, 3, 7])
    [(1, 3), (7, 7)]
    """
    found = sorted(numbers)
    ends = [one for one, two in pairwise(found) if two > one + 1] + found[-1:]
    starts = found[:1] + [two for one, two in pairwise(found) if two > one + 1]
    return [*zip(starts, ends, strict=True)]
