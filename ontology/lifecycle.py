"""Lifecycles: what may be done to a long-lived thing, by whom, by when, and what state follows."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle_data import DataProblem, check_data, duration
from ontology.lifecycle_terms import (
    ATTUNE,
    NEW,
    SAME,
    Act,
    Actor,
    Deadline,
    DeadlineRule,
    Lifecycle,
    Lifecycles,
    Outcome,
    Past,
    Role,
    Standing,
    State,
)
from ontology.marked_yaml import quoted

_NOTHING: Final[Mapping[str, Json]] = MappingProxyType({})

__all__ = [
    "ATTUNE",
    "NEW",
    "SAME",
    "Act",
    "ActRefused",
    "Actor",
    "Deadline",
    "DeadlineRule",
    "Lifecycle",
    "Lifecycles",
    "Outcome",
    "Past",
    "Role",
    "Standing",
    "State",
    "act",
    "entered",
    "fold",
    "possible",
]


class ActRefused(Exception):
    """An act may not be done; `problems` has all reasons, `possible` what may be done instead."""

    def __init__(
        self, act: str, problems: tuple[DataProblem, ...], possible: tuple[str, ...]
    ) -> None:
        """Say every reason in one line."""
        instead = (
            f"; possible now: {', '.join(possible)}" if possible else "; nothing is possible now"
        )
        super().__init__(
            f"{quoted(act)} refused: " + "; ".join(p.message for p in problems) + instead
        )
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
        raise _refused(
            name, "kind", f"{quoted(standing.kind)} has no lifecycle; these have: {kinds}"
        )
    state = standing.state if standing.state is not None else lifecycle.initial
    chosen = lifecycle.acts.get(name)
    can = possible(lifecycles, standing.kind, state, actor.roles)
    if chosen is None:
        raise _refused(name, "act", _no_such(lifecycle, name), can)
    if (state or NEW) not in chosen.sources:
        raise _refused(name, "state", _why_not(lifecycle, chosen, state), can)
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
    lifecycles: Lifecycles,
    kind: str,
    state: str,
    *,
    at: datetime,
    data: Mapping[str, Json],
    stated: Mapping[str, Json] = _NOTHING,
) -> tuple[Deadline, ...]:
    """The deadlines that run from `at` on for a thing that entered `state` (also by its birth).

    A deadline whose length is a field of the act, or a property of the thing's record (`stated`),
    runs only if the act carries that field, or the record states that property.
    """
    rules = lifecycles[kind].states[state].deadlines
    found = ((rule, _due(rule, at, data, stated)) for rule in rules)
    return tuple(
        Deadline(name=rule.name, state=state, due=due, lapse=rule.lapse)
        for rule, due in found
        if due is not None
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
    needed = chosen.needed(standing.history)
    agreed = _agreed(chosen, standing) | {actor}
    missing = max(0, needed - len(agreed))
    after = _target(chosen, state) if not missing else str(state)
    enters = chosen.to != SAME and not missing
    lifecycles = {lifecycle.kind: lifecycle}
    stated = {**standing.stated, **data}
    return Outcome(
        act=chosen.name,
        from_state=state,
        to_state=after,
        deadlines=entered(lifecycles, lifecycle.kind, after, at=at, data=data, stated=stated)
        if enters
        else (),
        properties=_kept(chosen, data, as_property=True) | _by(chosen, agreed) | _at(chosen, at),
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
    people = chosen.needed(standing.history)
    if actor.via is not None and (chosen.not_by or people > 1):
        problems.append(
            DataProblem(
                "actor",
                f"several people must stand behind it: {actor.id} needs a key of their own",
            )
        )
    before = [past.act for past in standing.history if past.actor == actor.id]
    problems.extend(
        DataProblem("actor", f"{actor.id} did {other!r}; somebody else must {chosen.name}")
        for other in chosen.not_by
        if other in before
    )
    if actor.id in _agreed(chosen, standing):
        problems.append(DataProblem("actor", f"{actor.id} did so already; {people} people must"))
    return tuple(problems)


def _agreed(chosen: Act, standing: Standing) -> frozenset[ThingId]:
    """Who already did a several-person act since the thing entered its state."""
    if chosen.needed(standing.history) == 1:
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


def _by(chosen: Act, people: Iterable[ThingId]) -> dict[str, Json]:
    """Who did it, as far as the graph shows that."""
    found: list[Json] = [*sorted(people)]
    return {chosen.by: found} if chosen.by is not None else {}


def _at(chosen: Act, at: datetime) -> dict[str, Json]:
    """When it was done, as far as the graph shows that."""
    moment = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {chosen.at: moment} if chosen.at is not None else {}


def _named(chosen: Act, data: Mapping[str, Json]) -> tuple[ThingId, ...]:
    """The other things whose state the act relied on."""
    found: list[ThingId] = []
    for name, spec in chosen.data.items():
        if spec.states and name in data:
            value = data[name]
            found.extend(ThingId(str(v)) for v in (value if isinstance(value, list) else [value]))
    return tuple(found)


def _due(
    rule: DeadlineRule, at: datetime, data: Mapping[str, Json], stated: Mapping[str, Json]
) -> datetime | None:
    """When a deadline lapses; None where what says so was left out."""
    if rule.within is not None:
        return at + rule.within
    value = data.get(rule.from_field) if rule.from_field else stated.get(rule.from_record or "")
    if not isinstance(value, str):
        return None
    if value.startswith("P") or not rule.from_record:
        return at + duration(value)
    return datetime.fromisoformat(value).astimezone(UTC)


def _no_such(lifecycle: Lifecycle, name: str) -> str:
    """That there is no such act, and those that people may do."""
    acts = ", ".join(act.name for act in lifecycle.acts.values() if act.roles - {Role.ATTUNE})
    return f"{lifecycle.kind} has no act {quoted(name)}; it has {acts}"


def _why_not(lifecycle: Lifecycle, chosen: Act, state: str | None) -> str:
    """Why the act does not go from here."""
    now = f"is {quoted(state)}" if state else "does not exist yet"
    sources = " or ".join("a new one" if s == NEW else s for s in chosen.sources)
    return f"the {lifecycle.kind} {now}; {chosen.name} goes from {sources}"


def _refused(name: str, where: str, message: str, can: tuple[str, ...] = ()) -> ActRefused:
    """A refusal with one reason."""
    return ActRefused(name, (DataProblem(where, message),), can)
