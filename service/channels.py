"""Channels of an incident: whom each reached, when, in which tone, what followed, what it cost."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from knowledge.measures.binned import Array, binned
from knowledge.measures.estimates import Estimate, Figure, Unsuited, Withheld
from knowledge.measures.interrupted import change
from knowledge.measures.medians import median
from knowledge.measures.reached import Bounds, clicked, of_report, together
from ontology.identity import ThingId
from service.bodies import EARLIEST
from service.channel_bodies import ChannelsIn
from service.channel_found import Channel, Cost
from service.channel_gaps import gaps
from service.channel_people import People, people
from service.channel_press import Asked, asked, unanswered
from service.channel_report import ChannelsReport
from service.channel_said import STEPS, Said, said
from service.empathy import empathies
from service.observing import observed
from service.perception import NotInTime
from service.recorded_history import Progress
from service.recovery import incident_of
from service.world import World

_HOUR = 3600.0
_BUDGET_MS = 60_000.0
Row = Mapping[str, Any]


def run(world: World, body: ChannelsIn, progress: Progress) -> ChannelsReport:
    """Work the report out.

    Raises:
        ProblemError: the incident is unknown.
        Unsuited: nothing was said, heard or measured of it.
    """
    incident = incident_of(world, body.incident)
    now = world.clock.now()
    since, until = body.since or EARLIEST, min(body.until or now, now)
    out = [one for one in said(world, incident) if since <= one.published <= until]
    reports = _reports(world, incident, out, since, until)
    enquiries = asked(world, incident, since, until)
    spoken = people(world, incident, since, until, progress)
    if not (out or reports or spoken or enquiries):
        raise Unsuited(
            f"nothing was said, heard or measured of {incident} in that time; publish messages,"
            " let feeds in, or bring measurements of kind reach"
        )
    out = [_seen(one, reports) for one in out]
    tones, toneless = _tones(world, incident, out)
    found = [_waited(one, out, enquiries) for one in _channels(out, reports, spoken, tones)]
    known = world.incidents.get(incident)
    late = timedelta(minutes=body.late_minutes)
    return ChannelsReport(
        incident=incident,
        name=(known.name if known is not None else None) or str(incident),
        at=now,
        channels=found,
        said=out,
        tones=tones,
        spoken=spoken,
        reach=_together(found),
        gaps=gaps(spoken, out, tones, world.roster().parents, late),
        missing=[*_missing(found, reports, spoken, toneless), *unanswered(enquiries)],
    )


def _reports(
    world: World, incident: ThingId, out: Sequence[Said], since: datetime, until: datetime
) -> list[Row]:
    """The reports of reach that are about the incident, or about a message of it."""
    messages = {str(one.id) for one in out}
    table = observed(world, "reach", since, until + timedelta(microseconds=1))
    return [
        row
        for row in table.to_pylist()
        if row["incident"] == incident or row["message"] in messages
    ]


def _seen(one: Said, reports: Sequence[Row]) -> Said:
    first = min((row["at"] for row in reports if row["message"] == one.id), default=None)
    if first is not None:
        one.at["seen"] = first
    return one


def _tones(
    world: World, incident: ThingId, out: Sequence[Said]
) -> tuple[dict[ThingId, float], str | None]:
    """The empathy of what was said, 0 to 6; why it is not told where it can't be."""
    known = world.incidents.get(incident)
    about = (known.name if known is not None else None) or str(incident)
    texts = [one for one in out if one.text]
    found: dict[ThingId, float] = {}
    for one in texts:
        try:
            (judged,) = empathies(
                world, [one.text or ""], one.language, about, budget_ms=_BUDGET_MS
            )
        except NotInTime:
            return {}, "the judge of empathy is not warm; ask the service, or again"
        if judged.empathy is not None:
            found[one.id] = float(sum(astuple(judged.empathy)))
    return found, None


def _channels(
    out: Sequence[Said],
    reports: Sequence[Row],
    spoken: Sequence[People],
    tones: Mapping[ThingId, float],
) -> list[Channel]:
    keys = {(one.channel, one.language, one.region or "everywhere") for one in out}
    by_message = {str(one.id): one for one in out}
    parts: defaultdict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in reports:
        parts[_key(row, by_message)].append(row)
    return [
        _channel(
            key,
            [o for o in out if (o.channel, o.language, o.region or "everywhere") == key],
            parts[key],
            spoken,
            tones,
        )
        for key in sorted(keys | {*parts})
    ]


def _waited(channel: Channel, out: Sequence[Said], enquiries: Sequence[Asked]) -> Channel:
    """With how long the press waited for what went out there."""
    here = {
        one.id: one.published
        for one in out
        if (one.channel, one.language, one.region or "everywhere")
        == (channel.channel, channel.language, channel.region)
    }
    minutes = [one.minutes(here[one.answer]) for one in enquiries if one.answer in here]
    if not minutes:
        return channel
    return replace(channel, latencies={**channel.latencies, "asked to answered": median(minutes)})


def _key(row: Row, by_message: Mapping[str, Said]) -> tuple[str, str, str]:
    """Where a report belongs: with its message, else by what it says itself."""
    message = by_message.get(row["message"] or "")
    if message is not None and message.channel == row["channel"]:
        return message.channel, message.language, message.region or "everywhere"
    return row["channel"], "any", row["region"] or "everywhere"


def _channel(
    key: tuple[str, str, str],
    out: Sequence[Said],
    reports: Sequence[Row],
    spoken: Sequence[People],
    tones: Mapping[ThingId, float],
) -> Channel:
    channel, language, region = key
    bounds = [of_report(int(row["impressions"]), row["reach"]) for row in reports]
    counted = [row for row in reports if row["clicks"] is not None]
    shown = sum(int(row["impressions"]) for row in counted)
    taps = sum(int(row["clicks"]) for row in counted)
    return Channel(
        channel=channel,
        language=language,
        region=region,
        audiences=sorted({one.audience for one in out}),
        media=sorted({str(row["media"]) for row in reports}),
        platforms=sorted({str(row["platform"]) for row in reports if row["platform"]}),
        messages=len(out),
        unconfirmed=sum(one.silent for one in out),
        latencies={f"{a} to {b}": _latency(out, a, b) for a, b in pairwise(STEPS)},
        reach=together(bounds),
        clicks=clicked(shown, taps, len(counted)),
        tone=_mean([tones[one.id] for one in out if one.id in tones]),
        after=_after(out, language, region, spoken),
        costs=_costs(reports),
    )


def _latency(out: Sequence[Said], since: str, until: str) -> Figure:
    """The median minutes between two steps."""
    minutes = [one.minutes(since, until) for one in out]
    return median([one for one in minutes if one is not None])


def _mean(values: Sequence[float]) -> Figure:
    if len(values) < 3:  # noqa: PLR2004 - fewer have no spread
        return Withheld(reason="fewer than 3 messages; each is listed", n=len(values))
    from scipy.stats import t  # type: ignore[import-untyped] # noqa: PLC0415 - no types; light start

    found = np.asarray(values)
    margin = float(t.ppf(0.975, len(found) - 1)) * float(found.std(ddof=1)) / len(found) ** 0.5
    middle = float(found.mean())
    return Estimate(value=middle, low=middle - margin, high=middle + margin, n=len(found))


def _after(out: Sequence[Said], language: str, region: str, spoken: Sequence[People]) -> Figure:
    """How the sentiment of those who could have heard it changed with the first message."""
    if not out:
        return Withheld(reason="no message of attune went out there", n=0)
    heard = [
        one
        for one in spoken
        if one.language in {language.partition("-")[0], "unknown"}
        and region in {"everywhere", one.region}
    ]
    times, values = _joined(heard)
    if not len(times) or np.isnan(values).all():
        return Withheld(reason="no judged posts of those it was for", n=0)
    series = binned(times, values, _HOUR)
    return change(series, min(one.published for one in out).timestamp()).level


def _joined(heard: Sequence[People]) -> tuple[Array, Array]:
    if not heard:
        return np.zeros(0), np.zeros(0)
    return (
        np.concatenate([one.times for one in heard]),
        np.concatenate([one.sentiment for one in heard]),
    )


def _costs(reports: Sequence[Row]) -> list[Cost]:
    """What was paid, by currency, and what a thousand impressions cost."""
    paid: defaultdict[str, list[Row]] = defaultdict(list)
    for row in reports:
        if row["cost"] is not None:
            paid[row["currency"] or "?"].append(row)
    return [
        Cost(
            currency=currency,
            amount=sum(float(row["cost"]) for row in rows),
            impressions=sum(int(row["impressions"]) for row in rows),
            n=len(rows),
        )
        for currency, rows in sorted(paid.items())
    ]


def _together(found: Sequence[Channel]) -> Bounds | Withheld:
    return together([one.reach for one in found if isinstance(one.reach, Bounds)])


def _missing(
    found: Sequence[Channel],
    reports: Sequence[Row],
    spoken: Sequence[People],
    toneless: str | None,
) -> list[str]:
    """What nobody knows, so that a blank is not read as nothing."""
    blank = [one.name for one in found if isinstance(one.reach, Withheld)]
    told = [f"reach of {name}: nobody measured it" for name in blank]
    bare = sum(row["reach"] is None for row in reports)
    if bare:
        told.append(f"{bare} of {len(reports)} reports count impressions, not people")
    told += [
        f"{one.name}: {one.unconfirmed} placements unconfirmed" for one in found if one.unconfirmed
    ]
    if not spoken:
        told.append("no posts were heard, so nobody knows whom it concerned")
    return told + ([f"tone: {toneless}"] if toneless else [])
