"""Recovery of an incident: how sentiment, frustration and volume fell and came back, and when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import numpy as np

from knowledge.measures.binned import Binned, binned, counted, width_for
from knowledge.measures.estimates import Unsuited, Withheld
from knowledge.measures.interrupted import REACH, Change, change, holm
from knowledge.measures.recovery import NEVER, Recovery, recovery
from ontology.identity import IdentityInvalid, ThingId, thing_id
from ontology.values import parse_duration
from service.bodies import EARLIEST
from service.problems import Fault, unprocessable
from service.recorded_history import Progress
from service.recovery_bodies import MOST_MARKS, RecoveryIn
from service.recovery_found import Measure, Tested
from service.recovery_hearing import Columns, Heard, heard
from service.recovery_marks import Done, done, together
from service.recovery_report import RecoveryReport
from service.world import World

_HARM: Final[Mapping[str, float]] = {"sentiment": -1.0, "frustration": 1.0, "volume": 1.0}
_BEFORE: Final = 3
_LEAST_WIDTH: Final = timedelta(minutes=1)
_LONGEST_WIDTH: Final = timedelta(days=28)


def run(world: World, body: RecoveryIn, progress: Progress) -> RecoveryReport:
    """Work the report out.

    Raises:
        ProblemError: the incident is unknown, or a value can't be read.
        Unsuited: nothing was heard of it.
    """
    incident, marks = incident_of(world, body.incident), [*_stated(body)]
    width = _width(body)
    now = world.clock.now()
    since, until = body.since or EARLIEST, min(body.until or now, now)
    found = heard(world, incident, since, until, progress)
    if not len(found.about.times):
        raise Unsuited(
            f"no posts are about {incident} from {since.isoformat()} to {until.isoformat()}"
        )
    marks = [one for one in (*done(world, incident), *marks) if since <= one.at <= until]
    known = world.incidents.get(incident)
    onset = None if known is None else known.onset
    measures, unsuited = dict[str, Measure](), dict[str, str]()
    for name in dict.fromkeys(body.measure) or _HARM:
        try:
            measures[name] = _measured(found, name, body, width, sorted(marks), onset)
        except Unsuited as error:
            unsuited[name] = str(error)
        progress(len(measures) + len(unsuited), len(_HARM))
    return RecoveryReport(
        incident=incident,
        name=(known.name if known is not None else None) or str(incident),
        at=now,
        heard=found,
        measures=measures,
        unsuited=unsuited,
        marks=sorted(marks),
    )


def _measured(
    found: Heard,
    name: str,
    body: RecoveryIn,
    width: float | None,
    marks: Sequence[Done],
    onset: datetime | None,
) -> Measure:
    series = _series(found.about, found, name, width)
    seed = int.from_bytes(sha256(f"{body.incident} {name}".encode()).digest()[:8])
    rng = np.random.default_rng(seed)
    stated = getattr(body, f"baseline_{name}")
    said = recovery(series, found.gaps, rng, stated=stated, harm=_HARM[name])
    if stated is None and said.answer in NEVER.values() and _began_before(series, onset):
        said = _untold(said)
    tested = [*_tested(found, series, name, marks)]
    return Measure(name=name, series=series, found=said, tested=tested)


def _began_before(series: Binned, onset: datetime | None) -> bool:
    """Whether too little was heard before the recorded onset to know what was usual."""
    if onset is None:
        return False
    return int((series.known & (series.middle < onset.timestamp())).sum()) < _BEFORE


def _untold(said: Recovery) -> Recovery:
    """A series without a fall that begins in the crisis doesn't say that there was none."""
    why = "listening began with the onset, so nobody knows what was usual; state a baseline"
    figures = {name: Withheld(reason=why, n=one.n) for name, one in said.figures.items()}
    return replace(said, answer="cannot tell", why=why, figures=figures)


def _series(posts: Columns, found: Heard, name: str, width: float | None) -> Binned:
    if name == "volume":
        wide = width or width_for(posts.times)
        return counted(posts.times, posts.weights, wide, found.gaps, end=found.end)
    values = getattr(posts, name)
    judged = int((~np.isnan(values)).sum())
    wide = width or width_for(posts.times, judged=judged)
    return binned(posts.times, values, wide, found.gaps, weights=posts.weights, end=found.end)


def _tested(found: Heard, series: Binned, name: str, marks: Sequence[Done]) -> Iterator[Tested]:
    """What changed with everything that was done, as far as the series can tell."""
    joined = together(marks, series.width)[:MOST_MARKS]
    times = [one.at.timestamp() for one in joined]
    other = _other(found, series, name)
    changes = [change(series, at, [one for one in times if one != at]) for at in times]
    told = [at for at, one in enumerate(changes) if one.chance is not None]
    adjusted = dict(
        zip(told, holm([one.chance for one in changes if one.chance is not None]), strict=True)
    )
    reach = REACH * series.width
    for at, (mark, one) in enumerate(zip(joined, changes, strict=True)):
        near = [
            other_mark.name
            for other_mark in joined
            if other_mark is not mark and abs((other_mark.at - mark.at).total_seconds()) < reach
        ]
        beside = None if other is None else change(other, times[at])
        yield Tested(
            mark=mark, change=one, adjusted=adjusted.get(at), beside=_level(beside), near=near
        )


def _level(beside: Change | None) -> Change | None:
    return beside if beside is not None and beside.chance is not None else None


def _other(found: Heard, series: Binned, name: str) -> Binned | None:
    """The same of the posts that are about something else: where nothing should change."""
    if not len(found.beside.times):
        return None
    return _series(found.beside, found, name, series.width)


def incident_of(world: World, said: str) -> ThingId:
    """The incident that a caller names.

    Raises:
        ProblemError: there is none of that name.
    """
    try:
        incident = thing_id(said)
    except IdentityInvalid as error:
        raise _wrong("/incident", str(error), "incident/2013-ny-train") from error
    if world.incidents.get(incident) is None:
        names = ", ".join(sorted(one.id for one in world.incidents.all())[:8]) or "none is known"
        raise _wrong("/incident", f"there is no {incident}; there are: {names}", names)
    return incident


def _width(body: RecoveryIn) -> float | None:
    if body.bucket is None:
        return None
    try:
        wide = parse_duration(body.bucket)
    except ValueError as error:
        raise _wrong("/bucket", str(error), "PT1H") from error
    if not _LEAST_WIDTH <= wide <= _LONGEST_WIDTH:
        raise _wrong("/bucket", f"{body.bucket!r} is not from a minute to 28 days", "PT1H")
    return wide.total_seconds()


def _stated(body: RecoveryIn) -> Iterator[Done]:
    for at, text in enumerate(body.mark):
        when, _, name = text.partition(" ")
        example = "2013-12-01T21:00:00Z the governor spoke"
        try:
            said = datetime.fromisoformat(when)
        except ValueError as error:
            raise _wrong(f"/mark/{at}", f"{text!r} does not begin with a time", example) from error
        if said.tzinfo is None or not name.strip():
            raise _wrong(f"/mark/{at}", f"{text!r} lacks an offset, or a name", example)
        yield Done(at=said, name=name.strip(), kind="stated")


def _wrong(pointer: str, detail: str, example: str) -> Exception:
    return unprocessable([Fault(pointer=pointer, detail=detail, example=example)])
