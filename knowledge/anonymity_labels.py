"""Made-up case texts in which the authors marked what names somebody: how much is replaced."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from knowledge.anonymity import Anonymiser, Means, Replacement

_MARK: Final = re.compile(r"\{(\w+)\|([^}]*)\}")
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A piece of a text that has to go, and what it is: a name, a handle, a plate."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A text and what in it has to go."""

    language: str
    split: str
    text: str
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one text: whether all of each mention went, and which other words went, too.

    `shown` says of which mentions a word is among those that whoever checks is asked about.
    """

    marked: Marked
    gone: tuple[bool, ...]
    shown: tuple[bool, ...]
    others: int
    lost: tuple[str, ...]


def marked(line: str, language: str = "en", split: str = "") -> Marked:
    """A text read from its marks.

    >>> marked("Ask {name|Ada}.").mentions
    (Mention(start=4, end=7, kind='name'),)
    """
    text, found, at = "", [], 0
    for match in _MARK.finditer(line):
        text += line[at : match.start()]
        found.append(Mention(start=len(text), end=len(text) + len(match[2]), kind=match[1]))
        text, at = text + match[2], match.end()
    return Marked(language=language, split=split, text=text + line[at:], mentions=tuple(found))


def labelled() -> list[Marked]:
    """Every text of `knowledge/labels/anonymity.csv`."""
    text = files("knowledge").joinpath("labels/anonymity.csv").read_text("utf-8")
    return [
        marked(row["text"], row["language"], row["split"])
        for row in csv.DictReader(text.splitlines())
    ]


def outcomes(texts: Iterable[Marked], means: Means | None = None) -> list[Outcome]:
    """What a fresh anonymiser makes of each text, which knows nobody by name."""
    return [_outcome(one, means) for one in texts]


def _outcome(one: Marked, means: Means | None) -> Outcome:
    found = Anonymiser(means=means).together({"text": one.text})["text"]
    gone = tuple(_covered(one.text, mention, found.replacements) for mention in one.mentions)
    left = {word for run in found.left for word in _WORD.findall(run)}
    shown = tuple(
        bool(left & set(_WORD.findall(one.text[mention.start : mention.end])))
        for mention in one.mentions
    )
    free = [
        match
        for match in _WORD.finditer(one.text)
        if not any(m.start < match.end() and match.start() < m.end for m in one.mentions)
    ]
    lost = [m[0] for m in free if any(_meets(m.start(), m.end(), r) for r in found.replacements)]
    return Outcome(marked=one, gone=gone, shown=shown, others=len(free), lost=tuple(lost))


def _covered(text: str, mention: Mention, replaced: Iterable[Replacement]) -> bool:
    """Whether no word of a mention stays; titles and particles (Mr, von) name nobody."""
    words = [
        match
        for match in _WORD.finditer(text, mention.start, mention.end)
        if match[0].casefold() not in _TITLES
    ]
    spans = [*replaced]
    return all(any(_meets(w.start(), w.end(), one) for one in spans) for w in words)


_TITLE_WORDS: Final = """
    mr mrs ms dr prof herr herrn frau familie s flat tel von van der de la
"""
_TITLES: Final = frozenset(_TITLE_WORDS.split())


def _meets(start: int, end: int, one: Replacement) -> bool:
    return one.start < end and start < one.end
