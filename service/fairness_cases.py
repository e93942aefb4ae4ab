"""What people got: recorded decisions as cases, one a person and incident, by their groups."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.decision_parts import Part
from knowledge.part_writing import ERASED, WHOLE
from ontology.lifecycle_data import duration
from ontology.schema import schema
from rules.fairness_terms import BY
from service import outcomes
from service.world import World

_PAGE: Final = 500
_URGENT: Final = frozenset({"urgent", "immediate"})
_PERSONAL: Final = frozenset({"personal-answer", "human-contact"})
_OFFER: Final = "rebuild"
Outcomes = Callable[[Part], Any]
"""The text of the outcome of each decision of a part, None where it can't be told."""


@lru_cache(maxsize=1)
def ranks() -> Mapping[str, int]:
    """The tiers, the lowest first."""
    return {tier: at for at, tier in enumerate(schema().schemes["tier"])}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What one decision gave: its tier, whether it was so, the minutes until an answer is due."""

    tier: str
    had: frozenset[str]
    deadline: float | None


@dataclass(slots=True, kw_only=True)
class Had:
    """What a case got by all its decisions: the highest tier, anything once, the shortest wait."""

    tier: int = 0
    measures: frozenset[str] = frozenset()
    deadline: float | None = None

    def add(self, given: Given, tiers: Mapping[str, int]) -> None:
        """Take in one decision."""
        self.tier = max(self.tier, tiers.get(given.tier, 0))
        if not given.had <= self.measures:  # most have one decision, and share its set
            self.measures = given.had | self.measures if self.measures else given.had
        if given.deadline is not None:
            known = self.deadline if self.deadline is not None else given.deadline
            self.deadline = min(given.deadline, known)


@dataclass(slots=True, kw_only=True)
class Case:
    """One person in one incident; a decision about nobody we know is a case of its own.

    `groups` has what is known, in the order of `BY`; `like` is what else it was like: incident,
    cluster and threat of the first decision. `after` is what a proposal would have given.
    """

    like: tuple[str, str, str]
    first: datetime
    groups: tuple[str | None, ...] = (None,) * len(BY)
    had: Had = field(default_factory=Had)
    after: Had | None = None
    answered: float | None = None
    person: bool = False


@dataclass(slots=True, kw_only=True)
class Gathered:
    """All cases of a time, and what could not be counted."""

    cases: dict[tuple[str, str], Case] = field(default_factory=dict)
    decisions: int = 0
    erased: int = 0
    unreadable: int = 0
    undetermined: int = 0


@dataclass(slots=True, kw_only=True)
class Gathering:
    """Takes in part after part; `again` decides anew what a proposal would have."""

    since: datetime
    until: datetime
    told: Mapping[str, datetime]
    again: Outcomes | None = None
    found: Gathered = field(default_factory=Gathered)
    _tiers: Mapping[str, int] = field(default_factory=ranks)

    def take(self, part: Part) -> None:
        """Take in the decisions of a part that lie in the time, oldest first."""
        moments = part.decisions["at"].cast("int64").to_numpy()
        since, until = (_micros(end) for end in (self.since, self.until))
        inside = np.flatnonzero((moments >= since) & (moments < until))
        if not len(inside):
            return
        texts = self.again(part) if self.again is not None else None
        customers = _customers(part)
        table = part.decisions.take(inside)
        rows = zip(inside.tolist(), *(table[name].to_pylist() for name in _COLUMNS), strict=True)
        self.found.decisions += len(inside)
        for at, state, *row in rows:
            if state != WHOLE:
                self.found.erased += state == ERASED
                self.found.unreadable += state != ERASED
            elif texts is not None and texts[at] is None:
                self.found.undetermined += 1
            else:
                again = texts[at] if texts is not None else None
                self._add(row, customers.get(at, _NOBODY), again)

    def _add(self, row: list[Any], customer: Mapping[str, Any], text: str | None) -> None:
        name, moment, subject, incident, outcome, *known = row
        key = subject or name, incident or ""
        case = self.found.cases.get(key)
        if case is None:
            like = _like(incident or "none", outcome)
            case = Case(like=like, first=moment, person=subject is not None)
            self.found.cases[key] = case
        told = (*known, None)  # nothing names the vulnerable but the facts
        case.groups = tuple(
            _known(value, customer.get(by), before)
            for by, value, before in zip(BY, told, case.groups, strict=True)
        )
        case.had.add(given_of(outcome), self._tiers)
        if text is not None:
            case.after = case.after or Had()
            case.after.add(given_of(text), self._tiers)
        if (done := self.told.get(name)) is not None:
            waited = max(0.0, (done - case.first).total_seconds() / 60)
            case.answered = min(waited, case.answered if case.answered is not None else waited)


def told_of(world: World) -> dict[str, datetime]:
    """When the first thing was done about each decision of which that was told."""
    found: dict[str, datetime] = {}
    after = 0
    while events := world.ledger.read(after, types=(outcomes.TOLD,), limit=_PAGE):
        for event in events:
            decision, at = str(event.data["decision"]), outcomes.read(event).at
            found[decision] = min(at, found.get(decision, at))
        after = events[-1].sequence
    return found


@lru_cache(maxsize=65_536)
def given_of(text: str) -> Given:
    """What an outcome gives to whom it is about."""
    shown = orjson.loads(text)
    tiers, tier = ranks(), str(shown.get("tier", ""))
    had = {name for name in ("specialist", "crisis-team") if tiers.get(tier, 0) >= tiers[name]}
    if any(one.get("priority") in _URGENT for one in shown["routes"]):
        had.add("urgent")
    if any(one.get("strategy") == _OFFER for one in shown["responses"]):
        had.add("offer")
    if any(one.get("name") in _PERSONAL for one in shown["requirements"]):
        had.add("person")
    within = shown.get("within")
    minutes = duration(within).total_seconds() / 60 if within else None
    return Given(tier=tier, had=frozenset(had), deadline=minutes)


@lru_cache(maxsize=65_536)
def _like(incident: str, text: str) -> tuple[str, str, str]:
    """What a case is like: its incident, and cluster and threat of an outcome."""
    shown = orjson.loads(text)
    return incident, str(shown.get("cluster", "none")), str(shown.get("threat", "none"))


_COLUMNS: Final = ("state", "id", "at", "subject", "incident", "outcome", *BY[:-1])
_NOBODY: Final[Mapping[str, Any]] = {}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _customers(part: Part) -> Mapping[int, Mapping[str, Any]]:
    """By row, the fact about the customer of the decision."""
    table, start = part.facts.get("customer"), part.starts.get("customer", 0)
    if table is None or not part.decisions.num_rows:
        return {}
    rows = table.to_pylist()
    lists = pa.concat_arrays(part.decisions["facts"].chunks)
    lengths = np.diff(lists.offsets.to_numpy())
    numbers = lists.flatten().to_numpy()
    owners = np.repeat(np.arange(len(lengths)), lengths)
    mine = np.flatnonzero((numbers >= start) & (numbers < start + len(rows)))
    return {int(owners[at]): rows[int(numbers[at]) - start] for at in mine}


def _known(*values: object) -> str | None:
    """The first value that is known, as text."""
    for value in values:
        if value is not None:
            return str(value).lower() if isinstance(value, bool) else str(value)
    return None
