"""Campaigns: drafted and sealed, approved by two, sent share by share, and stopped by a hold."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from knowledge.refusals import Conflict, DuplicateEvent
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, ActRefused
from ontology.lifecycle_data import DataProblem
from service.audiences import HOLDS
from service.beginning import Beginning, begin
from service.campaign_bodies import CampaignIn
from service.campaign_contacts import CONTACTS, SENT, often, sent
from service.campaign_joint import KIND
from service.campaign_plan import plan
from service.campaign_rows import Row, row
from service.committing import Here
from service.contact_leave import leave
from service.kept_documents import digest_of, document, kept
from service.sealed_rows import keep, rows
from service.sweep import ITSELF
from service.world import World

_DAY: Final = timedelta(days=1)


def draft(
    world: World, said: CampaignIn, actor: Actor, *, idempotency: str | None = None
) -> Event:
    """Work a campaign out and seal it: who is in, who is compared, what each gets, on which day.

    Raises:
        RecordInvalid: it can't be worked out, or its limits can't be kept together.
        ActRefused: the actor may not.
        GateRefused: it names what does not stand.
        IdempotencyMismatch: the key was used for something else.
    """

    def made(thing: ThingId) -> Beginning:
        if said.ends_at <= world.clock.now():
            raise ActRefused("draft", (DataProblem("ends_at", f"{said.ends_at} is past"),), ())
        found = plan(world, said, thing)
        content = dict(found.content) | {"rows": keep(world, [one.kept() for one in found.rows])}
        measured = said.ends_at + timedelta(days=said.measured_after)
        properties: dict[str, Json] = {
            "name": said.name,
            "ownedBy": said.team,
            "aboutIncident": said.affected.incident,
            "inRegion": [*dict.fromkeys((*said.affected.regions, *said.affected.living_in))]
            or None,
            "toSegment": [*dict.fromkeys(said.affected.segments)] or None,
            "startsAt": said.starts_at.isoformat(),
            "endsAt": said.ends_at.isoformat(),
            "measureAt": measured.isoformat(),
        }
        return Beginning(
            properties=properties,
            data={"digest": digest_of(content)},
            beside=[kept(world, thing, content, actor)],
        )

    return begin(world, KIND, "draft", made, actor, body=said, idempotency=idempotency)


def content(world: Here, campaign: ThingId) -> dict[str, Any]:
    """What was sealed of a campaign; empty where there is none."""
    return document(world, campaign)


def planned(world: World, campaign: ThingId) -> tuple[Row, ...]:
    """Everybody who is in, as it was sealed; who is not known any more is left out."""
    found = content(world, campaign)
    if "rows" not in found:
        return ()
    every = (row(one) for one in rows(world, str(found["rows"])))
    return tuple(one for one in every if world.graph.exists(one.customer))


def send_due(world: World) -> int:
    """Let the share of every running campaign go out whose day has come; how many did."""
    now = world.clock.now()
    running = (
        one
        for one in sorted(world.graph.of_type("Campaign"))
        if world.graph.state(one) == "running"
    )
    return sum(_send(world, one, now) for one in running)


def _send(world: World, campaign: ThingId, now: datetime) -> bool:
    """The next share of a campaign, once over all workers; a day lies between two of them."""
    gone = [*sent(world, campaign)]
    found = content(world, campaign)
    day = len(gone)
    if day >= len(found.get("days", ())):
        return False
    starts = datetime.fromisoformat(str(found["said"]["starts_at"]))
    due = max(starts + day * _DAY, gone[-1].occurred_at + _DAY if gone else starts)
    if now < due:
        return False
    scopes = (Scope(campaign), CONTACTS, HOLDS)
    # INVARIANT: versions before anything is read: a hold, or another share, in between conflicts.
    versions = world.ledger.versions(scopes)
    world.catch_up()
    if world.graph.state(campaign) != "running":
        return False
    drafted = _share(world, campaign, found, day, now)
    try:
        world.ledger.append([drafted], expected=versions)
    except (DuplicateEvent, Conflict):
        return False  # another worker was first, or it is looked at again
    return True


def _share(
    world: World, campaign: ThingId, found: Mapping[str, Any], day: int, now: datetime
) -> Draft:
    """What goes out on a day: whoever may still be reached, and how many not any more, and why."""
    contacted = often(world, int(found["said"]["within"]))
    purposes = {one["id"]: _purpose(one) for one in found["said"]["offers"]}
    goes: list[list[Any]] = []
    skipped: Counter[str] = Counter()
    for one in planned(world, campaign):
        if one.day != day or one.offer is None:
            continue
        why = leave(world, one.customer, now).barred({purposes[one.offer]})
        if why is None and contacted[one.customer] >= int(found["said"]["at_most"]):
            why = "contacted"
        if why is None:
            goes.append([one.customer, one.offer, send_id(world, campaign, one.customer)])
        else:
            skipped[why] += 1
    name = hashlib.sha256(f"{campaign}\n{day}".encode()).hexdigest()[:32]
    return Draft(
        id=f"event/sent-{name}",
        type=SENT,
        subject=campaign,
        actor=ITSELF.id,
        occurred_at=now,
        scopes=(Scope(campaign), CONTACTS),
        data={
            "day": day,
            "people": len(goes),
            "skipped": dict(sorted(skipped.items())),
            "offers": dict(sorted(Counter(one[1] for one in goes).items())),
            "rows": keep(world, goes),
            "csv": f"/v1/campaigns/{campaign.partition('/')[2]}/shares/{day}.csv",
        },
    )


def send_id(world: World, campaign: ThingId, customer: ThingId) -> str:
    """By what whoever sends can tell that something went out already."""
    return world.keys.mac("campaign-send", [campaign, customer]).hex()[:24]


def _purpose(offer: Mapping[str, Any]) -> str:
    usual = "marketing" if offer["kind"] == "offer" else "contact"
    return str(offer.get("consent") or usual)
