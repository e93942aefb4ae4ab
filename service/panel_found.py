"""What was found of panels: strata, votes with their figures, and where proposals stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge.measures.estimates import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """A quota: how many seats it aimed at, and how many people of it sit."""

    by: str
    value: str
    aimed: int
    sits: int

    @property
    def short(self) -> int:
        """How many are missing."""
        return max(0, self.aimed - self.sits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A question that was voted on; `became` is where each proposal stands that heard of it."""

    id: str
    question: str
    on: str
    state: str
    turnout: Figure
    decided: str | None
    quorate: bool | None
    shares: Mapping[str, Figure]
    became: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seated:
    """A panel: how it stands, its strata, who accepted, its votes."""

    id: str
    name: str
    state: str
    seats: int
    sitting: int
    accepted: Figure
    strata: Sequence[Stratum]
    votes: Sequence[Vote]
