"""Temporary routings: what was approved, what was pushed, and which are in force."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Self, cast

from ontology.events import Event, Json
from ontology.identity import ThingId
from ontology.values import parse_duration
from service.acts import ACTED

KIND: Final = "routing"
APPROVED: Final = "routing.approved"
PUSHED: Final = "routing.pushed"
RECALLED: Final = "routing.recalled"
CONFIRMED: Final = "confirmed"
_BOUND: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a temporary routing says; a scope that names nothing of a sort holds for all of it."""

    team: ThingId
    relieves: ThingId | None
    next: ThingId
    external: str
    priority: str
    training: frozenset[str]
    minimum: int
    bound: float
    confirm_within: timedelta
    expires: datetime | None
    incident: ThingId | None
    touchpoint: ThingId | None
    regions: frozenset[str]
    languages: frozenset[str]
    topics: frozenset[str]

    @classmethod
    def of(cls, stated: Mapping[str, Json]) -> Self:
        """The content of a record's properties, as the ontology has checked them."""
        expires = stated.get("expiresAt")
        return cls(
            team=ThingId(str(stated["toTeam"])),
            relieves=_thing(stated, "relieves"),
            next=ThingId(str(stated["nextTeam"])),
            external=str(stated["external"]),
            priority=str(stated.get("priority", "normal")),
            training=_several(stated, "requiresTraining"),
            minimum=int(str(stated["minimumAgents"])),
            bound=float(str(stated.get("loadBound", _BOUND))),
            confirm_within=parse_duration(str(stated["confirmWithin"])),
            expires=datetime.fromisoformat(str(expires)) if expires is not None else None,
            incident=_thing(stated, "aboutIncident"),
            touchpoint=_thing(stated, "atTouchpoint"),
            regions=_several(stated, "inRegion"),
            languages=_several(stated, "languages"),
            topics=_several(stated, "topic"),
        )

    def over(self, at: datetime) -> bool:
        """Whether its time is over, or was never set."""
        return self.expires is None or self.expires <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class Temporary:
    """One temporary routing as it stands; `stated` is what was approved, as the record said it."""

    id: ThingId
    state: str
    since: datetime
    stated: Mapping[str, Json] = field(default_factory=dict)

    @property
    def content(self) -> Content | None:
        """What was approved; None before that."""
        return Content.of(self.stated) if self.stated else None


class Temporaries:
    """Every temporary routing, folded from the ledger; the record itself is not looked at."""

    types: Final = (ACTED, APPROVED)

    def __init__(self) -> None:
        """Start with none."""
        self._all: dict[ThingId, Temporary] = {}
        self._confirmed: dict[ThingId, Content] = {}

    def apply(self, event: Event) -> None:
        """Fold one event; others than those of temporary routings change nothing."""
        if event.type == APPROVED:
            self._keep(event, None, cast("Mapping[str, Json]", event.data["content"]))
        elif event.type == ACTED and event.data["kind"] == KIND:
            self._keep(event, str(event.data["to"]), None)

    def get(self, routing: ThingId) -> Temporary | None:
        """One of them."""
        return self._all.get(routing)

    def all(self) -> tuple[Temporary, ...]:
        """All of them, by id."""
        return tuple(self._all[one] for one in sorted(self._all))

    def in_force(self, at: datetime) -> tuple[tuple[ThingId, Content], ...]:
        """Those that the contact centre has confirmed and whose time is not over."""
        found = self._confirmed.items()
        return tuple((one, content) for one, content in found if not content.over(at))

    def _keep(self, event: Event, state: str | None, stated: Mapping[str, Json] | None) -> None:
        before = self._all.get(event.subject)
        now = Temporary(
            id=event.subject,
            state=state or (before.state if before else "approved"),
            since=event.occurred_at,
            stated=stated or (before.stated if before else {}),
        )
        self._all[event.subject] = now
        self._confirmed.pop(event.subject, None)
        if now.state == CONFIRMED and (content := now.content) is not None:
            self._confirmed[event.subject] = content


def _several(stated: Mapping[str, Json], name: str) -> frozenset[str]:
    value = stated.get(name)
    several = value if isinstance(value, list) else [value] if value is not None else []
    return frozenset(map(str, several))


def _thing(stated: Mapping[str, Json], name: str) -> ThingId | None:
    value = stated.get(name)
    return None if value is None else ThingId(str(value))
