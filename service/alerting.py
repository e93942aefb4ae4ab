"""Alerting: follows decisions and posts, and tells teams of those that name whom we know."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from knowledge.refusals import Conflict, DuplicateEvent
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ATTUNE, Standing, act
from service.acts import acted
from service.alert_cases import HEARD, MADE, Case, Cases, persons, reason
from service.alert_choice import Choice, Occurrence, Share, Way, choose, slot
from service.alerts import KIND, REPEATED, SUPPRESSED, TIERS, About, Alert
from service.fatigue import share
from service.following import Follower
from service.sweep import ITSELF
from service.world import World


class Alerting:
    """Raises, counts and holds back alerts, in one worker at a time; use it from one thread.

    What it records has ids made of what it is about, so that reading an event twice, or in two
    workers, changes nothing.
    """

    def __init__(self, world: World) -> None:
        """Nothing is read or taken yet."""
        self._world: Final = world
        self._cases: Final = Cases(world)
        self._window: Final = timedelta(minutes=world.settings.alert_window_minutes)
        self._follower: Final = Follower(world, "alerts", (MADE, HEARD))
        self._counted: Final[list[Draft]] = []
        """What was counted of the events at hand, recorded together before their place is kept."""

    def step(self) -> int:
        """Follow what was decided and heard; how many occurrences there were.

        None while another worker holds the lease.
        """
        self._counted.clear()  # what a step that failed left is counted again
        found = 0
        for events in self._follower.events():
            found += sum(self._followed(event) for event in events)
            self._record_counted()
        return found

    def _followed(self, event: Event) -> int:
        """How many occurrences an event held; one that can't be read must not stop the others."""
        try:
            return sum(1 for one in self._cases.of(event) if self._settle(one))
        except (LookupError, TypeError, ValueError) as error:
            self._world.log.error("event not alerted on", id=event.id, why=str(error)[:200])  # noqa: TRY400 - says all
            return 0

    def close(self) -> None:
        """Let another worker alert."""
        self._follower.close()

    def _settle(self, case: Case) -> bool:
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

    def _raise(self, case: Case, alike: tuple[Alert, ...]) -> bool:
        one = case.occurrence
        place = slot(one.cause, one.at, self._window)
        before = sum(slot(one.cause, a.raised_at, self._window) == place for a in alike)
        alert = ThingId(f"alert/{self._name([one.cause, place, before])}")
        data: dict[str, Json] = {
            "tier": one.tier,
            "persons": persons(case.decision),
            "decision": case.event.id,
            "reason": reason(case),
        }
        data |= {k: case.things[k] for k in ("incident", "touchpoint") if k in case.things}
        draft = self._drafted(alert, case, data, self._event(one.id))
        sealed, owners = _sealed(case.about)
        told = {**draft.data, "cause": one.cause, **sealed}
        return self._recorded(replace(draft, data=told, personal=owners))

    def _bundle(self, case: Case) -> bool:
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

    def _count(self, case: Case, choice: Choice) -> bool:
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
        self._counted.append(draft)
        return True

    def _record_counted(self) -> None:
        """Record what was counted; no choice depends on it, so it can wait for its page."""
        drafts = [*self._counted]
        self._counted.clear()
        try:
            if drafts:
                self._world.ledger.append(drafts)
        except DuplicateEvent:  # another worker recorded some of them
            for draft in drafts:
                self._recorded(draft)

    def _drafted(self, alert: ThingId, case: Case, data: dict[str, Json], event: str) -> Draft:
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


def _sealed(about: About | None) -> tuple[dict[str, Json], dict[str, ThingId]]:
    """Whom it is about, and under whose key that is sealed."""
    if about is None:
        return {}, {}
    post: dict[str, Json] = {"signal": about.signal, "segment": about.segment}
    said = {"customer": about.customer, **(post if about.signal is not None else {})}
    return {"about": said}, {"about": about.customer}
