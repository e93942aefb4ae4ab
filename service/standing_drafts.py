"""What is recorded where a standing decision is made again: what is new, and what is different."""

from datetime import datetime

from ontology.events import Draft, Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import ATTUNE
from ontology.lifecycle import Standing as Stands
from ontology.lifecycle import act as follow
from service import acts, desk
from service.again import Again
from service.silence import marked
from service.subscriptions import CHANGED, MADE
from service.sweep import ITSELF
from service.world import World


def remade(new: ThingId, made: Event, found: Again, *, live: bool) -> Draft:
    """The decision in the form of one that was asked for."""
    decision, shown = found.after, found.after.to_json()
    data: dict[str, Json] = {
        "request": made.data["request"],
        "stated": made.data.get("stated"),
        "facts": [fact.to_json() for fact in found.facts],
        "decision": shown,
        "policy": decision.policy,
        "tier": decision.tier,
        "team": decision.routes[0].team,
        "within": shown.get("within"),
        "revises": made.id,
    }
    data = marked({name: value for name, value in data.items() if value is not None}, live=live)
    owner = next(iter(made.personal.values()), None)
    return Draft(
        id=new,
        type=MADE,
        subject=new,
        actor=ATTUNE,
        occurred_at=decision.at,
        data=data,
        personal={n: owner for n in desk.SEALED if n in data} if owner is not None else {},
        governed=False,
    )


def changed(
    event: str, names: tuple[ThingId, ThingId], made: Event, found: Again, *, live: bool
) -> Draft:
    """What is told: in clear what of a decision is, the rest sealed with the customer."""
    difference, after = found.difference, found.after
    named: dict[str, Json] = {
        kind: thing for kind, thing in found.named.items() if kind in {"incident", "touchpoint"}
    }
    parts: list[Json] = [*difference]
    data: dict[str, Json] = {
        "subscription": names[0],
        "decision": names[1],
        "revises": made.id,
        **named,
        "parts": parts,
        "tier": {"from": made.data["tier"], "to": after.tier},
        "team": {"from": made.data["team"], "to": after.routes[0].team},
        "difference": difference,
        "because": found.because(),
    }
    owner = next(iter(made.personal.values()), None)
    sealed = ("difference", "because")
    return Draft(
        id=event,
        type=CHANGED,
        subject=names[1],
        actor=ATTUNE,
        occurred_at=after.at,
        data=marked(data, live=live),
        personal=dict.fromkeys(sealed, owner) if owner is not None else {},
        governed=False,
    )


def ended(world: World, stands: Stands, new: ThingId, event: str, at: datetime) -> Draft:
    """The act by which a decision gives way to the one of now."""
    outcome = follow(world.lifecycles, stands, "revise", actor=ITSELF, at=at, data={"by": new})
    return acts.acted(event, stands, outcome, ITSELF, at)
