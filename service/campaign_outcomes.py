"""What became of people after a campaign, from outside measurements: staying, effort, revenue."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import Any, Final

from knowledge.measures.estimates import Unsuited
from service.observing import observed
from service.world import World

Outcomes = dict[int, float]
"""By the hash under which measurements keep a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """An outcome: what it is read from, and how; a share has values 0 and 1."""

    name: str
    kind: str
    share: bool
    read: Callable[[World, datetime, datetime], Outcomes]


def stayed(world: World, since: datetime, until: datetime) -> Outcomes:
    """Of everybody who was with us at the start: 1 who still is at the end, 0 who went.

    Whoever was last seen before the end has no outcome.
    """
    found: Outcomes = {}
    for row in _rows(world, "relationship", None, until):
        begun, ended = row["since"], row["until"]
        if row["subject"] is None or begun > since or (ended is not None and ended <= since):
            continue
        if row["churned"] and ended is not None and ended <= until:
            found[row["subject"]] = 0.0
        elif row["observed_until"] >= until or (ended is not None and ended > until):
            found.setdefault(row["subject"], 1.0)
    return found


def effort(world: World, since: datetime, until: datetime) -> Outcomes:
    """The mean effort score of each person who answered."""
    scores: dict[int, list[float]] = defaultdict(list)
    for row in _rows(world, "survey", since, until):
        if row["instrument"] == "ces" and row["score"] is not None:
            scores[row["subject"]].append(float(row["score"]))
    return {subject: fmean(several) for subject, several in scores.items()}


def revenue(world: World, since: datetime, until: datetime) -> Outcomes:
    """What each person brought; whoever ever brought something and nothing since counts 0.

    Raises:
        Unsuited: it is in several currencies.
    """
    found: Outcomes = {}
    currencies = set()
    for row in _rows(world, "revenue", None, until):
        found.setdefault(row["subject"], 0.0)
        if row["at"] >= since:
            currencies.add(row["currency"])
            found[row["subject"]] += float(row["amount"])
    if len(currencies) > 1:
        several = ", ".join(sorted(map(str, currencies)))
        raise Unsuited(f"revenue is in {several}; load it in one currency")
    return found


MEASURES: Final = (
    Measure(name="stayed", kind="relationship", share=True, read=stayed),
    Measure(name="effort (CES, 1 to 7)", kind="survey", share=False, read=effort),
    Measure(name="revenue", kind="revenue", share=False, read=revenue),
)


def _rows(
    world: World, kind: str, since: datetime | None, until: datetime
) -> Iterator[dict[str, Any]]:
    for batch in observed(world, kind, since, until).to_batches():
        yield from batch.to_pylist()
