"""Standing decisions: made again when what they stand on changes; people hear of a difference."""

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from knowledge.refusals import Conflict, DuplicateEvent, Erased
from ontology.events import Draft, Event, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ATTUNE, ActRefused
from ontology.lifecycle import Standing as Stands
from ontology.lifecycle import act as follow
from rules.watching import Watch
from service import acts, desk
from service.again import Again, again
from service.clock import elapsed_ms, monotonic_ms, pause
from service.lease import Lease, lease
from service.policies import Compiled
from service.silence import marked
from service.subscriptions import CHANGED, KIND, MADE, Subscription
from service.sweep import ITSELF
from service.touched import Touched, moved
from service.world import World

DEBOUNCE: Final = timedelta(minutes=1)
"""A decision is made again at most once in this time."""

SLICE_MS: Final = 300.0
"""How long one step decides or looks before it leaves the rest to the next one."""

BREATH_SECONDS: Final = 0.005
_LOOK_EVERY_MS: Final = 60_000.0
_LOOK_AGAIN_MS: Final = 5_000.0
_BATCH: Final = 500
_DECISION: Final = "decision"


class StandingDecisions:
    """Watches what subscribed decisions stand on, in one worker at a time; from one thread.

    What takes a decision's place has an id made of it, so that each is revised once, whoever does
    it and however often.
    """

    def __init__(self, world: World) -> None:
        """Nothing is watched yet."""
        self._world: Final = world
        self._lease: Final[Lease] = lease(
            world.settings.database_url, "standing", world.settings.home
        )
        self._touched: Final = Touched()
        self._current: Final[dict[ThingId, ThingId]] = {}
        self._dirty: Final[dict[ThingId, None]] = {}
        self._decided: Final[dict[ThingId, datetime]] = {}
        self._watch: tuple[str, Watch] | None = None
        self._cursor: int | None = None
        self._heard = -1
        self._stop: Final = threading.Event()

    def step(self) -> int:
        """Find what changed and decide it again; how many decisions were revised."""
        if not self._lease.held():
            return 0
        world = self._world
        known = world.subscriptions_now()
        if not (known.many() or self._current):
            self._cursor = None
            return 0
        self._sync(known.standing())
        if world.policies.active is None:
            return 0
        world.catch_up()
        policy = world.policies.current()
        self._read()
        self._look(policy)
        return self._decide(policy)

    def close(self) -> None:
        """Let another worker watch."""
        self._stop.set()
        self._lease.release()

    def waiting(self) -> int:
        """How many may have to be decided again."""
        return len(self._dirty)

    def _sync(self, standing: Sequence[Subscription]) -> None:
        """Watch those that are new or were revised, and no more those that ended."""
        current = {one.id: one.current for one in standing}
        for gone in self._current.keys() - current.keys():
            self._forget(gone)
        started = monotonic_ms()
        if self._cursor is None:
            self._cursor = self._world.ledger.governed_head()
        for name, decision in current.items():
            if self._current.get(name) == decision:
                continue
            if elapsed_ms(started) > SLICE_MS:
                return
            made = self._world.ledger.by_id(decision)
            if made is None or made.erased:
                self._end(name)
                continue
            fresh = name not in self._current
            self._current[name] = decision
            self._touched.watch(name, made)
            self._decided[name] = made.occurred_at
            if fresh:  # it may have changed before it was watched
                self._dirty[name] = None

    def _forget(self, name: ThingId) -> None:
        self._touched.forget(name)
        for known in (self._current, self._dirty, self._decided):
            known.pop(name, None)

    def _read(self) -> None:
        """What records and acts touched since."""
        if self._cursor is None:
            return
        while events := self._world.ledger.read(self._cursor, governed=True, limit=_BATCH):
            for event in events:
                self._dirty.update(dict.fromkeys(self._touched.by(event)))
                if event.type == "subject.erased":
                    self._erased(event.subject)
            self._cursor = events[-1].sequence

    def _erased(self, person: ThingId) -> None:
        """End what was about a person who was erased."""
        for name, decision in [*self._current.items()]:
            made = self._world.ledger.by_id(decision)
            if made is not None and (made.erased or person in made.personal.values()):
                self._end(name)

    def _look(self, policy: Compiled) -> None:
        """Whose figures changed as the policy sees them: at once where posts came, else a minute.

        A group at a time, those first that were not looked at for longest.
        """
        digest, world, started = policy.policy.digest, self._world, monotonic_ms()
        if self._watch is None or self._watch[0] != digest:
            self._watch = (digest, Watch(policy.policy))
            self._dirty.update(dict.fromkeys(self._current))
        heard, at = world.counting.mark, world.clock.now()
        for group in sorted(self._touched.groups.values(), key=lambda one: one.looked_at):
            if elapsed_ms(started) > SLICE_MS:
                return  # the posts that came are not looked at everywhere yet
            pause_ms = _LOOK_EVERY_MS if self._heard == heard else _LOOK_AGAIN_MS
            if elapsed_ms(group.looked_at) < pause_ms and not world.stopped:
                continue
            changed = moved(world, group, policy, self._watch[1], at)
            group.looked_at = monotonic_ms()
            self._dirty.update(dict.fromkeys(changed))
            pause(BREATH_SECONDS, self._stop)
        self._heard = heard

    def _decide(self, policy: Compiled) -> int:
        """Decide again what may have changed, a minute after the last time at the earliest."""
        at, started, revised = self._world.clock.now(), monotonic_ms(), 0
        for name in [*self._dirty]:
            if elapsed_ms(started) > SLICE_MS:
                break
            last = self._decided.get(name)
            if last is not None and at - last < DEBOUNCE:
                continue
            del self._dirty[name]
            self._decided[name] = at
            revised += self._revised(name, policy, at)
            pause(BREATH_SECONDS, self._stop)
        return revised

    def _revised(self, name: ThingId, policy: Compiled, at: datetime) -> bool:
        old = self._current[name]
        scope = Scope(old)
        version = self._world.ledger.versions([scope])[scope]
        made = self._world.ledger.by_id(old)
        if made is None or made.erased:
            self._end(name)
            return False
        try:
            found = again(self._world, made, policy, at)
            if not found.difference:
                return False
            drafts = [*self._drafts(name, made, found)]
            self._world.ledger.append(drafts, expected={scope: version})
        except Erased:
            self._end(name)
            return False
        except (DuplicateEvent, Conflict):  # another worker was first, or a person acted on it
            self._dirty[name] = None
            return False
        except (LookupError, TypeError, ValueError) as error:
            self._world.log.error("not decided again", id=old, why=str(error)[:200])  # noqa: TRY400 - says all
            return False
        if drafts[0].data.get("live") is not False:
            desk.raise_tier(self._world, found.named, found.after)
        return True

    def _drafts(self, name: ThingId, made: Event, found: Again) -> Iterator[Draft]:
        """The decision of now, what is different, and the end of the one before."""
        world, mac = self._world, self._world.keys.mac("standing", [name, made.id]).hex()[:32]
        new = ThingId(f"{_DECISION}/again-{mac}")
        live = world.silence.live(found.named.get("touchpoint"))
        yield _remade(new, made, found, live=live)
        yield _changed(f"event/changed-{mac}", (name, new), made, found, live=live)
        stands = acts.standing(world, ThingId(made.id), _DECISION)
        state = world.lifecycles[_DECISION].states[str(stands.state)]
        if not state.terminal:
            yield _ended(world, stands, new, f"event/revised-{mac}", found.after.at)

    def _end(self, name: ThingId) -> None:
        """End a subscription whose decision can't be made again."""
        self._forget(name)
        data: dict[str, Json] = {"reason": "Whoever it was about was erased."}
        try:
            acts.propose(self._world, thing=name, kind=KIND, act="end", data=data, actor=ITSELF)
        except (ActRefused, Conflict) as error:
            self._world.log.warning("subscription not ended", id=name, why=str(error)[:200])


def _remade(new: ThingId, made: Event, found: Again, *, live: bool) -> Draft:
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


def _changed(
    event: str, names: tuple[ThingId, ThingId], made: Event, found: Again, *, live: bool
) -> Draft:
    """What is told: in clear what of a decision is, the rest sealed with the customer."""
    difference, before, after = found.difference, found.before, found.after
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
        "tier": {"from": before.tier, "to": after.tier},
        "team": {"from": before.routes[0].team, "to": after.routes[0].team},
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


def _ended(world: World, stands: Stands, new: ThingId, event: str, at: datetime) -> Draft:
    outcome = follow(world.lifecycles, stands, "revise", actor=ITSELF, at=at, data={"by": new})
    return acts.acted(event, stands, outcome, ITSELF, at)
