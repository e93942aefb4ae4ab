"""What a tone audit finds: who speaks otherwise than their like, and which place drifted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from knowledge.measures.estimates import Figure

SCORES: Final[Mapping[str, str]] = {
    "empathy": "empathy, 0 to 6: the levels of EPITOME's three mechanisms together",
    "voice": "brand voice, 0 to 100, by the findings of the active voice",
    "grade": "reading grade, in years of school",
    "likeness": "likeness to the templates of the active policy, 0 to 100",
    "sound": "how texts sound: squared distance of two times, 0 where nothing differs",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One group less those like it, or one of two groups less the other, by one score."""

    by: str
    score: str
    names: tuple[str, str | None]
    figure: Figure
    p: float | None
    q: float | None = None
    verdict: str = "cannot tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drifted:
    """How one place speaks now, less how it did; `left_out` are texts without their like."""

    by: str
    name: str
    score: str
    figure: Figure
    p: float | None
    left_out: int = 0
    q: float | None = None
    verdict: str = "cannot tell"


def called(by: str, name: str) -> str:
    """How a place is called: what it is stands before it where its name doesn't say so.

    >>> called("channel", "mail"), called("team", "team/legal"), called("all", "everybody")
    ('channel mail', 'team/legal', 'everybody')
    """
    return name if by == "all" or name.startswith(f"{by}/") else f"{by} {name}"
