"""Incidents as the ledger tells them: state, standing tier, scope; a fold of governed events."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from knowledge.spread.assignment import IncidentScope
from ontology.events import Event, Json
from ontology.identity import ThingId, kind_of

LISTENED: Final = frozenset({"candidate", "open", "recovery"})
"""The states in which signals are counted for an incident."""

Within = Callable[[Iterable[str]], tuple[ThingId, ...]]
Beside = Callable[[Iterable[str]], tuple[ThingId, ...]]

_SCOPE: Final = ("topic", "inRegion", "inGeofence", "onPlatform", "ofAccount")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident. `tier` is the highest that was concluded since the last stand-down.

    `put_by` wrote its record last; `noted` is what was known when it was suggested.
    """

    id: ThingId
    name: str | None = None
    onset: datetime | None = None
    state: str | None = None
    scope: Mapping[str, tuple[str, ...]]
    tier: str | None = None
    tier_since: datetime | None = None
    stood_down: bool = False
    opened_at: datetime | None = None
    left_at: datetime | None = None
    resolved_at: datetime | None = None
    reopened: bool = False
    merged_into: ThingId | None = None
    split_into: tuple[ThingId, ...] = ()
    put_by: ThingId | None = None
    noted: Mapping[str, Json] = field(default_factory=dict)

    @property
    def listened(self) -> bool:
        """Whether signals are counted for it now."""
        return self.state in LISTENED


class Incidents:
    """Every incident by id; `changes` counts what makes signals belong elsewhere."""

    def __init__(self) -> None:
        """Start with nothing folded."""
        self._all: dict[ThingId, Incident] = {}
        self.changes = 0

    def apply(self, event: Event) -> None:
        """Fold one governed event; what is not about an incident changes nothing."""
        if kind_of(event.subject) != "incident":
            return
        before = self._all.get(event.subject) or Incident(id=event.subject, scope={})
        after = self._after(before, event)
        if after is None:
            del self._all[event.subject]
        else:
            self._all[event.subject] = after
        if after is None or _listening(after) != _listening(before):
            self.changes += 1

    def get(self, incident: ThingId) -> Incident | None:
        """One incident, if it is known."""
        return self._all.get(incident)

    def all(self) -> tuple[Incident, ...]:
        """Every incident, in the order in which they became known."""
        return tuple(self._all.values())

    def scopes(self, within: Within, beside: Beside) -> tuple[IncidentScope, ...]:
        """What the signals are assigned to: every incident that was ever open, with its times.

        `within` gives the regions that lie in some regions, themselves among them; `beside` the
        fences and regions that share land with some fences, themselves among them. An incident
        that was merged has its posts counted by the one that it went into; topics of a part that
        was split off are the part's alone.
        """
        return tuple(
            IncidentScope(
                id=home.id,
                topics=self._topics(one),
                regions=within(one.scope.get("inRegion", ())),
                fences=tuple(ThingId(f) for f in one.scope.get("inGeofence", ())),
                beside=beside(one.scope.get("inGeofence", ())),
                platforms=tuple(ThingId(p) for p in one.scope.get("onPlatform", ())),
                accounts=one.scope.get("ofAccount", ()),
                since=one.onset,
                until=home.left_at,
            )
            for one in self._all.values()
            if one.state is not None and any(one.scope.values())
            for home in [self._home(one)]
        )

    def _home(self, incident: Incident) -> Incident:
        """The incident that counts the posts of another: itself, or where merging led."""
        seen = {incident.id}
        while incident.merged_into is not None and incident.merged_into not in seen:
            into = self._all.get(incident.merged_into)
            if into is None:
                break
            seen.add(into.id)
            incident = into
        return incident

    def _topics(self, incident: Incident) -> tuple[str, ...]:
        parts = [self._all[part] for part in incident.split_into if part in self._all]
        theirs = {topic for part in parts for topic in part.scope.get("topic", ())}
        own = tuple(one for one in incident.scope.get("topic", ()) if one not in theirs)
        return own or incident.scope.get("topic", ())

    def _after(self, before: Incident, event: Event) -> Incident | None:
        if event.type == "record.put":
            properties = event.data.get("properties")
            read = properties if isinstance(properties, Mapping) else {}
            scope = {name: _texts(read.get(name)) for name in _SCOPE}
            onset = _text(read.get("onset"))
            return replace(
                before,
                scope=scope,
                name=_text(read.get("name")),
                onset=datetime.fromisoformat(onset) if onset is not None else None,
                put_by=event.actor,
            )
        if event.type == "record.removed":
            return None
        if event.type == "thing.acted":
            return _acted(before, event)
        return before


def _acted(before: Incident, event: Event) -> Incident:
    """The incident after an act."""
    at, state = event.occurred_at, str(event.data["to"])
    after = _told(replace(before, state=state), event)
    if state == before.state:
        return after
    if state in LISTENED:
        after = replace(after, opened_at=before.opened_at or at, left_at=None)
    elif before.listened:
        after = replace(after, left_at=at)
    if state == "resolved":
        after = replace(after, resolved_at=at)
    if event.data["act"] == "reopen":
        after = replace(after, reopened=True, resolved_at=None)
    return after


def _told(incident: Incident, event: Event) -> Incident:
    """The incident with what an act says of it."""
    act, properties = event.data["act"], event.data.get("properties")
    told = properties if isinstance(properties, Mapping) else {}
    tier, into = _text(told.get("tier")), _text(told.get("mergedInto"))
    if tier is not None:
        down = act == "stand-down"
        incident = replace(incident, tier=tier, tier_since=event.occurred_at, stood_down=down)
    if into is not None:
        incident = replace(incident, merged_into=ThingId(into))
    if act == "split":
        parts = (*incident.split_into, *map(ThingId, _texts(told.get("splitInto"))))
        incident = replace(incident, split_into=tuple(dict.fromkeys(parts)))
    noted = event.data.get("data")
    if act == "suggest" and isinstance(noted, Mapping):
        incident = replace(incident, noted=noted)
    return incident


def _listening(incident: Incident) -> tuple[object, ...]:
    """What decides which signals are counted for it."""
    scope = tuple(incident.scope.items())
    joined = (incident.merged_into, incident.split_into)
    return (incident.state is None, incident.onset, incident.left_at, scope, joined)


def _texts(value: Json) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(one) for one in value) if isinstance(value, list) else (str(value),)


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None
