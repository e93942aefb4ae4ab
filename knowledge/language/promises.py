"""Commitments with a time in a message: what is promised, until when, and how firmly."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from knowledge.language import disclosure_rules
from knowledge.language.deadlines import due
from knowledge.language.grammar import words_of
from knowledge.language.languages import supported
from knowledge.language.moments import Moment, moments
from knowledge.language.scopes import Effects, scopes
from knowledge.language.searching import Stream
from knowledge.language.sentences import Message, Sentence
from knowledge.language.subjects import read as read_message

_WILL: Final = frozenset({"will", "shall"})
_PLEDGES: Final = words_of("pledges")
_SOFT: Final = words_of("soft")
_ASKING: Final = words_of("asked of readers")
_OTHERS: Final = words_of("others")
_PAST: Final = words_of("past")
_NOUNS: Final = words_of("promised things")
_BEFORE_NOUN: Final = words_of("before things")
_HEADLINE: Final = 3
_SKIPPED_EFFECTS: Final = frozenset({"quoted", "reported", "question", "denied"})
_PRESENT: Final = words_of("present")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A commitment with a time: `start` to `end` is the place of the time in the text.

    `firm` is false for hopes and for what hangs on a condition. `repeats` where it comes back;
    `due` is then the first time. `notes` say what is doubtful about the time.
    """

    what: str
    sentence: str
    start: int
    end: int
    due: datetime
    past: bool
    firm: bool
    repeats: bool
    notes: tuple[str, ...]


def promises(
    text: str, language: str, *, said: datetime, zone: ZoneInfo, own: Sequence[str] = ()
) -> tuple[Promise, ...] | None:
    """The promises in a message that is said at an instant; None for a language not judged.

    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 27, 14, 10, tzinfo=UTC)
    >>> found = promises("Next update at 18:00.", "en", said=at, zone=ZoneInfo("Europe/Berlin"))
    >>> found[0].due.isoformat(), found[0].what
    ('2026-03-27T18:00:00+01:00', 'Next update')
    """
    if not supported(language):
        return None
    message = read_message(text, own)
    rules = disclosure_rules.load()
    effects = scopes(message, Stream(message.words, rules.lists), rules.frames)
    reader = _Reader(message=message, effects=effects)
    return tuple(
        reader.promise(one, found, said, zone)
        for one in message.sentences
        for found in reader.kept(one)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    moment: Moment
    firm: bool
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    message: Message
    effects: Effects

    def kept(self, sentence: Sentence) -> Iterator[_Found]:
        """The moments of a sentence until which something is promised."""
        words = self.message.words[sentence.first : sentence.last]
        named = moments(words)
        firmness: bool | None = None
        begun = 0
        for number, one in enumerate(named):
            following = named[number + 1].first if number + 1 < len(named) else len(words)
            before = [word.said for word in words[begun : one.first]]
            after = [word.said for word in words[one.last : following]]
            own = _firmness(before, one) if any(map(str.isalnum, before)) else None
            if own is None and not _refused(before):
                own = _firmness(after, one) if number == 0 else firmness
            firmness = own
            begun = one.last
            effects = self.effects.at(sentence.first + one.first)
            if own is None or effects & _SKIPPED_EFFECTS or _denied(before):
                continue
            firm = own and not effects & {"conditional", "open"} and "if" not in before
            yield _Found(moment=one, firm=firm, first=sentence.first, last=sentence.last)

    def promise(
        self, sentence: Sentence, found: _Found, said: datetime, zone: ZoneInfo
    ) -> Promise:
        words = self.message.words
        first, last = found.first + found.moment.first, found.first + found.moment.last
        meant = due(found.moment, said, zone)
        return Promise(
            what=self._what(sentence, words[first].start, words[last - 1].end),
            sentence=sentence.text,
            start=words[first].start,
            end=words[last - 1].end,
            due=meant.at,
            past=meant.past,
            firm=found.firm,
            repeats=found.moment.every,
            notes=meant.notes,
        )

    def _what(self, sentence: Sentence, start: int, end: int) -> str:
        before = self.message.text[sentence.start : start].strip(" ,")
        after = self.message.text[end : sentence.end].strip(" ,.!")
        return " ".join(one for one in (before, after) if one)


def _firmness(said: Sequence[str], moment: Moment) -> bool | None:
    """Whether the words promise: firmly, softly, or (None) not at all."""
    heard = set(said)
    if not heard or _refused(said):
        return None
    if heard & _WILL:
        return not heard & _SOFT
    if heard & _PAST:
        return None
    if heard & _PLEDGES or {"you", "can", "expect"} <= heard:
        return True
    if "we" in heard or "i" in heard:
        verb = _following(said, "we" if "we" in heard else "i")
        return False if verb in _SOFT else True if verb in _PRESENT and _ahead(moment) else None
    return True if _nominal(said) else None


def _refused(said: Sequence[str]) -> bool:
    """Whether somebody else is to do it: the readers, or others."""
    heard = set(said)
    first = next((one for one in said if one.isalnum()), "")
    if first == "please" or heard & _OTHERS:
        return True
    return not heard & _WILL and _following(said, "you") in _ASKING and "expect" not in heard


def _denied(said: Sequence[str]) -> bool:
    return any(
        one in _WILL and said[place + 1 : place + 2] in (["not"], ["never"])
        for place, one in enumerate(said)
    )


def _following(said: Sequence[str], word: str) -> str:
    place = said.index(word) if word in said else len(said)
    return said[place + 1] if place + 1 < len(said) else ""


def _nominal(said: Sequence[str]) -> bool:
    """Whether it is a headline without a verb: "Next update", "Refunds"."""
    kept = [one for one in said if one.isalnum() and one not in _BEFORE_NOUN]
    return bool(kept) and kept[0] in _NOUNS and len(kept) <= _HEADLINE


def _ahead(moment: Moment) -> bool:
    return bool(moment.day or moment.times or moment.after or moment.midnight)
