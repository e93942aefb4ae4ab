"""Mentions: the names of places in a text, found word by word, and what they tell of where."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from knowledge.gazetteer import Candidate, Gazetteer, by_code, folded_name

LONGEST_TEXT: Final = 20_000
"""Characters of a text that are looked at."""

MOST_MENTIONS: Final = 32
"""Mentions of one text that are kept."""

LONGEST_NAME: Final = 6
"""Words of the longest name that is looked for."""

_WORD: Final = re.compile(r"\w+(?:['\u2019]\w+)?")
_SKIPPED: Final = re.compile(r"(?:https?://|www\.)\S+|(?<!\w)@\w+")
_SURE: Final = 0.5
_ORDINARY: Final = frozenset(
    re.findall(
        r"\w+",
        """
        the of same nice reading mobile police most bath split orange man central western northern
        southern eastern union date along much such male enterprise independence liberty hope best
        bell rock sale deal march may august sunday monday friday black green white brown buy bar
        temple mission college university park garden lake river valley hill beach bay city town
        center centre county new old san santa los las big little great red blue young long short
        north south east west capital district province region island islands coast mount port
        fort saint federal national state republic media as is at or no we be so on in us it my do
        go me up all any can her his our out you who why how now one two six ten day lincoln kent
        jackson price ray bari van ho mary davis tyler wells troy elk surprise normal
        """,
    )
)
"""Names of places that are ordinary words or names of people; alone they say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A name in a text from `start` up to `end`, and the places that it may mean."""

    text: str
    start: int
    end: int
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    folded: str
    start: int
    end: int
    proper: bool


def mentions(text: str, gazetteer: Gazetteer) -> tuple[Mention, ...]:
    """The names of places in a text, the longest at each word, in order; none overlap.

    Own places are found in any case. Places of the world begin with a capital, or stand as a
    hashtag, and names that are ordinary words are passed over. A name that is followed by a
    comma and the land in which it lies ("Paris, Texas") means the one there.
    """
    words = [*_words(text[:LONGEST_TEXT])]
    longest = min(LONGEST_NAME, gazetteer.longest)
    found: list[Mention] = []
    at = 0
    while at < len(words) and len(found) < MOST_MENTIONS:
        length = _named(words, at, longest, gazetteer)
        if not length:
            at += 1
            continue
        start, end = words[at].start, words[at + length - 1].end
        name = text[start:end]
        found.append(
            Mention(
                text=name, start=start, end=end, candidates=gazetteer.meant(name, in_text=True)
            )
        )
        at += length
    return tuple(_placed(text, found))


def codes(found: Sequence[Mention]) -> dict[str, float]:
    """How probable it is, over all mentions, that each ISO 3166 code is meant; 1 for certain."""
    total: dict[str, float] = {}
    for one in found:
        for code, probability in by_code(one.candidates).items():
            total[code] = total.get(code, 0.0) + probability / len(found)
    return total


def country(found: Sequence[Mention]) -> tuple[str, float] | None:
    """The country that mentions tell of, and how probable; None where no one has over a half."""
    lands = {code: share for code, share in codes(found).items() if "-" not in code}
    best = max(lands.items(), key=lambda item: (item[1], item[0]), default=None)
    return best if best is not None and best[1] > _SURE else None


def part(found: Sequence[Mention]) -> tuple[str, float] | None:
    """The part of a country, where one has over a half of the probability."""
    parts = {code: share for code, share in codes(found).items() if "-" in code}
    best = max(parts.items(), key=lambda item: (item[1], item[0]), default=None)
    return best if best is not None and best[1] > _SURE else None


def _words(text: str) -> Iterator[_Word]:
    plain = _SKIPPED.sub(lambda match: " " * len(match[0]), text)
    for match in _WORD.finditer(plain):
        word = match[0].removesuffix("'s").removesuffix("\u2019s")
        tagged = plain[match.start() - 1 : match.start()] == "#"
        cased = word[:1].isupper() or word[:1].lower() == word[:1].upper()
        yield _Word(
            folded=folded_name(word),
            start=match.start(),
            end=match.start() + len(word),
            proper=cased or tagged,
        )


def _named(words: Sequence[_Word], at: int, longest: int, gazetteer: Gazetteer) -> int:
    """How many words from here on are a name, 0 for none."""
    if not gazetteer.begins(words[at].folded.partition(" ")[0]):
        return 0
    for length in range(min(longest, len(words) - at), 0, -1):
        several = words[at : at + length]
        key = " ".join(word.folded for word in several)
        if gazetteer.owns(key):
            return length
        proper = several[0].proper and several[-1].proper and key not in _ORDINARY
        if proper and gazetteer.knows(key):
            return length
    return 0


def _placed(text: str, found: Sequence[Mention]) -> Iterator[Mention]:
    """The mentions, those with their land behind a comma narrowed to it."""
    for place, one in enumerate(found):
        following = found[place + 1] if place + 1 < len(found) else None
        if following is None or text[one.end : following.start].strip() != ",":
            yield one
            continue
        lands = {each.place.code for each in following.candidates}
        within = [
            each
            for each in one.candidates
            if each.place.code in lands or each.place.country in lands
        ]
        share = sum(each.probability for each in within)
        if not share:
            yield one
            continue
        narrowed = (replace(each, probability=each.probability / share) for each in within)
        yield replace(one, candidates=tuple(narrowed))
