"""Draws of panels: who may be drawn, who is by lot within quotas, and who sits."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from knowledge.measures.sortition import Cell, Quota, draw
from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ActRefused, Standing
from ontology.lifecycle_data import DataProblem
from service.committing import Done, Here
from service.contact_leave import purposes
from service.panel_bodies import ATTRIBUTES, PanelIn
from service.panels import DRAWN, FEW, OPEN, SEATED, draws, read, seats
from service.values import Properties, first


class PanelJoint:
    """Draws by lot when it is asked to; seats only those who accepted."""

    def relied(self, world: Here, stands: Standing, act: str) -> tuple[Scope, ...]:
        """Nothing else."""
        del world, stands, act
        return ()

    def drafts(self, world: Here, done: Done) -> list[Draft]:
        """The draw.

        Raises:
            ActRefused: it has a door of its own, no seat is free, or nobody accepted.
        """
        act, panel = done.outcome.act, done.stands.thing
        if act == "plan":
            raise ActRefused(act, (DataProblem("act", "do it by POST /v1/panels"),), ())
        if act == "seat" and not any(one.state == "accepted" for one in seats(world, panel)):
            raise ActRefused(act, (DataProblem("seats", "nobody has accepted yet"),), ())
        return [*_draw(world, done)] if act in {"draw", "fill"} else []


def _draw(world: Here, done: Done) -> Iterator[Draft]:
    panel = done.stands.thing
    said = read(world, panel)
    known = seats(world, panel)
    taken = [one for one in known if one.state in OPEN]
    free = said.seats - len(taken)
    if free <= 0:
        words = f"all {said.seats} seats are taken or wait for an answer"
        raise ActRefused(done.outcome.act, (DataProblem("seats", words),), ())
    candidates, out = _candidates(world, panel, said, {one.member for one in known})
    head = world.ledger.head()
    root = world.ledger.root(head).hex()
    seed = hashlib.sha256(f"{panel}\n{head}\n{root}".encode()).digest()
    cells = [one.cell for one in taken if one.cell is not None]
    found = draw(seed, candidates, _quotas(said), free, cells)
    told: dict[str, Json] = {
        "seed": seed.hex(),
        "head": head,
        "root": root,
        "free": free,
        "drawn": len(found.people),
        "candidates": len(candidates),
        "out": dict(sorted(out.items())),
        "balance": _balance(candidates, found.people),
        "quotas": [
            {"by": one.by, "value": one.value, "seats": one.seats, "short": short}
            for one, short in zip(said.quotas, found.short, strict=True)
        ],
    }
    yield replace(_event(world, done, DRAWN, told), scopes=(Scope(panel),))
    number = max((one.number for one in known), default=0)
    for place, member in enumerate(found.people, start=number + 1):
        who = ThingId(member)
        told = {"seat": place, "member": who, "cell": [*candidates[member]]}
        yield replace(_event(world, done, SEATED, told), personal={"member": who, "cell": who})


def _event(world: Here, done: Done, type_: str, data: dict[str, Json]) -> Draft:
    return Draft(
        id=world.ids("event"),
        type=type_,
        subject=done.stands.thing,
        actor=done.actor.id,
        occurred_at=done.at,
        data=data,
    )


def _quotas(said: PanelIn) -> list[Quota]:
    return [
        Quota(attribute=ATTRIBUTES.index(one.by), value=one.value, least=one.seats)
        for one in said.quotas
    ]


def _candidates(
    world: Here, panel: ThingId, said: PanelIn, known: set[ThingId | None]
) -> tuple[dict[str, Cell], Counter[str]]:
    """Who may be drawn, with what quotas ask of them, and how many others may not, and why."""
    now = world.clock.now()
    rested = _sat_lately(world, panel, said)
    found: dict[str, Cell] = {}
    out: Counter[str] = Counter()
    for customer in world.graph.of_type("Customer"):
        shown = world.graph.properties(customer)
        why = _why_not(shown, said)
        if customer in known:
            why = "drawn before"
        elif customer in rested:
            why = "sat on a panel lately"
        elif why is None and "contact" not in {*purposes(world, customer, now)}:
            why = "no consent for contact"
        if why is None:
            found[customer] = _cell(shown, said)
        else:
            out[why] += 1
    return found, out


def _why_not(shown: Properties, said: PanelIn) -> str | None:
    """A conflict of interest, or somebody whom nobody asks now."""
    if first(shown, "employee") is True or first(shown, "press") is True:
        return "conflict of interest: works here or for the press"
    if {str(one) for one in shown.get("inSegment", ())} & {*said.not_segments}:
        return "conflict of interest: of a segment that is left out"
    if first(shown, "bereaved") is True or first(shown, "minor") is True:
        return "bereaved or a minor"
    return None


def _cell(shown: Properties, said: PanelIn) -> Cell:
    words = (first(shown, name) for name in ("inSegment", "homeRegion", "preferredLanguage"))
    harmed = said.incident is not None and said.incident in shown.get("affectedBy", ())
    vulnerable = first(shown, "vulnerable") is True
    flags = ("yes" if one else "no" for one in (vulnerable, harmed))
    return (*("none" if one is None else str(one) for one in words), *flags)


def _sat_lately(world: Here, panel: ThingId, said: PanelIn) -> set[ThingId]:
    """Who accepted a seat of another panel that was drawn within the time of rest."""
    since = world.clock.now() - timedelta(days=said.rest_days)
    found: set[ThingId] = set()
    for other in world.graph.of_type("Panel"):
        if other == panel:
            continue
        held = draws(world, other)
        if held and held[-1].occurred_at > since:
            found |= {
                one.member
                for one in seats(world, other)
                if one.state == "accepted" and one.member is not None
            }
    return found


def _balance(candidates: Mapping[str, Cell], people: tuple[str, ...]) -> dict[str, Any]:
    """Of each value how many could be drawn and how many were; few are not told one by one."""
    found: dict[str, Any] = {}
    for place, name in enumerate(ATTRIBUTES):
        could = Counter(cell[place] for cell in candidates.values())
        were = Counter(candidates[one][place] for one in people)
        found[name] = {
            value: {"could": many if many >= FEW else f"fewer than {FEW}", "drawn": were[value]}
            for value, many in sorted(could.items())
            if many >= FEW or were[value] == 0
        }
    return found
