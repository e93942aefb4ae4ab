"""Cases for alerts: what decisions and posts say of whom we know, and whether it is worth it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from knowledge.refusals import SegmentBroken
from knowledge.spread.assignment import assign
from knowledge.spread.columns import Digests
from knowledge.spread.counters import digest
from knowledge.spread.sketches import unpacked
from ontology.decisions import Decision
from ontology.events import Event
from ontology.facts import Fact
from ontology.identity import ThingId
from ontology.signals import Signal
from service import desk
from service.alert_choice import Occurrence
from service.alerts import LOUD, TIERS, About
from service.decision_bodies import DecisionRequest
from service.problems import ProblemError
from service.silence import is_live
from service.world import World

LISTENER: Final = ThingId("system/attune-listening")
"""Who asks for a decision on what a known customer posts."""

SEVERAL: Final = 2
"""How many people acknowledge what goes to executives or the board, or needs a second approver."""

MADE: Final = "decision.made"
HEARD: Final = "segment.committed"
_CAREFUL: Final = frozenset({"human-contact", "personal-answer", "human-validation"})
_SECOND: Final = frozenset({"second-approver", "executive-approval", "board-approval"})
_TENDER: Final = ("vulnerable", "bereaved", "minor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An occurrence with the decision that it rests on and whom it is about."""

    occurrence: Occurrence
    event: Event
    decision: Decision
    about: About | None
    things: dict[str, ThingId]


class Cases:
    """Reads the cases of events; the folds of the world must have caught up."""

    def __init__(self, world: World) -> None:
        """Read for this world."""
        self._world: Final = world
        self._known: tuple[int, Digests] = (-1, np.zeros(0, dtype=np.uint64))

    def of(self, event: Event) -> Iterator[Case]:
        """What people may have to look at, in the order in which it was said."""
        if event.type == HEARD:
            yield from self._posts(event)
        elif event.actor != LISTENER and not event.erased and is_live(event):
            case = self._case(event, None)
            if case is not None and _worth(case):
                yield case

    def _posts(self, event: Event) -> Iterator[Case]:
        """What known customers post, each with a decision on it."""
        world = self._world
        if not world.graph.has_type("Account"):
            return
        try:
            signals = world.segments.read(event, self._rows(event))
        except SegmentBroken as error:
            world.log.warning("posts not alerted on", segment=event.subject, why=str(error))
            return
        for signal in signals:
            customer = self._customer(signal)
            made = self._decided(signal, customer) if customer is not None else None
            if customer is not None and made is not None and is_live(made):
                about = About(customer=customer, signal=signal.id, segment=event.sequence)
                case = self._case(made, about)
                if case is not None:
                    yield case

    def _rows(self, event: Event) -> Sequence[int] | None:
        """The rows of a segment by authors with a known account; None where all are looked at."""
        content = self._world.segments.sketch(event)
        found = None if content is None else unpacked(content)
        if found is None:
            return None
        own = found.posts.known[:, 0] & np.isin(found.posts.authors, self._accounts())
        return [int(row) for row in np.flatnonzero(own)]

    def _accounts(self) -> Digests:
        """The digests of all known accounts, worked out again only after a governed change."""
        graph = self._world.graph
        if self._known[0] != graph.sequence:
            found = (digest(one) for one in graph.of_type("Account"))
            self._known = (graph.sequence, np.fromiter(found, dtype=np.uint64))
        return self._known[1]

    def _customer(self, signal: Signal) -> ThingId | None:
        """The customer whose account a post comes from."""
        graph = self._world.graph
        found = graph.get(signal.author, "accountOf") if signal.author is not None else None
        known = ThingId(str(found)) if found is not None else None
        return known if known is not None and graph.exists(known) else None

    def _decided(self, signal: Signal, customer: ThingId) -> Event | None:
        """The decision on a post; the same one however often it is asked for."""
        world = self._world
        incidents = assign(signal, world.scopes())
        here = [
            one
            for one in world.graph.subjects("usesPlatform", signal.platform)
            if one.startswith("touchpoint/")
        ]
        language = (signal.language or "").partition("-")[0].lower()
        request = DecisionRequest(
            customer=customer,
            incident=incidents[0] if incidents else None,
            platform=signal.platform,
            region=signal.region,
            touchpoint=here[0] if len(here) == 1 else None,
            text=signal.text,
            language=language or None,
            precedents=1,
        )
        try:
            return desk.ask(world, request, LISTENER, idempotency=f"listening|{signal.id}").event
        except (ProblemError, LookupError, ValueError) as error:
            world.log.warning("post not decided on", signal=signal.id, why=str(error)[:200])
            return None

    def _case(self, event: Event, about: About | None) -> Case | None:
        """What an event says, None where it names neither a customer nor a touchpoint."""
        request = event.data["request"]
        named = request if isinstance(request, dict) else {}
        things = {kind: ThingId(str(thing)) for kind, thing in named.items()}
        if event.erased or not {"customer", "touchpoint"} & things.keys():
            return None
        decision = desk.stored(event)
        if about is None and "customer" in things:
            about = About(customer=things["customer"])
        team = ThingId(decision.routes[0].team)
        whom = things.get("customer", things.get("touchpoint"))
        cause = [whom, things.get("incident"), decision.tier, team]
        return Case(
            occurrence=Occurrence(
                id=event.id,
                at=event.occurred_at,
                cause=self._world.keys.mac("alerts", cause).hex()[:32],
                tier=decision.tier,
                team=team,
            ),
            event=event,
            decision=decision,
            about=about,
            things=things,
        )


def persons(decision: Decision) -> int:
    """How many people acknowledge: several where a rule asks for a second one, or at the top."""
    asked = {one.name for one in decision.requirements}
    return SEVERAL if decision.tier in LOUD or asked & _SECOND else 1


def _worth(case: Case) -> bool:
    """Whether a decision that somebody asked for is more than their daily work."""
    asked = {one.name for one in case.decision.requirements}
    if case.decision.tier != TIERS[0] or asked & _CAREFUL:
        return True
    return any(_tender(fact) for fact in desk.facts_of(case.event))


def _tender(fact: Fact) -> bool:
    if fact.kind == "touchpoint":
        return fact.values.get("risk_zone") is True
    return fact.kind == "customer" and any(fact.values.get(name) is True for name in _TENDER)


def reason(case: Case) -> str:
    """Why people are told, without a word about the person: it stays in clear."""
    what = "A post of a known customer" if case.event.actor == LISTENER else "A decision"
    whom = "customer" if "customer" in case.things else "touchpoint"
    return f"{what} at tier {case.decision.tier} concerns a {whom} that we know."
