"""Validating: what a machine should not decide becomes a question to people, once, and bounded."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

import numpy as np

from knowledge.refusals import Conflict, DuplicateEvent, SegmentBroken
from knowledge.spread.assignment import IncidentScope, assign
from knowledge.spread.counters import UNSUPPORTED
from knowledge.spread.sketches import digest_of, unpacked
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ATTUNE, Standing, act
from service import desk
from service.acts import acted
from service.doubts import Doubt, of_decision, of_signal
from service.following import Follower
from service.silence import is_live
from service.sweep import ITSELF
from service.validations import COUNTED, KIND, thing
from service.world import World

STANDS_FOR: Final = timedelta(hours=6)
"""For how long a verdict on a window stands; doubts of its kind are only counted meanwhile."""

TWO: Final = 2
"""How many people judge what matters most: incidents at the tier of executives or the board."""

_HIGH: Final = frozenset({"executive", "board"})
_MADE: Final = "decision.made"
_HEARD: Final = "segment.committed"


class Validating:
    """Asks people, in one worker at a time; use it from one thread.

    What it records has ids made of what it is about, so that reading an event twice, or in two
    workers, changes nothing.
    """

    def __init__(self, world: World) -> None:
        """Nothing is read or taken yet."""
        self._world: Final = world
        self._follower: Final = Follower(world, "validations", (_MADE, _HEARD))

    def step(self) -> int:
        """Follow what was decided and heard; how many questions were asked."""
        return sum(self._settle(event) for events in self._follower.events() for event in events)

    def close(self) -> None:
        """Let another worker ask."""
        self._follower.close()

    def _settle(self, event: Event) -> int:
        """Ask or count each doubt of an event; how many were asked."""
        asked, counted = 0, Counter[tuple[ThingId | None, str]]()
        for doubt in self._doubts(event):
            question = None if self._full(doubt) else self._name(doubt, event)
            if question is not None:
                asked += self._ask(question, doubt, event)
            elif not self._asked_before(doubt):
                counted[doubt.incident, doubt.name] += 1
        for (incident, of_kind), many in counted.items():
            self._count(event, incident, of_kind, many)
        return asked

    def _doubts(self, event: Event) -> Iterator[Doubt]:
        if event.type == _HEARD:
            yield from self._of_posts(event)
        elif not event.erased and is_live(event):
            request = event.data["request"]
            incident = thing(request.get("incident")) if isinstance(request, dict) else None
            if incident is not None:
                yield from of_decision(desk.stored(event), desk.facts_of(event), incident)

    def _of_posts(self, event: Event) -> Iterator[Doubt]:
        world = self._world
        scopes = world.scopes()
        least = world.settings.validate_irony_from
        try:
            signals = world.segments.read(event, self._rows(event, scopes, least))
        except SegmentBroken as error:
            world.log.warning("posts not validated", segment=event.subject, why=str(error))
            return
        for signal in signals:
            for incident in assign(signal, scopes)[:1]:
                doubt = of_signal(signal, incident, ironic_from=least)
                if doubt is not None:
                    yield doubt

    def _rows(
        self, event: Event, scopes: Sequence[IncidentScope], least: float
    ) -> Sequence[int] | None:
        """The rows of a segment that may be in doubt; None where all have to be looked at."""
        content = self._world.segments.sketch(event)
        found = None if content is None else unpacked(content)
        if found is None or found.scopes != digest_of(scopes):
            return None
        posts, about = found.posts, np.zeros(len(found.posts), dtype=np.bool_)
        for rows in found.assigned.values():
            about[rows] = True
        odd = (posts.irony >= least * 1_000) | (posts.sums[:, UNSUPPORTED] > 0)
        return [int(row) for row in np.flatnonzero(about & odd)]

    def _full(self, doubt: Doubt) -> bool:
        """Whether enough posts wait; windows, of which there are few, always get asked about."""
        if doubt.signal is None:
            return False
        most = self._world.settings.validations_per_incident
        mine = self._world.validations_now().of(doubt.incident)
        return sum(one.open and one.signal is not None for one in mine) >= most

    def _name(self, doubt: Doubt, event: Event) -> ThingId | None:
        """The id of a question; None where one of the same cause is open or was just answered."""
        if doubt.signal is not None:
            return self._id([doubt.name, doubt.signal])
        mine = self._world.validations_now().of(doubt.incident)
        alike = [one for one in mine if one.signal is None and one.doubt == doubt.name]
        for one in alike:
            judged = one.judged_at
            if judged is None or event.occurred_at - judged < STANDS_FOR:
                return None
        return self._id([doubt.name, doubt.incident, len(alike)])

    def _asked_before(self, doubt: Doubt) -> bool:
        """Whether a post was asked about, so that it must not be counted when read again."""
        if doubt.signal is None:
            return False
        return self._world.validations_now().get(self._id([doubt.name, doubt.signal])) is not None

    def _ask(self, name: ThingId, doubt: Doubt, event: Event) -> bool:
        data: dict[str, Json] = {
            "doubt": doubt.name,
            "reason": doubt.reason,
            "persons": self._persons(doubt),
            "incident": doubt.incident,
            "signal": doubt.signal,
            "decision": event.id if event.type == _MADE else None,
            "team": self._team(doubt, event),
        }
        data = {field: value for field, value in data.items() if value is not None}
        stands = Standing(thing=name, kind=KIND, state=None)
        at = max(event.recorded_at, event.occurred_at)
        outcome = act(self._world.lifecycles, stands, "ask", actor=ITSELF, at=at, data=data)
        draft = acted(f"event/asked-{name.partition('/')[2]}", stands, outcome, ITSELF, at)
        told: dict[str, Json] = {"segment": event.sequence} if event.type == _HEARD else {}
        if doubt.score is not None:
            told["score"] = doubt.score
        return self._recorded(replace(draft, data={**draft.data, **told}))

    def _persons(self, doubt: Doubt) -> int:
        incident = self._world.incidents.get(doubt.incident) if doubt.incident else None
        return TWO if incident is not None and incident.tier in _HIGH else 1

    def _team(self, doubt: Doubt, event: Event) -> str | None:
        """Whom the decision names; for a post the owner of its incident, where it has one."""
        if event.type == _MADE:
            return str(event.data["team"])
        owner = self._world.graph.get(doubt.incident, "ownedBy") if doubt.incident else None
        return str(owner) if owner is not None else None

    def _count(self, event: Event, incident: ThingId | None, doubt: str, many: int) -> None:
        draft = Draft(
            id=f"event/doubted-{self._mac([event.id, incident, doubt])}",
            type=COUNTED,
            subject=incident or ATTUNE,
            actor=ATTUNE,
            occurred_at=event.occurred_at,
            data={"incident": incident, "doubt": doubt, "count": many},
            governed=False,
        )
        self._recorded(draft)

    def _recorded(self, draft: Draft) -> bool:
        expected = {Scope(draft.subject): 0} if draft.governed else {}
        try:
            self._world.ledger.append([draft], expected=expected)
        except (DuplicateEvent, Conflict):  # it was asked before, or by another worker
            return False
        return True

    def _id(self, said: list[Json]) -> ThingId:
        return ThingId(f"validation/{self._mac(said)}")

    def _mac(self, said: list[Json]) -> str:
        return self._world.keys.mac("validations", said).hex()[:32]
