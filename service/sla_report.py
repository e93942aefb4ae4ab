"""How service levels were kept: by target and group, with what is not due yet beside it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from knowledge.measures.estimates import Figure, Withheld
from service.recorded_history import Progress
from service.reported import Cell, Report
from service.sla_bodies import By, SlasIn
from service.sla_case import Case
from service.sla_cases import cases
from service.sla_trial import Judged, attained, judge
from service.slas import holds, in_force
from service.world import World

LEAST: Final = 5
"""The fewest stretches of a group of which anything is told."""

_ALL: Final = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attainment:
    """One target in one group."""

    target: str
    group: str
    kept: Figure
    not_due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlasReport(Report):
    """How each target was kept, over all and group by group."""

    by: str
    found: Sequence[Attainment]
    uncovered: int

    def to_json(self) -> Mapping[str, Any]:
        """All of it."""
        items = [
            {
                "target": one.target,
                "group": one.group,
                "kept": one.kept.to_json(),
                "not_due": one.not_due,
            }
            for one in self.found
        ]
        return {"by": self.by, "items": items, "uncovered_cases": self.uncovered}

    def lines(self) -> Iterable[str]:
        """A line each."""
        for one in self.found:
            waits = f"; {one.not_due} not due yet" if one.not_due else ""
            yield f"{one.target}  {one.group}: kept {one.kept.words()}{waits}"
        yield f"{self.uncovered} cases are covered by no agreement in force"

    def rows(self) -> Iterable[Sequence[Cell]]:
        """The same as a table."""
        yield ("target", self.by, "kept", "low", "high", "n", "withheld", "not_due")
        for one in self.found:
            yield (one.target, one.group, *_cells(one.kept), one.not_due)

    def picture(self) -> str:
        """How each target was kept, group by group."""
        from service.sla_picture import drawn  # noqa: PLC0415 - light start

        shares = [(one.target, one.group, one.kept) for one in self.found]
        return drawn(self.by, shares)


def _cells(figure: Figure) -> tuple[Cell, ...]:
    if isinstance(figure, Withheld):
        return (None, None, None, figure.n, figure.reason)
    return (figure.value, figure.low, figure.high, figure.n, None)


def slas(world: World, body: SlasIn, progress: Progress) -> Report:
    """How service levels in force were kept."""
    known, now = in_force(world), world.clock.now()
    found: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    uncovered = 0
    every = [*cases(world)]
    for number, case in enumerate(every):
        if number % 1_000 == 0:
            progress(number, len(every))
        if not _asked(case, body):
            continue
        version = holds(known, case)
        if version is None:
            uncovered += 1
            continue
        for one in judge(case, version.aims, now):
            found[one.target, _ALL].append(one)
            found[one.target, _group(case, body.by)].append(one)
    items = [_attainment(*key, judged) for key, judged in sorted(found.items(), key=_order)]
    return SlasReport(by=body.by, found=items, uncovered=uncovered)


def _order(entry: tuple[tuple[str, str], list[Judged]]) -> tuple[str, bool, str]:
    (target, group), _ = entry
    return target, group != _ALL, group


def _attainment(target: str, group: str, judged: Sequence[Judged]) -> Attainment:
    due = sum(one.decided for one in judged)
    few = Withheld(reason=f"fewer than {LEAST} have come due", n=due)
    return Attainment(
        target=target,
        group=group,
        kept=attained(judged) if due >= LEAST else few,
        not_due=len(judged) - due,
    )


def _asked(case: Case, body: SlasIn) -> bool:
    opened = case.times.opened
    return (body.since is None or body.since <= opened) and (
        body.until is None or opened < body.until
    )


def _group(case: Case, by: By) -> str:
    if by == "month":
        return case.times.opened.strftime("%Y-%m")
    if by == "region":
        return case.regions[0] if case.regions else "none"
    return str(getattr(case, by) or "none")
