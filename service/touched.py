"""What a change touches: subscriptions by the things that their facts name, and by figures."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ontology.events import Event, Json
from ontology.identity import IdentityInvalid, ThingId, kind_of, thing_id
from rules.watching import Signature, Watch
from service.again import bare
from service.policies import Compiled
from service.situation import build
from service.world import World

Key = tuple[tuple[str, str], ...]
"""The things that several decisions are about, besides customers, and a language."""

_SHARED: Final = frozenset({"team", "agreement", "feed", "calendar", "shift"})
"""Things that every situation speaks of: they are looked at once for all."""


@dataclass(slots=True)
class Group:
    """Decisions about the same things, which see the same figures."""

    key: Key
    members: set[ThingId] = field(default_factory=set)
    seen: Signature | None = None
    looked_at: float = 0.0


class Touched:
    """Which subscriptions a change may touch: by the origins of facts, and by figures.

    Nothing here decides; what is named too often costs a decision, what is not named is missed.
    """

    def __init__(self) -> None:
        """Nothing is watched."""
        self._by_thing: Final[defaultdict[ThingId, set[ThingId]]] = defaultdict(set)
        self._things: Final[dict[ThingId, frozenset[ThingId]]] = {}
        self._keys: Final[dict[ThingId, Key]] = {}
        self.groups: Final[dict[Key, Group]] = {}

    def watch(self, subscription: ThingId, made: Event) -> None:
        """Watch what a decision stands on."""
        self.forget(subscription)
        things = frozenset(_origins(made))
        self._things[subscription] = things
        for thing in things:
            self._by_thing[thing].add(subscription)
        key = key_of(made)
        self._keys[subscription] = key
        self.groups.setdefault(key, Group(key=key)).members.add(subscription)

    def forget(self, subscription: ThingId) -> None:
        """Watch it no more."""
        for thing in self._things.pop(subscription, ()):
            self._by_thing[thing].discard(subscription)
            if not self._by_thing[thing]:
                del self._by_thing[thing]
        key = self._keys.pop(subscription, None)
        group = self.groups.get(key) if key is not None else None
        if group is not None:
            group.members.discard(subscription)
            if not group.members:
                del self.groups[group.key]

    def group_of(self, subscription: ThingId) -> Group:
        """The group of one that is watched."""
        return self.groups[self._keys[subscription]]

    def by(self, event: Event) -> Iterator[ThingId]:
        """The subscriptions whose facts name what a governed event is about, or names."""
        for thing in {event.subject, *_named(event)}:
            yield from self._by_thing.get(thing, ())


def moved(
    world: World, group: Group, policy: Compiled, watch: Watch, at: datetime
) -> frozenset[ThingId]:
    """The members of a group, if what the policy can tell of its figures has changed."""
    things = {kind: ThingId(name) for kind, name in group.key if kind != "language"}
    language = dict(group.key).get("language")
    facts = build(world, bare(things, language), policy, at, budget_ms=0.0).facts
    now = watch.signature(facts, at)
    if now == group.seen:
        return frozenset()
    group.seen = now
    return frozenset(group.members)


def key_of(made: Event) -> Key:
    """The things that a decision is about, besides customers, and its language."""
    named = made.data["request"]
    things = named.items() if isinstance(named, Mapping) else ()
    kept = {kind: str(thing) for kind, thing in things if kind != "customer"}
    for fact in _facts(made):
        values = fact.get("values")
        if fact.get("kind") == "request" and isinstance(values, dict) and "language" in values:
            kept["language"] = str(values["language"])
    return tuple(sorted(kept.items()))


def _origins(made: Event) -> Iterator[ThingId]:
    """The things that the origins of a decision's facts name, but for those all speak of."""
    named = made.data["request"]
    if isinstance(named, Mapping):
        yield from (ThingId(str(thing)) for thing in named.values())
    for fact in _facts(made):
        origins = fact.get("origins")
        for one in origins if isinstance(origins, list) else ():
            if isinstance(one, dict) and one.get("source") in {"triple", "event", "window"}:
                yield from _ids(str(one["ref"]))


def _ids(ref: str) -> Iterator[ThingId]:
    for word in ref.split():
        try:
            found = thing_id(word)
        except IdentityInvalid:
            continue
        if kind_of(found) not in _SHARED:
            yield found


def _named(event: Event) -> Iterator[ThingId]:
    """The things that a record names: whose case it is, whose consent.

    Acts name things as well, but what they change of those is seen in what all decisions about
    the same things share.
    """
    said = event.data.get("properties") if event.type == "record.put" else None
    for value in said.values() if isinstance(said, Mapping) else ():
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, str) and "/" in one:
                yield ThingId(one)


def _facts(made: Event) -> Iterator[dict[str, Json]]:
    kept = made.data["facts"]
    yield from (one for one in kept if isinstance(one, dict)) if isinstance(kept, list) else ()
