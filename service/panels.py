"""Panels: customers drawn by lot within quotas, their seats as the ledger tells them."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from knowledge.measures.sortition import Cell
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor, ActRefused
from ontology.lifecycle_data import DataProblem
from service.beginning import Beginning, begin
from service.committing import Here, ThingUnknown
from service.kept_documents import digest_of, document, kept
from service.panel_bodies import PanelIn

KIND: Final = "panel"
DRAWN: Final = "panel.drawn"
SEATED: Final = "panel.seated"
ANSWERED: Final = "panel.answered"
FEW: Final = 5
"""Groups of fewer are told as fewer than so many."""

_BATCH: Final = 500
OPEN: Final = frozenset({"invited", "accepted"})


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


def _events(world: Here, panel: ThingId, types: tuple[str, ...]) -> Iterator[Event]:
    after = 0
    while events := world.ledger.read(after, types=types, subject=panel, limit=_BATCH):
        yield from events
        after = events[-1].sequence
