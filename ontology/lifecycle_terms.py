"""The words of a lifecycle: actors with roles, states with deadlines, acts and outcomes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle_data import DataField

NEW: Final = "new"
"""In `from`: the thing has no state yet."""

SAME: Final = "same"
"""In `to`: the thing stays in the state it is in."""


MOST_PERSONS: Final = 9
"""More people than this are a committee."""


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
    EMPLOYEE = "employee"
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
    """A deadline of a state.

    Its length is fixed, or a duration field of the act that entered the state, or what the
    thing's own record states: a duration, or the moment itself.
    """

    name: str
    within: timedelta | None
    from_field: str | None
    lapse: str
    from_record: str | None = None


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
    """One way from some states (`NEW` among them) to one state (or `SAME`).

    `persons_from` names an act and its field that say how many people must do it where that
    differs from thing to thing; without the field it is `persons`. `by` and `at` are the terms
    under which the graph shows who did it and when.
    """

    name: str
    comment: str
    sources: tuple[str, ...]
    to: str
    roles: frozenset[Role]
    data: Mapping[str, DataField]
    not_by: tuple[str, ...]
    persons: int
    persons_from: tuple[str, str] | None = None
    by: str | None = None
    at: str | None = None

    def needed(self, history: "Iterable[Past]") -> int:
        """How many people must do it to a thing with this history."""
        found = self.persons
        for past in history if self.persons_from is not None else ():
            if self.persons_from is not None and past.act == self.persons_from[0]:
                said = past.data.get(self.persons_from[1])
                found = said if isinstance(said, int) else self.persons
        return min(max(1, found), MOST_PERSONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """The states and acts of one kind of thing; `born` is the event type that brings it about."""

    kind: str
    comment: str
    born: str | None
    initial: str | None
    states: Mapping[str, State]
    acts: Mapping[str, Act]

    @property
    def reads_record(self) -> bool:
        """Whether a deadline is what the thing's own record states."""
        return any(rule.from_record for s in self.states.values() for rule in s.deadlines)


Lifecycles = Mapping[str, Lifecycle]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One recorded act on a thing; `data` is what it carried that the graph does not show."""

    act: str
    actor: ThingId
    before: str | None
    after: str
    data: Mapping[str, Json] = field(default_factory=lambda: MappingProxyType({}))


def _nothing_known(_thing: ThingId) -> str | None:
    """The state of things that nobody was asked about."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a thing stands: its recorded acts, oldest first, and how to ask for other states.

    `state` is None for a thing that has none yet. `stated` are the properties of its record, where
    a deadline of its lifecycle asks for them. `state_of` answers for the things that an act
    names (None: unknown); it must be pure for the answer to be.
    """

    thing: ThingId
    kind: str
    state: str | None
    history: tuple[Past, ...] = ()
    stated: Mapping[str, Json] = field(default_factory=lambda: MappingProxyType({}))
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
