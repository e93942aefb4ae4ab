"""One case as service levels see it: when what happened, and where it stands."""

from dataclasses import dataclass

from knowledge.measures.service_levels import Target, Times
from ontology.identity import ThingId


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case; of one that was only measured less is known: no segment, and no pauses."""

    id: ThingId
    times: Times
    touchpoint: str | None
    channel: str | None
    tier: str | None
    segment: str | None
    regions: tuple[str, ...]
    """Where the customer lives, then the regions around it."""

    team: ThingId | None
    incident: str | None
    told: frozenset[Target] = frozenset(Target)
    """Of which targets its moments tell; the others can't be judged."""
