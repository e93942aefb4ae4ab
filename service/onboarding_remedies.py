"""Remedies that nobody gets any more: the offers of campaigns that are over, by their names."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from knowledge.language.outdated import Ended
from ontology.identity import ThingId
from service.acts import ACTED
from service.campaigns import content
from service.world import World

_OVER: Final = frozenset({"ended", "measured", "cancelled", "expired"})


def remedies(world: World) -> Iterator[Ended]:
    """Offers of campaigns that are over; one that another campaign still makes is none of them.

    Names of one word ("Refund") name too much to tell of a campaign.
    """
    offered: dict[str, list[tuple[str, ThingId]]] = {}
    for campaign in sorted(world.graph.of_type("Campaign")):
        state = world.graph.state(campaign) or ""
        for name in _names(world, campaign):
            offered.setdefault(name, []).append((state, campaign))
    for name, made in offered.items():
        if " " in name and all(state in _OVER for state, _ in made):
            since, campaign = max((_since(world, one), one) for _, one in made)
            yield Ended(names=(name,), source=campaign, since=since)


def _names(world: World, campaign: ThingId) -> Iterator[str]:
    for offer in content(world, campaign).get("said", {}).get("offers", ()):
        yield " ".join(str(offer["name"]).split()).removeprefix("A ").removeprefix("The ").lower()


def _since(world: World, campaign: ThingId) -> datetime:
    acts = world.ledger.newest(types=(ACTED,), subject=campaign, limit=1)
    return acts[0].recorded_at
