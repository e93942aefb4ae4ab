"""Alerting: follows decisions and posts, and tells teams of those that name whom we know."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import orjson

from knowledge.durable import replace_whole
from knowledge.refusals import Conflict, DuplicateEvent, SegmentBroken
from knowledge.spread.assignment import assign
from ontology.decisions import Decision
from ontology.events import Draft, Event, Json
from ontology.facts import Fact
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ATTUNE, Standing, act
from ontology.signals import Signal
from service import desk
from service.acts import acted
from service.alert_choice import Choice, Occurrence, Share, Way, choose, slot
from service.alerts import KIND, LOUD, REPEATED, SUPPRESSED, TIERS, About, Alert
from service.bodies import DecisionRequest
from service.fatigue import share
from service.lease import Lease, lease
from service.problems import ProblemError
from service.sweep import ITSELF
from service.world import World

LISTENER: Final = ThingId("system/attune-listening")
"""Who asks for a decision on what a known customer posts."""

LOOK_BACK: Final = timedelta(hours=1)
"""How far back a home looks that never alerted before."""

SEVERAL: Final = 2
"""How many people acknowledge what goes to executives or the board, or needs a second approver."""

_MADE: Final = "decision.made"
_HEARD: Final = "segment.committed"
_BATCH: Final = 200
_CAREFUL: Final = frozenset({"human-contact", "personal-answer", "human-validation"})
_SECOND: Final = frozenset({"second-approver", "executive-approval", "board-approval"})
_TENDER: Final = ("vulnerable", "bereaved", "minor")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """An occurrence with the decision that it rests on and whom it is about."""

    occurrence: Occurrence
    event: Event
    decision: Decision
    about: About | None
    things: dict[str, ThingId]


class Alerting:
    """Raises, counts and holds back alerts, in one worker at a time; use it from one thread.

    What it records has ids made of what it is about, so that reading an event twice, or in two
    workers, changes nothing.
    """

    def __init__(self, world: World) -> None:
        """Nothing is read or taken yet."""
        self._world: Final = world
        self._window: Final = timedelta(minutes=world.settings.alert_window_minutes)
        self._lease: Final[Lease] = lease(
            world.settings.database_url, "alerts", world.settings.home
        )
        self._kept: Final[Path] = world.settings.home / "alerts.json"
        self._cursor: int | None = None

    def step(self) -> int:
        """Follow what was decided and heard; how many occurrences there were.

        None while another worker holds the lease.
        """
        if not self._lease.held():
            return 0
        cursor = self._restored() if self._cursor is None else self._cursor
        self._world.catch_up()
        found = 0
        while events := self._world.ledger.read(cursor, types=(_MADE, _HEARD), limit=_BATCH):
            for event in events:
                found += sum(1 for one in self._cases(event) if self._settle(one))
            cursor = events[-1].sequence
            self._keep(cursor)
        self._cursor = cursor
        return found

    def close(self) -> None:
        """Let another worker alert."""
        self._lease.release()

    def _cases(self, event: Event) -> Iterator[_Case]:
        if event.type == _HEARD:
            yield from self._posts(event)
        elif event.actor != LISTENER and not event.erased:
            case = self._case(event, None)
            if case is not None and _worth(case):
                yield case

    def _posts(self, event: Event) -> Iterator[_Case]:
        """What known customers post, each with a decision on it."""
        world = self._world
        if not world.graph.has_type("Account"):
            return
        try:
            signals = world.segments.read(event)
        except SegmentBroken as error:
            world.log.warning("posts not alerted on", segment=event.subject, why=str(error))
            return
        for signal in signals:
            customer = self._customer(signal)
            if customer is not None and (made := self._decided(signal, customer)) is not None:
                about = About(customer=customer, signal=signal.id, segment=event.sequence)
                case = self._case(made, about)
                if case is not None:
                    yield case

    def _customer(self, signal: Signal) -> ThingId | None:
        """The customer whose account a post comes from."""
        graph = self._world.graph
        found = graph.get(signal.author, "accountOf") if signal.author is not None else None
        known = ThingId(str(found)) if found is not None else None
        return known if known is not None and graph.exists(known) else None

    def _decided(self, signal: Signal, customer: ThingId) -> Event | None:
        """The decision on a post; the same one however often it is asked for."""
        world = self._world
        incidents = assign(signal, world.incidents.scopes(world.roster().within))
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
            precedents=0,
        )
        try:
            return desk.ask(world, request, LISTENER, idempotency=f"listening|{signal.id}").event
        except (ProblemError, LookupError, ValueError) as error:
            world.log.warning("post not decided on", signal=signal.id, why=str(error)[:200])
            return None

    def _case(self, event: Event, about: About | None) -> _Case | None:
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
        return _Case(
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

    def _settle(self, case: _Case) -> bool:
        """Raise, count or hold back; whether it was new."""
        one, alerts = case.occurrence, self._world.alerts_now()
        alike = alerts.of_cause(one.cause)
        if self._settled(one, alike):
            return False
        choice = choose(one, alike, self._share(one), self._window)
        if choice.way is Way.RAISE:
            return self._raise(case, alike)
        if choice.way is Way.OVER_BUDGET:
            return self._bundle(case)
        return self._count(case, choice)

    def _settled(self, one: Occurrence, alike: tuple[Alert, ...]) -> bool:
        """Whether an occurrence was dealt with before, however far its cursor was kept."""
        if any(alert.decision == one.id for alert in alike):
            return True
        return self._world.ledger.by_id(self._event(one.id)) is not None

    def _share(self, one: Occurrence) -> Share:
        if one.team is None:
            return Share(told=0, budget=1.0)
        return share(self._world, one.team, one.at)

    def _raise(self, case: _Case, alike: tuple[Alert, ...]) -> bool:
        one = case.occurrence
        place = slot(one.cause, one.at, self._window)
        before = sum(slot(one.cause, a.raised_at, self._window) == place for a in alike)
        alert = ThingId(f"alert/{self._name([one.cause, place, before])}")
        data: dict[str, Json] = {
            "tier": one.tier,
            "persons": persons(case.decision),
            "decision": case.event.id,
            "reason": _reason(case),
        }
        data |= {k: case.things[k] for k in ("incident", "touchpoint") if k in case.things}
        draft = self._drafted(alert, case, data, self._event(one.id))
        sealed, owners = _sealed(case.about)
        told = {**draft.data, "cause": one.cause, **sealed}
        return self._recorded(replace(draft, data=told, personal=owners))

    def _bundle(self, case: _Case) -> bool:
        """Count a low one on the bundle of its team's hour, which is raised once."""
        one = case.occurrence
        hour = int(one.at.timestamp()) // 3600
        alert = ThingId(f"alert/bundle-{self._name([str(one.team), hour])}")
        if self._world.alerts_now().get(alert) is None:
            words = (
                "More low alerts within the hour than the people on shift can look at one by one."
            )
            data: dict[str, Json] = {"tier": TIERS[0], "persons": 1, "reason": words}
            event = self._event(alert)
            draft = self._drafted(alert, case, data, event)
            self._recorded(replace(draft, data={**draft.data, "bundle": True}))
        return self._count(case, Choice(way=Way.OVER_BUDGET, alert=alert))

    def _count(self, case: _Case, choice: Choice) -> bool:
        """Record on which alert an occurrence is counted, and why it is none of its own."""
        one, alert = case.occurrence, choice.alert
        if alert is None:
            return False
        told, owners = _sealed(case.about)
        draft = Draft(
            id=self._event(one.id),
            type=REPEATED if choice.way is Way.REPEATED else SUPPRESSED,
            subject=alert,
            actor=ATTUNE,
            occurred_at=one.at,
            data={
                "why": choice.way.value,
                "decision": case.event.id,
                "tier": one.tier,
                "team": one.team,
                **told,
            },
            personal=owners,
            governed=False,
        )
        return self._recorded(draft)

    def _drafted(self, alert: ThingId, case: _Case, data: dict[str, Json], event: str) -> Draft:
        if case.occurrence.team is not None:
            data = {**data, "team": case.occurrence.team}
        stands = Standing(thing=alert, kind=KIND, state=None)
        at = case.occurrence.at
        outcome = act(self._world.lifecycles, stands, "raise", actor=ITSELF, at=at, data=data)
        return acted(event, stands, outcome, ITSELF, at)

    def _recorded(self, draft: Draft) -> bool:
        expected = {Scope(draft.subject): 0} if draft.governed else {}
        try:
            self._world.ledger.append([draft], expected=expected)
        except (DuplicateEvent, Conflict):  # another worker was first
            return False
        return True

    def _name(self, said: list[Json]) -> str:
        return self._world.keys.mac("alerts", said).hex()[:32]

    def _event(self, name: str) -> str:
        return f"event/alerted-{self._name([name])}"

    def _restored(self) -> int:
        """Where following goes on: as kept, if it is of this ledger; else an hour back."""
        ledger = self._world.ledger
        try:
            kept = orjson.loads(self._kept.read_bytes())
            cursor = int(kept["cursor"])
            if cursor <= ledger.head() and ledger.root(cursor).hex() == kept["root"]:
                return cursor
        except (OSError, ValueError, KeyError, TypeError):
            """It is only a shortcut."""
        return ledger.sequence_at(self._world.clock.now() - LOOK_BACK)

    def _keep(self, cursor: int) -> None:
        root = self._world.ledger.root(cursor).hex()
        replace_whole(self._kept, orjson.dumps({"cursor": cursor, "root": root}))


def persons(decision: Decision) -> int:
    """How many people acknowledge: several where a rule asks for a second one, or at the top."""
    asked = {one.name for one in decision.requirements}
    return SEVERAL if decision.tier in LOUD or asked & _SECOND else 1


def _worth(case: _Case) -> bool:
    """Whether a decision that somebody asked for is more than their daily work."""
    asked = {one.name for one in case.decision.requirements}
    if case.decision.tier != TIERS[0] or asked & _CAREFUL:
        return True
    return any(_tender(fact) for fact in desk.facts_of(case.event))


def _tender(fact: Fact) -> bool:
    if fact.kind == "touchpoint":
        return fact.values.get("risk_zone") is True
    return fact.kind == "customer" and any(fact.values.get(name) is True for name in _TENDER)


def _reason(case: _Case) -> str:
    """Why people are told, without a word about the person: it stays in clear."""
    what = "A post of a known customer" if case.event.actor == LISTENER else "A decision"
    whom = "customer" if "customer" in case.things else "touchpoint"
    return f"{what} at tier {case.decision.tier} concerns a {whom} that we know."


def _sealed(about: About | None) -> tuple[dict[str, Json], dict[str, ThingId]]:
    """Whom it is about, and under whose key that is sealed."""
    if about is None:
        return {}, {}
    post: dict[str, Json] = {"signal": about.signal, "segment": about.segment}
    said = {"customer": about.customer, **(post if about.signal is not None else {})}
    return {"about": said}, {"about": about.customer}
