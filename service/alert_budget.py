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


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What the looks at a span said; it keeps what says something, so quiet weeks take no room.

    `peaks` are the hours of most posts, `others` when other rules first told somebody.
    """

    when: Span
    said: tuple[Look, ...]
    looks: int
    blind: int
    unheard: tuple[str, ...]
    incidents: frozenset[ThingId]
    peaks: Mapping[ThingId, datetime]
    others: Mapping[ThingId, datetime]

    def before(self, moments: Mapping[ThingId, datetime]) -> History:
        """The history, with the moments that count of incidents that were looked at."""
        when = self.when
        within = {
            one: at
            for one, at in moments.items()
            if one in self.incidents and when.since <= at <= when.until
        }
        return History(
            since=when.since,
            until=when.until,
            every=when.every,
            said=self.said,
            looks=self.looks,
            blind=self.blind,
            unheard=self.unheard,
            references=within,
            without=tuple(sorted(self.incidents - within.keys())),
            others=frozenset(
                one for one, at in within.items() if one in self.others and self.others[one] <= at
            ),
        )


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
    grid(trial.chosen, asked.values)  # refused before minutes of work
    when = span(world, asked.since, asked.until, asked.every)
    return weighed(world, asked, trial, looked(seen(world, policy, when, progress), trial, when))


def weighed(world: World, asked: Asked, trial: Trial, found: Looked) -> Curve:
    """The curve of what was looked at.

    Raises:
        GridInvalid: these values can't be tried.
    """
    peak = asked.reference is Reference.PEAK
    moments = found.peaks if peak else acted(world.ledger, asked.reference)
    places = grid(trial.chosen, asked.values)
    return curve(trial.chosen, found.before(moments), terms(world, asked), places)


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


def looked(looks: Iterable[Seen], trial: Trial, when: Span) -> Looked:
    """Read every look by a rule on trial."""
    said: list[Look] = []
    peaks, others = Peaks(), dict[ThingId, datetime]()
    incidents = set[ThingId]()
    many = blind = 0
    unheard: frozenset[str] | None = None
    for one in looks:
        look = trial.look(one.incident, one.at, one.facts, blind=one.blind)
        many, blind = many + 1, blind + one.blind
        incidents.add(one.incident)
        peaks.see(one.incident, one.at, one.volume)
        unheard = one.unheard if unheard is None else unheard & one.unheard
        if look.others:
            others.setdefault(one.incident, one.at)
        if look.sure or look.unsure:
            said.append(look)
    return Looked(
        when=when,
        said=tuple(said),
        looks=many,
        blind=blind,
        unheard=tuple(sorted(unheard or ())),
        incidents=frozenset(incidents),
        peaks=peaks.moments(),
        others=others,
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
