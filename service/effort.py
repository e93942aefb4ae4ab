"""The customer effort score: how easy it was, by group and phase, over time, and who answered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs
import pyarrow.compute as pc  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.measures.effort import LEAST, Answers, as_asked, change, mean_of, share_of
from knowledge.measures.estimates import Figure, Unsuited, Withheld
from knowledge.measures.observation_files import ObservationsBroken
from ontology.identity import ThingId
from service.effort_report import Effort, Group, Phases, Point
from service.observing import observed
from service.problems import Fault, unprocessable
from service.recorded_history import Progress
from service.survey_bodies import EXAMPLE, EffortIn
from service.world import World

_EASY: Final = 5
_LOWEST, _HIGHEST = 1, 7
_UNSAID: Final = "not said"
_WEEK: Final = timedelta(days=7)
_FORTNIGHTS: Final = timedelta(days=7 * 40)
_MUCH: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Who was asked, row by row, and what they answered; NaN where they did not."""

    table: pa.Table
    at: npt.NDArray[np.int64]
    score: npt.NDArray[np.float64]
    who: npt.NDArray[np.uint64]

    @classmethod
    def of(cls, table: pa.Table) -> "_Asked":
        return cls(
            table=table,
            at=table["at"].cast(pa.int64()).to_numpy(),
            score=pc.fill_null(table["score"], float("nan")).to_numpy().astype(np.float64),
            who=table["subject"].to_numpy(),
        )

    @property
    def answered(self) -> npt.NDArray[np.bool_]:
        return ~np.isnan(self.score)

    def answers(self, fits: npt.NDArray[np.bool_]) -> Answers:
        """The answers among some rows."""
        chosen = fits & self.answered
        return Answers(score=self.score[chosen], who=self.who[chosen])

    def column(self, name: str) -> npt.NDArray[np.object_]:
        found: npt.NDArray[np.object_] = np.array(
            [one or _UNSAID for one in self.table[name].to_pylist()], np.object_
        )
        return found


def effort(world: World, body: EffortIn, progress: Progress) -> Effort:
    """How easy customers say that it was.

    Raises:
        Unsuited: there are too few answers, or a file of them is damaged.
        ProblemError: the incident is unknown, or its phases have no order.
    """
    try:
        table = observed(world, "survey", body.since, body.until, unanswered=True)
    except ObservationsBroken as error:
        raise Unsuited(str(error)) from error
    asked = _Asked.of(table.filter(pc.equal(table["instrument"], "ces")))
    everybody = np.ones(len(asked.at), np.bool_)
    answers = asked.answers(everybody)
    if answers.people < LEAST:
        raise Unsuited(
            f"{answers.people} people answered a survey of effort, {LEAST} are needed; load"
            " answers with `attune load survey`, instrument ces, on a scale from 1 to 7"
        )
    progress(1, 3)
    phases = _phases(world, asked, body)
    groups = [group for name in body.by for group in _groups(asked, name)]
    progress(2, 3)
    found = Effort(
        since=_moment(int(asked.at.min())),
        until=_moment(int(asked.at.max())),
        asked=len(asked.at),
        people=answers.people,
        mean=mean_of(answers),
        easy=share_of(answers.score >= _EASY, answers.who),
        answers=tuple(
            share_of(np.round(answers.score) == one, answers.who)
            for one in range(_LOWEST, _HIGHEST + 1)
        ),
        response=_response(asked, everybody),
        as_asked=_as_asked(asked),
        groups=tuple(groups),
        phases=phases,
        trend=tuple(_trend(asked)),
        warnings=tuple(_warnings(answers, asked)),
    )
    progress(3, 3)
    return found


def _groups(asked: _Asked, name: str) -> Iterator[Group]:
    """The groups of a column; so few are withheld that nobody can be subtracted out."""
    column = asked.column(name)
    names = sorted({str(one) for one in column})
    if names == [_UNSAID]:
        return
    people = {one: asked.answers(column == one).people for one in names}
    hidden = {one for one in names if people[one] < LEAST}
    if 0 < sum(people[one] for one in hidden) < LEAST:
        rest = sorted((one for one in names if one not in hidden), key=lambda one: people[one])
        hidden |= {*rest[:1]}
    for one in names:
        fits = column == one
        yield _group(asked, name, one, fits, hidden=one in hidden)


def _group(
    asked: _Asked, by: str, name: str, fits: npt.NDArray[np.bool_], *, hidden: bool
) -> Group:
    answers = asked.answers(fits)
    if hidden:
        reason = f"fewer than {LEAST} people, or so few could be worked out from it"
        nothing = Withheld(reason=reason, n=0)
        return Group(by=by, name=name, mean=nothing, easy=nothing, response=nothing)
    return Group(
        by=by,
        name=name,
        mean=mean_of(answers),
        easy=share_of(answers.score >= _EASY, answers.who),
        response=_response(asked, fits),
    )


def _response(asked: _Asked, fits: npt.NDArray[np.bool_]) -> Figure:
    """The share of those asked who answered."""
    if asked.answered.all():
        reason = "only answers were loaded; load who was asked, too, with a blank score"
        return Withheld(reason=reason, n=int(fits.sum()))
    return share_of(asked.answered[fits], asked.who[fits])


def _as_asked(asked: _Asked) -> Figure:
    """The mean if each touchpoint had answered as often as it was asked."""
    if asked.answered.all():
        return _response(asked, asked.answered)
    names, places = np.unique(asked.column("touchpoint").astype(str), return_inverse=True)
    many = np.bincount(places.reshape(-1), minlength=len(names))
    chosen = asked.answered
    return as_asked(asked.answers(chosen), places.reshape(-1)[chosen], many)


def _phases(world: World, asked: _Asked, body: EffortIn) -> Phases | None:
    """Before the onset, until the resolution, and after it."""
    onset, resolved = _moments(world, body)
    if onset is None:
        return None
    own = np.ones(len(asked.at), np.bool_)
    if body.incident is not None:
        own = np.isin(asked.column("incident").astype(str), [body.incident, _UNSAID])
    begin, end = _micros(onset), _micros(resolved) if resolved else None
    before = asked.answers(own & (asked.at < begin))
    during = asked.answers(own & (asked.at >= begin) & (True if end is None else asked.at < end))
    nothing = Withheld(reason="the incident is not resolved; say when it was with resolved", n=0)
    after = None if end is None else asked.answers(own & (asked.at >= end))
    return Phases(
        incident=body.incident,
        onset=onset,
        resolved=resolved,
        means=(
            ("before", mean_of(before)),
            ("during", mean_of(during)),
            ("after", nothing if after is None else mean_of(after)),
        ),
        fell=change(before, during),
        rose=nothing if after is None else change(during, after),
        left=nothing if after is None else change(before, after),
    )


def _moments(world: World, body: EffortIn) -> tuple[datetime | None, datetime | None]:
    onset, resolved = body.onset, body.resolved
    if body.incident is not None:
        known = world.incidents.get(ThingId(body.incident))
        if known is None:
            example = next((one.id for one in world.incidents.all()), "incident/2013-ny-train")
            words = "there is no such incident"
            fault = Fault(pointer="/incident", detail=words, value=body.incident, example=example)
            raise unprocessable([fault])
        said = world.graph.get(known.id, "onset")
        began = datetime.fromisoformat(str(said)) if said else known.opened_at
        onset, resolved = onset or began, resolved or known.resolved_at
    if onset and resolved and resolved <= onset:
        words = f"is not after the onset, {onset.isoformat()}"
        value = resolved.isoformat()
        fault = Fault(pointer="/resolved", detail=words, value=value, example=EXAMPLE)
        raise unprocessable([fault])
    return onset, resolved


def _trend(asked: _Asked) -> Iterator[Point]:
    """Week by week, or by four weeks where the time is long; weeks without answers, too."""
    first, last = _moment(int(asked.at.min())), _moment(int(asked.at.max()))
    step = _WEEK if last - first <= _FORTNIGHTS else 4 * _WEEK
    monday = (first - timedelta(days=first.weekday())).date()
    begin = datetime(monday.year, monday.month, monday.day, tzinfo=UTC)
    edges = [begin]
    while edges[-1] <= last:
        edges.append(edges[-1] + step)
    for since, until in pairwise(edges):
        fits = (asked.at >= _micros(since)) & (asked.at < _micros(until))
        yield Point(since=since, until=until, mean=mean_of(asked.answers(fits)))


def _warnings(answers: Answers, asked: _Asked) -> Iterator[str]:
    if len(answers) >= _MUCH and answers.score.max() <= _EASY:
        yield (
            f"Nobody of {answers.people} people answered 6 or 7: if the scale went to 5, load the "
            "answers again with scales: {ces: [1, 5]} in the map."
        )
    most = np.unique(answers.who, return_counts=True)[1].max()
    if most > 1:
        yield (f"Some people answered up to {most} times; intervals count people, not answers.")
    if asked.answered.all():
        yield "Nothing is known of who was asked and kept silent: the figures are of who answered."


def _moment(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / 1_000_000, UTC)


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)
