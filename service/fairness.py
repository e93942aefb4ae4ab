"""Fairness: how groups of people fared by recorded decisions, and would by a proposed policy."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from ontology.facts import catalogue
from rules.fairness_terms import FILE, Terms, read
from rules.policy import build
from rules.vocabulary import Name
from rules.vocabulary import asked as asked_of
from service.bundle import packaged
from service.fairness_cases import Gathering, Outcomes, told_of
from service.fairness_report import Asked, Fairness
from service.fairness_verdicts import divided
from service.policy_sources import Source
from service.recorded_history import Progress
from service.world import World


class FairnessInvalid(ValueError):
    """It can't be asked like this; the message says what would do."""


def month(text: str) -> tuple[date, date]:
    """The first day of a month, and of the next.

    Raises:
        FairnessInvalid: it is none.

    >>> month("2026-12")
    (datetime.date(2026, 12, 1), datetime.date(2027, 1, 1))
    """
    try:
        first = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError as error:
        raise FairnessInvalid(f"{text[:40]!r} is no month like 2026-10") from error
    return first, date(first.year + first.month // 12, first.month % 12 + 1, 1)


def period(today: date, of: str | None, since: str | None, until: str | None) -> tuple[date, date]:
    """The days that are asked about: a month, or from one day to another; else the last month.

    Raises:
        FairnessInvalid: both are named, or something that is no month or day.
    """
    if of is not None and (since is not None or until is not None):
        raise FairnessInvalid("name a month, or since and until, not both")
    if since is None and until is None:
        last = today.replace(day=1) - timedelta(days=1)
        return month(of if of is not None else f"{last:%Y-%m}")
    if since is None:
        raise FairnessInvalid("until needs since, the first day; for example 2026-10-01")
    return _day(since), _day(until) if until is not None else today + timedelta(days=1)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise FairnessInvalid(f"{text[:40]!r} is no day like 2026-10-01") from error


def fairness(world: World, asked: Asked, progress: Progress) -> Fairness:
    """Look at what was decided from one day to another; `progress` gets parts done and all.

    Raises:
        FairnessInvalid: the time is empty.
        SealBroken: what is recorded was altered.
        Invalid: the books of the proposal are broken.
    """
    if asked.until <= asked.since:
        raise FairnessInvalid(
            f"from {asked.since} to {asked.until} is no time; name a later day as its end"
        )
    world.decisions.catch_up()
    gathering = Gathering(
        since=_begin(asked.since),
        until=_begin(asked.until),
        told=told_of(world),
        again=_again(world, asked.proposal) if asked.proposal is not None else None,
    )
    ranges = world.decisions.ranges()
    for done, one in enumerate(ranges, 1):
        gathering.take(world.decisions.read(one))
        progress(done, len(ranges))
    terms = terms_of(world, asked.proposal)
    return Fairness(
        asked=asked,
        at=world.clock.now(),
        gathered=gathering.found,
        terms=terms,
        divisions=divided(gathering.found.cases, terms),
    )


def terms_of(world: World, source: Source | None = None) -> Terms:
    """The terms of a policy, by default of the active one; those that are shipped if it has none.

    Raises:
        FileInvalid: they are broken.
    """
    active = world.policies.active
    files: Mapping[str, str] = world.policies.files(active) if active is not None else {}
    text = (source.files if source is not None else files).get(FILE)
    return read(text if text is not None else packaged()[FILE].decode())


def _again(world: World, source: Source) -> Outcomes:
    """What a policy makes of the decisions of a part; None of those that lack what it asks."""
    from service import backtest, backtest_unit  # noqa: PLC0415 - light start

    names = asked_of(build(source.content, catalogue()))
    first: dict[Name, int] = {}
    for one in world.decisions.ranges():
        found = backtest_unit.first_recorded(world.decisions.files, one, names)
        first = {**found, **first}
    question = backtest_unit.Question(
        policy=source.content,
        against=None,
        known=backtest.known(world),
        first=first,
        since=0,
        until=0,
        window=0,
        shift=0,
    )
    return lambda part: backtest_unit.outcomes(part, question)


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
