"""The load of teams in a backtest: pages by shift, and what the limit is held against."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, TypeAlias

from service.backtest_tally import Tally
from service.backtest_windows import Windows
from service.blast_radius import SHARES

Pages: TypeAlias = Mapping[str, Mapping[str, Mapping[str, int]]]


def figures(
    tally: Tally, windows: Windows | None, window: timedelta, shift: timedelta
) -> dict[str, Any]:
    """What of a backtest the limit is held against: counts, and pages more a shift by team."""
    sources = [paged(tally, window, shift), paged_in_windows(windows, window, shift)]
    pages = {
        team: max(added(source.get(team, {})) for source in sources)
        for team in {team for source in sources for team in source}
    }
    names = ("decisions", "compared", "undetermined", *SHARES)
    counts = {name: tally.counts.get(name, 0) for name in names}
    return {**counts, "pages": {team: round(more, 3) for team, more in sorted(pages.items())}}


def paged(tally: Tally, window: timedelta, shift: timedelta) -> dict[str, dict[int, list[int]]]:
    """Pages by team and shift, before and after."""
    shifts: dict[str, dict[int, list[int]]] = {}
    _in_shifts(tally.pages, shifts, (window, shift))
    for team, rows in tally.alone.items():
        for number, (before, after) in rows.items():
            row = shifts.setdefault(team, {}).setdefault(int(number), [0, 0])
            row[0] += before
            row[1] += after
    return shifts


def paged_in_windows(
    windows: Windows | None, window: timedelta, shift: timedelta
) -> dict[str, dict[int, list[int]]]:
    """The same of the looks at incidents that nobody asked about."""
    shifts: dict[str, dict[int, list[int]]] = {}
    if windows is not None:
        _in_shifts(windows.pages, shifts, (window, shift))
    return shifts


def _in_shifts(
    pages: Pages, shifts: dict[str, dict[int, list[int]]], lengths: tuple[timedelta, timedelta]
) -> None:
    micros = timedelta(microseconds=1)
    window, length = (one // micros for one in lengths)
    every = ((team, slots) for teams in pages.values() for team, slots in teams.items())
    for team, slots in every:
        for slot, which in slots.items():
            row = shifts.setdefault(team, {}).setdefault(int(slot) * window // length, [0, 0])
            row[0] += which & 1
            row[1] += which >> 1


def added(shifts: Mapping[int, Iterable[int]]) -> float:
    """Pages that a team gets more in a shift, on average over the shifts in which it got any."""
    rows = [tuple(row) for row in shifts.values()]
    return (sum(row[1] for row in rows) - sum(row[0] for row in rows)) / max(1, len(rows))
