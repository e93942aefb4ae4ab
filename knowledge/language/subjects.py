"""Who "we" is in a message: its own names, and subjects that are only understood."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from knowledge.language.grammar import words_of
from knowledge.language.sentences import Message, Word, plain
from knowledge.language.sentences import read as read_sentences

_OTHERS: Final = words_of("other subjects")
_JOINING: Final = frozenset({"and", "but", "or", "then"})
_BEGINS_VERB: Final = words_of("verbs")
_LEADING: Final = words_of("leading")
_PASSED: Final = words_of("passed over")
_FEW: Final = 3
_FURTHEST: Final = 18
_SHORTEST_PAST: Final = 4


def read(text: str, own: Sequence[str] = ()) -> Message:
    """A message in which the organisation's own names read as "we", and "and did" as "and we did".

    >>> [one.said for one in read("Halden lost it and did nothing.", ["Halden"]).words]
    ['we', 'lost', 'it', 'and', 'we', 'did', 'nothing', '.']
    """
    message = read_sentences(text)
    names = [tuple(one.said for one in read_sentences(plain(name)).words) for name in own]
    words = [*_understood([*_named(message.words, [one for one in names if one])])]
    return _numbered(message, words)


def _named(words: Sequence[Word], names: Sequence[tuple[str, ...]]) -> Iterator[Word]:
    at = 0
    while at < len(words):
        length = _length(words, at, names)
        if not length:
            yield words[at]
            at += 1
            continue
        after = words[at + length].said if at + length < len(words) else ""
        last = words[at + length - (0 if after == "'s" else 1)]
        yield replace(words[at], said="our" if after == "'s" else "we", end=last.end)
        at += length + (after == "'s")


def _length(words: Sequence[Word], at: int, names: Sequence[tuple[str, ...]]) -> int:
    fitting = [
        len(name)
        for name in names
        if name == tuple(one.said for one in words[at : at + len(name)])
    ]
    return max(fitting, default=0)


def _understood(words: Sequence[Word]) -> Iterator[Word]:
    for at, word in enumerate(words):
        yield word
        following = _after(words, at) if word.said in _JOINING else ""
        if following and _verb(following) and _subject(words, at) in {"we", "i"}:
            place = words[at + 1].start
            yield replace(word, said="we", start=place, end=place)


def _after(words: Sequence[Word], at: int) -> str:
    """The word after a joining one, "then" and "never" passed over."""
    said = (one.said for one in words[at + 1 : at + 1 + _FEW] if one.said not in _PASSED)
    return next(said, "")


def _verb(said: str) -> bool:
    past = said.endswith("ed") and len(said) > _SHORTEST_PAST
    return past or said in _BEGINS_VERB


def _subject(words: Sequence[Word], at: int) -> str:
    """The nearest subject before a joining word, within its sentence."""
    for place in range(at - 1, max(-1, at - _FURTHEST), -1):
        said = words[place].said
        if words[place].sentence != words[at].sentence or said in {";", ":"}:
            return ""
        if said in {"we", "i"} or (said in _OTHERS and _leads(words, place)):
            return said
    return ""


def _leads(words: Sequence[Word], place: int) -> bool:
    """Whether "you" or "it" is a subject: as an object it follows a verb."""
    before = words[place - 1].said if place else ","
    return words[place].said not in {"you", "it"} or before in _LEADING


def _numbered(message: Message, words: Sequence[Word]) -> Message:
    """The message with other words: its sentences count them anew."""
    firsts: dict[int, int] = {}
    lasts: dict[int, int] = {}
    for number, word in enumerate(words):
        firsts.setdefault(word.sentence, number)
        lasts[word.sentence] = number + 1
    sentences = tuple(
        replace(one, first=firsts[number], last=lasts[number])
        for number, one in enumerate(message.sentences)
    )
    return replace(message, words=tuple(words), sentences=sentences)
