"""Sentences of a document that no longer hold: what they contradict, since when, what to do."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from knowledge.language.claims import Claim, claims
from knowledge.language.contradictions import contradiction
from knowledge.language.deadlines import due
from knowledge.language.languages import supported
from knowledge.language.moments import moments
from knowledge.language.sentences import Message, Sentence, read
from knowledge.language.tenses import AHEAD, BY, PAST, STILL, ahead, over, scheduled
from knowledge.language.topics import ClaimTopic, stem

Why: TypeAlias = Literal["contradicts", "kept", "broken", "void", "ended", "past"]

SUGGESTIONS: Final[dict[str, str]] = {
    "contradicts": "Say what the live message says, or have the message changed.",
    "kept": "Say that it was done, and when.",
    "broken": "Say that it was not done in time, and what holds now.",
    "void": "Leave it out: it was taken back.",
    "ended": "Leave it out, or name what took its place.",
    "past": "The time is over: say what came of it, or leave it out.",
}

_PARAGRAPH: Final = re.compile(r"[^\n]+(?:\n(?!\s*(?:\n|[-*#>]|\d+\.)).+)*")
_MARKS: Final = re.compile(r"^\s*(?:[-*#>]+|\d+\.)\s+")
_LEAST: Final = 3
_SHARE: Final = 0.6
_LITTLE: Final = """
    a an and are as at be been by for from had has have he her his i in is it its of on or our
    she shall that the their them they this to us was we were will with you your
"""
_SMALL: Final = frozenset(_LITTLE.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveClaim:
    """What a live message claims, as it was read, with where it stands and since when."""

    claim: Claim
    source: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """A promise that is no longer open: `state` is kept, broken or void, since when."""

    sentence: str
    state: Literal["kept", "broken", "void"]
    source: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An agreement, a guideline or a remedy that holds no more, by each name it is called by."""

    names: tuple[str, ...]
    source: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What stands at a moment."""

    topics: tuple[ClaimTopic, ...] = ()
    claims: tuple[LiveClaim, ...] = ()
    promises: tuple[Promised, ...] = ()
    ended: tuple[Ended, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated:
    """A sentence that no longer holds; `other` is what stands against it, in words."""

    line: int
    sentence: str
    why: Why
    other: str
    source: str
    since: datetime

    @property
    def suggestion(self) -> str:
        """What its owner can do about it."""
        return SUGGESTIONS[self.why]


def outdated(
    text: str, language: str, known: Known, *, written: datetime, at: datetime, zone: ZoneInfo
) -> tuple[Outdated, ...] | None:
    """What of a document that was written then holds no more; None for a language not judged.

    Headings, list items and quotations of Markdown are read as sentences of their own. Each
    sentence is told once for each thing that stands against it.

    Raises:
        PhraseInvalid: a topic has a phrase that is none.
    """
    if not supported(language):
        return None
    found: dict[tuple[int, str, str], Outdated] = {}
    for line, paragraph in _paragraphs(text):
        reader = _Reader(
            line=line, message=read(paragraph), known=known, written=written, at=at, zone=zone
        )
        for one in (*reader.contradicting(language), *reader.rest()):
            found.setdefault((one.line, one.sentence, one.source), one)
    return tuple(sorted(found.values(), key=lambda one: (one.line, one.sentence, one.source)))


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """The paragraphs with the line on which each begins, the marks of Markdown blanked."""
    for match in _PARAGRAPH.finditer(text):
        blanked = _MARKS.sub(lambda mark: " " * len(mark[0]), match[0])
        yield text.count("\n", 0, match.start()) + 1, blanked


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """One paragraph against what is known."""

    line: int
    message: Message
    known: Known
    written: datetime
    at: datetime
    zone: ZoneInfo

    def contradicting(self, language: str) -> Iterator[Outdated]:
        """Sentences against claims of live messages."""
        if not self.known.claims:
            return
        text, topics = self.message.text, self.known.topics
        for mine in claims(text, language, topics, said=self.written, zone=self.zone) or ():
            for live in self.known.claims:
                against = contradiction(mine, live.claim)
                if against is not None:
                    yield self._told(
                        mine.start,
                        mine.sentence,
                        "contradicts",
                        (f"{live.claim.sentence} ({against.why})", live.source, live.since),
                    )

    def rest(self) -> Iterator[Outdated]:
        """Sentences against promises and what ended, or whose time is over."""
        for sentence in self.message.sentences:
            against = [*self._promised(sentence), *self._ended(sentence)]
            yield from against or self._past(sentence)

    def _promised(self, sentence: Sentence) -> Iterator[Outdated]:
        said = self._said(sentence)
        if not ahead(said, sentence.text.lower()):
            return
        mine = _content(said - AHEAD)
        for one in self.known.promises:
            theirs = _content(frozenset(word.said for word in read(one.sentence).words))
            shared = mine & theirs
            if len(shared) >= _LEAST and len(shared) >= _SHARE * min(len(mine), len(theirs)):
                yield self._told(
                    sentence.start,
                    sentence.text,
                    one.state,
                    (one.sentence, one.source, one.since),
                )

    def _ended(self, sentence: Sentence) -> Iterator[Outdated]:
        if over(self._said(sentence), sentence.text.lower()):
            return
        words = [word.said for word in self.message.words[sentence.first : sentence.last]]
        for one in self.known.ended:
            name = next((name for name in one.names if _names(words, name)), None)
            if name is not None:
                yield self._told(
                    sentence.start, sentence.text, "ended", (name, one.source, one.since)
                )

    def _past(self, sentence: Sentence) -> Iterator[Outdated]:
        words = self.message.words[sentence.first : sentence.last]
        said = self._said(sentence)
        later, planned = bool(said & AHEAD), scheduled(said)
        for moment in moments(words):
            before = {word.said for word in words[max(0, moment.first - 1) : moment.last]}
            if moment.every or not (moment.day or moment.after):
                continue
            if said & PAST or not (
                before & STILL
                or (planned and moment.dates)
                or (later and (moment.dates or before & BY))
            ):
                continue
            until = due(moment, self.written, self.zone).at
            if until < self.at:
                when = " ".join(word.said for word in words[moment.first : moment.last])
                yield self._told(sentence.start, sentence.text, "past", (when, "", until))
                return

    def _said(self, sentence: Sentence) -> frozenset[str]:
        words = self.message.words[sentence.first : sentence.last]
        return frozenset(word.said for word in words)

    def _told(
        self, start: int, sentence: str, why: Why, against: tuple[str, str, datetime]
    ) -> Outdated:
        other, source, since = against
        return Outdated(
            line=self.line + self.message.text.count("\n", 0, start),
            sentence=" ".join(sentence.split()),
            why=why,
            other=other,
            source=source,
            since=since,
        )


def _names(words: Sequence[str], name: str) -> bool:
    """Whether words stand in a row that are those of a name, singular or plural."""
    wanted = [word.said for word in read(name).words]
    runs = range(len(words) - len(wanted) + 1)
    return bool(wanted) and any(
        all(map(_alike, words[at : at + len(wanted)], wanted)) for at in runs
    )


def _alike(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return long in {short, f"{short}s", f"{short}es", f"{short.removesuffix('y')}ies"}


def _content(said: frozenset[str]) -> set[str]:
    return {stem(one) for one in said if one[:1].isalnum() and one not in _SMALL}
