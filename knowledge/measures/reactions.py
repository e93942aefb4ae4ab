"""Reactions to what was said: emotions of answers, held against other answers and those before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from knowledge.measures.effort import LEAST, Answers, chance, change, mean_of
from knowledge.measures.estimates import Estimate, Figure
from knowledge.parity import adjusted

FALSE: Final = 0.05
"""The share of findings that may be false."""

Verdict = Literal["stronger", "weaker", "no difference seen", "cannot tell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The answers to one message, to others, and of the time before it, each from 0 to 1."""

    own: Answers
    others: Answers
    before: Answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """How an emotion differs from that of other answers; `found` is its p value among all."""

    change: Figure
    found: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """One emotion after one message, in what came from one source."""

    message: str
    source: str
    emotion: str
    level: Figure
    others: Against
    before: Against

    @property
    def unintended(self) -> bool:
        """Whether it got stronger, than before or than after other messages."""
        return "stronger" in {self.others.verdict, self.before.verdict}


def reactions(samples: Mapping[tuple[str, str, str], Sample]) -> tuple[Reaction, ...]:
    """What each emotion did after each message, by (message, source, emotion).

    All comparisons are one family: of the findings a share of `FALSE` may be false (Benjamini and
    Hochberg 1995).
    """
    pairs = [
        (one.others if other else one.before, one.own)
        for one in samples.values()
        for other in (True, False)
    ]
    tested = [at for at, (base, own) in enumerate(pairs) if min(base.people, own.people) >= LEAST]
    found = adjusted([chance(*pairs[at]) for at in tested])
    ps = dict(zip(tested, found, strict=True))
    told = [_against(*pair, ps.get(at)) for at, pair in enumerate(pairs)]
    return tuple(
        Reaction(
            message=message,
            source=source,
            emotion=emotion,
            level=mean_of(one.own),
            others=told[2 * at],
            before=told[2 * at + 1],
        )
        for at, ((message, source, emotion), one) in enumerate(samples.items())
    )


def _against(base: Answers, own: Answers, found: float | None) -> Against:
    figure = change(base, own)
    if found is None or not isinstance(figure, Estimate):
        return Against(change=figure, found=None, verdict="cannot tell")
    verdict: Verdict = "no difference seen"
    if found < FALSE:
        verdict = "stronger" if figure.value > 0 else "weaker"
    return Against(change=figure, found=found, verdict=verdict)


def unintended(found: Sequence[Reaction]) -> tuple[Reaction, ...]:
    """What no message wants: an emotion that got stronger."""
    return tuple(one for one in found if one.unintended)
