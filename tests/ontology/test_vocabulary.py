import re
from pathlib import Path

import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st

from ontology import vocabulary as v
from ontology.identity import ThingId

IDS = st.from_regex(r"\A[a-z][a-z0-9-]{0,10}/[A-Za-z0-9][A-Za-z0-9._~-]{0,20}\Z").map(ThingId)
SOURCES = Path(v.__file__).parent.parent


@given(IDS)
def test_a_thing_and_its_node_name_each_other(identity: ThingId) -> None:
    assert v.identity_of(v.thing(identity)) == identity
    assert v.owner_of(v.thing(identity)) == identity


@given(IDS, st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_a_key_belongs_to_its_thing_and_no_two_keys_share_a_node(
    identity: ThingId, system: str, key: str
) -> None:
    node = v.key_node(identity, system, key)
    assert v.owner_of(node) == identity
    assert v.identity_of(node) is None
    assert node != v.key_node(identity, system + ":", key)
    assert node != v.key_node(identity, system, key + ":")


def test_other_nodes_are_no_things() -> None:
    for node in (
        ox.BlankNode("a"),
        ox.Literal("team/a"),
        v.term("Team"),
        v.concept("tier", "board"),
    ):
        assert v.identity_of(node) is None
        assert v.owner_of(node) is None


def test_only_the_vocabulary_spells_our_iris() -> None:
    spelt = re.compile(r"https://attune\.example/(ns|id|scheme|fact|shapes)")
    for package in ("ontology", "rules", "knowledge", "loaders", "service"):
        for path in (SOURCES / package).rglob("*.py"):
            if path.name != "vocabulary.py":
                assert not spelt.search(path.read_text(encoding="utf-8")), path
