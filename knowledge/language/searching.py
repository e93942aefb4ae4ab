"""Where the words of a message say a phrase.

No expression engine: a gap is at most five words wide, so the time is linear in the text whatever
people write, and each match can be followed by hand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, TypeAlias

from knowledge.language.grammar import words_of
from knowledge.language.phrases import (
    Figure,
    Gap,
    Lists,
    Maybe,
    Named,
    Part,
    Phrase,
    Said,
    checked,
)
from knowledge.language.sentences import Word

NEGATORS: Final = words_of("negators")
POSSIBLE: Final = words_of("possible")
FUTURE: Final = words_of("future")
_COLOURING: Final = words_of("colouring")
_NUMBERS: Final = words_of("number words")

Ends: TypeAlias = Mapping[int, tuple[str, ...]]
"""Where a phrase may end, each with the words in its gaps: the fewest that there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Words `first` to `last` (which it leaves out) that a phrase fits, and those in its gaps."""

    first: int
    last: int
    gaps: tuple[str, ...]

    @property
    def negated(self) -> bool:
        """Whether an odd number of words in the gaps negates."""
        return sum(one in NEGATORS for one in self.gaps) % 2 == 1

    @property
    def possible(self) -> bool:
        """Whether a word in the gaps says that it is only possible."""
        return not POSSIBLE.isdisjoint(self.gaps)

    @property
    def future(self) -> bool:
        """Whether a word in the gaps says that it is still to come, or only wanted."""
        return not FUTURE.isdisjoint(self.gaps)


class Finder:
    """Phrases that say one thing, by the words that they can begin with."""

    def __init__(self, rows: Sequence[Phrase], lists: Lists) -> None:
        """Take the phrases, and the lists that they may name.

        Raises:
            PhraseInvalid: a phrase names a list that is not there.
        """
        checked(rows, lists)
        self._exact: dict[str, list[int]] = {}
        self._other: list[tuple[int, Said | None]] = []
        self._rows = tuple(rows)
        for number, row in enumerate(rows):
            for first in _firsts(row, lists):
                self._add(number, first)

    def beginning(self, word: str) -> tuple[Phrase, ...]:
        """The phrases that can begin with a word, in their order."""
        exact = self._exact.get(word)
        if not self._other:
            return tuple(self._rows[one] for one in exact) if exact else ()
        other = {one for one, first in self._other if first is None or first.fits(word)}
        return tuple(self._rows[one] for one in sorted(other.union(exact or ())))

    def _add(self, number: int, first: Part) -> None:
        if not isinstance(first, Said):
            self._other.append((number, None))
            return
        for word in first.words:
            known = self._exact.setdefault(word, [])
            if number not in known:
                known.append(number)
        if first.framed:
            self._other.append((number, first))


def _firsts(row: Phrase, lists: Lists) -> Iterator[Part]:
    """The parts that a phrase can begin with."""
    for part in row:
        inner = part.part if isinstance(part, Maybe) else part
        if isinstance(inner, Named):
            for one in lists[inner.name]:
                yield from _firsts(one, lists)
        else:
            yield inner
        if not isinstance(part, Maybe | Gap):
            return


class Stream:
    """The words of a message, to be searched for phrases."""

    def __init__(self, words: Sequence[Word], lists: Lists) -> None:
        """Take the words, and the lists that phrases may name."""
        self._words = [one.said for one in words]
        self._lists = lists
        self._places: dict[str, list[int]] = {}
        for place, word in enumerate(self._words):
            self._places.setdefault(word, []).append(place)
        self._known: dict[tuple[str, int], Ends] = {}
        self._begun: dict[tuple[str, int, int], Ends] = {}

    def find(self, finder: Finder) -> Iterator[Match]:
        """From left to right where one of its phrases is said, no place inside another."""
        begun = {word: finder.beginning(word) for word in self._places}
        tried = [(at, rows) for word, rows in begun.items() if rows for at in self._places[word]]
        free = 0
        for place, rows in sorted(tried, key=itemgetter(0)):
            match = self._said(rows, place) if place >= free else None
            if match is not None:
                yield match
                free = match.last

    def _said(self, rows: Sequence[Phrase], place: int) -> Match | None:
        for row in rows:
            ends = self._ends(row, place)
            if ends:
                last = min(ends, key=lambda end: (len(ends[end]), -end))
                return Match(first=place, last=last, gaps=ends[last])
        return None

    def _ends(self, row: Phrase, place: int) -> Ends:
        """Where a phrase that begins at a place may end."""
        first, second = row[0], row[1] if len(row) > 1 else None
        if not isinstance(first, Named) or not isinstance(second, Gap):
            return self._after(row, {place: ()})
        # Half of all phrases begin with the same list and gap.
        known = self._begun.get((first.name, second.most, place))
        if known is None:
            known = self._after((first, second), {place: ()})
            self._begun[first.name, second.most, place] = known
        return self._after(row[2:], known) if known else known

    def _after(self, row: Phrase, ends: Ends) -> Ends:
        for part in row:
            reached: dict[int, tuple[str, ...]] = {}
            for at, gaps in ends.items():
                for end, more in self._steps(part, at):
                    passed = gaps + more
                    if end not in reached or len(passed) < len(reached[end]):
                        reached[end] = passed
            if not reached:
                return {}
            ends = reached
        return ends

    def _steps(self, part: Part, at: int) -> Iterator[tuple[int, tuple[str, ...]]]:
        if isinstance(part, Gap):
            yield from self._gap(part, at)
        elif isinstance(part, Maybe):
            yield at, ()
            yield from self._steps(part.part, at)
        elif isinstance(part, Named):
            yield from self._listed(part.name, at).items()
        elif at < len(self._words) and _fits(part, self._words[at]):
            yield at + 1, ()

    def _gap(self, part: Gap, at: int) -> Iterator[tuple[int, tuple[str, ...]]]:
        yield at, ()
        for end in range(at + 1, min(at + part.most, len(self._words)) + 1):
            word = self._words[end - 1]
            if not (_colours(word) if part.colouring else word[0].isalnum() or word == "'s"):
                return
            yield end, tuple(self._words[at:end])

    def _listed(self, name: str, at: int) -> Ends:
        known = self._known.get((name, at))
        if known is None:
            found: dict[int, tuple[str, ...]] = {}
            for row in self._lists[name]:
                for end, gaps in self._ends(row, at).items():
                    if end not in found or len(gaps) < len(found[end]):
                        found[end] = gaps
            known = self._known[name, at] = found
        return known


def _colours(word: str) -> bool:
    return word in _COLOURING or (word.endswith("ly") and word.isalpha())


def _fits(part: Said | Figure, word: str) -> bool:
    if isinstance(part, Figure):
        return word[0].isdecimal() or word in _NUMBERS
    return part.fits(word)
