"""Declaring: which columns of people may be held equal, and which come too late for that."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from ontology.events import Json
from service.outcome_bodies import Confounder
from service.problems import Fault, unprocessable

BEFORE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "segment": "the segment of the relationship",
        "region": "the region of the relationship",
        "tenure": "days from the beginning of the relationship",
        "revenue": "what was paid in the 365 days before",
        "cases": "cases opened in the 365 days before",
        "trust": "the last answer on trust before",
        "satisfaction": "the last answer on satisfaction before",
        "incident": "the incident that it was about",
        "channel": "the channel on which it was answered",
        "team": "the team that answered",
        "month": "the month in which it was answered",
    }
)
"""Columns that are settled when somebody is answered."""

AFTER: Final[Mapping[str, str]] = MappingProxyType(
    {
        "empathy": "how the answer was is part of what the customer got",
        "message": "how the answer was is part of what the customer got",
        "personalised": "that is what is compared",
        "resolution": "how long it takes is known only after the answer",
        "effort": "it is asked after the answer",
        "churned": "that is what may be different",
        "until": "that is what may be different",
    }
)
"""Columns that come with the answer or after it: held equal they would hide what it does."""

_EXAMPLE: Final[list[Json]] = [
    {"column": "segment", "why": "Season-ticket holders get more attention."}
]


def checked(
    declared: Sequence[Confounder] | None,
    randomised: str | None,
    before: Mapping[str, str] = BEFORE,
) -> tuple[str, ...]:
    """The columns that are declared.

    Raises:
        ProblemError: nothing is declared, or something that comes after.
    """
    if declared is None and randomised is None:
        told = "; ".join(f"{name}: {what}" for name, what in before.items())
        words = (
            "say what decides who gets a personal answer and also goes with staying, each with"
            " why; an empty list only with `randomised`, which says how chance decided."
            f" There are {told}"
        )
        raise unprocessable([Fault(pointer="/confounders", detail=words, example=_EXAMPLE)])
    if not declared and randomised is None:
        words = "is empty: that stands only where chance decided; say how in `randomised`"
        raise unprocessable([Fault(pointer="/confounders", detail=words, example=_EXAMPLE)])
    faults = [
        Fault(
            pointer=f"/confounders/{at}/column",
            value=one.column,
            detail=_wrong(one.column, before),
            example=next(iter(before)),
        )
        for at, one in enumerate(declared or ())
        if one.column not in before
    ]
    if faults:
        raise unprocessable(faults)
    return tuple(dict.fromkeys(one.column for one in declared or ()))


def _wrong(name: str, before: Mapping[str, str]) -> str:
    if name in AFTER:
        return (
            f"{name[:40]!r} comes with the answer or after it ({AFTER[name]}), so it can't be"
            " held equal"
        )
    return f"{name[:40]!r} is not known of people; there are {', '.join(before)}"
