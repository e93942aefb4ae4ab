"""The scorecard: each figure from the home's own data, or withheld with the reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs
import pyarrow.compute as pc  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.measures import periods
from knowledge.measures.designs import Floats
from knowledge.measures.estimates import Figure, Unsuited, Withheld
from knowledge.measures.exposure import Exposure, exposure, link
from service.observing import observed
from service.outcome_bodies import Goal, Perspective, ScorecardIn
from service.outcome_people import DAY, answers, relations, revenue, seconds
from service.recorded_history import Progress
from service.scorecard_items import Item
from service.scorecard_kpis import goals as declared
from service.scorecard_kpis import kpis
from service.scorecard_learning import learned
from service.scorecard_report import Scorecard
from service.world import World

_SEED: Final = 20_261_126
_STEPS: Final = 3
_HOUR: Final = 3_600
_YEAR: Final = 365 * DAY
_SURVEYS: Final = (("trust", "trust", "Trust (1 to 7)"), ("ces", "effort", "Ease (1 to 7)"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """The period, and the one before it, of the same length."""

    before: datetime
    since: datetime
    until: datetime


def report(world: World, asked: ScorecardIn, progress: Progress) -> Scorecard:
    """Work it out."""
    until = asked.until if asked.until is not None else world.clock.now()
    length = timedelta(days=asked.days)
    span = _Span(before=until - 2 * length, since=until - length, until=until)
    goals = declared(world, asked.goals)
    progress(0, _STEPS)
    items = [*_customer(world, span, goals), *_process(world, span, goals)]
    progress(1, _STEPS)
    money, notes, drivers = _financial(world, asked, span, goals)
    progress(2, _STEPS)
    items += [*money, *_learning(world, span, goals)]
    items += kpis(world, asked.perspectives, span.since, span.until)
    progress(_STEPS, _STEPS)
    return Scorecard(
        since=span.since,
        until=span.until,
        items=items,
        notes=[*_notes(), *notes],
        drivers=drivers,
        asked=asked.model_dump(mode="json", exclude_none=True),
    )


def _notes() -> Iterator[str]:
    yield (
        "Intervals are of 95 %. A target is met or missed, a trend better or worse, only where the"
        " whole interval says so."
    )


def _customer(world: World, span: _Span, goals: dict[str, Goal]) -> Iterator[Item]:
    for instrument, name, title in _SURVEYS:
        now, before = (
            _scores(observed(world, "survey", *ends), instrument) for ends in _both(span)
        )
        yield _item(
            (Perspective.CUSTOMER, title, "1", True),
            periods.mean(now),
            periods.mean_change(now, before),
            goals.get(name),
        )


def _both(span: _Span) -> tuple[tuple[datetime, datetime], tuple[datetime, datetime]]:
    return (span.since, span.until), (span.before, span.since)


def _scores(table: pa.Table, instrument: str) -> Floats:
    """One value a person, the mean of what they said."""
    some = table.filter(pc.equal(table["instrument"], instrument))
    means = some.group_by("subject").aggregate([("score", "mean")])
    return np.asarray(means["score_mean"].to_numpy(), dtype=float)


def _process(world: World, span: _Span, goals: dict[str, Goal]) -> Iterator[Item]:
    for column, name, title in (
        ("resolved", "resolution", "Half of cases resolved in"),
        ("first_reply", "first-reply", "Half of cases answered in"),
    ):
        found = []
        for since, until in _both(span):
            table = observed(world, "resolution", since, until)
            found.append(_durations(table, column, until))
        now, before = found
        yield _item(
            (Perspective.PROCESS, title, "h", False),
            periods.median(*now),
            periods.median_change(now, before, np.random.default_rng(_SEED)),
            goals.get(name),
        )


def _durations(table: pa.Table, column: str, until: datetime) -> tuple[Floats, Floats]:
    opened, ended = seconds(table["opened"]), seconds(table[column])
    last = int(until.timestamp())
    done = pc.is_valid(table[column]).to_numpy() & (ended <= last)
    return np.maximum(0, np.where(done, ended, last) - opened) / _HOUR, done.astype(float)


def _financial(
    world: World, asked: ScorecardIn, span: _Span, goals: dict[str, Goal]
) -> tuple[list[Item], list[str], dict[str, float]]:
    items = [_leaving(world, span, goals.get("leaving"))]
    try:
        paid, currency = _spend(world, asked, span)
        items.append(
            _item(
                (Perspective.FINANCIAL, "Paid by a customer in the period", currency or "", True),
                periods.mean(paid[0]),
                periods.mean_change(*paid),
                goals.get("spend"),
            )
        )
        risk = _risk(world, asked, span)
    except Unsuited as error:
        none = Withheld(reason=str(error), n=0)
        items.append(
            _item((Perspective.FINANCIAL, "Revenue at risk", "", False), none, none, None)
        )
        return items, [], {}
    shown = (("Revenue a year at risk now", risk.now), ("… added if it falls", risk.added))
    change = Withheld(reason="a model of now has no period before", n=risk.now.n)
    items += [
        _item((Perspective.FINANCIAL, name, currency or "", False), one, change, None)
        for name, one in shown
    ]
    return items, [*_told(asked, risk)], {**risk.drivers}


def _told(asked: ScorecardIn, risk: Exposure) -> Iterator[str]:
    fall = asked.fall
    if fall is not None:
        yield (
            f"Revenue at risk: what customers of now paid in the last 365 days times the chance"
            f" that they leave within {asked.horizon_days} days, by their last answer on"
            f" {asked.sentiment} and tenure; added: if that falls by {fall.least:g} to"
            f" {fall.most:g} points, evenly ({fall.why}). The link is an association: that it"
            " holds when sentiment falls, and for those who never answered, is an assumption."
        )
        told = sorted(risk.drivers.items(), key=lambda one: -one[1])
        words = ", ".join(f"{name} {share:.0%}" for name, share in told)
        yield f"What the added risk hangs on (share of its spread): {words}."


def _leaving(world: World, span: _Span, goal: Goal | None) -> Item:
    everybody = np.unique(observed(world, "relationship")["subject"].to_numpy())
    counts = []
    for since, until in _both(span):
        begin, end = int(since.timestamp()), int(until.timestamp())
        found = relations(world, everybody, np.full(len(everybody), begin, dtype=np.int64))
        seen = found.here & ((found.followed >= end) | ((found.left > 0) & (found.until < end)))
        gone = seen & (found.left > 0) & (found.until < end)
        counts.append((int(gone.sum()), int(seen.sum())))
    return _item(
        (Perspective.FINANCIAL, "Customers who left in the period", "%", False),
        periods.share(*counts[0]),
        periods.share_change(counts[0], counts[1]),
        goal,
    )


def _spend(
    world: World, asked: ScorecardIn, span: _Span
) -> tuple[tuple[Floats, Floats], str | None]:
    history, currency = revenue(world, asked.currency)
    everybody = np.unique(observed(world, "relationship")["subject"].to_numpy())
    found = []
    for since, until in _both(span):
        begin, end = (
            np.full(len(everybody), int(one.timestamp()), dtype=np.int64) for one in (since, until)
        )
        here = relations(world, everybody, begin)
        whole = here.here & (here.followed >= end)
        found.append(history.sums_between(everybody, begin, end)[whole])
    return (found[0], found[1]), currency


def _risk(world: World, asked: ScorecardIn, span: _Span) -> Exposure:
    """Revenue at risk by the link of leaving with answers.

    Raises:
        Unsuited: no fall is declared, or too few answered, left or paid.
    """
    if asked.fall is None:
        raise Unsuited(
            "declare in `fall` how far what customers say may fall, from least to most, and why"
        )
    everybody = np.unique(observed(world, "relationship")["subject"].to_numpy())
    said = answers(world, asked.sentiment)
    end = int(span.until.timestamp())
    start = end - asked.horizon_days * DAY
    at, now = (np.full(len(everybody), one, dtype=np.int64) for one in (start, end))
    then = relations(world, everybody, at)
    scores = said.last_between(everybody, at - _YEAR, at)
    known = then.here & np.isfinite(scores) & (then.followed >= end)
    left = (then.left > 0) & (then.until < end)
    linked = link(scores[known], left[known].astype(float), ((at - then.since) / DAY)[known])
    here = relations(world, everybody, now - 1)
    latest = said.last_between(everybody, now - _YEAR, now)
    paid, _ = revenue(world, asked.currency)
    worth = np.maximum(0.0, paid.sums_between(everybody, now - _YEAR, now))
    present = here.here
    # Whoever never answered is taken to think as the mean of those who did; the notes say so.
    filled = np.where(np.isfinite(latest), latest, linked.middle)
    return exposure(
        linked,
        (filled[present], ((now - here.since) / DAY)[present], worth[present]),
        (asked.fall.least, asked.fall.most),
        np.random.default_rng(_SEED),
    )


def _learning(world: World, span: _Span, goals: dict[str, Goal]) -> Iterator[Item]:
    means = []
    for since, until in _both(span):
        table = observed(world, "pulse", since, until)
        by = table.group_by("subject").aggregate([("score", "mean")])
        means.append(np.asarray(by["score_mean"].to_numpy(), dtype=float))
    yield _item(
        (Perspective.LEARNING, "Employees' pulse", "1", True),
        periods.mean(means[0]),
        periods.mean_change(*means),
        goals.get("pulse"),
    )
    for one in learned(world, span.before, span.since, span.until):
        what = (Perspective.LEARNING, one.title, "%", True)
        yield _item(what, one.now, one.change, goals.get(one.figure))


def _item(
    what: tuple[Perspective, str, str, bool], now: Figure, change: Figure, goal: Goal | None
) -> Item:
    perspective, name, unit, rises = what
    return Item(
        perspective=perspective,
        name=name,
        unit=unit,
        now=now,
        change=change,
        rises=rises,
        target=goal.target if goal is not None else None,
        owner=goal.owner if goal is not None else None,
    )
