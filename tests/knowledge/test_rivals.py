"""What shares a thing and differs: one query finds what looking at everything finds."""

import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st

from knowledge.triples import Triples
from ontology import vocabulary as v
from ontology.identity import ThingId
from ontology.paths import Rivals, unlike

PATH = Rivals(sharing=v.term("claimTopic"), differing=v.term("claimValue"))
TOPICS = [ThingId(f"claim-topic/{name}") for name in "ab"]
VALUES: list[ox.NamedNode | ox.Literal] = [
    v.concept("polarity", "denied"),
    ox.Literal('"} # \n'),
    ox.Literal(3),
    ox.Literal("3", datatype=v.standard(v.XSD, "decimal")),
    ox.Literal(3.0),
    ox.Literal("drei", language="de"),
]
subsets = st.sets(st.sampled_from(VALUES))


@given(
    claims=st.lists(st.tuples(st.sets(st.sampled_from(TOPICS)), subsets), max_size=6),
    known=subsets.filter(bool).map(frozenset),
)
def test_one_query_finds_what_looking_at_everything_finds(
    claims: list[tuple[set[ThingId], set[object]]], known: frozenset[object]
) -> None:
    store = ox.Store()
    for number, (topics, values) in enumerate(claims):
        node = v.thing(ThingId(f"claim/{number}"))
        for topic in topics:
            store.add(ox.Quad(node, PATH.sharing, v.thing(topic)))
        for value in values:
            store.add(ox.Quad(node, PATH.differing, value))  # type: ignore[arg-type] # terms all
    graph = Triples(store)
    for topic in TOPICS:
        assert graph.unlike(PATH, topic, known) == unlike(graph, PATH, topic, known)
