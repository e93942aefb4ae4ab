"""The report of a backtest as JSON: matrices, changed decisions, load of teams, pages, gaps."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ontology.decisions import SEMANTICS
from service.backtest_load import Pages, added, figures, paged
from service.backtest_tally import Tally
from service.backtest_windows import Windows
from service.blast_radius import Limit
from service.outcome_view import TIERS
from service.policy_sources import Source

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SIDES: Final = ("before", "after")
_COUNTED: Final = (
    "decisions",
    "compared",
    "changed",
    "raised",
    "lowered",
    "rerouted",
    "undetermined",
    "erased",
    "unreadable",
    "other_semantics",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which policy, held against what was recorded or against another one, over which time.

    `every` is how often incidents are looked at though nobody asked, None for not at all.
    """

    policy: Source
    against: Source | None = None
    since: datetime | None = None
    until: datetime | None = None
    every: timedelta | None = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What a policy would have decided; `without_windows` says why incidents were not looked at.

    `head` is the last event that was considered. `window` and `shift` are how pages are
    counted; `recorded` is the event that lets its policy be activated, if it counts for that.
    """

    asked: Asked
    at: datetime
    head: int
    tally: Tally
    windows: Windows | None
    without_windows: str | None
    window: timedelta
    shift: timedelta
    limit: Limit
    recorded: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The report, as people and programs read it."""
        return report(self)


def report(found: Backtest) -> dict[str, Any]:
    """All of a backtest, sorted, so that equal ones are equal texts."""
    tally, asked = found.tally, found.asked
    pages = paged(tally, found.window, found.shift)
    weighed = figures(tally, found.windows, found.window, found.shift)
    return {
        "policy": {"name": asked.policy.name, "digest": asked.policy.digest},
        "against": "recorded"
        if asked.against is None
        else {"name": asked.against.name, "digest": asked.against.digest},
        "at": found.at.isoformat(),
        "since": asked.since and asked.since.isoformat(),
        "until": asked.until and asked.until.isoformat(),
        "head": found.head,
        "counts": {name: tally.counts.get(name, 0) for name in _COUNTED},
        "share_changed": share(tally, "changed"),
        "notes": [*_notes(found)],
        "tiers": _matrix(tally.tiers, TIERS),
        "routes": _matrix(tally.routes, ()),
        "gained": _entries(tally.gained),
        "lost": _entries(tally.lost),
        "teams": _teams(found, pages),
        "by": {name: _group(rows) for name, rows in tally.groups.items()},
        "policies": dict(sorted(tally.policies.items())),
        "incidents": _incidents(tally.pages, tally.first),
        "examples": {
            name: [{"sequence": at, "id": one} for at, one in rows]
            for name, rows in sorted(tally.examples.items())
        },
        "undetermined_rules": dict(sorted(tally.unanswered.items())),
        "group_minutes": found.window / timedelta(minutes=1),
        "shift_hours": found.shift / timedelta(hours=1),
        "windows": None if found.windows is None else _windows(found.windows),
        "without_windows": found.without_windows,
        "limit": {
            **asdict(found.limit),
            "exceeded": [*found.limit.exceeded(weighed)],
            "recorded": found.recorded,
        },
    }


def share(tally: Tally, name: str) -> float:
    """A count as a share of the decisions that could be compared."""
    compared = tally.counts.get("compared", 0)
    return round(tally.counts.get(name, 0) / compared, 6) if compared else 0.0


def _notes(found: Backtest) -> Iterable[str]:
    counts = found.tally.counts
    if many := counts.get("other_semantics", 0):
        yield (
            f"{many} decisions were recorded under other semantics than {SEMANTICS}; what differs"
            " may be due to that; --against NAME runs another policy on the same facts"
        )
    if many := counts.get("undetermined", 0):
        yield (
            f"{many} decisions lack a fact that the policy asks and that nobody recorded then;"
            " they are in no other figure"
        )
    if many := counts.get("erased", 0):
        yield f"{many} decisions were about people who were erased since"
    if many := counts.get("unreadable", 0):
        yield f"{many} decisions have facts that no longer fit their kinds"


def _matrix(rows: Mapping[str, Mapping[str, int]], order: Iterable[str]) -> dict[str, Any]:
    """Before → after → how many; in an order, what is not in it after that, by name."""
    places = {name: place for place, name in enumerate(order)}

    def place(name: str) -> tuple[int, str]:
        return places.get(name, len(places)), name

    return {
        before: {after: counts[after] for after in sorted(counts, key=place)}
        for before, counts in sorted(rows.items(), key=lambda row: place(row[0]))
    }


def _entries(lists: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    return {name: dict(sorted(counts.items())) for name, counts in sorted(lists.items())}


def _teams(found: Backtest, pages: Mapping[str, Mapping[int, list[int]]]) -> dict[str, Any]:
    told = {}
    for team in sorted({*found.tally.teams, *pages}):
        load, shifts = found.tally.teams.get(team), pages.get(team, {})
        told[team] = {
            "cases": _pair(load.cases if load else (0, 0)),
            "deadlines": _pair(load.deadlines if load else (0, 0)),
            "deadline_minutes": _pair([s / 60 for s in load.seconds] if load else (0.0, 0.0)),
            "pages": _pair([sum(row[side] for row in shifts.values()) for side in (0, 1)]),
            "busiest_shift": _pair(
                [max((row[side] for row in shifts.values()), default=0) for side in (0, 1)]
            ),
            "pages_added_per_shift": round(added(shifts), 3),
        }
    return told


def _pair(values: Iterable[float]) -> dict[str, float]:
    return dict(zip(_SIDES, values, strict=True))


def _group(rows: Mapping[str, Iterable[int]]) -> dict[str, Any]:
    return {
        name or "none": dict(zip(("decisions", "changed", "raised", "lowered"), row, strict=True))
        for name, row in sorted(rows.items())
    }


def _incidents(pages: Pages, first: Mapping[str, list[int | None]]) -> dict[str, Any]:
    """Pages of each incident before and after, and how much earlier the first one is."""
    told = {}
    for incident in sorted({*pages, *first}):
        counts: Counter[int] = Counter()
        for slots in pages.get(incident, {}).values():
            for which in slots.values():
                counts[0] += which & 1
                counts[1] += which >> 1
        before, after = first.get(incident, [None, None])
        told[incident] = {
            "pages": _pair([counts[0], counts[1]]),
            "first": dict(zip(_SIDES, (_moment(before), _moment(after)), strict=True)),
            "minutes_earlier": None
            if before is None or after is None
            else round((before - after) / 60_000_000, 3),
        }
    return told


def _moment(micros: int | None) -> str | None:
    return None if micros is None else (_EPOCH + timedelta(microseconds=micros)).isoformat()


def _windows(found: Windows) -> dict[str, Any]:
    return {
        "since": found.when.since.isoformat(),
        "until": found.when.until.isoformat(),
        "every_minutes": found.when.every / timedelta(minutes=1),
        "looks": found.looks,
        "blind_looks": found.blind,
        "changed_looks": found.changed,
        "incidents": _incidents(found.pages, found.first),
    }
