"""The alert budget as lines of text: one point a line, what it costs and what it gives."""

from collections.abc import Iterator

from knowledge.proportions import poisson
from rules.moving import written
from service.paging_curve import Curve, Point

_HEAD = "  {:>14} {:>22} {:>8} {:>9} {:>9} {:>8} {:>7}"


def lines(curve: Curve, budget: float | None) -> Iterator[str]:
    """The history, the points, and what is recommended for a budget."""
    yield from _history(curve)
    columns = ("at", "pages a shift [95 %]", "team", "at most", "warned", "median", "worst")
    yield _HEAD.format(*columns)
    front = curve.front()
    best = None if budget is None else curve.best(budget)
    for point in curve.points:
        marks = "".join(
            sign
            for sign, so in (
                ("now", point == curve.present),
                ("front", point in front),
                ("recommended", point == best),
            )
            if so
            for sign in [f"  {sign}"]
        )
        yield f"{_line(curve, point)}{marks}"
    yield "pages of all teams, of the team with most, and if every look that can't tell had paged;"
    yield "minutes before the moment, 0 where an incident was missed"
    yield from _missed(curve)
    if budget is not None:
        yield _recommended(curve, best, budget)


def _history(curve: Curve) -> Iterator[str]:
    history, names = (
        curve.history,
        " and ".join(f"{one.name} {one.words} {written(one.value)}" for one in curve.thresholds),
    )
    hours = curve.terms.shift.total_seconds() / 3600
    yield f"{curve.thresholds[0].rule}: {names}"
    yield (
        f"{curve.shifts:.1f} shifts of {hours:g} hours, {history.since:%F %H:%M} to"
        f" {history.until:%F %H:%M}; {history.looks} looks, {history.blind} of them blind"
    )
    yield (
        f"{len(history.references)} incidents with a moment to be warned of,"
        f" {len(history.without)} without"
    )
    if history.unheard:
        yield f"never heard: {', '.join(history.unheard)}"


def _line(curve: Curve, point: Point) -> str:
    low, high = (end / curve.shifts for end in poisson(point.pages))
    of = len(point.warned)
    middle, worst = point.minutes
    return _HEAD.format(
        ", ".join(map(written, point.at)),
        f"{curve.rate(point.pages):.2f} [{low:.2f}, {high:.2f}]",
        f"{curve.load(point):.2f}",
        f"{curve.rate(point.at_most):.2f}",
        f"{of - point.missed}/{of}",
        f"{middle:.0f}" if of else "-",
        f"{worst:.0f}" if of else "-",
    )


def _missed(curve: Curve) -> Iterator[str]:
    """Which incidents are missed where the rule stands now."""
    for one in curve.present.warned:
        if one.minutes is None:
            why = " (its figures are not known: nobody can tell)" if one.perhaps else ""
            others = "; other rules told of it" if one.incident in curve.history.others else ""
            yield f"missed now: {one.incident}{why}{others}"


def _recommended(curve: Curve, best: Point | None, budget: float) -> str:
    if best is None:
        least = min(map(curve.load, curve.points))
        return (
            f"no point keeps to {budget:g} pages a shift and team; the fewest are {least:.2f}."
            " Try stricter values, or a longer --group-minutes"
        )
    values = ",".join(map(written, best.at))
    if best == curve.present:
        return f"recommended for {budget:g} pages a shift and team: leave it at {values}"
    return f"recommended for {budget:g} pages a shift and team: --choose {values} --reason …"
