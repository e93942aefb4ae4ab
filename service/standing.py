"""Standing decisions: made again when what they stand on changes; people hear of a difference."""

import hashlib
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import orjson

from knowledge.refusals import Conflict, DuplicateEvent, Erased
from ontology.decision_difference import LISTED, SINGLE
from ontology.events import Draft, Event, Json
from ontology.facts import Fact
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ActRefused
from rules.strata import Engines
from rules.watching import Signature, Watch
from service import acts, desk
from service.again import OWN, Again, again, own_facts
from service.clock import elapsed_ms, monotonic_ms, pause
from service.lease import Lease, lease
from service.policies import Compiled
from service.silence import is_live
from service.standing_drafts import changed, ended, remade
from service.subscriptions import KIND, Subscription
from service.sweep import ITSELF
from service.touched import Key, Touched, key_of, moved
from service.world import World

DEBOUNCE: Final = timedelta(minutes=1)
"""A decision is made again at most once in this time."""

SLICE_MS: Final = 300.0
"""How long one step decides or looks before it leaves the rest to the next one."""

BREATH_SECONDS: Final = 0.005
_LOOK_EVERY_MS: Final = 60_000.0
_LOOK_AGAIN_MS: Final = 5_000.0
_BATCH: Final = 500
_MOST_KNOWN: Final = 50_000
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
        self._dirty: Final[dict[ThingId, bool]] = {}
        """What may have changed; true where it is only the figures that its group shares."""

        self._profiles: Final[dict[ThingId, _Profile]] = {}
        self._known: Final[dict[tuple[Profile, Signature | None], bytes]] = {}
        self._decided: Final[dict[ThingId, datetime]] = {}
        self._bench: _Bench | None = None
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
        if world.policies.active is None:
            return 0
        world.catch_up()
        bench = self._benched(world.policies.current())
        self._sync(known.standing(), bench)
        self._read()
        self._look(bench)
        return self._decide(bench)

    def close(self) -> None:
        """Let another worker watch."""
        self._stop.set()
        self._lease.release()

    def waiting(self) -> int:
        """How many may have to be decided again."""
        return len(self._dirty)

    def _benched(self, policy: Compiled) -> "_Bench":
        """The active policy, ready to tell what of facts it sees; another one may change all."""
        if self._bench is None or self._bench.policy.policy.digest != policy.policy.digest:
            self._bench = _Bench(
                policy=policy, quick=Engines.compiled(policy.policy), watch=Watch(policy.policy)
            )
            self._known.clear()
            self._profiles.clear()
            self._dirty.update(dict.fromkeys(self._current, False))
        return self._bench

    def _sync(self, standing: Sequence[Subscription], bench: "_Bench") -> None:
        """Watch those that are new or were revised, and no more those that ended."""
        current = {one.id: one.current for one in standing}
        for gone in self._current.keys() - current.keys():
            self._forget(gone)
        new = [name for name, decision in current.items() if self._current.get(name) != decision]
        for name in new:
            made = self._world.ledger.by_id(current[name])
            if made is None or made.erased:
                self._end(name)
                continue
            first = name not in self._current
            self._current[name] = current[name]
            self._touched.watch(name, made)
            self._profiles[name] = _Profile.of(made, bench.watch)
            self._decided[name] = made.occurred_at
            if self._cursor is None or (first and made.sequence < self._cursor):
                # INVARIANT: records are read from before the oldest decision on, or it is checked.
                self._cursor = made.sequence if self._cursor is None else self._cursor
                self._dirty[name] = False
            elif first:
                self._dirty.setdefault(name, True)
            pause(BREATH_SECONDS / 10, self._stop)

    def _forget(self, name: ThingId) -> None:
        self._touched.forget(name)
        self._current.pop(name, None)
        self._dirty.pop(name, None)
        self._decided.pop(name, None)
        self._profiles.pop(name, None)

    def _read(self) -> None:
        """What records and acts touched since."""
        if self._cursor is None:
            return
        while events := self._world.ledger.read(self._cursor, governed=True, limit=_BATCH):
            for event in events:
                self._dirty.update(dict.fromkeys(self._touched.by(event), False))
                if event.type == "subject.erased":
                    self._erased(event.subject)
            self._cursor = events[-1].sequence

    def _erased(self, person: ThingId) -> None:
        """End what was about a person who was erased."""
        for name, decision in [*self._current.items()]:
            made = self._world.ledger.by_id(decision)
            if made is not None and (made.erased or person in made.personal.values()):
                self._end(name)

    def _look(self, bench: "_Bench") -> None:
        """Whose figures changed as the policy sees them: soon where posts came, else a minute.

        A group at a time, those first that were not looked at for longest.
        """
        world, started = self._world, monotonic_ms()
        heard, at = world.counting.mark, world.clock.now()
        for group in sorted(self._touched.groups.values(), key=lambda one: one.looked_at):
            if elapsed_ms(started) > SLICE_MS:
                return  # the posts that came are not looked at everywhere yet
            pause_ms = _LOOK_EVERY_MS if self._heard == heard else _LOOK_AGAIN_MS
            if elapsed_ms(group.looked_at) < pause_ms and not world.stopped:
                continue
            touched = moved(world, group, bench.policy, bench.watch, at)
            group.looked_at = monotonic_ms()
            for name in touched:
                self._dirty.setdefault(name, True)
            pause(BREATH_SECONDS, self._stop)
        self._heard = heard

    def _decide(self, bench: "_Bench") -> int:
        """Decide again what may have changed, a minute after the last time at the earliest."""
        at, started, revised = self._world.clock.now(), monotonic_ms(), 0
        for name, shared in [*self._dirty.items()]:
            if elapsed_ms(started) > SLICE_MS:
                break
            last = self._decided.get(name)
            if last is not None and at - last < DEBOUNCE:
                continue
            del self._dirty[name]
            if shared and self._same(name):
                continue
            self._decided[name] = at
            revised += self._revised(name, bench, at)
            pause(BREATH_SECONDS, self._stop)
        return revised

    def _same(self, name: ThingId) -> bool:
        """Whether one with the same facts, as the policy sees them, came to the same outcome."""
        mine = self._profiles.get(name)
        seen = self._touched.group_of(name).seen
        return mine is not None and self._known.get((mine.profile, seen)) == mine.outcome

    def _revised(self, name: ThingId, bench: "_Bench", at: datetime) -> bool:
        old = self._current[name]
        scope = Scope(old)
        version = self._world.ledger.versions([scope])[scope]
        made = self._world.ledger.by_id(old)
        if made is None or made.erased:
            self._end(name)
            return False
        try:
            quick = again(self._world, made, bench.policy, at, bench.quick)
            self._learn(name, made, quick, bench.watch)
            if not quick.difference:
                return False
            found = again(self._world, made, bench.policy, at)
            drafts = [*self._drafts(name, made, found)]
            self._world.ledger.append(drafts, expected={scope: version})
        except Erased:
            self._end(name)
            return False
        except (DuplicateEvent, Conflict):  # another worker was first, or a person acted on it
            self._dirty[name] = False
            return False
        except (LookupError, TypeError, ValueError) as error:
            self._world.log.error("not decided again", id=old, why=str(error)[:200])  # noqa: TRY400 - says all
            return False
        if drafts[0].data.get("live") is not False:
            desk.raise_tier(self._world, found.named, found.after)
        return True

    def _learn(self, name: ThingId, made: Event, found: Again, watch: Watch) -> None:
        """Keep the outcome for others with the same facts as the policy sees them."""
        mine = _Profile.of(made, watch, found.facts)
        self._profiles[name] = mine
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        seen = self._touched.group_of(name).seen
        self._known[mine.profile, seen] = _outcome(found.after.to_json())

    def _drafts(self, name: ThingId, made: Event, found: Again) -> Iterator[Draft]:
        """The decision of now, what is different, and the end of the one before."""
        world, mac = self._world, self._world.keys.mac("standing", [name, made.id]).hex()[:32]
        new = ThingId(f"{_DECISION}/again-{mac}")
        live = world.silence.live(found.named.get("touchpoint"))
        yield remade(new, made, found, live=live)
        yield changed(f"event/changed-{mac}", (name, new), made, found, live=live)
        stands = acts.standing(world, ThingId(made.id), _DECISION)
        state = world.lifecycles[_DECISION].states[str(stands.state)]
        if not state.terminal:
            yield ended(world, stands, new, f"event/revised-{mac}", found.after.at)

    def _end(self, name: ThingId) -> None:
        """End a subscription whose decision can't be made again."""
        self._forget(name)
        data: dict[str, Json] = {"reason": "Whoever it was about was erased."}
        try:
            acts.propose(self._world, thing=name, kind=KIND, act="end", data=data, actor=ITSELF)
        except (ActRefused, Conflict) as error:
            self._world.log.warning("subscription not ended", id=name, why=str(error)[:200])


Profile = tuple[Key, Signature, str]
"""Where equal, figures give the same outcome: group, own facts as seen, what is stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Profile:
    """What of a decision is its own, and the outcome that is recorded of it."""

    profile: Profile
    outcome: bytes

    @classmethod
    def of(cls, made: Event, watch: Watch, facts: Iterable[Fact] = ()) -> "_Profile":
        """Read it from fresh facts, or from those that were recorded."""
        own = [fact for fact in facts if fact.kind in OWN] or own_facts(made)
        spoken = [
            f"{name} {fact.values.get(name)}"
            for fact in own
            if fact.kind == "customer"
            for name in ("language", "region")
        ]
        held = [] if is_live(made) else [made.data["tier"]]
        stated = orjson.dumps([made.data.get("stated"), spoken, held]).decode()
        seen = watch.signature(own, made.occurred_at)
        decision = made.data["decision"]
        return cls(
            profile=(key_of(made), seen, stated),
            outcome=_outcome(decision if isinstance(decision, dict) else {}),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """The active policy, a quick engine of it, and what it can tell of facts."""

    policy: Compiled
    quick: Engines
    watch: Watch


def _outcome(shown: Mapping[str, Json]) -> bytes:
    """What is told of a decision, as one short text."""
    parts = {name: shown.get(name) for name in (*SINGLE, *LISTED)}
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).digest()
