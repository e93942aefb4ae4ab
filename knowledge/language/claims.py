"""What a message claims about given topics: it affirms them, denies them, or gives a value."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from knowledge.language import disclosure_rules
from knowledge.language.calendar_dates import Day
from knowledge.language.deadlines import nearest
from knowledge.language.languages import supported
from knowledge.language.moments import moments
from knowledge.language.quantities import Quantity, quantities
from knowledge.language.scopes import Effects, clause_end, clause_start, scopes
from knowledge.language.searching import NEGATORS, Stream
from knowledge.language.sentences import Message
from knowledge.language.subjects import read as read_message
from knowledge.language.topics import ClaimTopic, Topical

Polarity: TypeAlias = Literal["affirm", "deny"]

NOT_STATED: Final = frozenset({"quoted", "reported", "question", "open", "conditional"})
"""Effects under which a sentence states nothing of its own."""
_MODALS: Final = frozenset({"may", "might", "could"})
_NEAR: Final = 8
"""Words before a topic in which a negation reaches it."""
_ARTICLE: Final = 3
_MINUTES: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value from `low` to `high` (None is open), counted in `unit`; `said` is how it is read."""

    kind: str
    unit: str
    low: Decimal | None
    high: Decimal | None
    said: str


NONE: Final = Value(kind="number", unit="", low=Decimal(0), high=Decimal(0), said="none")
ONE: Final = Value(kind="number", unit="", low=Decimal(1), high=Decimal(1), said="one")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one place of a message claims; a person confirms it before it counts."""

    topic: str
    polarity: Polarity
    value: Value | None
    sentence: str
    start: int
    end: int


def claims(
    text: str,
    language: str,
    topics: Sequence[ClaimTopic],
    *,
    said: datetime,
    zone: ZoneInfo,
    own: Sequence[str] = (),
) -> tuple[Claim, ...] | None:
    """Suggest the claims of a message about topics; None for a language that is not judged.

    Dates without a year are those nearest to `said` in `zone`.

    >>> brakes = ClaimTopic(id="brakes", label="brakes failed", words=("brakes failed",))
    >>> at = datetime.fromisoformat("2026-03-27T14:10:00+00:00")
    >>> found = claims("The brakes did not fail.", "en", [brakes], said=at, zone=ZoneInfo("UTC"))
    >>> [one.polarity for one in found]
    ['deny']

    Raises:
        PhraseInvalid: a topic has a phrase that is none.
    """
    if not supported(language):
        return None
    message = read_message(text, own)
    rules = disclosure_rules.load()
    stream = Stream(message.words, rules.lists)
    reader = _Reader(
        message=message,
        effects=scopes(message, stream, rules.frames),
        topical=Topical(message, stream),
        said=said.astimezone(zone),
    )
    found = {
        (one.topic, one.sentence, one.polarity, one.value): one
        for topic in topics
        for one in reader.about(topic)
    }
    return tuple(sorted(found.values(), key=lambda one: (one.start, one.topic, one.end)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """Where the words of a topic stand, in which clause."""

    first: int
    last: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    message: Message
    effects: Effects
    topical: Topical
    said: datetime

    def about(self, topic: ClaimTopic) -> Iterator[Claim]:
        """The claims about a topic: its contrary is looked for first."""
        seen: set[int] = set()
        contrary = [(text, True) for text in topic.opposites]
        for text, turned in (*contrary, *((text, False) for text in topic.words)):
            for first, last in self.topical.said(text):
                if first not in seen:
                    seen.update(range(first, last))
                    here = self._clause(first, last)
                    if self._stated(here):
                        yield self._claim(topic, here, turned=turned)

    def _clause(self, first: int, last: int) -> _Said:
        words = self.message.words
        sentence = self.message.sentences[words[first].sentence]
        return _Said(
            first=first,
            last=last,
            start=clause_start(words, first, sentence.first),
            end=clause_end(words, first, sentence.last),
        )

    def _heard(self, here: _Said) -> range:
        return range(max(here.start, here.first - _NEAR), here.last)

    def _stated(self, here: _Said) -> bool:
        heard = {self.message.words[at].said for at in self._heard(here)}
        return not self.effects.at(here.first) & NOT_STATED and not heard & _MODALS

    def _claim(self, topic: ClaimTopic, here: _Said, *, turned: bool) -> Claim:
        words = self.message.words
        denied = self._denied(here) ^ turned
        counted = "number" in topic.values
        value = (NONE if counted else None) if denied else self._value(topic, here)
        none = value is not None and value.low == 0 == value.high
        return Claim(
            topic=topic.id,
            polarity="deny" if denied or none else "affirm",
            value=value,
            sentence=self.message.sentences[words[here.first].sentence].text,
            start=words[here.first].start,
            end=words[here.last - 1].end,
        )

    def _denied(self, here: _Said) -> bool:
        """Whether an odd number of negations reaches the words, those of frames counted once."""
        framed = "denied" in self.effects.at(here.first)
        taken = self.effects.taken
        bare = (at for at in self._heard(here) if at not in taken)
        return framed ^ (sum(self.message.words[at].said in NEGATORS for at in bare) % 2 == 1)

    def _value(self, topic: ClaimTopic, here: _Said) -> Value | None:
        """The value of the clause that is nearest to the words of the topic."""
        near = [
            (min(abs(here.first - first), abs(here.first - last)), value.said, value)
            for first, last, value in self._values(here)
            if value.kind in topic.values
        ]
        if near:
            return min(near, key=lambda each: each[:2])[2]
        before = self.message.words[max(here.start, here.first - _ARTICLE) : here.first]
        single = bool(before) and before[0].said in {"a", "an"}
        return ONE if single and "number" in topic.values else None

    def _values(self, here: _Said) -> Iterator[tuple[int, int, Value]]:
        words = self.message.words[here.start : here.end]
        named = moments(words)
        taken = {at for one in named for at in range(one.first, one.last)}
        for quantity in quantities(words):
            if quantity.kind != "number" or quantity.first not in taken:
                yield here.start + quantity.first, here.start + quantity.last, _measured(quantity)
        for one in named:
            place = here.start + one.first, here.start + one.last
            if one.dates:
                yield *place, self._dated(one.dates[0])
            elif len(one.times) == 1:
                yield *place, _timed(one.times[0])

    def _dated(self, day: Day) -> Value:
        exact = nearest(day, self.said.date())
        count = Decimal(exact.toordinal())
        return Value(kind="date", unit="days", low=count, high=count, said=exact.isoformat())


def _measured(one: Quantity) -> Value:
    return Value(kind=one.kind, unit=one.unit, low=one.low, high=one.high, said=str(one))


def _timed(at: time) -> Value:
    minutes = Decimal(at.hour * _MINUTES + at.minute)
    return Value(kind="time", unit="minutes", low=minutes, high=minutes, said=f"{at:%H:%M}")
