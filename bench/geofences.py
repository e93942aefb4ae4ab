"""Geofences: how many points a second find their fences, and what names in a text cost."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from bench.measuring import Figure, cpu_ms
from knowledge.areas import Circle, folded
from knowledge.gazetteer import Gazetteer, Place
from knowledge.geofences import Fence, Fences
from knowledge.mentions import mentions
from ontology.identity import ThingId

FENCES: Final = 1_000
POINTS: Final = 100_000
CORNERS: Final = 100
_TEXT: Final = (
    "Still stuck outside Station 417 Street, third train in a row that just rolls past us. "
    "Nobody at @metro answers, and the board says on time. https://example.org/x"
)


def measure() -> Iterator[Figure]:
    """A made world: 750 polygons of 100 corners and 250 circles, points all over the earth."""
    random = np.random.default_rng(20261123)
    fences = Fences(_fence(number, random) for number in range(FENCES))
    lons, lats = random.uniform(-180, 180, POINTS), random.uniform(-80, 80, POINTS)
    taken = cpu_ms(lambda: fences.pairs(lons, lats), runs=20)
    yield Figure(
        name=f"points against {FENCES:,} fences, many at once",
        value=POINTS / taken * 1000,
        unit="points/s",
        aim="≥ 50,000",
    )
    alone = cpu_ms(lambda: fences.at(float(lons[0]), float(lats[0])), runs=500)
    yield Figure(name="one point", value=alone, unit="ms CPU")
    made = cpu_ms(lambda: Fences(fences.all), runs=10)
    yield Figure(name="index of the fences, after a change", value=made, unit="ms CPU")
    own = Gazetteer(_names(), world=False)
    read = cpu_ms(lambda: mentions(_TEXT, own), runs=2_000)
    yield Figure(name="own names in a post, 1,000 names", value=read, unit="ms CPU")


def _fence(number: int, random: np.random.Generator) -> Fence:
    lon, lat = random.uniform(-175, 175), random.uniform(-75, 75)
    name = ThingId(f"geofence/{number}")
    if number % 4 == 0:
        circle = Circle(lon=lon, lat=lat, radius_m=float(random.uniform(500, 200_000)))
        return Fence(id=name, area=circle)
    turns = np.sort(random.uniform(0, 2 * np.pi, CORNERS))
    rays = random.uniform(0.2, 3.0) * random.uniform(0.7, 1.0, CORNERS)
    ring = np.column_stack([lon + rays * np.cos(turns), lat + rays * np.sin(turns)])
    return Fence(id=name, area=folded(np.vstack([ring, ring[:1]])))


def _names() -> Iterator[tuple[str, Place]]:
    for number in range(FENCES):
        thing = ThingId(f"geofence/{number}")
        place = Place(name=str(thing), kind="own", code=None, people=1.0, thing=thing)
        yield f"Station {number} Street", place
