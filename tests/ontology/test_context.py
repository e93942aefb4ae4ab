import json
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld  # type: ignore[import-untyped]  # PyLD has no types
from rdflib.compare import isomorphic, to_isomorphic

from ontology import vocabulary as v
from ontology.events import Json
from ontology.identity import ExternalKey, ThingId, kind_of
from ontology.lifecycle import Actor, Role, Standing, act
from ontology.lifecycle_file import lifecycles
from ontology.linked_data import context
from ontology.projection import project
from ontology.records import check
from ontology.schema import schema

AT = datetime(2013, 12, 1, 13, tzinfo=UTC)


def examples(prefix: str) -> dict[str, dict[str, Any]]:
    return {
        entry.name: json.loads(entry.read_bytes())
        for entry in sorted(files("ontology").joinpath("examples").iterdir(), key=str)
        if entry.name.startswith(prefix)
    }


RECORDS = examples("record-")
ACTS = examples("act-")


def read_as_json_ld(body: dict[str, Any]) -> rdflib.Graph:
    quads = jsonld.to_rdf(
        body, {"expandContext": context(), "format": "application/n-quads", "base": v.THINGS}
    )
    return rdflib.Graph().parse(data=quads, format="nt")


def as_rdflib(quads: Iterable[ox.Quad]) -> rdflib.Graph:
    lines = "".join(f"{quad.triple} .\n" for quad in quads)
    graph = rdflib.Graph().parse(data=lines, format="nt")
    return _without_skolem_names(graph)


def _without_skolem_names(graph: rdflib.Graph) -> rdflib.Graph:
    """Nodes that a thing owns stand for blank nodes (RDF 1.1, 3.5)."""
    plain = rdflib.Graph()
    for triple in graph:
        subject, predicate, target = triple
        plain.add((_blank(subject), predicate, _blank(target)))
    return plain


def _blank(term: rdflib.term.Node) -> rdflib.term.Node:
    owned = isinstance(term, rdflib.URIRef) and term.startswith(v.THINGS) and "#" in term
    return rdflib.BNode(str(abs(hash(term)))) if owned else term


def recorded(body: dict[str, Any]) -> rdflib.Graph:
    keys = [ExternalKey(**body["key"])] if "key" in body else []
    record = check(body["type"], body["properties"], id=body["id"], keys=keys)
    change = project("record.put", ThingId(body["id"]), record.data())
    assert change is not None
    return as_rdflib(change.adds)


def assert_same(ours: rdflib.Graph, theirs: rdflib.Graph) -> None:
    assert isomorphic(ours, theirs), "\n".join(
        sorted(" ".join(t.n3() for t in x) for x in to_isomorphic(ours) ^ to_isomorphic(theirs))
    )


def test_the_written_context_is_the_one_that_the_ontology_gives() -> None:
    written = json.loads(files("ontology").joinpath("context.jsonld").read_bytes())
    assert written == context(), "write json.dumps(ontology.linked_data.context(), indent=2) to it"


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_read_as_json_ld_gives_the_triples_that_the_graph_shows(name: str) -> None:
    assert_same(recorded(RECORDS[name]), read_as_json_ld(RECORDS[name]))


def test_every_type_of_record_has_an_example_with_all_its_properties() -> None:
    shown = {body["type"]: set(body["properties"]) for body in RECORDS.values()}
    for name, kind in schema().types.items():
        if kind.recordable:
            wanted = {p.name for p in kind.properties.values() if not p.by_act}
            assert wanted - shown[name] <= {"closedAt", "withdrawnAt"}, name


def outcome(body: dict[str, Any]) -> rdflib.Graph:
    thing = ThingId(body["id"])
    stands = Standing(
        thing=thing,
        kind=kind_of(thing),
        state=body.get("from"),
        state_of=lambda _: "open",
    )
    actor = Actor(id=ThingId("person/ada"), roles=frozenset(Role))
    done = act(lifecycles(), stands, body["act"], actor=actor, at=AT, data=body["data"])
    data: dict[str, Json] = {
        "kind": stands.kind,
        "to": done.to_state,
        "properties": dict(done.properties),
    }
    change = project("thing.acted", thing, data)
    assert change is not None
    return as_rdflib(change.adds)


@pytest.mark.parametrize("name", ACTS)
def test_what_an_act_leaves_read_as_json_ld_gives_the_triples_that_the_graph_shows(
    name: str,
) -> None:
    assert_same(outcome(ACTS[name]), read_as_json_ld(ACTS[name]["shows"]))


def test_every_kind_that_acts_show_in_the_graph_has_an_example() -> None:
    kinds = {kind_of(ThingId(body["id"])) for body in ACTS.values()}
    assert kinds == set(lifecycles()) - {"decision"}


@given(st.integers(-(10**15), 10**15), st.integers(-30, 30))
def test_numbers_have_the_same_lexical_form_on_both_ways(digits: int, exponent: int) -> None:
    target = float(f"{digits}e{exponent - 15}")
    body = {
        "type": "KPI",
        "id": "kpi/x",
        "properties": {"name": "X", "target": target},
    }
    if abs(target) <= 1e12:
        assert_same(recorded(body), read_as_json_ld(body))
