"""Why a text is among the worst: empathy that lacks, what blames, what is boilerplate."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from knowledge.language import admission
from knowledge.language.corpora import MECHANISMS
from knowledge.language.empathy_passages import passages
from knowledge.language.voice import Finding, sound
from knowledge.language.voice_files import Voice

About = Literal["empathy", "blame", "boilerplate", "voice"]
COMMON: Final = 5
"""In how many texts a sentence that is no exemplar stands, from which it is called boilerplate."""
MOST_BLAME: Final = 2
_SHIFTING: Final = "shifting"
_FIGURES: Final = re.compile(r"\d+")
_LACKS: Final[Mapping[str, str]] = {
    "emotional_reactions": "nothing in it says that what happened touches us",
    "interpretations": "nothing in it says what it was like for them",
    "explorations": "it asks nothing",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason, and the words of the text that give it, if there are such."""

    about: About
    why: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was looked for in a text: its reasons and its demerits, 0 to 4."""

    reasons: tuple[Reason, ...]
    demerits: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """What reasons are drawn from: the voice, and how often each sentence stands in a time."""

    voice: Voice
    common: Mapping[str, int] = field(default_factory=dict)

    def of(self, text: str, levels: Sequence[float]) -> Looked:
        """The reasons of one text; `levels` are those of the three mechanisms, 0 to 2.

        Empathy that lacks, the voice, blame and boilerplate take one demerit each at most.
        """
        heard = sound(text, "en", self.voice)
        blame = [*self._blame(text, heard.findings)]
        said = passages(text)
        stock = [one.words for one in said if same(one.words) in self.common]
        reasons = [
            *_lacking(levels),
            *blame,
            *(self._stock(one) for one in stock),
            *(_voiced(one) for one in heard.findings if one.kind != "never"),
        ]
        demerits = (
            (6 - sum(levels)) / 6
            + (100 - heard.score) / 100
            + min(len(blame), MOST_BLAME) / MOST_BLAME
            + (len(stock) / len(said) if said else 0.0)
        )
        return Looked(reasons=tuple(reasons), demerits=float(demerits))

    def _blame(self, text: str, findings: Sequence[Finding]) -> Iterator[Reason]:
        hurting = [one for one in findings if one.kind == "never"]
        for one in hurting:
            yield Reason(about="blame", why=one.why, words=one.words)
        for each in admission.read(text, "en").findings:
            shifts = each.about == "non-apology" and each.counts and each.kind == _SHIFTING
            if shifts and not any(
                one.start < each.end and each.start < one.end for one in hurting
            ):
                yield Reason(about="blame", why=each.why, words=text[each.start : each.end])

    def _stock(self, words: str) -> Reason:
        many = self.common[same(words)]
        return Reason(
            about="boilerplate", why=f"it stands in {many} texts of this time", words=words
        )


def common(texts: Sequence[str], chosen: Sequence[str]) -> dict[str, int]:
    """The sentences that stand in many texts and in no exemplar, with how many texts that is.

    Figures count as equal, so that another case number is no other sentence.
    """
    ours = {same(one.words) for text in chosen for one in passages(text)}
    found = Counter(
        words for text in texts for words in {same(one.words) for one in passages(text)}
    )
    return {words: many for words, many in found.items() if many >= COMMON and words not in ours}


def same(words: str) -> str:
    """What two sentences have in common that differ in figures, case or the sign at the end.

    >>> same("Your case 12 is closed.") == same("your case 7 is closed")
    True
    """
    return _FIGURES.sub("0", words.casefold()).strip(" .!?")


def _lacking(levels: Sequence[float]) -> Iterator[Reason]:
    for name, level in zip(MECHANISMS, levels, strict=True):
        if level == 0:
            yield Reason(about="empathy", why=_LACKS[name])


def _voiced(one: Finding) -> Reason:
    boiled = one.kind == "avoid"
    return Reason(about="boilerplate" if boiled else "voice", why=one.why, words=one.words)
