"""How often the region that is derived from a post's words is that of its crisis."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import pycountry

from knowledge.gazetteer import Gazetteer
from knowledge.geofences import Fences
from knowledge.spread.volume_evaluation import Row
from loaders.labelled_feeds import read_labelled_feeds
from ontology.identity import ThingId
from service.evaluating import Advance, Found
from service.places import SURE_IN_TEXT, Places

WHERE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "2012_Colorado_wildfires": "US-CO",
        "2012_Costa_Rica_earthquake": "CR",
        "2012_Guatemala_earthquake": "GT",
        "2012_Italy_earthquakes": "IT-45",
        "2012_Philipinnes_floods": "PH",
        "2012_Typhoon_Pablo": "PH",
        "2013_Alberta_floods": "CA-AB",
        "2013_Australia_bushfire": "AU-NSW",
        "2013_Bohol_earthquake": "PH-BOH",
        "2013_Boston_bombings": "US-MA",
        "2013_Colorado_floods": "US-CO",
        "2013_LA_airport_shootings": "US-CA",
        "2013_Manila_floods": "PH-00",
        "2013_NY_train_crash": "US-NY",
        "2013_Queensland_floods": "AU-QLD",
        "2013_Russia_meteor": "RU-CHE",
        "2013_Sardinia_floods": "IT-88",
        "2013_West_Texas_explosion": "US-TX",
    }
)
"""Where the crises of CrisisLex T26 were, as ISO 3166 codes."""

_SEED: Final = 1_204
_DRAWS: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Of a feed's posts, how many tell of a region, of the right one, of none wider than that."""

    feed: str
    posts: int
    told: int
    right: int
    close: int


def evaluate_places(data: Path, advance: Advance) -> Found:
    """Rows for the feeds of 2012, by which the limit was chosen, and of 2013; a line for each.

    The organisation has a region for every country of the world and every part of one, so every
    place can be mistaken for any other. Right is the region of the crisis, one around it (its
    country) or one within it.
    """
    places = everywhere()
    feeds = read_labelled_feeds(data / "feeds/crisislex-t26")
    found: list[Told] = []
    for done, feed in enumerate(feeds):
        found.append(measured(feed.name, [post.text for post in feed.posts], places))
        advance("places in words", done + 1, len(feeds))
    rows = [row for year in ("2012", "2013") for row in _rows(year, found)]
    return rows, [
        f"{one.feed}: {one.told} of {one.posts} posts tell, {one.right} of the right region,"
        f" {one.close} of none wider"
        for one in found
    ]


def everywhere() -> Places:
    """Places of an organisation with a region for each country and each part of one."""
    codes = {one.alpha_2: None for one in pycountry.countries}
    codes |= {one.code: one.parent_code or one.country_code for one in pycountry.subdivisions}
    by_code = {code: ThingId(f"region/{code.lower()}") for code in codes}
    return Places(
        fences=Fences(()),
        told={},
        gazetteer=Gazetteer(),
        own=Gazetteer(world=False),
        by_code=by_code,
        above={by_code[code]: tuple(_above(code, codes, by_code)) for code in codes},
        made={},
    )


def measured(feed: str, texts: Sequence[str], places: Places) -> Told:
    """Count over the texts of one feed of `WHERE`."""
    here = places.by_code[WHERE[feed]]
    told = [region for text in texts if (region := places.told_by(text).region) is not None]
    close = sum(here in (one, *places.above[one]) for one in told)
    return Told(
        feed=feed,
        posts=len(texts),
        told=len(told),
        right=close + sum(one in places.above[here] for one in told),
        close=close,
    )


def _above(
    code: str, parents: Mapping[str, str | None], regions: Mapping[str, ThingId]
) -> Iterator[ThingId]:
    parent = parents.get(code)
    while parent is not None:
        yield regions[parent]
        parent = parents.get(parent)


def _rows(year: str, found: Sequence[Told]) -> Iterator[Row]:
    feeds = [one for one in found if one.feed.startswith(year)]
    if not feeds:
        return
    data = f"CrisisLex T26, {len(feeds)} feeds of {year}, {sum(one.posts for one in feeds)} posts"
    split = "the limit was chosen on these" if year == "2012" else "looked at before"
    figures: Mapping[str, Callable[[Told], tuple[int, int]]] = {
        "posts whose words tell of a region": lambda one: (one.told, one.posts),
        "of these, of the right one": lambda one: (one.right, one.told),
        "of these, of it and of none wider": lambda one: (one.close, one.told),
    }
    for name, counted in figures.items():
        pairs = np.array([counted(one) for one in feeds], dtype=np.float64)
        hits, of = pairs.sum(axis=0)
        yield Row(
            data=data,
            split=split,
            figure=f"{name} (at least {SURE_IN_TEXT:g} sure)",
            value=float(hits / of),
            interval=_interval(pairs),
            baseline="",
        )


def _interval(pairs: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, float]:
    """95 % over feeds drawn again: posts of one crisis are alike."""
    chance = np.random.default_rng(_SEED)
    drawn = pairs[chance.integers(0, len(pairs), (_DRAWS, len(pairs)))].sum(axis=1)
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], (0.025, 0.975))
    return float(low), float(high)
