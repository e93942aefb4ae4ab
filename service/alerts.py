"""Alerts as the ledger tells them: who was told of what, what repeats it, what was held back."""

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ontology.events import Event, Json
from ontology.identity import ThingId

KIND: Final = "alert"
ACTED: Final = "thing.acted"
REPEATED: Final = "alert.repeated"
SUPPRESSED: Final = "alert.suppressed"
ERASED: Final = "subject.erased"

TIERS: Final = ("frontline", "specialist", "crisis-team", "executive", "board")
LOUD: Final = frozenset(TIERS[3:])
"""Tiers whose alerts are never put off, held back or bundled: executives and the board."""

LOW: Final = frozenset(TIERS[:2])
"""Tiers whose alerts are bundled once a team has had its share."""

CLOSED: Final = frozenset({"handled", "false-alarm"})
MOST_KEPT: Final = 20_000
"""Alerts that are kept in mind; of closed ones beyond it the ledger knows."""

MOST_MEMBERS: Final = 200
"""Members of a bundle that are named; all are counted."""

MOST_TOLD: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whom an alert is about, sealed under that person's key; the post is in a segment."""

    customer: ThingId
    signal: ThingId | None = None
    segment: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert. `count` is how often its cause came, `held` how much was held back, by reason.

    `cause` says what makes two occurrences the same; alerts that people raise have none.
    `members` are the decisions that a bundle stands for, the last `MOST_MEMBERS` of them.
    """

    id: ThingId
    sequence: int
    raised_at: datetime
    state: str
    tier: str = "frontline"
    cause: str | None = None
    team: ThingId | None = None
    decision: ThingId | None = None
    incident: ThingId | None = None
    touchpoint: ThingId | None = None
    geofence: ThingId | None = None
    reason: str | None = None
    persons: int = 1
    seen_by: tuple[ThingId, ...] = ()
    snoozed_until: datetime | None = None
    count: int = 1
    latest: datetime
    held: Mapping[str, int]
    latest_decision: ThingId | None = None
    members: tuple[str, ...] = ()
    bundle: bool = False
    about: About | None = None
    erased: bool = False

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.state not in CLOSED

    def snoozed(self, at: datetime) -> bool:
        """Whether a person has put it off beyond a moment."""
        return self.snoozed_until is not None and at < self.snoozed_until


class Alerts:
    """Every alert, as far as events were applied; safe across threads."""

    types: Final = (ACTED, REPEATED, SUPPRESSED, ERASED)
    """The events that say how alerts stand."""

    def __init__(self, *, most: int = MOST_KEPT) -> None:
        """Start with none."""
        self._most: Final = most
        self._all: Final[dict[ThingId, Alert]] = {}
        self._by_cause: Final[dict[str, list[ThingId]]] = {}
        self._told: Final[dict[ThingId, deque[datetime]]] = {}
        self._lock: Final = threading.RLock()

    def apply(self, event: Event) -> None:
        """Fold one event, in the order of the ledger; others than `types` change nothing."""
        with self._lock:
            if event.type == ACTED and event.data.get("kind") == KIND:
                self._acted(event)
            elif event.type in {REPEATED, SUPPRESSED}:
                self._counted(event)
            elif event.type == ERASED:
                self._erase(event.subject)

    def get(self, alert: ThingId) -> Alert | None:
        """One alert."""
        return self._all.get(alert)

    def newest(self) -> Iterator[Alert]:
        """All alerts, the newest first."""
        with self._lock:
            return iter(sorted(self._all.values(), key=lambda one: -one.sequence))

    def of_cause(self, cause: str) -> tuple[Alert, ...]:
        """The alerts of one cause, oldest first."""
        with self._lock:
            return tuple(self._all[name] for name in self._by_cause.get(cause, ()))

    def told(self, team: ThingId, since: datetime, until: datetime) -> int:
        """How many alerts a team was told of from `since` up to and including `until`."""
        with self._lock:
            return sum(since <= at <= until for at in self._told.get(team, ()))

    def teams(self) -> tuple[ThingId, ...]:
        """The teams that were ever told."""
        with self._lock:
            return tuple(sorted(self._told))

    def _acted(self, event: Event) -> None:
        known = self._all.get(event.subject)
        if known is None:
            known = _raised(event)
            self._remember(known)
        state, at = str(event.data["to"]), event.occurred_at
        snoozed = _until(event, "wake") if state == "snoozed" else None
        seen = known.seen_by
        if event.data["act"] == "acknowledge":
            seen = tuple(dict.fromkeys((*seen, event.actor)))
        elif event.data["act"] in {"raise", "wake", "escalate"}:
            seen = ()
        self._all[known.id] = replace(
            known,
            state=state,
            team=_team(event) or known.team,
            seen_by=seen,
            snoozed_until=snoozed,
            latest=max(known.latest, at),
        )

    def _remember(self, alert: Alert) -> None:
        self._all[alert.id] = alert
        if alert.cause is not None:
            self._by_cause.setdefault(alert.cause, []).append(alert.id)
        if alert.team is not None:
            self._told.setdefault(alert.team, deque(maxlen=MOST_TOLD)).append(alert.raised_at)
        if len(self._all) > self._most:
            self._drop()

    def _drop(self) -> None:
        """Leave the oldest closed tenth to the ledger; what is open stays."""
        closed = [one for one in self._all.values() if not one.open]
        for one in closed[: self._most // 10 + 1]:
            del self._all[one.id]
            names = self._by_cause.get(one.cause or "", [])
            if one.id in names:
                names.remove(one.id)
            if not names:
                self._by_cause.pop(one.cause or "", None)

    def _counted(self, event: Event) -> None:
        known = self._all.get(event.subject)
        if known is None:
            return
        why, member = str(event.data.get("why", "")), event.data.get("decision")
        held = known.held
        if event.type == SUPPRESSED:
            held = {**held, why: held.get(why, 0) + 1}
        members = (*known.members, str(member)) if known.bundle and member else known.members
        self._all[known.id] = replace(
            known,
            count=known.count + (event.type == REPEATED),
            held=held,
            members=members[-MOST_MEMBERS:],
            latest=max(known.latest, event.occurred_at),
        )
        if event.type == REPEATED and not known.bundle:
            self._renew(event)

    def _renew(self, event: Event) -> None:
        """Show of a repeated alert the last decision, and the last post where there was one."""
        known, about = self._all[event.subject], _about(event.data.get("about"))
        newer = about is not None and (about.signal is not None or known.about is None)
        self._all[known.id] = replace(
            known,
            latest_decision=_thing(event.data.get("decision")),
            about=about if newer and not known.erased else known.about,
        )

    def _erase(self, subject: ThingId) -> None:
        for one in [*self._all.values()]:
            if one.about is not None and one.about.customer == subject:
                self._all[one.id] = replace(one, about=None, erased=True)


def _raised(event: Event) -> Alert:
    said = event.data.get("data")
    data = said if isinstance(said, dict) else {}
    persons, tier = data.get("persons"), data.get("tier")
    sealed = event.data.get("about")
    return Alert(
        id=event.subject,
        sequence=event.sequence,
        raised_at=event.occurred_at,
        latest=event.occurred_at,
        state=str(event.data["to"]),
        tier=str(tier) if tier in TIERS else TIERS[0],
        cause=_text(event.data.get("cause")),
        team=_team(event),
        decision=_thing(data.get("decision")),
        incident=_thing(data.get("incident")),
        touchpoint=_thing(data.get("touchpoint")),
        geofence=_thing(data.get("geofence")),
        reason=_text(data.get("reason")),
        persons=max(1, persons) if isinstance(persons, int) else 1,
        held={},
        bundle=event.data.get("bundle") is True,
        about=_about(sealed),
        erased="about" in event.erased,
    )


def _about(sealed: Json) -> About | None:
    if not isinstance(sealed, dict):
        return None
    segment = sealed.get("segment")
    return About(
        customer=ThingId(str(sealed["customer"])),
        signal=_thing(sealed.get("signal")),
        segment=segment if isinstance(segment, int) else None,
    )


def _team(event: Event) -> ThingId | None:
    properties = event.data.get("properties")
    return _thing(properties.get("routedTo")) if isinstance(properties, dict) else None


def _until(event: Event, name: str) -> datetime | None:
    deadlines = event.data.get("deadlines")
    for one in deadlines if isinstance(deadlines, list) else []:
        if isinstance(one, dict) and one.get("name") == name:
            return datetime.fromisoformat(str(one["due"]))
    return None


def _thing(value: Json) -> ThingId | None:
    return ThingId(value) if isinstance(value, str) and value else None


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None
