"""What a machine should not decide: doubts that a decision, or a post, gives rise to."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from knowledge.language.languages import supported
from knowledge.spread.assignment import fold
from ontology.decisions import Decision
from ontology.facts import Fact
from ontology.identity import ThingId
from ontology.signals import Signal

WORDS: Final = "harm_words.txt"
"""Words of harm in languages that no model here reads: one language a line, then its words."""

_DETECTED: Final[Mapping[str, str]] = {
    "public-irony": "irony",
    "copy-paste": "copy-paste",
    "flood": "flood",
    "not-representative": "not-representative",
}
_UNSURE: Final = frozenset({"unknown", "unlikely"})
_ACTED_UPON: Final = frozenset({"crisis-team", "executive", "board"})
_REASONS: Final[Mapping[str, str]] = {
    "irony": "Many posts of the hour may mean their opposite.",
    "copy-paste": "Accounts write nearly the same words.",
    "flood": "One account writes a large part of the posts.",
    "not-representative": "The posts come from few people, or from one corner.",
    "low-confidence": "A high tier rests on figures that are not sure.",
    "language": "A post speaks of harm in a language that no model here reads.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One thing to ask people; `signal` where it is one post that is in doubt."""

    name: str
    incident: ThingId | None
    reason: str
    signal: ThingId | None = None
    score: float | None = None


def of_decision(
    decision: Decision, facts: Iterable[Fact], incident: ThingId | None
) -> Iterator[Doubt]:
    """The doubts of a whole window: what was detected, and figures too unsure for the tier."""
    names = [_DETECTED[one] for one in decision.detections if one in _DETECTED]
    hour = [one for one in facts if one.kind == "spread" and one.values.get("window") == "PT1H"]
    if decision.tier in _ACTED_UPON and any(
        one.values.get("confidence") in _UNSURE for one in hour
    ):
        names.append("low-confidence")
    for name in names:
        yield Doubt(name=name, incident=incident, reason=_REASONS[name])


def of_signal(signal: Signal, incident: ThingId, *, ironic_from: float) -> Doubt | None:
    """The doubt of one post of an incident: likely irony, or harm in an unread language."""
    irony = signal.scores.irony if signal.scores is not None else None
    if irony is not None:
        if irony < ironic_from:
            return None
        reason = f"The model gives irony a probability of {irony:.2f}."
        return Doubt(name="irony", incident=incident, reason=reason, signal=signal.id, score=irony)
    tag = signal.language
    if tag is None or supported(tag) or not speaks_of_harm(signal.text, tag):
        return None
    return Doubt(name="language", incident=incident, reason=_REASONS["language"], signal=signal.id)


def speaks_of_harm(text: str, tag: str) -> bool:
    """Whether a text has a word of harm of its language.

    >>> speaks_of_harm("Hay dos heridos en la estación", "es")
    True
    >>> speaks_of_harm("Un buen día en la estación", "es")
    False
    """
    pattern = _patterns().get(tag.partition("-")[0].lower())
    return pattern is not None and pattern.search(fold(text)) is not None


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    found = {}
    for line in (files("knowledge.language") / WORDS).read_text(encoding="utf-8").splitlines():
        language, _, known = line.partition(" ")
        if known and not line.startswith("#"):
            starts = "|".join(re.escape(fold(word)) for word in known.split())
            found[language] = re.compile(
                rf"(?:{starts})" if language in _UNSPACED else rf"\b(?:{starts})"
            )
    return found


_UNSPACED: Final = frozenset({"ja", "zh", "th"})
