"""Shadows as the ledger tells them: which policy ran silently from when to when, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ontology.events import Event, Json
from ontology.identity import Scope, ThingId, kind_of
from ontology.lifecycle import ActRefused
from ontology.lifecycle_data import DataProblem, duration
from service.policies import Policies

KIND: Final = "shadow"
COMPARED: Final = "shadow.compared"
"""A decision beside what the shadow would have decided."""

LOOKED: Final = "shadow.looked"
"""An incident that nobody asked about, as both policies see it; only what changes is recorded."""

RAISED: Final = "shadow.raised"
"""The tier at which an incident would stand under the shadow."""

LONGEST: Final = timedelta(days=92)
_POLICY: Final = Scope("policy")
_ACTED: Final = "thing.acted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """One policy beside the active one; `began` and `ended` are places in the ledger."""

    id: ThingId
    digest: str
    reason: str
    by: ThingId
    since: datetime
    until: datetime
    began: int
    state: str = "running"
    ended: int | None = None
    ended_at: datetime | None = None

    def covers(self, sequence: int) -> bool:
        """Whether it ran when an event was recorded."""
        return self.began < sequence and (self.ended is None or sequence < self.ended)


class Shadows:
    """Every shadow, as far as governed events were folded."""

    def __init__(self) -> None:
        """Start with none."""
        self._all: Final[dict[ThingId, Shadow]] = {}

    def apply(self, event: Event) -> None:
        """Fold one governed event; what is not about a shadow changes nothing."""
        if event.type != _ACTED or kind_of(event.subject) != KIND:
            return
        state, data = str(event.data["to"]), event.data["data"]
        known = self._all.get(event.subject)
        if known is None and isinstance(data, Mapping):
            self._all[event.subject] = Shadow(
                id=event.subject,
                digest=str(data["digest"]),
                reason=str(data["reason"]),
                by=event.actor,
                since=event.occurred_at,
                until=event.occurred_at + duration(str(data["within"])),
                began=event.sequence,
            )
        elif known is not None and state != known.state:
            self._all[event.subject] = replace(
                known, state=state, ended=event.sequence, ended_at=event.occurred_at
            )

    def get(self, shadow: ThingId) -> Shadow | None:
        """One of them."""
        return self._all.get(shadow)

    def all(self) -> tuple[Shadow, ...]:
        """Every one, the oldest first."""
        return tuple(self._all.values())

    def running(self) -> tuple[Shadow, ...]:
        """Those that run now."""
        return tuple(one for one in self._all.values() if one.ended is None)

    def at(self, sequence: int) -> tuple[Shadow, ...]:
        """Those that ran when an event was recorded."""
        return tuple(one for one in self._all.values() if one.covers(sequence))

    def unfinished(self, cursor: int) -> tuple[Shadow, ...]:
        """Those for which events after a place have to be looked at."""
        return tuple(s for s in self._all.values() if s.ended is None or s.ended > cursor)


class ShadowGuard:
    """Refuses to start what decides already, what nobody proposed, too many, and for too long."""

    def __init__(self, shadows: Shadows, policies: Policies, most: int) -> None:
        """Judge by these folds; `most` run at once."""
        self._shadows: Final = shadows
        self._policies: Final = policies
        self._most: Final = most

    def __call__(self, thing: ThingId, act: str, data: Mapping[str, Json]) -> tuple[Scope, ...]:
        """The scopes that an act writes to besides its own: two must not start at once.

        Raises:
            ActRefused: it can't be started.
        """
        del thing
        if act != "start":
            return ()
        problems = [
            DataProblem(where, words)
            for where, words in (
                ("digest", self._wrong(str(data.get("digest")))),
                ("within", _too_long(data.get("within"))),
                ("state", self._full()),
            )
            if words is not None
        ]
        if problems:
            raise ActRefused(act, tuple(problems), ())
        return (_POLICY,)

    def _wrong(self, digest: str) -> str | None:
        if digest == self._policies.active:
            return f"{digest[:12]} is the active policy; it would differ in nothing"
        if any(one.digest == digest for one in self._shadows.running()):
            return f"{digest[:12]} runs already; stop that shadow first"
        if not self._policies.knows(digest):
            return f"no policy {digest[:80]!r} was proposed here; propose it, nobody has to agree"
        return None

    def _full(self) -> str | None:
        running = self._shadows.running()
        if len(running) < self._most:
            return None
        names = ", ".join(one.id for one in running)
        return f"{len(running)} run already, which is the most (ATTUNE_SHADOWS): {names}; stop one"


def _too_long(within: Json) -> str | None:
    found = duration(within) if isinstance(within, str) else timedelta()
    if found <= LONGEST:
        return None
    return f"{within!r} is longer than {LONGEST.days} days; write P14D"
