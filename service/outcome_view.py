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
_TIMED: Final = {"requirements": "from_team", "notifications": "team", "duties": "from_team"}
"""Lists whose entries may have deadlines, each with the name of who has to keep them."""

Load = tuple[tuple[str, int, int], ...]
"""Deadlines of teams: how many, and their seconds together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """An outcome, read.

    `routes` are the teams that answer; `told` those whom it pages: who is notified, and the first
    that answers where the tier is above the lowest. A team may be in several of `loads`.
    """

    tier: str
    routes: tuple[str, ...]
    told: frozenset[str]
    loads: tuple[Load, ...]
    entries: Mapping[str, frozenset[str]]

    @property
    def height(self) -> int:
        """How far up the tier is."""
        return TIERS.index(self.tier)


@lru_cache(maxsize=_MOST)
def view(text: str) -> View:
    """Read the text of an outcome; parts that many share are read once."""
    said: dict[str, Any] = orjson.loads(text)
    written = {name: orjson.dumps(said[name]) for name in LISTS}
    tier, routes = str(said["tier"]), _teams(orjson.dumps(said["routes"]))
    own = _own(routes[0], said.get("within"))
    return View(
        tier=tier,
        routes=routes,
        told=_told(written["notifications"], routes[0] if TIERS.index(tier) else None),
        loads=(own, *(_load(team, written[name]) for name, team in _TIMED.items())),
        entries={name: _entries(key, written[name]) for name, key in LISTS.items()},
    )


@lru_cache(maxsize=_MOST)
def _teams(routes: bytes) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(route["team"]) for route in orjson.loads(routes)))


@lru_cache(maxsize=_MOST)
def _told(notifications: bytes, first: str | None) -> frozenset[str]:
    told = {str(one["team"]) for one in orjson.loads(notifications)}
    return frozenset(told if first is None else {*told, first})


@lru_cache(maxsize=_MOST)
def _entries(key: str, some: bytes) -> frozenset[str]:
    return frozenset(str(one[key]) if key else str(one) for one in orjson.loads(some))


@lru_cache(maxsize=_MOST)
def _own(team: str, within: str | None) -> Load:
    return () if within is None else ((team, 1, _seconds(within)),)


@lru_cache(maxsize=_MOST)
def _load(team: str, some: bytes) -> Load:
    """The deadlines of a list, team by team."""
    found: dict[str, list[int]] = {}
    for one in orjson.loads(some):
        if one.get(team) is not None and one.get("within") is not None:
            found.setdefault(str(one[team]), []).append(_seconds(one["within"]))
    return tuple((name, len(times), sum(times)) for name, times in found.items())


def _seconds(within: str) -> int:
    return round(parse_duration(within).total_seconds())
