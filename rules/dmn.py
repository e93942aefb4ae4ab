"""A model of DMN that was read: its inputs, its decisions, and what it decides."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ontology.events import Json
from ontology.values import ValueInvalid, quote
from rules.diagnostics import near
from rules.dmn_decisions import Logic, flat, ordered
from rules.dmn_types import Listing, Simple, Structure, Type
from rules.sfeel import holds
from rules.tables import InputInvalid

VERSIONS: Final[Mapping[str, str]] = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InputData:
    """What a model is given: its name and its type."""

    name: str
    kind: Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision: what it needs by name, what it gives, what reckons it; where it stands.

    `note` is its description, for readers.
    """

    name: str
    needs: tuple[str, ...]
    kind: Type
    logic: Logic
    line: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model; `decisions` stand in the order of the file."""

    name: str
    version: str
    inputs: Mapping[str, InputData]
    decisions: Mapping[str, Decision]

    def evaluate(self, given: Mapping[str, object], only: str | None = None) -> dict[str, Json]:
        """Every decision by its name, or only one; an input that is not given is null.

        Raises:
            InputInvalid: an input is unknown or not of its type, all errors at once; or it leads
                to a value that a decision does not allow.
            HitViolated: rows of a table contradict its hit policy.
            KeyError: there is no such decision.
        """
        known = self._known(given)
        asked = self._asked(only)
        found: dict[str, Json] = {}
        for name in asked:
            decision = self.decisions[name]
            found[name] = decision.logic.evaluate(known)[name]
            _allows(decision, found[name])
            known.update(flat(name, decision.kind, found[name]))
        return {name: found[name] for name in self.decisions if only in {None, name}}

    def _asked(self, only: str | None) -> list[str]:
        """The decisions that are needed, each behind those that it needs."""
        needs = {name: decision.needs for name, decision in self.decisions.items()}
        if only is None:
            return ordered(needs)
        wanted, waiting = {only: self.decisions[only].needs}, [*self.decisions[only].needs]
        while waiting:
            name = waiting.pop()
            if name in needs and name not in wanted:
                wanted[name] = needs[name]
                waiting += needs[name]
        return ordered(wanted)

    def _known(self, given: Mapping[str, object]) -> dict[str, object]:
        named = {" ".join(name.split()): value for name, value in given.items()}
        errors = dict(self._unknown(named))
        known: dict[str, object] = {}
        for name, data in self.inputs.items():
            value = named.get(name)
            errors.update(_faults(name, data.kind, value))
            known.update(flat(name, data.kind, value))
        if errors:
            raise InputInvalid(errors)
        return known

    def _unknown(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        for name in names:
            if name not in self.inputs:
                meant = near(name, self.inputs)
                hint = f"; did you mean {meant!r}?" if meant else ""
                there = ", ".join([*self.inputs][:20]) or "none"
                yield name[:80], f"is no input of the model; it has {there}{hint}"


def _faults(name: str, kind: Type, value: object) -> Iterator[tuple[str, str]]:
    """What is wrong with an input, by the name of the part."""
    if value is None or isinstance(kind, Listing):
        return
    if isinstance(kind, Structure):
        if not isinstance(value, Mapping):
            parts = ", ".join(kind.parts)
            yield name, f"{quote(value)} is no object with the members {parts}"
            return
        for part in value:
            if part not in kind.parts:
                yield f"{name}.{part}"[:80], f"is none of {', '.join(kind.parts)}"
        for part, inner in kind.parts.items():
            yield from _faults(f"{name}.{part}", inner, value.get(part))
        return
    if kind.datatype is not None:
        yield from _fault(name, kind, value)


def _fault(name: str, kind: Simple, value: object) -> Iterator[tuple[str, str]]:
    field = kind.field(name)
    try:
        checked = field.check(value)
    except ValueInvalid as error:
        yield name, str(error)
        return
    if not holds(kind.test, checked, field):
        yield name, f"{quote(value)} is not allowed there"


def _allows(decision: Decision, value: Json) -> None:
    """Refuse a value that the type of a decision does not allow."""
    errors = dict(_faults(decision.name, decision.kind, value))
    if errors:
        raise InputInvalid({name: f"the inputs lead to {said}" for name, said in errors.items()})
