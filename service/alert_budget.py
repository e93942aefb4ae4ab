"""The alert budget of one rule: recorded history looked at, and what each threshold would cost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from ontology.identity import ThingId
from rules.diagnostics import near
from rules.thresholds import ThresholdInvalid
from service.alert_references import Peaks, Reference, acted
from service.paging_curve import Curve, History, Terms, curve
from service.paging_grid import grid
from service.paging_trial import Look, Trial
from service.policies import Compiled
from service.recorded_history import Progress, Seen, Span, seen, span
from service.world import World

SHIFT: Final = timedelta(hours=8)
"""How long a shift is where neither the question nor the roster says so."""

_LONGEST_SHIFT: Final = timedelta(hours=24)


class RuleUnknown(LookupError):
    """The policy has no such rule; the message names the nearest one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which thresholds of which rule, tried at which values, on which history.

    `values` are named threshold by threshold, none for the usual ones. `shift` and `group` are
    how pages are counted; None takes the roster's shifts and the window of alerts.
    """

    rule: str
    fields: tuple[str, ...]
    values: tuple[tuple[float, ...], ...] = ()
    reference: Reference = Reference.ESCALATED
    since: datetime | None = None
    until: datetime | None = None
    every: timedelta = timedelta(minutes=15)
    shift: timedelta | None = None
    group: timedelta | None = None


def budget(world: World, asked: Asked, progress: Progress) -> Curve:
    """The budget of a rule of the active policy on what this home has recorded.

    Raises:
        RuleUnknown: there is no such rule.
        ThresholdInvalid: it has no such threshold.
        GridInvalid: these values can't be tried.
        HistoryInvalid: there is nothing to look at, or too much.
        PolicyUnknown: no policy is active.
    """
    policy = world.policies.current()
    trial = on_trial(policy, asked)
    places = grid(trial.chosen, asked.values)
    when = span(world, asked.since, asked.until, asked.every)
    peak = asked.reference is Reference.PEAK
    references = None if peak else acted(world.ledger, asked.reference)
    found = history(seen(world, policy, when, progress), trial, when, references)
    return curve(trial.chosen, found, terms(world, asked), places)


def on_trial(policy: Compiled, asked: Asked) -> Trial:
    """The rule with its thresholds left open.

    Raises:
        RuleUnknown: there is no such rule.
        ThresholdInvalid: it has no such threshold.
    """
    known = {rule.id for rule in policy.policy.rules}
    if asked.rule not in known:
        meant = near(asked.rule, known)
        hint = f"; did you mean {meant!r}?" if meant else "; `attune policy pull` shows all"
        raise RuleUnknown(f"there is no rule {asked.rule[:80]!r}{hint}")
    if not asked.fields:
        raise ThresholdInvalid("no threshold is named; write spread.excess")
    return Trial(policy.policy, asked.rule, asked.fields)


def terms(world: World, asked: Asked) -> Terms:
    """How pages are counted: as asked, else as this home alerts and its people work."""
    return Terms(
        window=asked.group or timedelta(minutes=world.settings.alert_window_minutes),
        shift=asked.shift or _shift(world),
    )


def history(
    looks: Iterable[Seen],
    trial: Trial,
    when: Span,
    references: Mapping[ThingId, datetime] | None,
) -> History:
    """What the looks say; without references the hour of most posts is each incident's moment.

    It keeps what says something only, so that quiet weeks take no room.
    """
    said: list[Look] = []
    peaks, first_others = Peaks(), dict[ThingId, datetime]()
    many = blind = 0
    incidents = dict[ThingId, None]()
    unheard: frozenset[str] | None = None
    for one in looks:
        look = trial.look(one.incident, one.at, one.facts, blind=one.blind)
        many, blind = many + 1, blind + one.blind
        incidents[one.incident] = None
        peaks.see(one.incident, one.at, one.volume)
        unheard = one.unheard if unheard is None else unheard & one.unheard
        if look.others:
            first_others.setdefault(one.incident, one.at)
        if look.sure or look.unsure:
            said.append(look)
    moments = peaks.moments() if references is None else references
    within = {
        one: at
        for one, at in moments.items()
        if one in incidents and when.since <= at <= when.until
    }
    return History(
        since=when.since,
        until=when.until,
        every=when.every,
        said=tuple(said),
        looks=many,
        blind=blind,
        unheard=tuple(sorted(unheard or ())),
        references=within,
        without=tuple(sorted(incidents.keys() - within.keys())),
        others=frozenset(
            one for one, at in within.items() if one in first_others and first_others[one] <= at
        ),
    )


def _shift(world: World) -> timedelta:
    """The usual length of the roster's shifts; those without end, or of days, are none."""
    lengths = [
        length.total_seconds()
        for spans in world.roster().shifts.values()
        for one in spans
        if one.start is not None and one.end is not None
        for length in [one.end - one.start]
        if timedelta() < length <= _LONGEST_SHIFT
    ]
    return timedelta(seconds=median(lengths)) if lengths else SHIFT
