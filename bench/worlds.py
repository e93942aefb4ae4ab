"""Worlds to measure in: the sample one, and the same one among many more customers."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox

from ontology import vocabulary
from service.founding import found
from service.settings import Settings
from service.world import World

_PER_CUSTOMER = 8
"""Triples that one more customer adds, of the kinds that the sample's customers have."""


@contextmanager
def sample_world(*, language: bool = False) -> Iterator[World]:
    """A founded world in a folder that is dropped afterwards."""
    home = Path(tempfile.mkdtemp(prefix="attune-bench-"))
    world = World.open(Settings(home=home, language=language), create=True)
    try:
        found(world, with_sample=True, progress=lambda *_: None)
        yield world
    finally:
        world.close()
        shutil.rmtree(home)


def grow(world: World, triples: int) -> float:
    """Add customers until the graph has so many triples; returns how many were loaded."""
    before = len(world.graph.store)
    count = max(0, triples - before) // _PER_CUSTOMER
    world.graph.bulk_load(quad for index in range(count) for quad in _customer(index))
    return float(len(world.graph.store) - before)


def _customer(index: int) -> Iterator[ox.Quad]:
    customer = vocabulary.thing(f"customer/bench{index:08d}")
    term, thing = vocabulary.term, vocabulary.thing
    said: tuple[tuple[str, ox.NamedNode | ox.Literal], ...] = (
        ("inSegment", thing("segment/commuters")),
        ("homeRegion", thing("region/us-ny")),
        ("preferredLanguage", ox.Literal("en")),
        (
            "since",
            ox.Literal(
                f"20{index % 20:02d}-01-01", datatype=vocabulary.standard(vocabulary.XSD, "date")
            ),
        ),
        ("vulnerable", ox.Literal(index % 20 == 0)),
        ("optedOut", ox.Literal(index % 50 == 0)),
        ("affectedBy", thing("incident/2013-ny-train")),
    )
    yield ox.Quad(customer, vocabulary.TYPE, term("Customer"))
    for name, value in said:
        yield ox.Quad(customer, term(name), value)
