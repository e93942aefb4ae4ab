"""Shadowing: what running shadows would have decided, recorded after each answer, once."""

import hashlib
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, cast

from knowledge.refusals import DuplicateEvent
from ontology.decisions import Decision
from ontology.events import Draft, Event, Json
from ontology.facts import Fact
from ontology.identity import ThingId
from ontology.lifecycle import ATTUNE
from rules.combine import decide
from rules.policy import Policy
from rules.strata import Engines
from service import desk
from service.clock import pause
from service.decision_bodies import DecisionRequest
from service.following import Follower
from service.shadow_fold import COMPARED, LOOKED, RAISED, Shadow
from service.shadow_pair import Beside, Stand, higher, reached, standing, texts
from service.shadow_stands import Stands
from service.silence import is_live
from service.situation import build
from service.world import World

MADE: Final = "decision.made"
BREATH_SECONDS: Final = 0.01
"""What comparing leaves to requests after so many decisions."""

_SLICE: Final = 20
_KEPT: Final = 8
_ACTIVE, _SHADOW = 0, 1


class Shadowing:
    """Decides again by each shadow, in one worker at a time; use it from one thread.

    What it records has ids made of what it is about, so that a decision that is read twice, or in
    two workers, is compared once.
    """

    def __init__(self, world: World) -> None:
        """Nothing is read yet."""
        self._world: Final = world
        self._follower: Final = Follower(world, "shadows", (MADE,), first=self._first)
        self._benches: Final[dict[str, tuple[Policy, Engines]]] = {}
        self._stands = Stands(world)
        self._stop: Final = threading.Event()

    def step(self) -> int:
        """Compare what was decided, and look where nobody asks; how much was recorded."""
        self._world.catch_up_governed()
        if not (self._world.shadows.all() and self._follower.leads()):
            return 0
        unfinished = self._world.shadows.unfinished(self._follower.cursor)
        if not unfinished:
            return 0
        try:
            return self._settled(unfinished)
        except Exception:
            self._stands = Stands(self._world)  # what was noted may not have been recorded
            raise

    def close(self) -> None:
        """Let another worker go on."""
        self._stop.set()
        self._follower.close()

    def _settled(self, unfinished: tuple[Shadow, ...]) -> int:
        recorded = 0
        for events in self._follower.events(min(one.began for one in unfinished)):
            self._world.catch_up_governed()  # a shadow that began before these is known by now
            self._stands.catch_up()
            for place in range(0, len(events), _SLICE):
                recorded += self._record(self._compared(events[place : place + _SLICE]))
                pause(BREATH_SECONDS, self._stop)
        self._stands.catch_up()
        return recorded + self._record(self._looks())

    def _first(self) -> int:
        """Where to begin if no place was kept: at the first shadow, so that nothing is lost."""
        return min((one.began for one in self._world.shadows.all()), default=0)

    def _compared(self, events: tuple[Event, ...]) -> Iterator[Draft]:
        for event in events:
            for shadow in self._world.shadows.at(event.sequence):
                try:
                    yield from self._beside(shadow, event)
                except (LookupError, TypeError, ValueError) as error:
                    self._world.log.error("not shadowed", id=event.id, why=str(error)[:200])  # noqa: TRY400 - says all

    def _beside(self, shadow: Shadow, event: Event) -> Iterator[Draft]:
        named = cast(Mapping[str, Json], event.data["request"])
        things = {k: named[k] for k in ("incident", "touchpoint") if k in named}
        data: dict[str, Json] = {"decision": event.id, **things}
        if not is_live(event):
            data["live"] = False
        if event.erased:
            yield self._draft(COMPARED, shadow, event.id, event.occurred_at, data | _ERASED)
            return
        recorded = desk.stored(event)
        if recorded.policy == shadow.digest:  # it was activated meanwhile
            return
        incident = str(named["incident"]) if "incident" in named else None
        own = self._stands.of(shadow.id, incident, _SHADOW)
        again = self._decided(shadow.digest, desk.facts_of(event), own, shadow, recorded.at)
        pair = Beside.of(recorded, again)
        owner = next(iter(event.personal.values()), None)
        told = data | _told(pair, again)
        personal = {"differs": owner, "called": owner} if owner is not None else {}
        yield self._draft(COMPARED, shadow, event.id, event.occurred_at, told, personal)
        if incident is not None and is_live(event) and self._listened(incident):
            yield from self._raised(shadow, incident, (None, again.tier), recorded.at, event.id)

    def _looks(self) -> Iterator[Draft]:
        """What both policies say of incidents under way, once in a while, where it changed."""
        world, now = self._world, self._world.clock.now()
        every = timedelta(minutes=world.settings.shadow_minutes)
        slot = int(now.timestamp() // every.total_seconds())
        due = [s for s in world.shadows.running() if not self._stands.seen(s.id, slot)]
        if not due or world.policies.active is None:
            return
        world.catch_up()
        policy = world.policies.current()
        active = policy.policy.digest
        for incident in [one.id for one in world.incidents.all() if one.listened]:
            request = DecisionRequest(incident=incident, precedents=0)
            facts = build(world, request, policy, now, budget_ms=0.0).facts
            for shadow in due:
                if shadow.digest != active:
                    yield from self._look(shadow, incident, facts, (active, now, slot))
            pause(BREATH_SECONDS, self._stop)

    def _look(
        self,
        shadow: Shadow,
        incident: ThingId,
        facts: tuple[Fact, ...],
        when: tuple[str, datetime, int],
    ) -> Iterator[Draft]:
        active, now, slot = when
        policy, engines = self._bench(active)
        seen = reached(facts, self._stands.of(shadow.id, incident, _ACTIVE), now)
        own = self._stands.of(shadow.id, incident, _SHADOW)
        again = self._decided(shadow.digest, facts, own, shadow, now)
        pair = Beside.of(decide(seen, policy, now, engines), again)
        if self._stands.same(shadow.id, incident, pair):
            return
        name = f"{incident} {slot}"
        data: dict[str, Json] = {"incident": incident, **_told(pair, again)}
        yield self._draft(LOOKED, shadow, name, now, data)
        yield from self._raised(shadow, incident, pair.tiers, now, name)

    def _raised(
        self,
        shadow: Shadow,
        incident: str,
        tiers: tuple[str | None, str | None],
        at: datetime,
        name: str,
    ) -> Iterator[Draft]:
        """Note that an incident would stand higher; by the active policy only by a look."""
        data: dict[str, Json] = {"incident": incident}
        for side, tier in zip(("active", "shadow"), tiers, strict=True):
            own = self._stands.of(shadow.id, incident, side == "shadow")
            if tier is not None and higher(tier, own):
                data[side] = tier
        if len(data) > 1:
            draft = self._draft(RAISED, shadow, f"raised {name}", at, data)
            self._stands.note(shadow.id, data, at)
            yield draft

    def _decided(
        self,
        digest: str,
        facts: tuple[Fact, ...] | list[Fact],
        own: Stand | None,
        shadow: Shadow,
        at: datetime,
    ) -> Decision:
        policy, engines = self._bench(digest)
        return decide(standing(facts, own, shadow.since, at), policy, at, engines)

    def _bench(self, digest: str) -> tuple[Policy, Engines]:
        """A policy with the generated engine alone: quick, and no lock of the live one's."""
        found = self._benches.get(digest)
        if found is None:
            policy = self._world.policies.get(digest).policy
            found = self._benches[digest] = (policy, Engines.compiled(policy))
            while len(self._benches) > _KEPT:
                self._benches.pop(next(iter(self._benches)))
        return found

    def _listened(self, incident: str) -> bool:
        known = self._world.incidents.get(ThingId(incident))
        return known is not None and known.listened

    def _draft(
        self,
        kind: str,
        shadow: Shadow,
        name: str,
        at: datetime,
        data: dict[str, Json],
        personal: Mapping[str, ThingId] | None = None,
    ) -> Draft:
        mac = self._world.keys.mac("shadows", [shadow.id, kind, name]).hex()[:32]
        return Draft(
            id=f"event/shadow-{mac}",
            type=kind,
            subject=shadow.id,
            actor=ATTUNE,
            occurred_at=at,
            data=data,
            personal=personal or {},
            governed=False,
        )

    def _record(self, drafts: Iterator[Draft]) -> int:
        found = [*drafts]
        try:
            return len(self._world.ledger.append(found)) if found else 0
        except DuplicateEvent:  # some were recorded before, by this worker or by another
            return sum(self._one(draft) for draft in found)

    def _one(self, draft: Draft) -> int:
        try:
            return len(self._world.ledger.append([draft]))
        except DuplicateEvent:
            return 0


def _told(pair: Beside, again: Decision) -> dict[str, Json]:
    """What is kept of a comparison."""
    return {
        "tiers": texts(pair.tiers),
        "called": [texts(one) for one in pair.called],
        "differs": dict(pair.differs),
        "same": not pair.differs,
        "digest": hashlib.sha256(again.canonical().encode()).hexdigest(),
    }


_ERASED: Final[dict[str, Json]] = {"erased": True}
