"""Property paths of shapes: read from SHACL, written as words, walked over things."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

import rdflib
from pyoxigraph import NamedNode, Quad
from rdflib.collection import Collection

from ontology import vocabulary as v
from ontology.identity import ThingId


class PathInvalid(ValueError):
    """A node is no property path."""


class Reader(Protocol):
    """What walking needs of a graph."""

    def quads(self, thing: ThingId) -> Iterable[Quad]:
        """The triples of a thing."""

    def quads_to(self, predicate: NamedNode, thing: ThingId) -> Iterable[Quad]:
        """The triples that refer to a thing by a predicate."""

    def unlike(self, path: "Rivals", thing: ThingId, known: frozenset[object]) -> set[ThingId]:
        """What shares a thing and differs from values that are known; the rest is not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One property, along it or against it."""

    predicate: NamedNode
    inverse: bool = False

    def __str__(self) -> str:
        """Like `ownedBy` or `^ofTeam`."""
        return "^" * self.inverse + v.local(self.predicate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """Paths one after the other."""

    parts: "tuple[Path, ...]"

    def __str__(self) -> str:
        """Like `ownedBy/escalatesTo`."""
        return "/".join(map(str, self.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """Any one of several paths."""

    parts: "tuple[Path, ...]"

    def __str__(self) -> str:
        """Like `topic|inRegion`."""
        return "|".join(map(str, self.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A path any number of times (`*`), at least once (`+`), or at most once (`?`)."""

    path: "Path"
    times: str

    def __str__(self) -> str:
        """Like `escalatesTo*`."""
        return f"{self.path}{self.times}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rivals:
    """What leads to the same thing by one property and has another value of a second one.

    What agrees with all of a thing's values is not read, however many there are.
    """

    sharing: NamedNode
    differing: NamedNode

    def __str__(self) -> str:
        """Like `(same claimTopic, other polarity)`."""
        return f"(same {v.local(self.sharing)}, other {v.local(self.differing)})"

    def values(self, quads: "Iterable[Quad]") -> set[object]:
        """What a thing's triples say of the second property."""
        return {quad.object for quad in quads if quad.predicate == self.differing}

    def differ(self, values: set[object], known: frozenset[object]) -> bool:
        """Whether some value is another than some known one."""
        return bool(values) and len(values | known) > 1


Path: TypeAlias = Step | Sequence | Either | Repeat | Rivals

_TIMES: Final = {"zeroOrMorePath": "*", "oneOrMorePath": "+", "zeroOrOnePath": "?"}
_SH: Final = rdflib.SH


def read_path(graph: rdflib.Graph, node: object) -> Path:
    """The path that a node of a shapes graph stands for.

    Raises:
        PathInvalid: it stands for none.
    """
    if isinstance(node, rdflib.URIRef):
        return Step(predicate=NamedNode(str(node)))
    if not isinstance(node, rdflib.BNode):
        raise PathInvalid(f"{node!r} is no property path")
    if (node, rdflib.RDF.first, None) in graph:
        return Sequence(parts=tuple(read_path(graph, part) for part in Collection(graph, node)))
    for name, times in _TIMES.items():
        for part in graph.objects(node, _SH[name]):
            return Repeat(path=read_path(graph, part), times=times)
    for part in graph.objects(node, _SH.inversePath):
        return inverse(read_path(graph, part))
    for parts in graph.objects(node, _SH.alternativePath):
        return Either(parts=tuple(read_path(graph, part) for part in Collection(graph, parts)))
    return _read_rivals(graph, node)


def _read_rivals(graph: rdflib.Graph, node: rdflib.BNode) -> Rivals:
    sharing, differing = (
        graph.value(node, rdflib.URIRef(term.value)) for term in (v.SHARING, v.DIFFERING_IN)
    )
    if not isinstance(sharing, rdflib.URIRef) or not isinstance(differing, rdflib.URIRef):
        raise PathInvalid(f"{node!r} has none of the members of a property path")
    return Rivals(sharing=NamedNode(str(sharing)), differing=NamedNode(str(differing)))


def inverse(path: Path) -> Path:
    """The same path from its end to its start.

    >>> str(inverse(Sequence(parts=(Step(predicate=v.term("a")), Step(predicate=v.term("b"))))))
    '^b/^a'
    """
    match path:
        case Step():
            return Step(predicate=path.predicate, inverse=not path.inverse)
        case Sequence():
            return Sequence(parts=tuple(inverse(part) for part in reversed(path.parts)))
        case Either():
            return Either(parts=tuple(inverse(part) for part in path.parts))
        case Repeat():
            return Repeat(path=inverse(path.path), times=path.times)
        case Rivals():
            return path


def steps(path: Path) -> Iterator[Step]:
    """Every single step of a path."""
    match path:
        case Step():
            yield path
        case Repeat():
            yield from steps(path.path)
        case Rivals():
            yield Step(predicate=path.sharing)
            yield Step(predicate=path.sharing, inverse=True)
            yield Step(predicate=path.differing)
        case _:
            for part in path.parts:
                yield from steps(part)


def walk(path: Path, starts: Iterable[ThingId], reader: Reader) -> set[ThingId]:
    """The things at the ends of a path from any of the starts."""
    here = set(starts)
    match path:
        case Step():
            return {thing for start in here for thing in _step(path, start, reader)}
        case Sequence():
            for part in path.parts:
                here = walk(part, here, reader)
            return here
        case Either():
            return {thing for part in path.parts for thing in walk(part, here, reader)}
        case Repeat():
            return _repeat(path, here, reader)
        case Rivals():
            return _rivals(path, here, reader)


def unlike(reader: Reader, path: Rivals, thing: ThingId, known: frozenset[object]) -> set[ThingId]:
    """What `Reader.unlike` answers, from everything that leads to the thing."""
    found: set[ThingId] = set()
    for leading in reader.quads_to(path.sharing, thing):
        owner = v.owner_of(leading.subject)
        if owner is not None and path.differ(path.values(reader.quads(owner)), known):
            found.add(owner)
    return found


def _rivals(path: Rivals, starts: set[ThingId], reader: Reader) -> set[ThingId]:
    shared: set[tuple[ThingId, frozenset[object]]] = set()
    for start in starts:
        quads = [*reader.quads(start)]
        if known := frozenset(path.values(quads)):
            ends = (v.identity_of(q.object) for q in quads if q.predicate == path.sharing)
            shared.update((end, known) for end in ends if end is not None)
    return {one for thing, known in shared for one in reader.unlike(path, thing, known)}


def _repeat(path: Repeat, starts: set[ThingId], reader: Reader) -> set[ThingId]:
    if path.times == "?":
        return starts | walk(path.path, starts, reader)
    found: set[ThingId] = set()
    edge = starts
    while edge:
        edge = walk(path.path, edge, reader) - found
        found |= edge
    return found | starts if path.times == "*" else found


def _step(step: Step, start: ThingId, reader: Reader) -> Iterator[ThingId]:
    if step.inverse:
        ends = (v.owner_of(quad.subject) for quad in reader.quads_to(step.predicate, start))
    else:
        quads = (q for q in reader.quads(start) if q.predicate == step.predicate)
        ends = (v.identity_of(quad.object) for quad in quads)
    yield from (end for end in ends if end is not None)
