"""A graph that is only imagined: things in a mapping, on which the gate can judge."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

import pyoxigraph as ox

from ontology import vocabulary as v
from ontology.events import Draft
from ontology.identity import Scope, ThingId
from ontology.paths import Rivals, unlike
from ontology.projection import project, resulting

_Quads = tuple[ox.Quad, ...]


class Imagined:
    """Things as drafts leave them; nothing is recorded, every version is 0."""

    def __init__(self, things: Mapping[ThingId, _Quads] = MappingProxyType({})) -> None:
        """Stand on some things, each with the triples of the nodes that it owns."""
        self._things = {thing: quads for thing, quads in things.items() if quads}

    def after(self, drafts: Iterable[Draft]) -> "Imagined":
        """The graph that drafts lead to."""
        things = dict(self._things)
        for draft in drafts:
            change = project(draft.type, draft.subject, draft.data)
            if change is not None:
                things[draft.subject] = resulting(change, things.get(draft.subject, ()))
        return Imagined(things)

    @cached_property
    def _pointing(self) -> Mapping[tuple[object, object], _Quads]:
        found: dict[tuple[object, object], _Quads] = defaultdict(tuple)
        for quads in self._things.values():
            for quad in quads:
                found[quad.predicate, quad.object] += (quad,)
        return found

    @property
    def sequence(self) -> int:
        """Nothing was recorded."""
        return 0

    def versions(self, scopes: Iterable[Scope], known: int) -> Mapping[Scope, int]:
        """Every scope at what is known."""
        return dict.fromkeys(scopes, known)

    def owned(self, thing: ThingId) -> Sequence[ox.Quad]:
        """The triples of a thing and of the nodes that it owns."""
        return self._things.get(thing, ())

    def quads(self, thing: ThingId) -> Iterable[ox.Quad]:
        """The triples of a thing's own node."""
        node = v.thing(thing)
        return [quad for quad in self.owned(thing) if quad.subject == node]

    def quads_to(self, predicate: ox.NamedNode, thing: ThingId) -> Iterable[ox.Quad]:
        """The triples that refer to a thing by a predicate."""
        return self._pointing.get((predicate, v.thing(thing)), ())

    def unlike(self, path: Rivals, thing: ThingId, known: frozenset[object]) -> set[ThingId]:
        """What shares a thing and differs from values that are known."""
        return unlike(self, path, thing, known)

    def of_type(self, name: str) -> tuple[ThingId, ...]:
        """The things of a type, sorted."""
        found = (v.identity_of(q.subject) for q in self._pointing.get((v.TYPE, v.term(name)), ()))
        return tuple(sorted(thing for thing in found if thing is not None))
