"""What an outcome asks of teams: who has the case, who is told, what has a deadline."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import orjson

from ontology.facts import catalogue
from ontology.values import parse_duration

TIERS: Final = catalogue().kinds["escalation"].fields["tier"].allowed
LISTS: Final[Mapping[str, str]] = {
    "requirements": "name",
    "prohibitions": "",
    "notifications": "team",
    "responses": "strategy",
    "detections": "",
    "duties": "family",
    "recovery": "step",
}
"""The lists of an outcome whose entries can be gained and lost, each with the name of an entry."""

_MOST: Final = 1 << 14


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """An outcome, read.

    `routes` are the teams that answer; `told` those whom it pages: who is notified, and the first
    that answers where the tier is above the lowest. `seconds` are the deadlines of each team.
    """

    tier: str
    routes: tuple[str, ...]
    told: frozenset[str]
    seconds: Mapping[str, tuple[int, ...]]
    entries: Mapping[str, frozenset[str]]

    @property
    def height(self) -> int:
        """How far up the tier is."""
        return TIERS.index(self.tier)


@lru_cache(maxsize=_MOST)
def view(text: str) -> View:
    """Read the text of an outcome."""
    said: dict[str, Any] = orjson.loads(text)
    routes = tuple(dict.fromkeys(str(route["team"]) for route in said["routes"]))
    told = {str(one["team"]) for one in said["notifications"]}
    if TIERS.index(said["tier"]):
        told.add(routes[0])
    return View(
        tier=str(said["tier"]),
        routes=routes,
        told=frozenset(told),
        seconds=_seconds(said, routes[0]),
        entries={
            name: frozenset(str(one[key]) if key else str(one) for one in said[name])
            for name, key in LISTS.items()
        },
    )


def _seconds(said: Mapping[str, Any], first: str) -> dict[str, tuple[int, ...]]:
    """What each team has to do within how many seconds."""
    timed = [(first, said.get("within"))]
    timed += [(one.get("from_team"), one.get("within")) for one in said["requirements"]]
    timed += [(one.get("team"), one.get("within")) for one in said["notifications"]]
    timed += [(one.get("from_team"), one.get("within")) for one in said["duties"]]
    found: dict[str, list[int]] = {}
    for team, within in timed:
        if team is not None and within is not None:
            found.setdefault(str(team), []).append(round(parse_duration(within).total_seconds()))
    return {team: tuple(times) for team, times in found.items()}
