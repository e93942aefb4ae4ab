"""Who says something, and how firmly: questions, quotations, conditions, denials."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from knowledge.language.disclosure_rules import Frame
from knowledge.language.grammar import words_of
from knowledge.language.searching import Match, Stream
from knowledge.language.sentences import Message, Sentence, Word

OWN: Final = frozenset({"we", "i", "our", "my", "us"})
CONTRASTS: Final = frozenset({";", ":", "but", "however", "yet", "although", "though"})
_JOINED: Final = frozenset({"and", "but", "so", "nor", "or", "yet"})
_HOW: Final = frozenset({"how", "why", "what"})
_SAYING: Final = words_of("saying")
_OFFICERS: Final = words_of("officers")
_TAGS: Final = words_of("tags")
_ASKING: Final = words_of("asking")
_TURNED: Final = frozenset({"should", "had", "were"})
_SUBJECTS: Final = frozenset({"it", "you", "they", "the", "this", "any", "anyone"})
LONGEST_CLAUSE: Final = 80
"""Words over which a clause is followed: what comes later is read as if it stood alone."""
_FURTHEST_SUBJECT: Final = 6
_LONGEST_QUOTE: Final = 600
_QUOTES: Final = frozenset({'"', "'"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """An effect on the words `first` to `last` (which it leaves out)."""

    effect: str
    first: int
    last: int
    frame: str


class Effects:
    """What holds for each word of a message; built and asked in time linear in its words."""

    def __init__(
        self, found: Iterable[Scope], words: int, taken: frozenset[int] = frozenset()
    ) -> None:
        """Add up scopes over so many words; `taken` are the words of the frames themselves."""
        self.taken = taken
        steps: dict[tuple[str, str], list[int]] = {}
        for one in found:
            edges = steps.setdefault((one.effect, one.frame), [0] * (words + 1))
            edges[one.first] += 1
            edges[one.last] -= 1
        self._depths = {key: [*accumulate(edges)] for key, edges in steps.items()}

    def at(self, place: int, blind: frozenset[str] = frozenset()) -> frozenset[str]:
        """The effects on one word, but for those of some frames; two denials undo each other.

        >>> twice = [Scope(effect="denied", first=0, last=5, frame=one) for one in ("a", "b")]
        >>> Effects(twice, 5).at(2), Effects(twice, 5).at(2, frozenset({"a"}))
        (frozenset(), frozenset({'denied'}))
        """
        found: dict[str, int] = {}
        for (effect, frame), depths in self._depths.items():
            if frame not in blind and depths[place]:
                found[effect] = found.get(effect, 0) + depths[place]
        return frozenset(one for one, depth in found.items() if one != "denied" or depth % 2)


def scopes(message: Message, stream: Stream, frames: Sequence[Frame]) -> Effects:
    """The effects in a message, from its marks and from the frames."""
    found = [*_questions(message), *_quotations(message), *_inversions(message)]
    taken: set[int] = set()
    for frame in frames:
        for match in stream.find(frame.phrases):
            found += _framed(message, frame, match)
            taken.update(range(match.first, match.last))
    return Effects(found, len(message.words), frozenset(taken))


def clause_end(words: Sequence[Word], start: int, last: int, *, comma: bool = False) -> int:
    """The number of the word before which a clause ends: at most 80 words after `start`."""
    last = min(last, start + LONGEST_CLAUSE)
    for place in range(start, last):
        said = words[place].said
        following = words[place + 1].said if place + 1 < last else ""
        if said in CONTRASTS or (said == "-" and _loose(words, place)):
            return place
        if said == "," and (comma or (following in _JOINED and not _goes_on(words, place, last))):
            return place
    return last


def clause_start(words: Sequence[Word], place: int, first: int) -> int:
    """The number of the first word of the clause that a word stands in: 80 words at most."""
    first = max(first, place - LONGEST_CLAUSE)
    for at in range(place - 1, first - 1, -1):
        said = words[at].said
        if said in CONTRASTS or (said == "," and words[at + 1].said in _JOINED):
            return at + 1
    return first


def _loose(words: Sequence[Word], place: int) -> bool:
    return words[place].start > words[place - 1].end if place else False


def _goes_on(words: Sequence[Word], place: int, last: int) -> bool:
    return place + 2 < last and words[place + 2].said == "that"


def _framed(message: Message, frame: Frame, match: Match) -> Iterator[Scope]:
    words = message.words
    effect = frame.turned if frame.turned != "same" and match.negated else frame.effect
    sentence = message.sentences[words[match.first].sentence]
    if effect == "nothing" or (frame.others and _not_others(words, match, sentence)):
        return
    if frame.others and _closes(words, match, sentence):
        first = clause_start(words, match.first, sentence.first)
        yield Scope(effect=effect, first=first, last=match.first, frame=frame.id)
        return
    if frame.reach == "sentence":
        yield Scope(effect=effect, first=sentence.first, last=sentence.last, frame=frame.id)
        return
    comma = frame.reach == "comma"
    end = clause_end(words, match.last, sentence.last, comma=comma)
    if effect == "open":
        end = _before_own(words, match.last, end)
    if comma and end < sentence.last and _decides(words, match.first, end):
        end = sentence.last
    yield Scope(effect=effect, first=match.first, last=end, frame=frame.id)


def _not_others(words: Sequence[Word], match: Match, sentence: Sentence) -> bool:
    """Whether we say it ourselves, or it tells how something was, which takes it for true."""
    following = words[match.last].said if match.last < sentence.last else ""
    if following in _HOW or following == ",":
        return True
    start = max(clause_start(words, match.first, sentence.first), match.first - _FURTHEST_SUBJECT)
    before = [one.said for one in words[start : match.first]]
    return bool(OWN.intersection(before[:2] + before[-2:])) or not before


def _closes(words: Sequence[Word], match: Match, sentence: Sentence) -> bool:
    """Whether who says it is named at the end: "We knew, the paper writes."."""
    near = words[max(sentence.first, match.first - _FURTHEST_SUBJECT) : match.first]
    ends = match.last >= sentence.last or words[match.last].said in {".", "!"}
    commas = [at for at, one in enumerate(near) if one.said == ","]
    spoken = {one.said for one in near[commas[-1] :]} if commas else _OFFICERS
    return ends and spoken.isdisjoint(_OFFICERS)


def _before_own(words: Sequence[Word], start: int, end: int) -> int:
    for place in range(start, end - 1):
        if words[place].said == "and" and words[place + 1].said in OWN:
            return place
    return end


def _decides(words: Sequence[Word], first: int, last: int) -> bool:
    """Whether what follows a condition hangs on it: not where the condition picks out readers."""
    said = {one.said for one in words[first:last]}
    return bool(said & (OWN | {"it", "review", "inquiry", "report"})) and "you" not in said


def _questions(message: Message) -> Iterator[Scope]:
    words = message.words
    for one in message.sentences:
        tail = [word.said for word in words[one.first : one.last] if word.said not in _QUOTES]
        if not tail or "?" not in tail[-2:]:
            continue
        tagged = (
            "," in tail[-5:] and bool(_TAGS.intersection(tail[-4:])) and tail[0] not in _ASKING
        )
        if not tagged:
            yield Scope(effect="question", first=one.first, last=one.last, frame="question mark")


def _quotations(message: Message) -> Iterator[Scope]:
    words, opened = message.words, dict[str, int]()
    for place, word in enumerate(words):
        if word.said not in _QUOTES:
            continue
        start = opened.pop(word.said, None)
        if start is None or place - start > _LONGEST_QUOTE:
            opened[word.said] = place
        elif not _ours(message, start, place):
            yield Scope(effect="quoted", first=start, last=place, frame="quotation marks")


def _ours(message: Message, start: int, end: int) -> bool:
    """Whether we say what is quoted: one of ours is named beside it, or nothing else is."""
    words = message.words
    first = max(message.sentences[words[start].sentence].first, start - LONGEST_CLAUSE)
    last = min(message.sentences[words[end].sentence].last, end + LONGEST_CLAUSE)
    beside = {one.said for one in (*words[first:start], *words[end + 1 : last])}
    spoken = {one for one in beside if one[0].isalnum()}
    return not spoken or bool(spoken & _SAYING and spoken & _OFFICERS)


def _inversions(message: Message) -> Iterator[Scope]:
    """Conditions without "if": "Should it turn out …", "Had we known …"."""
    words = message.words
    for one in message.sentences:
        asked = any(word.said == "?" for word in words[one.first : one.last])
        subject = words[one.first + 1].said if one.first + 1 < one.last else ""
        turned = words[one.first].said in _TURNED and subject in OWN | _SUBJECTS
        if turned and not asked:
            yield Scope(effect="conditional", first=one.first, last=one.last, frame="inversion")
