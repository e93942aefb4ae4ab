"""Reading triples: things with their properties, what refers to them, their keys, SPARQL."""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

import pyoxigraph as ox
import rdflib
from oxrdflib import OxigraphStore
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

from ontology import projection
from ontology import vocabulary as v
from ontology.events import Json
from ontology.identity import ThingId, kind_of
from ontology.paths import Rivals
from ontology.schema import schema

Answer: TypeAlias = "bool | tuple[Mapping[str, Json], ...] | str"

_DEFAULT: Final = ox.DefaultGraph()
# pyoxigraph follows SERVICE to any address, and offers nothing to forbid it.
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_QUOTED: Final = re.compile(
    r"""\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
    r"""|<[^<>"{}|^`\\\s]*>|\#[^\n]*""",
    re.DOTALL,
)
_SERVICE: Final = re.compile(r"(?<![\w:?$-])SERVICE(?![\w:-])", re.IGNORECASE)


class QueryRefused(ValueError):
    """A query asks for more than the graph."""


class Triples:
    """A store read as things; any number of threads may read while one writes.

    Properties have the names that JSON uses; references are ids, choices their notation, dates
    ISO texts.
    """

    def __init__(self, store: ox.Store) -> None:
        """Read this store."""
        self._store: Final = store

    @property
    def store(self) -> ox.Store:
        """The triples; read them, never write them."""
        return self._store

    def rdflib(self) -> rdflib.Graph:
        """The same triples for rdflib; read them, never write them."""
        store = OxigraphStore(store=self._store)
        return rdflib.Graph(store=store, identifier=DATASET_DEFAULT_GRAPH_ID)

    def query(self, sparql: str) -> Answer:
        """Ask SPARQL; `attune:` is bound. SELECT gives rows, ASK a truth, CONSTRUCT N-Triples.

        Raises:
            SyntaxError: it is no SPARQL.
            QueryRefused: it would ask another service.
        """
        if _SERVICE.search(_QUOTED.sub(" ", _ESCAPE.sub(_character, sparql))):
            raise QueryRefused("SERVICE asks another server; ask only what is here")
        found = self._store.query(sparql, prefixes={"attune": v.TERMS})
        if isinstance(found, ox.QueryBoolean):
            return bool(found)
        if isinstance(found, ox.QueryTriples):
            return "".join(f"{triple} .\n" for triple in found)
        names = [variable.value for variable in found.variables]
        return tuple(
            {name: projection.value_of(row[name]) for name in names if row[name] is not None}
            for row in found
        )

    def properties(self, thing: ThingId) -> Mapping[str, tuple[Json, ...]]:
        """All that is known of a thing by property, several values sorted; empty for none."""
        readers = projection.readers()
        found: dict[str, tuple[Json, ...]] = {}
        for quad in self._match(v.thing(thing), None, None):
            reader = readers.get(quad.predicate)
            if reader is not None:
                name, read = reader
                value = (read(quad.object.value),)  # type: ignore[union-attr]  # no triple terms here
                found[name] = found[name] + value if name in found else value
        return {
            name: values if len(values) == 1 else tuple(sorted(values, key=str))
            for name, values in found.items()
        }

    def get(self, thing: ThingId, name: str) -> Json:
        """One value of a property, the first of several; None where there is none."""
        prop = schema().names.get(name)
        if prop is None:
            return None
        quads = self._match(v.thing(thing), v.term(prop.term), None)
        values = [projection.value_of(quad.object) for quad in quads]
        return values[0] if len(values) == 1 else min(values, key=str, default=None)

    def exists(self, thing: ThingId) -> bool:
        """Whether anything is known of a thing."""
        return any(True for _ in self._match(v.thing(thing), v.TYPE, None))

    def state(self, thing: ThingId) -> str | None:
        """Where a thing stands in its lifecycle."""
        for term in (v.PHASE, v.STATE):
            for quad in self._match(v.thing(thing), term, None):
                return str(projection.value_of(quad.object))
        return None

    def find_key(self, system: str, key: str, kind: str | None = None) -> ThingId | None:
        """The thing that another system calls by a key; people are found by their pseudonym."""
        wanted = ox.Literal(system)
        for quad in self._match(None, v.LOCAL_KEY, ox.Literal(key)):
            owner = v.owner_of(quad.subject)
            same = owner is not None and kind in {None, kind_of(owner)}
            if same and any(True for _ in self._match(quad.subject, v.SYSTEM, wanted)):
                return owner
        return None

    def of_type(self, name: str) -> tuple[ThingId, ...]:
        """The things of a type, sorted."""
        return _things(self._match(None, v.TYPE, v.term(name)))

    def has_type(self, name: str) -> bool:
        """Whether there is any thing of a type."""
        return any(True for _ in self._match(None, v.TYPE, v.term(name)))

    def subjects(self, name: str, thing: ThingId) -> tuple[ThingId, ...]:
        """The things that refer to a thing by a property, sorted."""
        return _things(self._match(None, v.term(name), v.thing(thing)))

    def quads(self, thing: ThingId) -> tuple[ox.Quad, ...]:
        """The triples of a thing's own node."""
        return tuple(self._match(v.thing(thing), None, None))

    def quads_to(self, predicate: ox.NamedNode, thing: ThingId) -> tuple[ox.Quad, ...]:
        """The triples that refer to a thing by a predicate."""
        return tuple(self._match(None, predicate, v.thing(thing)))

    def unlike(self, path: Rivals, thing: ThingId, known: frozenset[object]) -> set[ThingId]:
        """What shares a thing and differs from values that are known."""
        # One query, because a crowd agrees: of hundreds that share it, few come out of the store.
        other = f"FILTER(!sameTerm(?value, {next(iter(known))}))" if len(known) == 1 else ""
        shares = f"?one {path.sharing} {v.thing(thing)} ; {path.differing} ?value"
        rows = self._store.query(f"SELECT ?one {{ {shares} {other} }}")
        found = (v.owner_of(row[0]) for row in rows)  # type: ignore[union-attr] # rows, of a SELECT
        return {one for one in found if one is not None}

    def owned(self, thing: ThingId) -> tuple[ox.Quad, ...]:
        """The triples of a thing and of the nodes that it owns."""
        own = self.quads(thing)
        keys = [quad.object for quad in own if quad.predicate == v.EXTERNAL_KEY]
        return own + tuple(quad for node in keys for quad in self._match(node, None, None))

    def _match(
        self, subject: object, predicate: ox.NamedNode | None, target: object
    ) -> Iterator[ox.Quad]:
        return self._store.quads_for_pattern(subject, predicate, target, _DEFAULT)  # type: ignore[arg-type]  # nodes all


def _things(quads: Iterable[ox.Quad]) -> tuple[ThingId, ...]:
    found = (v.identity_of(quad.subject) for quad in quads)
    return tuple(sorted(thing for thing in found if thing is not None))


def _character(escape: re.Match[str]) -> str:
    """The character of a code point escape; SPARQL reads them before all else."""
    point = int(escape[1] or escape[2], 16)
    return chr(point) if point <= sys.maxunicode else " "
