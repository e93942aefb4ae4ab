"""Fills slots: from records as far as consent permits, from what the caller states, or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from knowledge.graph import Graph
from ontology.events import Json
from ontology.identity import ThingId
from rules.inert import inert
from rules.template import HOLDS, Slot
from rules.template_slots import ORGANISATION
from rules.wording import Value
from service.addressee import Addressee, Leave
from service.problems import Fault, pointer, quoted
from service.spoken import Place
from service.stated import EXAMPLES, MOST, said, unfit, worded

State: TypeAlias = Literal["filled", "stated", "fallback", "missing", "chose"]
"""From a record, from the caller, the fallback words, nothing yet, or a choice of wording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """One slot with what stands in it, where that comes from, and who permits it.

    `left_out` says why a record was not used. What a flag chose is not told: it may be special
    to a person. `removed` counts characters that do not show and were taken out.
    """

    slot: Slot
    value: Value
    state: State
    source: str | None = None
    permitted_by: tuple[str, ...] = ()
    left_out: str | None = None
    removed: int = 0

    def json(self) -> dict[str, Json]:
        """The slot as the answer shows it."""
        shown: dict[str, Json] = {"slot": self.slot.name, "state": self.state}
        if self.state == "missing":
            shown |= {"holds": self.slot.holds, "says": HOLDS[self.slot.holds]}
            shown["example"] = EXAMPLES[self.slot.holds]
        elif self.state != "chose":
            shown["value"] = (
                list[Json](self.value) if isinstance(self.value, tuple) else self.value
            )
        permitted: Json = [*self.permitted_by] or None
        told: dict[str, Json] = {
            "source": self.source,
            "permitted_by": permitted,
            "left_out": self.left_out,
            "why": self.slot.why or None,
            "removed": self.removed or None,
        }
        return shown | {name: value for name, value in told.items() if value is not None}

    def _value(self) -> Json:
        return [*self.value] if isinstance(self.value, tuple) else self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What slots are filled from: things by kind, the organisation, what the caller states."""

    graph: Graph
    addressee: Addressee
    things: Mapping[str, ThingId]
    organisation: Mapping[str, str]
    stated: Mapping[str, object]
    place: Place

    def fill(self, slot: Slot) -> Filled:
        """One slot; what is wrong with a stated value is told by `faults`."""
        if slot.name in self.stated and not self.faults(slot):
            value, removed = said(slot, self.stated[slot.name], self.place)
            state: State = "chose" if slot.chooses else "stated"
            return Filled(
                slot=slot, value=value, state=state, source="the caller", removed=removed
            )
        reasons: list[str] = []
        for path in slot.paths:
            found = self._organised(slot, path) or self._recorded(slot, path)
            if found.left_out is None:
                return found
            reasons.append(found.left_out)
        return _without(slot, "; ".join(dict.fromkeys(reasons)) or None)

    def faults(self, slot: Slot) -> list[Fault]:
        """What is wrong with what the caller states for a slot."""
        if slot.name not in self.stated:
            return []
        value, where = self.stated[slot.name], pointer(["slots", slot.name])
        if slot.purpose is not None:
            words = (
                f"is filled from {'.'.join(slot.paths[0])}, with consent for {slot.purpose};"
                " it can't be stated"
            )
            return [Fault(pointer=where, detail=words, value=quoted(value))]
        why = unfit(slot, value, self.place)
        if why is None:
            return []
        example = EXAMPLES[slot.holds]
        return [Fault(pointer=where, detail=why, value=quoted(value), example=example)]

    def _organised(self, slot: Slot, path: tuple[str, ...]) -> Filled | None:
        if path[0] != "organisation":
            return None
        value = self.organisation.get(path[1], "") if path[1] in ORGANISATION else ""
        source = f"{'.'.join(path)} of the voice"
        if not value:
            return Filled(slot=slot, value="", state="missing", left_out=f"{source} is not known")
        return Filled(slot=slot, value=inert(value).text, state="filled", source=source)

    def _recorded(self, slot: Slot, path: tuple[str, ...]) -> Filled:
        """The value at the end of a path, each step of it permitted."""
        written = ".".join(path)
        thing = self.things.get(path[0])
        if thing is None:
            return _empty(slot, f"{written}: no {path[0]} was named")
        by: list[str] = []
        for step in path[1:-1]:
            leave = self.addressee.leave(thing, step, slot.purpose)
            by += leave.by
            after = self.graph.get(thing, step)
            if not leave.given or after is None:
                return _empty(slot, leave.why_not or f"{written}: {thing} has no {step}")
            thing = ThingId(str(after))
        leave = self.addressee.leave(thing, path[-1], slot.purpose)
        value = self.graph.get(thing, path[-1])
        if value is None:
            return _empty(slot, f"{written}: {thing} has no {path[-1]}")
        if not leave.given:
            return _empty(slot, leave.why_not or "")
        permitted = Leave(by=tuple(dict.fromkeys((*by, *leave.by))))
        return self._shown(slot, value, f"{written} of {thing}", permitted)

    def _shown(self, slot: Slot, value: Json, source: str, leave: Leave) -> Filled:
        if slot.chooses:
            return Filled(
                slot=slot,
                value=value is True,
                state="chose",
                source=source,
                permitted_by=leave.by,
            )
        text, removed = worded(slot.holds, value, self.place)
        return Filled(
            slot=slot,
            value=text[:MOST],
            state="filled",
            source=source,
            permitted_by=leave.by,
            removed=removed,
        )


def _without(slot: Slot, why: str | None) -> Filled:
    """The fallback words, or a gap that says what belongs there."""
    if slot.chooses:
        return Filled(slot=slot, value=False, state="chose", left_out=why)
    if slot.fallback is None:
        gap = f"[{slot.name.replace('_', ' ')}]"
        value: Value = (gap,) if slot.holds == "list" else gap
        return Filled(slot=slot, value=value, state="missing", left_out=why)
    words: Value = slot.fallback
    if slot.holds == "list":
        words = (slot.fallback,) if slot.fallback else ()
    return Filled(slot=slot, value=words, state="fallback", left_out=why)


def _empty(slot: Slot, why: str) -> Filled:
    return Filled(slot=slot, value="", state="missing", left_out=why)
