"""By when a team has to answer a deviation, and how long its grant holds, by the active policy."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from ontology.identity import ThingId
from ontology.lifecycle import ActRefused
from ontology.lifecycle_data import DataProblem
from rules.deviating import FILE, USUAL, Terms, read
from service.bundle import packaged
from service.committing import Here

_UNTIL: Final = "until"


def answers_within(world: Here, team: ThingId) -> timedelta:
    """By when a team has to answer."""
    return _terms(world).answer[_tier(world, team)]


def holds_until(world: Here, team: ThingId, at: datetime, wished: object) -> datetime:
    """When a grant ends: as its team says, at the latest when the policy ends it.

    Raises:
        ActRefused: it would end in the past, or later than the policy lets it.
    """
    last = at + _terms(world).holds[_tier(world, team)]
    if wished is None:
        return last
    until = datetime.fromisoformat(str(wished))
    if not at < until <= last:
        words = f"{until.isoformat()} is not between now and {last.isoformat()}, when it ends"
        raise ActRefused("grant", (DataProblem(_UNTIL, words),), ("grant", "refuse"))
    return until


def _tier(world: Here, team: ThingId) -> str:
    return str(world.graph.get(team, "atTier") or USUAL)


def _terms(world: Here) -> Terms:
    digest = world.policies.active
    files = world.policies.files(digest) if digest is not None else {}
    return _read(files[FILE]) if FILE in files else _shipped()


@lru_cache(maxsize=4)
def _read(text: str) -> Terms:
    return read(text)


@lru_cache(maxsize=1)
def _shipped() -> Terms:
    return read(packaged()[FILE].decode())
