"""Mentions: the names of places in a text, found word by word, and what they tell of where."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, NamedTuple

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


class _Word(NamedTuple):  # a tuple, because every word of every post becomes one
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
    words = _words(text[:LONGEST_TEXT])
    longest = min(LONGEST_NAME, gazetteer.longest)
    found: list[Mention] = []
    until = 0
    for at, word in enumerate(words):
        if at < until or not gazetteer.begins(word.folded, proper=word.proper):
            continue
        if length := _named(words, at, longest, gazetteer):
            until = at + length
            start, end = word.start, words[until - 1].end
            name = text[start:end]
            meant = gazetteer.meant(name, in_text=True)
            found.append(Mention(text=name, start=start, end=end, candidates=meant))
            if len(found) == MOST_MENTIONS:
                break
    return tuple(_placed(text, found)) if found else ()


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


def _words(text: str) -> list[_Word]:
    skipped = "://" in text or "www." in text or "@" in text
    plain = _SKIPPED.sub(_blank, text) if skipped else text
    found = []
    for match in _WORD.finditer(plain):
        folded, length, cased = _spelt(match[0])
        start = match.start()
        proper = cased or plain[start - 1 : start] == "#"
        found.append(_Word(folded, start, start + length, proper))
    return found


@lru_cache(maxsize=65_536)
def _spelt(word: str) -> tuple[str, int, bool]:
    """A word folded, how long it is without a genitive, whether it begins with a capital."""
    name = word.removesuffix("'s").removesuffix("\u2019s")
    cased = name[:1].isupper() or name[:1].lower() == name[:1].upper()
    return folded_name(name), len(name), cased


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _named(words: Sequence[_Word], at: int, longest: int, gazetteer: Gazetteer) -> int:
    """How many words from here on are a name, 0 for none."""
    for length in range(min(longest, len(words) - at), 0, -1):
        several = words[at : at + length]
        key = " ".join([word.folded for word in several])
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
