"""What makes lifecycles sound: states that can be reached and left, acts that somebody may do."""

from collections.abc import Iterator
from typing import Final, TypeAlias

from ontology.identity import ThingId
from ontology.lifecycle_data import DataField, DataProblem, DataType, check_data
from ontology.lifecycle_terms import ATTUNE, NEW, SAME, Act, Lifecycle, Lifecycles, Role, State
from ontology.schema import schema
from ontology.values import Datatype

Path: TypeAlias = tuple[str, ...]
"""A kind, then a state `open` or an act `confirm()`, then a field of the act."""

Fault: TypeAlias = tuple[Path, str]

_THINGS: Final = frozenset({DataType.THING, DataType.THINGS})


def unsound(lifecycles: Lifecycles) -> Iterator[Fault]:
    """Everything that is wrong with lifecycles whose parts are well formed."""
    for lifecycle in lifecycles.values():
        yield from _of_birth(lifecycle)
        yield from _of_reach(lifecycle)
        for state in lifecycle.states.values():
            yield from _of_state(lifecycle, state)
        for act in lifecycle.acts.values():
            yield from _of_act(lifecycle, act)
            for field in act.data.values():
                yield from _of_field(lifecycles, (lifecycle.kind, f"{act.name}()"), field)


def reachable(lifecycle: Lifecycle) -> frozenset[str]:
    """The states that a thing can come into, from its birth or from nothing."""
    edge = found = {lifecycle.initial or NEW}
    while edge:
        acts = [act for act in lifecycle.acts.values() if not edge.isdisjoint(act.sources)]
        edge = {act.to for act in acts if act.to != SAME} - found
        found = found | edge
    return frozenset(found - {NEW})


def _of_birth(lifecycle: Lifecycle) -> Iterator[Fault]:
    """A kind is born by an event into a state, or brought about by an act."""
    path = (lifecycle.kind,)
    begins = any(NEW in act.sources for act in lifecycle.acts.values())
    if (lifecycle.born is None) != (lifecycle.initial is None):
        yield path, "born and initial stand together or not at all"
    elif lifecycle.initial is not None and lifecycle.initial not in lifecycle.states:
        yield path, f"initial {lifecycle.initial!r} is none of its states"
    elif (lifecycle.initial is None) is not begins:
        yield path, "begin with acts from [new], or with born and initial, and not with both"


def _of_reach(lifecycle: Lifecycle) -> Iterator[Fault]:
    """States that nothing leads to."""
    for name in lifecycle.states.keys() - reachable(lifecycle):
        yield (lifecycle.kind, name), f"no act leads to {name}"


def _of_state(lifecycle: Lifecycle, state: State) -> Iterator[Fault]:
    """Ways out, or none."""
    path = (lifecycle.kind, state.name)
    out = [a for a in lifecycle.acts.values() if state.name in a.sources]
    if state.name in {NEW, SAME}:
        yield path, f"{state.name} has a meaning of its own; name the state otherwise"
    if state.terminal and out:
        yield path, f"it is terminal, but {out[0].name} goes on from it"
    if state.terminal and state.deadlines:
        yield path, "it is terminal, so it can have no deadline"
    if not state.terminal and not any(act.to != SAME for act in out):
        yield path, "no act leads out of it; mark it terminal"
    yield from _of_deadlines(lifecycle, state)


def _of_deadlines(lifecycle: Lifecycle, state: State) -> Iterator[Fault]:
    """Deadlines that nothing follows, or whose length nobody gives."""
    path = (lifecycle.kind, state.name)
    for rule in state.deadlines:
        lapse = lifecycle.acts.get(rule.lapse)
        if lapse is None or state.name not in lapse.sources or Role.ATTUNE not in lapse.roles:
            yield path, f"{rule.name} lapses by {rule.lapse!r}: no act of attune from {state.name}"
        elif any(field.required for field in lapse.data.values()):
            yield path, f"{rule.name} lapses by {rule.lapse!r}, which asks for data"
        if rule.from_record and not _stated(lifecycle.kind, rule.from_record):
            yield path, f"{rule.name}: a record of {lifecycle.kind} has no {rule.from_record!r}"
        if rule.from_field and not _carried(lifecycle, state, rule.from_field):
            yield path, f"{rule.name}: no way into {state.name} carries {rule.from_field!r}"


def _stated(kind: str, name: str) -> bool:
    """Whether records of a kind state a duration or a moment under a name."""
    found = schema().kinds.get(kind)
    prop = found.properties.get(name) if found is not None else None
    return prop is not None and prop.datatype in {Datatype.DURATION, Datatype.DATETIME}


def _carried(lifecycle: Lifecycle, state: State, field: str) -> bool:
    """Whether every act into a state carries a duration of that name; births are not read here."""
    inward = [act for act in lifecycle.acts.values() if act.to == state.name]
    found = [act.data.get(field) for act in inward]
    right = all(spec is not None and spec.type is DataType.DURATION for spec in found)
    return right and (bool(inward) or lifecycle.initial == state.name)


def _of_act(lifecycle: Lifecycle, act: Act) -> Iterator[Fault]:
    """Where an act leads from and to, who may do it, who may not."""
    path = (lifecycle.kind, f"{act.name}()")
    states = ", ".join(lifecycle.states)
    for source in act.sources:
        if source != NEW and source not in lifecycle.states:
            yield path, f"{source!r} is no state of {lifecycle.kind}; its states are {states}"
    if act.to != SAME and act.to not in lifecycle.states:
        yield path, f"{act.to!r} is no state of {lifecycle.kind}; its states are {states}"
    if NEW in act.sources and (act.to == SAME or act.persons > 1):
        yield path, "what begins a thing leads to a state, by one person"
    if not act.roles:
        yield path, "nobody may do it; name a role"
    yield from _of_persons(lifecycle, act)
    for other in act.not_by:
        if other not in lifecycle.acts:
            yield path, f"not_by {other!r} is no act of {lifecycle.kind}"


def _of_persons(lifecycle: Lifecycle, act: Act) -> Iterator[Fault]:
    """A number of people that no earlier act carries."""
    if act.persons_from is None:
        return
    name, field = act.persons_from
    other = lifecycle.acts.get(name)
    spec = other.data.get(field) if other is not None else None
    if spec is None or spec.type is not DataType.INTEGER:
        path = (lifecycle.kind, f"{act.name}()")
        yield path, f"persons: no act {name} carries a whole number {field}"


def _of_field(lifecycles: Lifecycles, act: Path, field: DataField) -> Iterator[Fault]:
    """Bounds that belong to the type, and an example that fits."""
    path = (*act, field.name)
    if bool(field.of) is not (field.type is DataType.CHOICE):
        yield path, "a choice, and nothing else, has `of`"
    if (field.kind is not None or field.states) and field.type not in _THINGS:
        yield path, "only a thing has `kind` and `in`"
    if field.states:
        other = lifecycles.get(field.kind or "")
        for name in field.states:
            if other is None or name not in other.states:
                yield path, f"{name!r} is no state of {field.kind or 'a kind that is not named'}"
    for problem in _of_example(field):
        yield path, f"its example does not fit: {problem.message}"


class _Anything:
    """A thing beside which every state is what it should be."""

    thing = ATTUNE

    def __init__(self, state: str | None) -> None:
        self._state = state

    def state_of(self, _other: ThingId) -> str | None:
        """The state that was asked for."""
        return self._state


def _of_example(field: DataField) -> tuple[DataProblem, ...]:
    """What is wrong with a field's own example."""
    asked = _Anything(field.states[0] if field.states else None)
    return check_data({field.name: field}, {field.name: field.example}, asked)
