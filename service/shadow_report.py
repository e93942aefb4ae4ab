"""What a shadow showed: which decisions differ, and who is called earlier, later, in vain."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from knowledge.proportions import poisson
from ontology.events import Event, Json
from service.acts import ACTED
from service.alerts import TIERS
from service.bodies import instant
from service.outcomes import TOLD, read
from service.shadow_fold import COMPARED, LOOKED, Shadow
from service.silence_report import SAME, share, spread
from service.world import World

WAYS: Final = ("earlier", "same", "later", "needless", "warranted", "not-called")
"""The shadow calls before, with or after the active policy; it alone does, and nobody or somebody
was needed then; only the active policy does."""

EXAMPLES: Final = 20
_BATCH: Final = 1_000
_WEEK: Final = timedelta(days=7)


@dataclass(slots=True)
class Matter:
    """What people are called about, once each: an incident, or a decision about none."""

    touchpoint: str | None
    first: tuple[dict[str, datetime], dict[str, datetime]] = field(
        default_factory=lambda: ({}, {})
    )
    tier: str = TIERS[0]
    decisions: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Shown:
    """What comparisons add up to."""

    decisions: int = 0
    same: int = 0
    erased: int = 0
    looks: int = 0
    parts: Counter[str] = field(default_factory=Counter)
    tiers: Counter[tuple[str, str]] = field(default_factory=Counter)
    touchpoints: defaultdict[str | None, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    matters: dict[str, Matter] = field(default_factory=dict)
    examples: list[Json] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A team that one of the two policies calls about a matter, and how the shadow does it."""

    matter: str
    team: str
    touchpoint: str | None
    way: str
    lead: timedelta | None


def report(world: World, shadow: Shadow) -> dict[str, Json]:
    """All that a shadow showed so far, with 95 % intervals."""
    shown = gathered(world, shadow)
    calls = [*_calls(shown, _needed(world, shadow))]
    end = shadow.ended_at or world.clock.now()
    both = [call for call in calls if call.way in {"earlier", "same", "later"}]
    return {
        **head(shadow),
        "days": round((end - shadow.since) / timedelta(days=1), 2),
        "decisions": shown.decisions,
        "erased": shown.erased,
        "looks": shown.looks,
        "different": share(shown.decisions - shown.erased - shown.same, shown.decisions),
        "parts": {name: shown.parts[name] for name in sorted(shown.parts)},
        "tiers": [
            {"active": active, "shadow": other, "decisions": many}
            for (active, other), many in sorted(shown.tiers.items(), key=_by_tier)
        ],
        "ways": _ways(calls),
        "lead_minutes": spread([call.lead for call in both if call.lead is not None]),
        "calls_per_week": _rates(calls, end - shadow.since),
        "teams": _grouped(calls, "team"),
        "touchpoints": _touchpoints(shown, calls),
        "examples": shown.examples,
    }


def head(shadow: Shadow) -> dict[str, Json]:
    """What a shadow is."""
    return {
        "id": shadow.id,
        "state": shadow.state,
        "policy": shadow.digest,
        "reason": shadow.reason,
        "by": shadow.by,
        "since": instant(shadow.since),
        "until": instant(shadow.until),
        "ended_at": instant(shadow.ended_at) if shadow.ended_at is not None else None,
    }


def gathered(world: World, shadow: Shadow) -> Shown:
    """Fold what was recorded of a shadow."""
    shown, after = Shown(), shadow.began
    types = (COMPARED, LOOKED)
    while events := world.ledger.read(after, types=types, subject=shadow.id, limit=_BATCH):
        for event in events:
            _add(shown, event)
        after = events[-1].sequence
    return shown


def _add(shown: Shown, event: Event) -> None:
    data = event.data
    touchpoint = str(data["touchpoint"]) if "touchpoint" in data else None
    if event.type == LOOKED:
        shown.looks += 1
    else:
        shown.decisions += 1
        shown.touchpoints[touchpoint]["decisions"] += 1
    if data.get("erased") or event.erased:
        shown.erased += 1
        return
    if event.type == COMPARED:
        _compared(shown, event, touchpoint)
    name = str(data.get("incident") or data.get("decision"))
    matter = shown.matters.setdefault(name, Matter(touchpoint=touchpoint))
    _called(matter, event)


def _compared(shown: Shown, event: Event, touchpoint: str | None) -> None:
    data, differs = event.data, event.data["differs"]
    active, other = _texts(data["tiers"])
    shown.tiers[active, other] += 1
    if not differs:
        shown.same += 1
        return
    shown.parts.update(differs if isinstance(differs, Mapping) else ())
    shown.touchpoints[touchpoint]["different"] += 1
    moved = TIERS.index(other) - TIERS.index(active)
    if moved:
        shown.touchpoints[touchpoint]["raised" if moved > 0 else "lowered"] += 1
    if len(shown.examples) < EXAMPLES:
        parts: list[Json] = [*(differs if isinstance(differs, Mapping) else ())]
        shown.examples.append(
            {"decision": data["decision"], "active": active, "shadow": other, "parts": parts}
        )


def _called(matter: Matter, event: Event) -> None:
    """Note when each policy first calls each team."""
    sides = event.data["called"]
    for side, teams in enumerate(sides if isinstance(sides, list) else ()):
        for team in _texts(teams):
            at = matter.first[side].get(team, event.occurred_at)
            matter.first[side][team] = min(at, event.occurred_at)
    tier = _texts(event.data["tiers"])[1]
    matter.tier = max(matter.tier, tier, key=TIERS.index)
    if "decision" in event.data:
        matter.decisions.append(str(event.data["decision"]))


def _calls(shown: Shown, needed: "_Needed") -> Iterator[Call]:
    """Each team that is called about each matter, with how the shadow does it."""
    for name, matter in shown.matters.items():
        active, other = matter.first
        for team in sorted(active.keys() | other.keys()):
            lead = active[team] - other[team] if team in active and team in other else None
            if lead is not None:
                way = "same" if abs(lead) < SAME else "earlier" if lead > timedelta() else "later"
            elif team in active:
                way = "not-called"
            else:
                way = "warranted" if needed.proves(name, matter, team) else "needless"
            yield Call(matter=name, team=team, touchpoint=matter.touchpoint, way=way, lead=lead)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Needed:
    """What people did: how far they escalated incidents, and whom they called about decisions."""

    escalated: Mapping[str, str]
    teams: Mapping[str, frozenset[str]]

    def proves(self, name: str, matter: Matter, team: str) -> bool:
        """Whether somebody called that team, or escalated as far as the shadow would."""
        tier = self.escalated.get(name)
        if tier is not None and TIERS.index(tier) >= TIERS.index(matter.tier):
            return True
        return any(team in self.teams.get(one, ()) for one in matter.decisions)


def _needed(world: World, shadow: Shadow) -> _Needed:
    """What was done since the shadow began, told or acted."""
    escalated: dict[str, str] = {}
    teams: defaultdict[str, set[str]] = defaultdict(set)
    after = shadow.began
    while events := world.ledger.outlines(after, types=(ACTED, TOLD), limit=_BATCH):
        for event in events:
            if event.type == TOLD:
                outcome = read(event)
                teams[event.subject] |= {outcome.team} - {None}  # type: ignore[arg-type]
            elif event.actor.startswith("person/"):
                _acted(event, escalated, teams)
        after = events[-1].sequence
    return _Needed(escalated=escalated, teams={k: frozenset(v) for k, v in teams.items()})


def _acted(event: Event, escalated: dict[str, str], teams: defaultdict[str, set[str]]) -> None:
    said = event.data.get("properties")
    told = said if isinstance(said, Mapping) else {}
    if event.data["act"] == "escalate" and event.data["kind"] == "incident" and "tier" in told:
        tier = str(told["tier"])
        escalated[event.subject] = max(escalated.get(event.subject, tier), tier, key=TIERS.index)
    elif event.data["act"] == "reroute" and "routedTo" in told:
        teams[event.subject].add(str(told["routedTo"]))


def _ways(calls: Sequence[Call]) -> dict[str, Json]:
    many = Counter(call.way for call in calls)
    return {way: share(many[way], len(calls)) for way in WAYS}


def _rates(calls: Sequence[Call], time: timedelta) -> dict[str, Json]:
    """Calls a week by each policy, with exact intervals of a Poisson count."""
    weeks = max(time / _WEEK, 1e-9)
    both = Counter(call.way for call in calls)
    shared = both["earlier"] + both["same"] + both["later"]
    counts = {
        "active": shared + both["not-called"],
        "shadow": shared + both["needless"] + both["warranted"],
    }
    return {name: _rate(many, weeks) for name, many in counts.items()}


def _rate(many: int, weeks: float) -> Json:
    low, high = poisson(many)
    return {
        "count": many,
        "per_week": round(many / weeks, 2),
        "interval": [round(low / weeks, 2), round(high / weeks, 2)],
    }


def _grouped(calls: Iterable[Call], by: str) -> list[Json]:
    found: defaultdict[str, list[Call]] = defaultdict(list)
    for call in calls:
        found[str(getattr(call, by))].append(call)
    return [
        {by: name, "calls": len(theirs), "ways": _counts(theirs), "lead_minutes": _leads(theirs)}
        for name, theirs in sorted(found.items())
    ]


def _touchpoints(shown: Shown, calls: Sequence[Call]) -> list[Json]:
    rows: list[Json] = []
    for touchpoint, many in sorted(shown.touchpoints.items(), key=lambda one: str(one[0])):
        theirs = [call for call in calls if call.touchpoint == touchpoint]
        rows.append(
            {
                "touchpoint": touchpoint,
                "different": share(many["different"], many["decisions"]),
                "raised": many["raised"],
                "lowered": many["lowered"],
                "ways": _counts(theirs),
            }
        )
    return rows


def _counts(calls: Iterable[Call]) -> dict[str, Json]:
    many = Counter(call.way for call in calls)
    return {way: many[way] for way in WAYS}


def _leads(calls: Iterable[Call]) -> Json:
    return spread([call.lead for call in calls if call.lead is not None])


def _by_tier(row: tuple[tuple[str, str], int]) -> tuple[int, int]:
    (active, other), _ = row
    return TIERS.index(active), TIERS.index(other)


def _texts(value: Json) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
