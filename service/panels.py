"""Panels: customers drawn by lot within quotas, their seats as the ledger tells them."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from knowledge.measures.sortition import Cell, Quota, draw
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, ActRefused, Standing
from ontology.lifecycle_data import DataProblem
from service.beginning import Beginning, begin
from service.committing import Done, Here, ThingUnknown
from service.contact_leave import purposes
from service.kept_documents import digest_of, document, kept
from service.panel_bodies import ATTRIBUTES, PanelIn
from service.values import Properties, first

KIND: Final = "panel"
DRAWN: Final = "panel.drawn"
SEATED: Final = "panel.seated"
ANSWERED: Final = "panel.answered"
FEW: Final = 5
"""Groups of fewer are told as fewer than so many."""

_BATCH: Final = 500
_OPEN: Final = frozenset({"invited", "accepted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A seat: whose it is, None once they were erased, and what they said."""

    number: int
    member: ThingId | None
    cell: Cell | None
    state: str
    event: str


def plan(world: Here, said: PanelIn, actor: Actor, *, idempotency: str | None = None) -> Event:
    """Lay down a panel.

    Raises:
        ActRefused: the actor may not.
        GateRefused: it names what does not stand.
        IdempotencyMismatch: the key was used for something else.
    """

    def made(thing: ThingId) -> Beginning:
        content = {"said": said.model_dump(mode="json")}
        until = world.clock.now() + timedelta(days=said.term_days)
        properties: dict[str, Json] = {
            "name": said.name,
            "ownedBy": said.team,
            "aboutIncident": said.incident,
            "validUntil": until.isoformat(),
        }
        return Beginning(
            properties=properties,
            data={"digest": digest_of(content)},
            beside=[kept(world, thing, content, actor)],
        )

    return begin(world, KIND, "plan", made, actor, body=said, idempotency=idempotency)


def read(world: Here, panel: ThingId) -> PanelIn:
    """What a panel is.

    Raises:
        ThingUnknown: there is none.
    """
    found = document(world, panel)
    if not found:
        raise ThingUnknown(panel)
    return PanelIn.model_validate(found["said"])


def seats(world: Here, panel: ThingId) -> tuple[Seat, ...]:
    """Every seat that was ever drawn, by number."""
    found: dict[int, Seat] = {}
    for event in _events(world, panel, (SEATED, ANSWERED)):
        number = int(str(event.data["seat"]))
        if event.type == SEATED:
            member, cell = event.data.get("member"), event.data.get("cell")
            found[number] = Seat(
                number=number,
                member=ThingId(str(member)) if member is not None else None,
                cell=tuple(map(str, cell)) if isinstance(cell, list) else None,
                state="invited" if member is not None else "erased",
                event=event.id,
            )
        elif (one := found[number]).state != "erased":
            state = "accepted" if event.data["answer"] == "accept" else "declined"
            found[number] = Seat(
                number=number, member=one.member, cell=one.cell, state=state, event=one.event
            )
    return tuple(found[number] for number in sorted(found))


def draws(world: Here, panel: ThingId) -> tuple[Event, ...]:
    """Every draw: its seed, of how many, what of the quotas it missed."""
    return tuple(_events(world, panel, (DRAWN,)))


def answer(world: Here, panel: ThingId, number: int, said: str, actor: Actor) -> str | None:
    """Record what somebody who was drawn said; the code of the seat where they accept.

    Raises:
        ActRefused: there is no such seat, or it was answered.
        Conflict: somebody recorded it at the same moment.
    """
    scope = Scope(panel)
    versions = world.ledger.versions([scope])
    one = next((each for each in seats(world, panel) if each.number == number), None)
    if one is None or one.state != "invited":
        words = f"seat {number} is {one.state if one is not None else 'not drawn'}"
        raise ActRefused("answer", (DataProblem("seat", words),), ())
    draft = Draft(
        id=world.ids("event"),
        type=ANSWERED,
        subject=panel,
        actor=actor.id,
        occurred_at=world.clock.now(),
        scopes=(scope,),
        data={"seat": number, "answer": said},
    )
    world.ledger.append([draft], expected=versions)
    return code(world, panel, one) if said == "accept" else None


def code(world: Here, panel: ThingId, one: Seat) -> str:
    """What whoever sits there votes by; nobody can work it out without the keys of this home."""
    return world.keys.mac("panel-seat", [panel, one.number, one.event]).hex()[:20]


def sits(world: Here, panel: ThingId, number: int, given: str) -> bool:
    """Whether a code is that of a seat whose holder accepted."""
    for one in seats(world, panel):
        if one.number == number and one.state == "accepted":
            return hmac.compare_digest(code(world, panel, one), given)
    return False


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
    taken = [one for one in known if one.state in _OPEN]
    free = said.seats - len(taken)
    if free <= 0:
        words = f"all {said.seats} seats are taken or wait for an answer"
        raise ActRefused(done.outcome.act, (DataProblem("seats", words),), ())
    candidates, out = _candidates(world, panel, said, {one.member for one in known})
    quotas = [
        Quota(attribute=ATTRIBUTES.index(one.by), value=one.value, least=one.seats)
        for one in said.quotas
    ]
    head = world.ledger.head()
    root = world.ledger.root(head).hex()
    seed = hashlib.sha256(f"{panel}\n{head}\n{root}".encode()).digest()
    cells = [one.cell for one in taken if one.cell is not None]
    found = draw(seed, candidates, quotas, free, cells)
    at, actor = done.at, done.actor.id
    yield Draft(
        id=world.ids("event"),
        type=DRAWN,
        subject=panel,
        actor=actor,
        occurred_at=at,
        scopes=(Scope(panel),),
        data={
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
        },
    )
    number = max((one.number for one in known), default=0)
    for place, member in enumerate(found.people, start=number + 1):
        who = ThingId(member)
        yield Draft(
            id=world.ids("event"),
            type=SEATED,
            subject=panel,
            actor=actor,
            occurred_at=at,
            data={"seat": place, "member": who, "cell": [*candidates[member]]},
            personal={"member": who, "cell": who},
        )


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


def _events(world: Here, panel: ThingId, types: tuple[str, ...]) -> Iterator[Event]:
    after = 0
    while events := world.ledger.read(after, types=types, subject=panel, limit=_BATCH):
        yield from events
        after = events[-1].sequence
