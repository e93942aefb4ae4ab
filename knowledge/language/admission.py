"""What a message discloses: harm that it names, fault that it admits, apologies that are none."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from knowledge.language import disclosure_rules
from knowledge.language.disclosure_rules import Rule, Rules
from knowledge.language.findings import About, Disclosure, Finding, Suspicion
from knowledge.language.grammar import words_of
from knowledge.language.languages import supported
from knowledge.language.rewording import reworded
from knowledge.language.scopes import Effects, clause_end, clause_start, scopes
from knowledge.language.searching import NEGATORS, Match, Stream
from knowledge.language.sentences import Message
from knowledge.language.subjects import read as read_message
from knowledge.language.unread import foreign

KINDS: Final = {
    "quoted": "quoted",
    "reported": "quoted",
    "question": "question",
    "denied": "denied",
    "conditional": "conditional",
    "open": "investigative",
    "general": "general",
}
"""The class of what is said under an effect, the strongest effect first."""
THRESHOLDS: Final[Mapping[str, float]] = {"harm": 0.17, "fault": 0.25, "non_apology": 0.17}
"""Probabilities from which a sentence is suspected: each finds nine of ten in cross-validation."""
MOST_SCREENED: Final = 300
"""Sentences of a message that are screened, some milliseconds each; the others count as unread."""
_SCREENED: Final[Mapping[About, str]] = {
    "harm": "harm",
    "fault": "fault",
    "non-apology": "non_apology",
}
_COPULAS: Final = words_of("copulas")
_BEFORE, _NEAR = 3, 5
_FARTHEST_PERSON: Final = 16
_MAYBE: Final = frozenset({"may", "might", "would", "will", "shall", "any"})


class Screen(Protocol):
    """Looks for what rules do not find; `suspicion.Screen` is one."""

    def probabilities(
        self, texts: Sequence[str], own: Sequence[str] = ()
    ) -> Sequence[Mapping[str, float]]:
        """Of each sentence, how likely each label is."""


def read(
    text: str,
    language: str,
    own: Sequence[str] = (),
    *,
    screen: Screen | None = None,
    rules: Rules | None = None,
) -> Disclosure:
    """Read a message; `own` are names under which the organisation speaks of itself.

    Takes time linear in the text. Only English is judged. Without a screen nothing is concluded
    from what rules do not find: `admission` is then "fault" or "not-judged".

    >>> read("We failed to maintain the brakes.", "en").fault
    True
    >>> read("Wir haben die Bremsen nicht gewartet.", "de").fault is None
    True
    """
    message = read_message(text, own)
    unread = foreign(message)
    if not supported(language) or (unread and len(unread) == len(message.sentences)):
        return Disclosure(
            language=language,
            harm=None,
            fault=None,
            non_apology=None,
            findings=(),
            suspicions=(),
            unread=((0, len(text)),) if text else (),
            screened=False,
        )
    found = [*_owned(_findings(message, rules or disclosure_rules.load()))]
    beyond = () if message.whole else ((len(message.text), len(text)),)
    rest = message.sentences[MOST_SCREENED:] if screen is not None else ()
    unscreened = ((rest[0].start, rest[-1].end),) if rest else ()
    counted = {one.about for one in found if one.counts}
    return Disclosure(
        language=language,
        harm="harm" in counted,
        fault="fault" in counted,
        non_apology="non-apology" in counted,
        findings=tuple(sorted(found, key=lambda one: (one.start, one.end, one.rule))),
        suspicions=tuple(_suspicions(message, found, screen, own)) if screen else (),
        unread=(*unread, *unscreened, *beyond),
        screened=screen is not None,
    )


def _suspicions(
    message: Message, found: Sequence[Finding], screen: Screen, own: Sequence[str]
) -> Iterator[Suspicion]:
    """What a screen suspects in a sentence where no rule has found it."""
    told = {(one.about, one.sentence) for one in found if one.counts}
    sentences = message.sentences[:MOST_SCREENED]
    several = screen.probabilities([one.text for one in sentences], own)
    for sentence, likely in zip(sentences, several, strict=True):
        for about, label in _SCREENED.items():
            if likely[label] >= THRESHOLDS[label] and (about, sentence.text) not in told:
                yield Suspicion(
                    about=about,
                    probability=round(likely[label], 3),
                    start=sentence.start,
                    end=sentence.end,
                    sentence=sentence.text,
                )


def _findings(message: Message, rules: Rules) -> Iterator[Finding]:
    stream = Stream(message.words, rules.lists)
    found = scopes(message, stream, rules.frames)
    people = [one.first for one in stream.find(rules.people)]
    agreed = [one.last - 1 for one in stream.find(rules.agreement) if _agrees(message, one)]
    reader = _Reader(message=message, effects=found, people=people, agreed=agreed)
    for rule in rules.rules:
        for match in stream.find(rule.phrases):
            if not rule.unless or not reader.follows(match, rule.unless):
                yield reader.finding(rule, match)


def _agrees(message: Message, match: Match) -> bool:
    following = [one.said for one in message.words[match.last : match.last + 1]]
    return not match.negated and following != ["that"]


def _owned(found: Iterable[Finding]) -> Iterator[Finding]:
    """Take "mistakes were made" back where the same sentence says whose mistakes they were."""
    several = list(found)
    owned = {one.sentence for one in several if one.about == "fault" and one.counts}
    for one in several:
        if one.kind == "vague-passive" and one.sentence in owned:
            yield replace(one, kind="owned", counts=False, why=_WHY["owned"], suggestion=None)
        else:
            yield one


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Judges a match by what stands around it."""

    message: Message
    effects: Effects
    people: Sequence[int]
    agreed: Sequence[int]

    def follows(self, match: Match, words: frozenset[str]) -> bool:
        last = self.message.words
        return match.last < len(last) and last[match.last].said in words

    def finding(self, rule: Rule, match: Match) -> Finding:
        words = self.message.words
        sentence = self.message.sentences[words[match.first].sentence]
        kind = self._kind(rule, match)
        counts = kind == rule.kind
        start = words[match.first].start
        end = max(words[match.last - 1].end, start)
        said = [one.said for one in words[match.first : match.last]]
        after = words[match.last : clause_end(words, match.last, sentence.last, comma=True)]
        return Finding(
            about=rule.about,  # type: ignore[arg-type] # the reader allows no other
            kind=kind,
            rule=rule.id,
            counts=counts,
            start=start,
            end=end,
            sentence=sentence.text,
            why=rule.why if counts else _WHY.get(kind, rule.why),
            suggestion=reworded(rule.suggest, said, [one.said for one in after])
            if counts and rule.suggest
            else None,
        )

    def _kind(self, rule: Rule, match: Match) -> str:
        blind = _BLIND.get(rule.about, frozenset()) | rule.despite
        effects = set(self.effects.at(match.first, blind))
        effects -= {"reported", "quoted", "question"} if self._conceded(match) else set()
        negated = self._negated(rule, match)
        if negated and "denied" in effects:
            effects.discard("denied")
        elif negated:
            effects.add("denied")
        for effect, kind in KINDS.items():
            if effect in effects:
                return kind
        return self._uncertain(rule, match)

    def _uncertain(self, rule: Rule, match: Match) -> str:
        if rule.about == "fault" and match.possible:
            return "conditional"
        if rule.about == "fault" and match.future:
            return "commitment"
        if rule.about == "harm":
            if _MAYBE.intersection((*match.gaps, *self._before(match, _BEFORE))):
                return "conditional"
            if not self._peopled(match):
                return "no-people"
        return rule.kind

    def _negated(self, rule: Rule, match: Match) -> bool:
        if rule.negation == "keeps":
            return False
        before = self._before(
            match, {"before": _BEFORE, "clause": _NEAR}.get(rule.negation, _NEAR)
        )
        if rule.negation == "copular":
            kept = [one for one in before if one not in _COPULAS]
            return match.negated or bool(kept and kept[-1] in NEGATORS)
        outside = rule.negation in {"before", "clause"}
        return match.negated ^ (outside and not NEGATORS.isdisjoint(before))

    def _before(self, match: Match, several: int) -> list[str]:
        words = self.message.words
        first = self.message.sentences[words[match.first].sentence].first
        start = max(clause_start(words, match.first, first), match.first - several)
        found: list[str] = []
        for word in words[start : match.first]:
            found = [] if word.said in {",", "and"} else [*found, word.said]
        return found

    def _conceded(self, match: Match) -> bool:
        """Whether it is agreed to afterwards: "They say that we knew. They are right."."""
        words = self.message.words
        here = words[match.first].sentence
        nearest = bisect_left(self.agreed, match.last)
        return nearest < len(self.agreed) and words[self.agreed[nearest]].sentence - here <= 1

    def _peopled(self, match: Match) -> bool:
        words = self.message.words
        sentence = self.message.sentences[words[match.first].sentence]
        start = clause_start(words, match.first, sentence.first)
        end = clause_end(words, match.last, sentence.last)
        nearest = bisect_left(self.people, max(start, match.first - _FARTHEST_PERSON))
        person = self.people[nearest] if nearest < len(self.people) else end
        return person < min(end, match.last + _FARTHEST_PERSON)


_WORDS_OF_APOLOGY: Final = frozenset(
    {"alternative", "whether", "inversion", "years", "somebody-feels", "disbelief"}
)
_BLIND: Final[Mapping[str, frozenset[str]]] = {
    "fault": frozenset({"years"}),
    "non-apology": _WORDS_OF_APOLOGY,
    "sympathy": _WORDS_OF_APOLOGY,
}
"""Frames that change nothing: "sorry if …" is a non-apology because of its "if"."""
_WHY: Final = {
    "owned": "The same sentence says whose failing it was.",
    "quoted": "Somebody else says so.",
    "question": "It is a question.",
    "denied": "It is denied.",
    "conditional": "It is said to be possible only, or under a condition.",
    "investigative": "It is still being found out.",
    "general": "It is about no particular case.",
    "commitment": "It is about what is still to come.",
    "no-people": "Nobody is named whom it happened to.",
}
