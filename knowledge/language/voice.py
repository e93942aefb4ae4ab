"""How much a text sounds like the organisation: findings by place, and what is left of 100."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from knowledge.language.reading import Reading, reading, sentences, words_of
from knowledge.language.voice_files import Phrase, Voice

WEIGHTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "never": 40,
        "avoid": 10,
        "say": 5,
        "long-sentence": 4,
        "long-sentences": 6,
        "passive": 6,
        "exclamation": 5,
        "capitals": 5,
        "no-we": 8,
        "no-you": 8,
        "hard": 10,
    }
)
"""What one finding of each kind takes from 100; the score never falls below 0."""

FEWEST_WORDS: Final = 25
"""A text of fewer words need not say who speaks and to whom."""

FEWEST_SENTENCES: Final = 4
_MOST_LONG: Final = 3
_SPEAKERS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "en": (r"we|us|our|ours|i|my|me", r"you|your|yours"),
        "de": (r"wir|uns|unser\w*|ich|mein\w*", r"sie|ihnen|ihr\w*|du|dich|dir|euch"),
        "fr": (r"nous|notre|nos|je|mon|ma|mes", r"vous|votre|vos|tu|te|ton|ta|tes"),
        "es": (
            r"nosotr\w+|nuestr\w+|\w+mos|nos|mi|mis|me",
            r"usted\w*|le|les|su|sus|tu|tus|te|ti",
        ),
    }
)
_IRREGULAR: Final = (
    "been|begun|broken|brought|built|caught|chosen|cut|done|drawn|driven|found|given|gone|held|"
    "kept|known|left|lost|made|met|paid|put|read|said|seen|sent|set|shown|spent|stolen|"
    "taken|taught|thought|told|understood|written"
)
_PASSIVE: Final = re.compile(
    rf"\b(?:is|are|was|were|be|been|being|gets?|got)\s+(?:not\s+|being\s+|\w+ly\s+)?"
    rf"(?:\w{{2,}}ed|{_IRREGULAR})\b(?!\s+(?:to\s+hear|about|with|for\s+you))",
    re.IGNORECASE,
)
_CAPITALS: Final = re.compile(r"\b[A-Z]{4,}(?:\s+[A-Z]{2,})+\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that does not sound like us; `start` and `end` count characters of the text."""

    kind: str
    start: int
    end: int
    words: str
    why: str
    instead: str | None = None

    @property
    def weight(self) -> int:
        """What it takes from the score."""
        return WEIGHTS[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """How a text sounds; `score` from 0 to 100 by the findings alone."""

    score: int
    findings: tuple[Finding, ...]
    reading: Reading | None


def sound(text: str, language: str, voice: Voice) -> Sound:
    """How much a text sounds like a voice.

    100, less the weight of each finding. Lists of words count in their own language; whether a
    sentence is passive is looked at in English only.
    """
    base = language.partition("-")[0]
    hard = reading(text, base)
    found = sorted(
        {
            *_phrases(text, base, voice),
            *_sentences(text, voice),
            *_tone(text, voice),
            *_speakers(text, base),
            *_passive(text, base, voice),
            *_hard(text, hard, voice),
        },
        key=lambda one: (one.start, one.end, one.kind),
    )
    left = 100 - sum(one.weight for one in found)
    return Sound(score=max(0, left), findings=tuple(found), reading=hard)


def _phrases(text: str, language: str, voice: Voice) -> Iterator[Finding]:
    lists: tuple[tuple[str, Iterable[Phrase]], ...] = (
        ("never", voice.never),
        ("avoid", voice.avoid),
        ("say", voice.say),
    )
    for kind, phrases in lists:
        for phrase in phrases:
            if phrase.language == language:
                for found in phrase.pattern.finditer(text):
                    yield _at(kind, found, phrase.why, phrase.instead)


def _sentences(text: str, voice: Voice) -> Iterator[Finding]:
    parts = sentences(text)
    long = [part for part in parts if len(words_of(part)) > voice.longest]
    for part in long[:_MOST_LONG]:
        start = text.find(part[:40])
        yield Finding(
            kind="long-sentence",
            start=max(0, start),
            end=max(0, start) + len(part),
            words=_short(part),
            why=f"It has {len(words_of(part))} words; {voice.longest} are the most.",
        )
    usual = sum(len(words_of(part)) for part in parts) / len(parts) if parts else 0
    if len(parts) >= FEWEST_SENTENCES and usual > voice.usual:
        why = f"A sentence has {usual:.0f} words on average; {voice.usual} are usual with us."
        yield Finding(kind="long-sentences", start=0, end=len(text), words="", why=why)


def _tone(text: str, voice: Voice) -> Iterator[Finding]:
    signs = [*re.finditer(r"!+", text)]
    for found in signs[voice.exclamations :]:
        yield _at("exclamation", found, "Somebody who is hurt hears shouting, or cheer.", ".")
    for found in _CAPITALS.finditer(text):
        yield _at("capitals", found, "Capitals shout.", found.group().capitalize())


def _speakers(text: str, language: str) -> Iterator[Finding]:
    known = _SPEAKERS.get(language)
    if known is None or len(words_of(text)) < FEWEST_WORDS:
        return
    for kind, words, why in (
        ("no-we", known[0], "Nobody seems to speak: say who acts."),
        ("no-you", known[1], "Nobody seems to be spoken to."),
    ):
        if not re.search(rf"\b(?:{words})\b", text, re.IGNORECASE):
            yield Finding(kind=kind, start=0, end=len(text), words="", why=why)


def _passive(text: str, language: str, voice: Voice) -> Iterator[Finding]:
    parts = sentences(text)
    if language != "en" or len(parts) < FEWEST_SENTENCES:
        return
    found = [*_PASSIVE.finditer(text)]
    if len(found) > voice.passive * len(parts):
        why = f"{len(found)} of {len(parts)} sentences hide who acts."
        yield _at("passive", found[0], why, None)


def _hard(text: str, hard: Reading | None, voice: Voice) -> Iterator[Finding]:
    if hard is None:
        return
    if hard.grade is not None and hard.grade > voice.grade:
        why = (
            f"It takes school year {hard.grade:.0f} ({hard.formula}); we write for {voice.grade}."
        )
        yield Finding(kind="hard", start=0, end=len(text), words="", why=why)
    elif hard.grade is None and hard.hard:
        why = f"Its ease is {hard.ease:.0f} of 100 ({hard.formula}); we write for 60 and more."
        yield Finding(kind="hard", start=0, end=len(text), words="", why=why)


def _at(kind: str, found: re.Match[str], why: str, instead: str | None) -> Finding:
    return Finding(
        kind=kind,
        start=found.start(),
        end=found.end(),
        words=_short(found.group()),
        why=why,
        instead=instead,
    )


def _short(words: str) -> str:
    return words if len(words) <= 80 else words[:79] + "\u2026"  # noqa: PLR2004 - a line
