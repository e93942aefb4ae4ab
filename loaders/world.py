"""The sample world: a commuter railway, its teams, customers and one crisis, as record bodies."""

from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final

import orjson

from ontology.events import Json
from ontology.identity import ThingId

# INVARIANT: what a record refers to stands in an earlier file, or on an earlier line of its own.
_FILES: Final = (
    "teams",
    "regions",
    "people",
    "trainings",
    "shifts",
    "platforms",
    "offers",
    "agreements",
    "feeds",
    "touchpoints",
    "segments",
    "calendar",
    "kpis",
    "incidents",
    "customers",
    "accounts",
    "consents",
    "cases",
)

PEOPLE: Final[Mapping[str, str]] = MappingProxyType(
    {"ofCustomer": "customer", "accountOf": "customer", "holder": "person", "trainee": "person"}
)
"""Properties that refer to a person, whom nobody outside can name by id, and the person's kind."""

Pseudonym = Callable[[str, str, str], ThingId]


def sample() -> Iterator[dict[str, Json]]:
    """Record bodies `{"type", "id" | "key", "properties"}`, each after all that it refers to.

    Always the same ones in the same order. People have a `key` instead of an id, and a property
    of `PEOPLE` names its person by `{"system", "key"}`; `resolved` puts the id there. Invented,
    all but the incident.

    >>> next(sample())["id"]
    'team/board'
    """
    for name in _FILES:
        yield from _lines(name)


def sample_acts() -> Iterator[dict[str, Json]]:
    """Acts `{"thing", "kind", "act", "data"}` that follow the records: the incident is opened.

    >>> next(sample_acts())["act"]
    'open'
    """
    yield from _lines("acts")


def sample_journeys() -> Traversable:
    """A log of contacts at the sample's touchpoints, autumn 2013, invented throughout.

    >>> sample_journeys().name
    'journeys.csv'
    """
    return files("loaders").joinpath("samples", "journeys.csv")


def sample_observations() -> Iterator[tuple[str, Traversable]]:
    """A file of invented outside measurements for each kind that has one, by the kind's name."""
    folder = files("loaders").joinpath("samples", "observations")
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        yield file.name.partition(".")[0], file


def resolved(properties: Mapping[str, Json], pseudonym: Pseudonym) -> dict[str, Json]:
    """Properties in which every person is named by id; `pseudonym(kind, system, key)` makes it.

    >>> resolved({"ofCustomer": {"system": "zendesk", "key": "1"}}, lambda *k: "/".join(k))
    {'ofCustomer': 'customer/zendesk/1'}
    """
    return {name: _named(name, value, pseudonym) for name, value in properties.items()}


def _named(name: str, value: Json, pseudonym: Pseudonym) -> Json:
    kind = PEOPLE.get(name)
    if kind is None or not isinstance(value, dict):
        return value
    return pseudonym(kind, str(value["system"]), str(value["key"]))


def _lines(name: str) -> Iterator[dict[str, Json]]:
    text = files("loaders").joinpath("samples", f"{name}.jsonl").read_bytes()
    for line in text.splitlines():
        yield orjson.loads(line)
