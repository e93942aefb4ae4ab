"""What the gate judges: the graph as it would be, whom a change affects, what shapes read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyoxigraph as ox

from ontology import vocabulary as v
from ontology.events import Draft
from ontology.identity import ThingId
from ontology.paths import Reader, Rivals, inverse, walk
from ontology.projection import project, resulting
from ontology.shape_graph import Shapes


class Whole(Reader, Protocol):
    """A graph that also gives the nodes that a thing owns."""

    def owned(self, thing: ThingId) -> Sequence[ox.Quad]:
        """The triples of a thing and of the nodes that it owns."""


class Proposed:
    """The graph as it would be after drafts."""

    def __init__(self, graph: Whole, changed: Mapping[ThingId, tuple[ox.Quad, ...]]) -> None:
        """Lay the changed things over a graph."""
        self.graph = graph
        self.changed = changed
        self._pointing: dict[tuple[object, object], list[ox.Quad]] = defaultdict(list)
        for quads in changed.values():
            for quad in quads:
                self._pointing[quad.predicate, quad.object].append(quad)

    @classmethod
    def of(cls, graph: Whole, drafts: Iterable[Draft]) -> "Proposed":
        """Apply drafts, in order; those that the graph does not show change nothing."""
        changed: dict[ThingId, tuple[ox.Quad, ...]] = {}
        for draft in drafts:
            change = project(draft.type, draft.subject, draft.data) if draft.governed else None
            if change is not None:
                standing = changed.get(draft.subject)
                if standing is None:
                    standing = tuple(graph.owned(draft.subject))
                changed[draft.subject] = resulting(change, standing)
        return cls(graph, changed)

    def owned(self, thing: ThingId) -> Sequence[ox.Quad]:
        """The triples of a thing and of the nodes that it owns."""
        found = self.changed.get(thing)
        return self.graph.owned(thing) if found is None else found

    def quads(self, thing: ThingId) -> Iterable[ox.Quad]:
        """The triples of a thing."""
        if thing not in self.changed:
            return self.graph.quads(thing)
        node = v.thing(thing)
        return [quad for quad in self.changed[thing] if quad.subject == node]

    def quads_to(self, predicate: ox.NamedNode, thing: ThingId) -> Iterable[ox.Quad]:
        """The triples that refer to a thing by a predicate."""
        standing = self.graph.quads_to(predicate, thing)
        kept = [quad for quad in standing if v.owner_of(quad.subject) not in self.changed]
        return kept + self._to(predicate, thing)

    def _to(self, predicate: ox.NamedNode, thing: ThingId) -> list[ox.Quad]:
        """The changed triples that refer to a thing by a predicate."""
        return self._pointing.get((predicate, v.thing(thing)), [])

    def unlike(self, path: Rivals, thing: ThingId, known: frozenset[object]) -> set[ThingId]:
        """What shares a thing and differs from values that are known."""
        owners = {v.owner_of(quad.subject) for quad in self._to(path.sharing, thing)}
        mine = {
            one
            for one in owners
            if one is not None and path.differ(path.values(self.changed[one]), known)
        }
        return mine | (self.graph.unlike(path, thing, known) - self.changed.keys())

    def type_of(self, thing: ThingId) -> str | None:
        """The type of a thing, None where it would not be there."""
        return _type(self, thing)

    def governed(self, shapes: Shapes) -> frozenset[ThingId]:
        """The changed things that are, or were, of a type that shapes judge."""
        return frozenset(
            thing
            for thing in self.changed
            if {_type(self, thing), _type(self.graph, thing)} & shapes.targets.keys()
        )

    def referred(self, shapes: Shapes) -> frozenset[ThingId]:
        """The things whose judgement may lean on a changed thing, because it refers to them."""
        found = (
            v.identity_of(quad.object)
            for thing in self.governed(shapes)
            for quad in (*self.changed[thing], *self.graph.quads(thing))
            if v.local(quad.predicate) in shapes.guarded
        )
        return frozenset(thing for thing in found if thing is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a validation needs: triples, the things they are of, and the types to judge."""

    quads: frozenset[ox.Quad]
    things: frozenset[ThingId]
    types: frozenset[str]


def affected(shapes: Shapes, proposed: Proposed) -> set[ThingId]:
    """The things whose shapes ask to be judged when one of the changed things changes."""
    found: set[ThingId] = set()
    for target in shapes.targets.values():
        for path in target.also:
            reached = walk(inverse(path), proposed.changed, proposed)
            found |= {thing for thing in reached if proposed.type_of(thing) == target.type}
    return found


def context_of(shapes: Shapes, graph: Whole, focus: Iterable[ThingId]) -> Context:
    """The focus things, marked as candidates, and what their shapes' paths reach from them."""
    seen = _Recorder(graph)
    types: set[str] = set()
    for thing in focus:
        for quad in graph.owned(thing):
            seen.found.add(quad)
            name = v.local(quad.object) if isinstance(quad.object, ox.NamedNode) else ""
            if quad.predicate == v.TYPE and name in shapes.targets:
                seen.found.add(ox.Quad(quad.subject, v.TYPE, v.term(f"Candidate{name}")))
                types.add(name)
        seen.things.add(thing)
        target = shapes.targets.get(_type(graph, thing) or "")
        for path in target.reads if target else ():
            seen.arrive(walk(path, (thing,), seen))
    return Context(
        quads=frozenset(seen.found), things=frozenset(seen.things), types=frozenset(types)
    )


class _Recorder:
    """A graph that remembers what was read of it, and reads nothing twice."""

    def __init__(self, graph: Reader) -> None:
        self._graph = graph
        self._read: dict[ThingId, tuple[ox.Quad, ...]] = {}
        self._pointing: dict[tuple[ox.NamedNode, ThingId], tuple[ox.Quad, ...]] = {}
        self.found: set[ox.Quad] = set()
        self.things: set[ThingId] = set()

    def quads(self, thing: ThingId) -> Iterable[ox.Quad]:
        """Read a thing; all of it becomes context."""
        quads = self._read.get(thing)
        if quads is None:
            quads = self._read[thing] = tuple(self._graph.quads(thing))
            self.found.update(quads)
            self.things.add(thing)
        return quads

    def quads_to(self, predicate: ox.NamedNode, thing: ThingId) -> Iterable[ox.Quad]:
        """Read what refers to a thing."""
        quads = self._pointing.get((predicate, thing))
        if quads is None:
            quads = tuple(self._graph.quads_to(predicate, thing))
            self._pointing[predicate, thing] = quads
            self.found.update(quads)
            self.things.add(thing)
        return quads

    def unlike(self, path: Rivals, thing: ThingId, known: frozenset[object]) -> set[ThingId]:
        """Read which of those that share a thing differ; what agrees is no context."""
        self.things.add(thing)
        return self._graph.unlike(path, thing, known)

    def arrive(self, ends: Iterable[ThingId]) -> None:
        """Read the types of the things where a path ends."""
        for thing in ends:
            self.found.update(q for q in self._graph.quads(thing) if q.predicate == v.TYPE)
            self.things.add(thing)


def _type(graph: Reader, thing: ThingId) -> str | None:
    for quad in graph.quads(thing):
        if quad.predicate == v.TYPE and isinstance(quad.object, ox.NamedNode):
            return v.local(quad.object)
    return None
