"""The shapes of the gate: by type of things, with what each reads and the line it stands on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final, TypeAlias

import rdflib
from rdflib.collection import Collection

from ontology import vocabulary as v
from ontology.paths import Path, PathInvalid, Sequence, read_path, steps

_SH: Final = rdflib.SH
_QUERY: Final = "SPARQL constraint"
_PREFIX: Final = "Candidate"
_HEAD: Final = rdflib.URIRef(v.SHAPES.rstrip("#"))
_LISTS: Final = (_SH["or"], _SH["and"], _SH.xone)
_NODES: Final = (rdflib.URIRef, rdflib.BNode)
_Node: TypeAlias = rdflib.URIRef | rdflib.BNode
_NESTED: Final = (_SH.node, _SH.qualifiedValueShape, _SH["not"])


class ShapesInvalid(ValueError):
    """The shapes can't be used; `errors` has every reason with its file and line."""

    def __init__(self, errors: Iterable[str]) -> None:
        """Keep every error; the message joins them, one a line."""
        self.errors = tuple(errors)
        super().__init__("\n".join(self.errors))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is judged of one type of things.

    `reads` are the paths whose ends the shapes look at; `also` lead from things of the type to
    others whose change calls for judging them too.
    """

    type: str
    shapes: frozenset[rdflib.URIRef]
    reads: tuple[Path, ...]
    also: tuple[Path, ...]


class Shapes:
    """All shapes of a policy, by the type of things that they judge."""

    def __init__(self, graph: rdflib.Graph, lines: Mapping[str, str]) -> None:
        """Read targets and paths from a graph; `lines` says `file:line` by a shape's local name.

        Raises:
            ShapesInvalid: a shape has no name, no words, or does not say what it reads.
        """
        self._graph = graph
        self.lines = lines
        self._errors: list[str] = []
        self._subsets: dict[frozenset[str], rdflib.Graph] = {}
        self._alone: dict[str, Shapes] = {}
        found: dict[str, set[rdflib.URIRef]] = {}
        for shape, target in graph.subject_objects(_SH.targetClass):
            found.setdefault(self._type_of(shape, target), set()).add(rdflib.URIRef(str(shape)))
        self.targets: Mapping[str, Target] = MappingProxyType(
            {name: self._target(name, shapes) for name, shapes in sorted(found.items())}
        )
        if self._errors:
            raise ShapesInvalid(dict.fromkeys(self._errors))

    @cached_property
    def guarded(self) -> frozenset[str]:
        """The terms by which one thing's change matters to the judgement of what it refers to.

        Shapes follow them backwards, or are judged when what they lead to changes.
        """
        targets = self.targets.values()
        read = (s for t in targets for p in t.reads for s in steps(p) if s.inverse)
        also = (s for t in targets for p in t.also for s in steps(p) if not s.inverse)
        return frozenset(v.local(step.predicate) for step in (*read, *also))

    @cached_property
    def told(self) -> frozenset[str]:
        """The names of the shapes that find something: those that say what is wrong."""
        found = (str(node).removeprefix(v.SHAPES) for node in self._graph.subjects(_SH.message))
        return frozenset(name for name in found if name in self.lines)

    def subset(self, types: frozenset[str]) -> rdflib.Graph:
        """The shapes graph that judges these types and no others; cached."""
        if types not in self._subsets:
            subset = rdflib.Graph()
            for node in {shape for name in types for shape in self.targets[name].shapes}:
                self._copy(node, subset)
            self._copy(_HEAD, subset)
            self._subsets[types] = subset
        return self._subsets[types]

    def only(self, name: str) -> "Shapes":
        """The shapes that find something under a name of `told`, without all others; cached."""
        if name not in self._alone:
            self._alone[name] = Shapes(self._within[name], self.lines)
        return self._alone[name]

    @cached_property
    def _within(self) -> Mapping[str, rdflib.Graph]:
        """By what is told, the shapes with a target that lead to it."""
        found: dict[str, rdflib.Graph] = {}
        for node in {shape for target in self.targets.values() for shape in target.shapes}:
            whole = rdflib.Graph()
            self._copy(node, whole)
            for part in set(whole.subjects(_SH.message)):
                graph = found.setdefault(str(part).removeprefix(v.SHAPES), rdflib.Graph())
                graph += whole
        for graph in found.values():
            self._copy(_HEAD, graph)
        return found

    @property
    def graph(self) -> rdflib.Graph:
        """All shapes; read them, never write them."""
        return self._graph

    def source(self, node: object) -> str:
        """`file:line` of a shape or constraint; empty for what has no name."""
        return self.lines.get(str(node).removeprefix(v.SHAPES), "")

    def path_words(self, shape: object) -> str | None:
        """The path of a property shape in words, like `escalatesTo*/atTier`."""
        node = self._graph.value(rdflib.URIRef(str(shape)), _SH.path)
        return None if node is None else str(read_path(self._graph, node))

    def _copy(self, node: object, into: rdflib.Graph) -> None:
        """Copy a node's triples and those of all shapes and blank nodes that it leads to."""
        if not isinstance(node, _NODES) or (node, None, None) in into:
            return
        for triple in self._graph.triples((node, None, None)):
            into.add(triple)
            self._copy(triple[2], into)

    def _type_of(self, shape: object, target: object) -> str:
        name = str(target).removeprefix(v.TERMS)
        if not name.startswith(_PREFIX) or name == _PREFIX:
            self._wrong(shape, f"targets {name!r}; target a class like attune:CandidateTeam")
        return name.removeprefix(_PREFIX)

    def _target(self, name: str, shapes: set[rdflib.URIRef]) -> Target:
        reads = [path for shape in sorted(shapes) for path in self._reads(shape)]
        also = [
            self._path(shape, node)
            for shape in sorted(shapes)
            for node in self._nodes(shape, rdflib.URIRef(v.ALSO_FOR.value))
        ]
        return Target(
            type=name,
            shapes=frozenset(shapes),
            reads=tuple(sorted({path for path in reads if path is not None}, key=str)),
            also=tuple(sorted({path for path in also if path is not None}, key=str)),
        )

    def _reads(self, shape: _Node) -> Iterator[Path]:
        """The paths that a shape looks at, from the nodes that it judges."""
        for constraint in self._nodes(shape, _SH.sparql):
            self._check_named(shape, constraint, _QUERY)
            yield from self._reads_of_query(constraint)
        for named in self._nodes(shape, _SH.property):
            self._check_named(shape, named, "property shape")
            yield from self._reads_from(named)
        for part in self._parts(shape):
            yield from self._reads_from(part)

    def _reads_from(self, shape: _Node) -> Iterator[Path]:
        """The same, behind the path of a property shape."""
        node = self._graph.value(shape, _SH.path)
        path = None if node is None else self._path(shape, node)
        if path is not None:
            yield path
        for further in self._reads(shape):
            yield further if path is None else Sequence(parts=(path, further))

    def _reads_of_query(self, constraint: _Node) -> Iterator[Path]:
        written = self._nodes(constraint, rdflib.URIRef(v.READS.value))
        if not written:
            self._wrong(constraint, "does not say what it reads; add attune:reads with its paths")
        paths = (self._path(constraint, node) for node in written)
        yield from (path for path in paths if path is not None)

    def _parts(self, shape: _Node) -> Iterator[_Node]:
        """The shapes within a shape: members of its lists, and single ones."""
        for predicate in _LISTS:
            for members in self._nodes(shape, predicate):
                yield from (m for m in Collection(self._graph, members) if isinstance(m, _NODES))
        for predicate in _NESTED:
            yield from self._nodes(shape, predicate)

    def _nodes(self, subject: _Node, predicate: rdflib.URIRef) -> list[_Node]:
        return [n for n in self._graph.objects(subject, predicate) if isinstance(n, _NODES)]

    def _path(self, shape: object, node: object) -> Path | None:
        try:
            return read_path(self._graph, node)
        except PathInvalid as error:
            self._wrong(shape, str(error))
            return None

    def _check_named(self, within: _Node, node: _Node, what: str) -> None:
        if not isinstance(node, rdflib.URIRef) or not self.source(node):
            self._wrong(within, f"has a {what} without a name; give it one like shape:team-top")
        elif self._graph.value(node, _SH.message) is None:
            self._wrong(node, "has no sh:message that says what would mend it")
        elif what == _QUERY and (node, _SH.severity, None) in self._graph:
            self._wrong(node, "has a severity, which counts only on the shape around it")

    def _wrong(self, node: object, words: str) -> None:
        name = str(node).removeprefix(v.SHAPES)
        self._errors.append(f"{self.source(node) or 'shapes'}: {name} {words}")
