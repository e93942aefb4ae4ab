"""How employees answer, month by month: only groups of which nobody few can be worked out."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from knowledge.measures.estimates import Estimate, Figure, Unsuited, Withheld
from knowledge.measures.observation_kinds import KINDS
from knowledge.measures.publication import ALL, LEAST, Group, publication
from knowledge.refusals import DuplicateEvent
from ontology.events import Draft
from ontology.identity import ThingId
from service.closed_months import back, begin, closed_month, closes
from service.employee_report import Key, Pulse, Question, Told
from service.observing import store
from service.pulse_body import PulseIn
from service.recorded_history import Progress
from service.sweep import ITSELF
from service.world import World

_Scores: TypeAlias = npt.NDArray[np.float64]
BY: Final = ("team", "site", "role")
MONTHS: Final = 12
TOLD: Final = "pulse.told"
_ALIKE: Final = 0.9


def pulse(world: World, body: PulseIn, progress: Progress) -> Pulse:
    """The figures of one closed month.

    Raises:
        ProblemError: the month is none, or is not closed yet.
        Unsuited: too few answered.
    """
    first = closed_month(body.month, world.clock.now())
    firsts = [back(first, steps) for steps in range(MONTHS - 1, -1, -1)]
    found: list[Mapping[Key, _Answers]] = []
    for done, one in enumerate(firsts, 1):
        found.append(_answers(world, one, body.instrument))
        progress(done, len(firsts))
    if not found[-1]:
        what = body.instrument or "any question"
        raise Unsuited(f"nobody answered {what} in {first:%Y-%m}; {_there(world)}")
    questions = [
        _question(key, [*zip(firsts, (one.get(key) for one in found), strict=True)])
        for key in sorted(found[-1], key=lambda one: (one[0], one[1] or ""))
    ]
    if not any(one.told for one in questions):
        raise Unsuited(f"fewer than {LEAST} people answered in {first:%Y-%m}; nothing can be told")
    return Pulse(month=first, closed=closes(first), questions=tuple(questions))


def _there(world: World) -> str:
    """Of which months there are answers."""
    at = store(world).table(KINDS["pulse"])["at"]
    if not len(at):
        return "load answers with `attune load pulse`"
    return f"there are answers from {at[0].as_py():%Y-%m} to {at[-1].as_py():%Y-%m}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    """What people said to one question: the score of each, and the groups that each is in."""

    scores: _Scores
    people: tuple[Mapping[str, str], ...]

    def of(self, group: Group) -> _Scores:
        """The scores of a group."""
        by, name = group
        return self.scores[[group == ALL or one.get(by) == name for one in self.people]]


def _answers(world: World, first: date, instrument: str | None) -> Mapping[Key, _Answers]:
    """The answers of a month by question, one a person: the last; as known when first told."""
    kept, kind = store(world), KINDS["pulse"]
    since, until = begin(first), begin(back(first, -1))
    table = kept.table(kind, since, until, known_by=_told_at(world, first))
    found: dict[Key, dict[int, tuple[float, Mapping[str, str]]]] = {}
    for row in table.select(["subject", "instrument", "topic", "score", *BY]).to_pylist():
        if instrument is None or row["instrument"] == instrument:
            groups = {by: row[by] for by in BY if row[by] is not None}
            key = (row["instrument"], row["topic"])
            found.setdefault(key, {})[row["subject"]] = (row["score"], groups)
    if any(len(some) >= LEAST for some in found.values()):
        _tell(world, first)
    return {
        key: _Answers(
            scores=np.array([score for score, _ in some.values()]),
            people=tuple(groups for _, groups in some.values()),
        )
        for key, some in found.items()
    }


def _told_at(world: World, first: date) -> datetime:
    """When a month was told first: what was loaded since then is in no report."""
    event = world.ledger.by_id(_event(first))
    return event.occurred_at if event is not None else world.clock.now()


def _tell(world: World, first: date) -> None:
    """Record that a month was told, unless it was before."""
    with suppress(DuplicateEvent):
        world.ledger.append(
            [
                Draft(
                    id=_event(first),
                    type=TOLD,
                    subject=ThingId(f"pulse/{first:%Y-%m}"),
                    actor=ITSELF.id,
                    occurred_at=world.clock.now(),
                    data={},
                    governed=False,
                )
            ]
        )


def _event(first: date) -> str:
    return f"event/pulse-{first:%Y-%m}"


def _question(key: Key, months: Sequence[tuple[date, _Answers | None]]) -> Question:
    (_, now), (_, before) = months[-1], months[-2]
    assert now is not None  # noqa: S101 - questions are those of the last month
    told = publication(now.people)
    earlier = publication(before.people).shown if before is not None else {}
    return Question(
        key=key,
        told=tuple(
            Told(
                group=group,
                people=many,
                mean=_mean(now.of(group)),
                change=_change(now.of(group), before.of(group))
                if before is not None and group in earlier
                else Withheld(reason="the month before can't be told", n=many),
            )
            for group, many in told.shown.items()
        ),
        withheld=len(told.withheld),
        months=tuple((first, _whole(some)) for first, some in months),
    )


def _whole(some: _Answers | None) -> Figure:
    """All who answered in a month, where they are enough."""
    if some is None or len(some.scores) < LEAST:
        return Withheld(reason=f"fewer than {LEAST} answered", n=0)
    return _mean(some.scores)


def _mean(scores: _Scores) -> Figure:
    """The mean with Student's interval; not where it would tell what nearly each of them said."""
    many = len(scores)
    if _alike(scores):
        return Withheld(reason="nearly all said the same, so it would tell who said what", n=many)
    value, wide = float(scores.mean()), _student(many - 1) * float(scores.std(ddof=1)) / many**0.5
    return Estimate(value=value, low=value - wide, high=value + wide, n=many)


def _change(now: _Scores, before: _Scores) -> Figure:
    """The difference of two means, with Welch's interval."""
    many = len(now) + len(before)
    if _alike(now) or _alike(before):
        return Withheld(reason="nearly all said the same, so it would tell who said what", n=many)
    a, b = float(now.var(ddof=1)) / len(now), float(before.var(ddof=1)) / len(before)
    free = (a + b) ** 2 / (a * a / (len(now) - 1) + b * b / (len(before) - 1))
    value, wide = float(now.mean() - before.mean()), _student(free) * (a + b) ** 0.5
    return Estimate(value=value, low=value - wide, high=value + wide, n=many)


def _alike(scores: _Scores) -> bool:
    _, counts = np.unique(scores, return_counts=True)
    return bool(counts.max() > _ALIKE * len(scores))


def _student(free: float) -> float:
    from scipy.special import (  # type: ignore[import-untyped] # noqa: PLC0415 - slow to load
        stdtrit,
    )

    return float(stdtrit(free, 0.975))
