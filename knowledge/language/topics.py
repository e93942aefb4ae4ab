"""Topics that messages make claims about, and where in a message their words are said."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from knowledge.language.grammar import words_of
from knowledge.language.phrases import phrase
from knowledge.language.scopes import clause_end
from knowledge.language.searching import Finder, Stream
from knowledge.language.sentences import Message, read

_SMALL: Final = words_of("small")
_WRITTEN: Final = frozenset("~.<(*/")
_WINDOW: Final = 14
"""Words within which all words of a phrase are said."""
_SHORTEST_STEM: Final = 3
_ENDINGS: Final = (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("e", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTopic:
    """A topic, and the words in which messages speak of it; `opposites` say its contrary.

    Both are phrases: their words in any order within a clause, whatever their endings, or, where
    they hold one of ``~ ... ( * /``, as the rules of disclosure write phrases. `values` are the
    kinds of value that it has: number, money, percentage, duration, time, date and others.
    """

    id: str
    label: str
    words: tuple[str, ...]
    opposites: tuple[str, ...] = ()
    values: frozenset[str] = frozenset()


class Topical:
    """The words of a message, to be searched for the words of topics."""

    def __init__(self, message: Message, stream: Stream) -> None:
        """Take a message and its words as they are searched for phrases."""
        self._message = message
        self._stream = stream
        self._places: dict[str, list[int]] = {}
        for at, word in enumerate(message.words):
            self._places.setdefault(stem(word.said), []).append(at)

    def said(self, text: str) -> Iterator[tuple[int, int]]:
        """Where a phrase of a topic is said: its first word and the word after its last.

        Raises:
            PhraseInvalid: it is written as a phrase of the rules, and is none.
        """
        if _WRITTEN.intersection(text):
            for match in self._stream.find(Finder([phrase(text.lower())], {})):
                yield match.first, match.last
            return
        stems = frozenset(stem(one) for one in _content(text))
        places = sorted(at for one in stems for at in self._places.get(one, ()))
        last = -1
        for number, first in enumerate(places):
            if first > last:
                end = self._together(stems, places[number : number + 2 * len(stems)])
                if end is not None:
                    yield first, end
                    last = end - 1

    def _together(self, stems: frozenset[str], places: Sequence[int]) -> int | None:
        """The word after the last of them, where all are said in the window of one clause."""
        words = self._message.words
        first = places[0]
        sentence = self._message.sentences[words[first].sentence]
        end = min(clause_end(words, first, sentence.last), first + _WINDOW)
        heard: set[str] = set()
        for at in places:
            if at >= end:
                return None
            heard.add(stem(words[at].said))
            if heard == stems:
                return at + 1
        return None


def stem(word: str) -> str:
    """A word without the ending that its form gives it.

    >>> [stem(one) for one in ("brakes", "failed", "injuries", "injury", "closing")]
    ['brak', 'fail', 'injury', 'injury', 'clos']
    """
    for ending, kept in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending) + kept
    return word


def _content(text: str) -> Iterator[str]:
    for one in read(text).words:
        if one.said[0].isalnum() and one.said not in _SMALL:
            yield one.said
