"""Made crowds: real words of a crisis under made accounts, platforms, regions and readers."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ontology.identity import ThingId
from ontology.signals import Signal
from service.crowd_hours import HOUR, Hour

HOURS_BEFORE: Final = 8
"""Hours of other talk before the hour that is judged."""

TALK_AN_HOUR: Final = 60
REGULARS: Final = 400
"""Accounts that talk all day; four in ten accounts of an ordinary crowd are of these."""

_KNOWN: Final = 0.4
ORDINARY, TALKATIVE = 0.25, 0.5
"""The chance that who has posted posts once more: 1.33 posts an account on average, or 2."""

_PLATFORMS: Final = (("platform/twitter", 6), ("platform/mastodon", 3), ("platform/forum", 1))
_REGIONS: Final = (("region/north", 5), ("region/east", 3), ("region/south", 2))
_LOCATED: Final = 0.5
_TAIL: Final = 1.2
"""The exponent of Pareto's law by which readers are spread: few accounts have most of them."""

_CHANGED: Final = 10
"""Of so many words of a copied text one is changed."""


@dataclass(slots=True, kw_only=True)
class Maker:
    """Draws one crowd; the same seed, the same crowd."""

    chance: random.Random
    again: float = ORDINARY
    made: int = 0

    def ordinary(self, hour: Hour) -> list[Signal]:
        """The hour's real words by an ordinary crowd.

        Six in ten accounts were never heard before; an account posts on one platform, once more
        with the chance `again`; half of the posts have a region; readers follow Pareto's law.
        """
        posts: list[Signal] = []
        texts = [*hour.posts]
        while texts:
            author, platform, region, reach = self._account()
            while texts:
                posts.append(
                    replace(
                        texts.pop(),
                        author=author,
                        platform=platform,
                        region=region if self.chance.random() < _LOCATED else None,
                        reach=reach,
                    )
                )
                if self.chance.random() >= self.again:
                    break
        return posts

    def before(self, hour: Hour) -> list[Signal]:
        """Other talk of the hours before, by regulars on all platforms and in all regions."""
        words, begin = words_of(hour), hour.at - HOUR * (HOURS_BEFORE + 1)
        texts = (
            " ".join(self.chance.choices(words, k=12)) for _ in range(HOURS_BEFORE * TALK_AN_HOUR)
        )
        return [
            self._post(hour, text, self._regular(), begin + HOUR * number / TALK_AN_HOUR)
            for number, text in enumerate(texts)
        ]

    def one_platform(self, hour: Hour, share: float) -> list[Signal]:
        """An ordinary crowd, and accounts of four posts each until one platform has the share."""
        crowd, here = self.ordinary(hour), ThingId(_PLATFORMS[0][0])
        inside = sum(one.platform == here for one in crowd)
        corner = self._corner(hour, inside, len(crowd), share)
        return [*crowd, *(replace(one, platform=here) for one in corner)]

    def one_region(self, hour: Hour, share: float) -> list[Signal]:
        """The same with a region of all posts that have one."""
        crowd, here = self.ordinary(hour), ThingId(_REGIONS[0][0])
        located = [one.region for one in crowd if one.region is not None]
        corner = self._corner(hour, located.count(here), len(located), share)
        return [*crowd, *(replace(one, region=here) for one in corner)]

    def chorus(self, hour: Hour, share: float) -> list[Signal]:
        """An ordinary crowd, and accounts that nobody heard, who have the share of all posts.

        They pass on real texts of the hour, one word in ten changed, five accounts a text.
        """
        crowd, words = self.ordinary(hour), words_of(hour)
        texts = [one.text for one in hour.posts]
        many = more(len(crowd), share)
        return [
            *crowd,
            *(
                self._new(hour, self._changed(texts[n // 5 % len(texts)], words))
                for n in range(many)
            ),
        ]

    def one_reaches_all(self, hour: Hour, share: float) -> list[Signal]:
        """An ordinary crowd in which one account more has the share of all readers."""
        crowd = self.ordinary(hour)
        readers = {one.author: one.reach or 0 for one in crowd}
        loud = self._new(hour, hour.posts[0].text + " indeed")
        return [*crowd, replace(loud, reach=int(sum(readers.values()) * share / (1 - share)))]

    def flood(self, hour: Hour, share: float) -> list[Signal]:
        """An ordinary crowd, and one account with words of its own that has the share of posts."""
        crowd = self.ordinary(hour)
        return [*crowd, *self._by(hour, 1, more(len(crowd), share))]

    def few(self, hour: Hour, share: float) -> list[Signal]:
        """The same with three accounts."""
        crowd = self.ordinary(hour)
        return [*crowd, *self._by(hour, 3, more(len(crowd), share))]

    def brigade(self, hour: Hour, share: float) -> list[Signal]:
        """An ordinary crowd, and new accounts that pass on one text, one word in ten changed."""
        crowd, words = self.ordinary(hour), words_of(hour)
        text = " ".join(self.chance.choices(words, k=22))
        return [
            *crowd,
            *(self._new(hour, self._changed(text, words)) for _ in range(more(len(crowd), share))),
        ]

    def _corner(self, hour: Hour, inside: int, among: int, share: float) -> Iterator[Signal]:
        """Posts by accounts of four each, as many as give `inside` of `among` the share."""
        author = self._name("corner")
        for number in range(max(0, round((share * among - inside) / (1 - share)))):
            if number % 4 == 0:
                author = self._name("corner")
            yield replace(self._new(hour, self._own(hour)), author=author)

    def _by(self, hour: Hour, accounts: int, many: int) -> Iterator[Signal]:
        names = [self._name("busy") for _ in range(accounts)]
        for number in range(many):
            yield replace(self._new(hour, self._own(hour)), author=names[number % accounts])

    def _own(self, hour: Hour) -> str:
        return " ".join(self.chance.choices(words_of(hour), k=15))

    def _changed(self, text: str, words: Sequence[str]) -> str:
        said = text.split()
        for _ in range(len(said) // _CHANGED):
            said[self.chance.randrange(len(said))] = self.chance.choice(words)
        return " ".join(said)

    def _new(self, hour: Hour, text: str) -> Signal:
        """A post within the hour by an account that nobody heard."""
        at = hour.at - HOUR * self.chance.uniform(0.01, 0.99)
        return self._post(hour, text, self._name("new"), at)

    def _post(self, hour: Hour, text: str, author: ThingId, at: datetime) -> Signal:
        self.made += 1
        return replace(
            hour.posts[0],
            id=ThingId(f"signal/made-{self.made}"),
            posted_at=at,
            received_at=at,
            text=text,
            author=author,
            share_of=None,
            platform=self._platform(),
            region=self._region() if self.chance.random() < _LOCATED else None,
            reach=self._reach(),
        )

    def _account(self) -> tuple[ThingId, ThingId, ThingId, int]:
        known = self.chance.random() < _KNOWN
        author = self._regular() if known else self._name("new")
        return author, self._platform(), self._region(), self._reach()

    def _regular(self) -> ThingId:
        return ThingId(f"account/regular-{self.chance.randrange(REGULARS)}")

    def _platform(self) -> ThingId:
        return self._drawn(_PLATFORMS)

    def _region(self) -> ThingId:
        return self._drawn(_REGIONS)

    def _drawn(self, weighted: Sequence[tuple[str, int]]) -> ThingId:
        names, weights = zip(*weighted, strict=True)
        return ThingId(self.chance.choices(names, weights)[0])

    def _reach(self) -> int:
        return int(100 * self.chance.paretovariate(_TAIL))

    def _name(self, kind: str) -> ThingId:
        self.made += 1
        return ThingId(f"account/{kind}-{self.made}")


def words_of(hour: Hour) -> list[str]:
    """The words of an hour, each once."""
    return sorted({word for one in hour.posts for word in one.text.split() if word.isalpha()})


def more(posts: int, share: float) -> int:
    """How many posts more make this share of all."""
    return max(1, round(posts * share / (1 - share)))
