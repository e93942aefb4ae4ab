"""Campaigns as answers show them: what was sealed, what went out, who is in and why."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from ontology.identity import ThingId
from ontology.lifecycle import Role
from service.acts import history
from service.bodies import instant
from service.campaign_bodies import CampaignIn
from service.campaign_contacts import sent
from service.campaign_people import OUT, affected
from service.campaign_rows import Row
from service.campaigns import content, planned
from service.committing import ThingUnknown
from service.sealed_rows import rows
from service.showing import shown
from service.world import World

SHARE_HEADER: Final = ("customer", "offer", "send")
PEOPLE_HEADER: Final = ("customer", "arm", "offer", "day", "why")
_OVER: Final = frozenset({"ended", "measured", "cancelled", "expired"})


class ShareMissing(LookupError):
    """Nothing went out of a campaign on such a day."""


def told(world: World, campaign: ThingId, roles: Collection[Role]) -> dict[str, Any]:
    """A campaign: what people read before they approve it, and how far it is.

    The seed by which people were drawn is told once it is over: then everybody can check it.

    Raises:
        ThingUnknown: there is none.
    """
    said = shown(world, campaign, roles)
    found = content(world, campaign)
    out = found.get("people", {}).get("out", {})
    approved = [one.actor for one in history(world, campaign) if one.act == "approve"]
    over = said["state"] in _OVER
    return {
        **said,
        **{name: value for name, value in found.items() if name != "rows"},
        "out_means": {name: OUT[name] for name in out if name in OUT},
        "approved_by": [*dict.fromkeys(approved)],
        "shares": [_share(one.data, instant(one.occurred_at)) for one in sent(world, campaign)],
        "seed": world.keys.mac("campaign", [campaign]).hex() if over else None,
    }


def _share(data: Mapping[str, Any], at: str) -> dict[str, Any]:
    kept = ("day", "people", "skipped", "offers", "csv")
    return {"at": at, **{name: data[name] for name in kept}}


def outline(world: World, campaign: ThingId, roles: Collection[Role]) -> dict[str, Any]:
    """A campaign in a list."""
    said = shown(world, campaign, roles)
    found = content(world, campaign)
    kept = ("people", "arms", "served", "spent")
    return {**said, **{name: found[name] for name in kept if name in found}}


def inside(world: World, campaign: ThingId) -> Iterator[dict[str, Any]]:
    """Everybody who is in, with why, and what each gets."""
    for one in planned(world, campaign):
        yield _person(one)


def why(world: World, campaign: ThingId, customer: ThingId) -> dict[str, Any]:
    """Why a customer is in a campaign, or out of it; as things stand where they were never in.

    Raises:
        ThingUnknown: there is no such campaign.
    """
    found = content(world, campaign)
    if not found:
        raise ThingUnknown(campaign)
    sealed = next((one for one in planned(world, campaign) if one.customer == customer), None)
    if sealed is not None:
        return {"in": True, **_person(sealed)}
    said = CampaignIn.model_validate(found["said"])
    every = affected(world, said.affected, said.exempt)
    now = next((one for one in every if one.id == customer), None)
    if now is None:
        return {"in": False, "customer": customer, "why": [], "out": "not affected"}
    out = now.leave.out or "came later, changed since, or was contacted too often"
    return {"in": False, "customer": customer, "why": [*now.why], "out": OUT.get(out, out)}


def share(world: World, campaign: ThingId, day: int) -> list[list[Any]]:
    """Who was to be reached on a day, with what, and under which id to send; known people only.

    Raises:
        ShareMissing: nothing went out on that day.
    """
    for event in sent(world, campaign):
        if event.data["day"] == day:
            found = rows(world, str(event.data["rows"]))
            return [one for one in found if world.graph.exists(ThingId(one[0]))]
    raise ShareMissing(f"{campaign} has no share {day}")


def _person(one: Row) -> dict[str, Any]:
    return {
        "customer": one.customer,
        "arm": one.arm,
        "offer": one.offer,
        "day": one.day,
        "why": [*one.why],
    }
