"""Alerts as answers: a page of them, one line each, one with its context."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ontology.events import Json
from ontology.lifecycle import Role, possible
from service.alert_context import Context
from service.alerts import KIND, Alert
from service.bodies import instant
from service.world import World

_FIELDS: Final = ("state", "tier", "team", "incident", "touchpoint", "open")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What alerts have to be; None does not matter."""

    state: str | None = None
    tier: str | None = None
    team: str | None = None
    incident: str | None = None
    touchpoint: str | None = None
    open: bool | None = None

    def fits(self, alert: Alert) -> bool:
        """Whether an alert is wanted."""
        return all(
            wanted is None or getattr(alert, name) == wanted
            for name in _FIELDS
            for wanted in [getattr(self, name)]
        )


def listed(
    world: World, wanted: Wanted, before: int | None, limit: int
) -> tuple[list[Alert], int | None]:
    """Up to `limit` alerts, the newest first, and where the next page begins."""
    fitting = [
        one
        for one in world.alerts_now().newest()
        if (before is None or one.sequence < before) and wanted.fits(one)
    ]
    page = fitting[:limit]
    return page, page[-1].sequence if len(fitting) > limit else None


def told(world: World, alert: Alert, roles: Iterable[Role]) -> dict[str, Json]:
    """An alert in a line: what, how grave, for whom, how often, who has seen it."""
    held: dict[str, Json] = {**alert.held}
    said: dict[str, Json] = {
        "id": alert.id,
        "state": alert.state,
        "tier": alert.tier,
        "team": alert.team,
        "raised_at": instant(alert.raised_at),
        "latest": instant(alert.latest),
        "count": alert.count,
        "held_back": held,
        "reason": alert.reason,
        "incident": alert.incident,
        "touchpoint": alert.touchpoint,
        "geofence": alert.geofence,
        "decision": alert.decision,
        "persons": alert.persons,
        "acknowledged_by": [*alert.seen_by],
        "snoozed_until": instant(alert.snoozed_until) if alert.snoozed_until else None,
        "bundle": alert.bundle,
        "possible": [*possible(world.lifecycles, KIND, alert.state, roles)],
        "links": {"self": f"/v1/alerts/{alert.id.partition('/')[2]}"},
    }
    return {name: value for name, value in said.items() if value is not None}


def shown(world: World, alert: Alert, roles: frozenset[Role]) -> dict[str, Json]:
    """An alert with its context, as far as these roles may know it."""
    context = Context(world=world, alert=alert, roles=roles, at=world.clock.now()).json()
    members: dict[str, Json] = {"members": [*alert.members]} if alert.bundle else {}
    return told(world, alert, roles) | members | context
