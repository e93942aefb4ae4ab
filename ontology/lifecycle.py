"""Lifecycles: what may be done to a long-lived thing, by whom, by when, and what state follows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle_data import DataField, DataProblem, check_data, duration
from ontology.marked_yaml import quoted

NEW: Final = "new"
"""In `from`: the thing has no state yet."""

SAME: Final = "same"
"""In `to`: the thing stays in the state it is in."""


class Role(StrEnum):
    """What a person is to the organisation; `ATTUNE` is the service itself and no key holds it."""

    RESPONDER = "responder"
    REVIEWER = "reviewer"
    LEGAL = "legal"
    GOVERNANCE = "governance"
    TRAINER = "trainer"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    ADMIN = "admin"
    ATTUNE = "attune"


ATTUNE: Final = ThingId("system/attune")
"""The actor of what the service does by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a person (or attune), with roles; `via` is the system key that spoke for them."""

    id: ThingId
    roles: frozenset[Role]
    via: ThingId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRule:
    """A deadline of a state: a fixed duration, or a duration field of the act that entered it."""

    name: str
    within: timedelta | None
    from_field: str | None
    lapse: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A state; `terminal` has no way out, `resting` asks nothing of anybody."""

    name: str
    comment: str
    terminal: bool
    resting: bool
    deadlines: tuple[DeadlineRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One way from some states (`NEW` among them) to one state (or `SAME`)."""

    name: str
    comment: str
    sources: tuple[str, ...]
    to: str
    roles: frozenset[Role]
    data: Mapping[str, DataField]
    not_by: tuple[str, ...]
    persons: int

    @property
    def needs_own_key(self) -> bool:
        """Whether several people must stand behind it, so that no system may speak for them."""
        return bool(self.not_by) or self.persons > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """The states and acts of one kind of thing; `born` is the event type that brings it about."""

    kind: str
    comment: str
    born: str | None
    initial: str | None
    states: Mapping[str, State]
    acts: Mapping[str, Act]


Lifecycles = Mapping[str, Lifecycle]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One recorded act on a thing."""

    act: str
    actor: ThingId
    before: str | None
    after: str


def _nothing_known(_thing: ThingId) -> str | None:
    """The state of things that nobody was asked about."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a thing stands: its recorded acts, oldest first, and how to ask for other states.

    `state` is None for a thing that has none yet. `state_of` answers for the things that an act
    names (None: unknown); it must be pure for the answer to be.
    """

    thing: ThingId
    kind: str
    state: str | None
    history: tuple[Past, ...] = ()
    state_of: Callable[[ThingId], str | None] = _nothing_known


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A deadline to set: it lapses at `due` (UTC) by the act `lapse` unless the state is left."""

    name: str
    state: str
    due: datetime
    lapse: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an act does: the state before and after, deadlines to set, what the graph shows.

    `waiting_for` counts the people who must still do the same before the state changes.
    """

    act: str
    from_state: str | None
    to_state: str
    deadlines: tuple[Deadline, ...]
    properties: Mapping[str, Json]
    details: Mapping[str, Json] = field(default_factory=lambda: MappingProxyType({}))
    named: tuple[ThingId, ...] = ()
    waiting_for: int = 0


class ActRefused(Exception):
    """An act may not be done; `problems` has all reasons, `possible` what may be done instead."""

    def __init__(self, act: str, problems: tuple[DataProblem, ...], possible: tuple[str, ...]) -> None:
        """Say every reason in one line."""
        instead = f"; possible now: {', '.join(possible)}" if possible else "; nothing is possible now"
        super().__init__(f"{quoted(act)} refused: " + "; ".join(p.message for p in problems) + instead)
        self.act = act
        self.problems = problems
        self.possible = possible


def act(
    lifecycles: Lifecycles,
    standing: Standing,
    name: str,
    *,
    actor: Actor,
    at: datetime,
    data: Mapping[str, Json],
) -> Outcome:
    """What follows if `actor` does the act `name` to a thing at `at` (aware).

    Raises:
        ActRefused: the kind has no lifecycle or no such act, the state does not allow it, the
            actor lacks the role or stands on both sides of a separation of duties, or `data`
            misses or mistypes a field. All reasons that apply are in it.
    """
    lifecycle = lifecycles.get(standing.kind)
    if lifecycle is None:
        kinds = ", ".join(sorted(lifecycles))
        raise _refused(name, "kind", f"{quoted(standing.kind)} has no lifecycle; these have: {kinds}")
    state = standing.state if standing.state is not None else lifecycle.initial
    chosen = lifecycle.acts.get(name)
    can = possible(lifecycles, standing.kind, state, actor.roles)
    if chosen is None or (state or NEW) not in chosen.sources:
        raise _refused(name, "state", _why_not(lifecycle, chosen, name, state), can)
    problems = (*_of_actor(chosen, standing, actor), *check_data(chosen.data, data, standing))
    if problems:
        raise ActRefused(name, problems, tuple(other for other in can if other != name))
    return _outcome(lifecycle, chosen, standing, (actor.id, at, state), data)


def possible(
    lifecycles: Lifecycles, kind: str, state: str | None, roles: Iterable[Role]
) -> tuple[str, ...]:
    """The acts that these roles may do to a thing in this state (None: it has none yet)."""
    lifecycle = lifecycles.get(kind)
    if lifecycle is None:
        return ()
    held = frozenset(roles)
    here = state if state is not None else (lifecycle.initial or NEW)
    return tuple(a.name for a in lifecycle.acts.values() if here in a.sources and a.roles & held)


def entered(
    lifecycles: Lifecycles, kind: str, state: str, *, at: datetime, data: Mapping[str, Json]
) -> tuple[Deadline, ...]:
    """The deadlines that run from `at` on for a thing that entered `state` (also by its birth).

    A deadline whose length is a field of the act runs only if the act carries that field.
    """
    rules = lifecycles[kind].states[state].deadlines
    found = ((rule, rule.within or _length(rule, data)) for rule in rules)
    return tuple(
        Deadline(name=rule.name, state=state, due=at + within, lapse=rule.lapse)
        for rule, within in found
        if within is not None
    )


def fold(lifecycle: Lifecycle, history: Iterable[Past]) -> str | None:
    """The state after recorded acts; None where none was recorded and the kind has no initial."""
    state = lifecycle.initial
    for past in history:
        state = past.after
    return state


def _outcome(
    lifecycle: Lifecycle,
    chosen: Act,
    standing: Standing,
    done: tuple[ThingId, datetime, str | None],
    data: Mapping[str, Json],
) -> Outcome:
    """The outcome of an act that is allowed."""
    actor, at, state = done
    missing = max(0, chosen.persons - len({actor, *_agreed(chosen, standing)}))
    after = _target(chosen, state) if not missing else str(state)
    lifecycles = {lifecycle.kind: lifecycle}
    return Outcome(
        act=chosen.name,
        from_state=state,
        to_state=after,
        deadlines=() if after == state else entered(lifecycles, lifecycle.kind, after, at=at, data=data),
        properties=_kept(chosen, data, as_property=True),
        details=_kept(chosen, data, as_property=False),
        named=_named(chosen, data),
        waiting_for=missing,
    )


def _target(chosen: Act, state: str | None) -> str:
    """The state after an act; the reader holds that `same` never follows `new`."""
    return str(state) if chosen.to == SAME else chosen.to


def _of_actor(chosen: Act, standing: Standing, actor: Actor) -> tuple[DataProblem, ...]:
    """Why this actor may not do it: role, separation of duties, a second vote."""
    problems = []
    if not chosen.roles & actor.roles:
        needed = " or ".join(sorted(chosen.roles))
        held = ", ".join(sorted(actor.roles)) or "none"
        problems.append(DataProblem("role", f"it needs the role {needed}; {actor.id} has {held}"))
    if actor.via is not None and chosen.needs_own_key:
        problems.append(
            DataProblem("actor", f"several people must stand behind it: {actor.id} needs a key of their own")
        )
    before = [past.act for past in standing.history if past.actor == actor.id]
    problems.extend(
        DataProblem("actor", f"{actor.id} did {other!r}; somebody else must {chosen.name}")
        for other in chosen.not_by
        if other in before
    )
    if actor.id in _agreed(chosen, standing):
        problems.append(DataProblem("actor", f"{actor.id} did so already; {chosen.persons} people must"))
    return tuple(problems)


def _agreed(chosen: Act, standing: Standing) -> frozenset[ThingId]:
    """Who already did a several-person act since the thing entered its state."""
    if chosen.persons == 1:
        return frozenset()
    people: set[ThingId] = set()
    for past in standing.history:
        if past.before != past.after:
            people.clear()
        elif past.act == chosen.name:
            people.add(past.actor)
    return frozenset(people)


def _kept(chosen: Act, data: Mapping[str, Json], *, as_property: bool) -> dict[str, Json]:
    """The fields that the graph shows (under their terms), or the others (under their names)."""
    return {
        (spec.property or name): data[name]
        for name, spec in chosen.data.items()
        if name in data and (spec.property is not None) is as_property
    }


def _named(chosen: Act, data: Mapping[str, Json]) -> tuple[ThingId, ...]:
    """The other things whose state the act relied on."""
    found: list[ThingId] = []
    for name, spec in chosen.data.items():
        if spec.states and name in data:
            value = data[name]
            found.extend(ThingId(str(v)) for v in (value if isinstance(value, list) else [value]))
    return tuple(found)


def _length(rule: DeadlineRule, data: Mapping[str, Json]) -> timedelta | None:
    """The duration that an act carried for a deadline, if it did."""
    value = data.get(rule.from_field) if rule.from_field else None
    return duration(value) if isinstance(value, str) else None


def _why_not(lifecycle: Lifecycle, chosen: Act | None, name: str, state: str | None) -> str:
    """Why there is no such act from here."""
    if chosen is None:
        return f"{lifecycle.kind} has no act {quoted(name)}; it has {', '.join(lifecycle.acts)}"
    now = f"is {quoted(state)}" if state else "does not exist yet"
    sources = " or ".join("a new one" if s == NEW else s for s in chosen.sources)
    return f"the {lifecycle.kind} {now}; {name} goes from {sources}"


def _refused(name: str, where: str, message: str, can: tuple[str, ...] = ()) -> ActRefused:
    """A refusal with one reason."""
    return ActRefused(name, (DataProblem(where, message),), can)
