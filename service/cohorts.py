"""Cohorts as a report: those whom an incident touched against others who were alike before it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.measures.balance import Term, balance
from knowledge.measures.cohorts import MONTH, Cohort, Terms, courses
from knowledge.measures.designs import Floats, Values, design
from knowledge.measures.estimates import Unsuited
from knowledge.measures.histories import History, Integers
from knowledge.measures.matching import Matched, matched
from ontology.identity import ThingId
from service.cohort_report import Found, told
from service.figured import Figured
from service.observing import hashes, observed
from service.outcome_bodies import CohortIn
from service.outcome_people import DAY, Relations, answers, known_before, relations, revenue
from service.recorded_history import Progress
from service.world import World

_SEED: Final = 20_261_125
_STEPS: Final = 3
_NAMING: Final = ("response", "resolution", "survey")


@dataclass(frozen=True, slots=True, kw_only=True)
class _People:
    """Everybody who was a customer at the onset: whether affected, what they were before."""

    subjects: Integers
    affected: npt.NDArray[np.bool_]
    relations: Relations
    numbers: Floats
    exact: list[tuple[str | None, ...]]


def report(world: World, asked: CohortIn, progress: Progress) -> Figured:
    """Work it out.

    Raises:
        Unsuited: nobody is known to be affected, or too few have a match.
    """
    progress(0, _STEPS)
    people = _people(world, asked)
    found = matched(
        people.affected,
        people.exact,
        people.numbers,
        caliper=asked.caliper,
        most=asked.matches,
    )
    progress(1, _STEPS)
    rows = found.rows()
    terms = Terms(months=asked.months, discount=asked.discount, margin=asked.margin)
    onset = int(asked.onset.timestamp())
    cohort, currency = _followed(world, asked, people, (rows, found), onset)
    course = courses(cohort, terms, np.random.default_rng(_SEED))
    progress(_STEPS, _STEPS)
    return told(
        asked,
        Found(
            course=course,
            terms=_balance(asked, people, found),
            affected=int(people.affected.sum()),
            unaffected=int((~people.affected).sum()),
            matched=len(found.pairs),
            others=len(rows) - len(found.pairs),
            alone=len(found.alone),
            empty=found.cells,
            currency=currency,
        ),
    )


def _people(world: World, asked: CohortIn) -> _People:
    everybody = np.unique(observed(world, "relationship")["subject"].to_numpy())
    touched = affected(world, asked.incident)
    if not len(touched):
        raise Unsuited(
            f"nobody is known whom {asked.incident} touched: no case, answer or survey names it;"
            " load them with `incident`"
        )
    at = np.full(len(everybody), int(asked.onset.timestamp()), dtype=np.int64)
    found = relations(world, everybody, at)
    here = found.here
    subjects, stamps = everybody[here], at[here]
    there = {"tenure": (stamps - found.since[here]) / DAY}
    known = known_before(world, asked.nearest, (subjects, stamps), there, asked.currency)
    columns = [np.nan_to_num(known[name], nan=_middle(known[name])) for name in asked.nearest]
    kept = Relations(
        here=here[here],
        since=found.since[here],
        until=found.until[here],
        left=found.left[here],
        followed=found.followed[here],
        segment=found.segment[here],
        region=found.region[here],
    )
    words = [getattr(kept, name) for name in asked.exact]
    missing = [np.isnan(known[name]) for name in asked.nearest]
    return _People(
        subjects=subjects,
        affected=np.isin(subjects, touched),
        relations=kept,
        numbers=np.column_stack([np.empty((len(subjects), 0)), *columns]),
        exact=[*zip(*words, *missing, strict=True)] if words or missing else [()] * len(subjects),
    )


def affected(world: World, incident: str) -> Integers:
    """Whom measurements or recorded cases name together with an incident."""
    found = [np.empty(0, dtype=np.uint64)]
    for kind in _NAMING:
        table = observed(world, kind)
        table = table.filter(
            pc.and_(pc.equal(table["incident"], incident), pc.is_valid(table["subject"]))
        )
        found.append(table["subject"].to_numpy())
    cases = world.graph.subjects("aboutIncident", ThingId(incident))
    people = {world.graph.get(case, "ofCustomer") for case in cases} - {None}
    known = hashes(world, [ThingId(str(one)) for one in people])
    found.append(np.array([*known.values()], dtype=np.uint64))
    return np.unique(np.concatenate(found))


def _middle(values: Floats) -> float:
    return float(np.nanmedian(values)) if np.isfinite(values).any() else 0.0


def _followed(
    world: World,
    asked: CohortIn,
    people: _People,
    by: tuple[npt.NDArray[np.int64], Matched],
    onset: int,
) -> tuple[Cohort, str | None]:
    rows, found = by
    subjects, related = people.subjects[rows], people.relations
    until = np.maximum(1.0, np.ceil((related.until[rows] - onset) / DAY))
    seen = np.where(related.left[rows] > 0, related.followed[rows], related.until[rows])
    followed = (seen - onset) / DAY
    paid, currency = revenue(world, asked.currency)
    months = np.arange(asked.months)
    cohort = Cohort(
        affected=people.affected[rows],
        weights=found.weights(),
        sets=found.sets(),
        until=until,
        left=related.left[rows],
        trust=_trust(answers(world, "trust"), subjects, onset, asked.months),
        paid=np.column_stack(
            [_paid(paid, subjects, onset, int(month), followed) for month in months]
        ),
    )
    return cohort, currency


def _trust(said: History, subjects: Integers, onset: int, months: int) -> Floats:
    """The last answer in the year before, and in each month after."""
    step = int(MONTH * DAY)
    ends = [(onset - 365 * DAY, onset)]
    ends += [(onset + at * step, onset + (at + 1) * step) for at in range(months)]
    columns = [
        said.last_between(subjects, np.full(len(subjects), low), np.full(len(subjects), high))
        for low, high in ends
    ]
    return np.column_stack(columns)


def _paid(
    history: History, subjects: Integers, onset: int, month: int, followed: Floats
) -> Floats:
    low = onset + int(month * MONTH * DAY)
    high = onset + int((month + 1) * MONTH * DAY)
    sums = history.sums_between(
        subjects, np.full(len(subjects), low), np.full(len(subjects), high)
    )
    return np.where(followed >= (month + 1) * MONTH, sums, np.nan)


def _balance(asked: CohortIn, people: _People, found: Matched) -> list[Term]:
    """All affected against all others, and matched against matches."""
    columns: dict[str, Values] = {
        name: people.numbers[:, at] for at, name in enumerate(asked.nearest)
    }
    columns |= {name: getattr(people.relations, name) for name in asked.exact}
    whole = design(columns, len(people.subjects))
    weights = np.zeros(len(people.subjects))
    weights[found.rows()] = found.weights()
    if not found.pairs:
        return []
    return [*balance(whole, people.affected.astype(float), weights)]
