"""Where routes arrive: the queue that the caller's system knows, who is next, what is diverted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from ontology.decisions import Caution, Route
from ontology.facts import Fact
from ontology.values import Value
from rules.merging import scale

UNREACHABLE: Final = "temporary-routing-unreachable"
UNKNOWN_LOAD: Final = "load-unknown"

Row = Mapping[str, Value]


def arriving(routes: Sequence[Route], facts: Sequence[Fact], *, ruled: bool) -> tuple[Route, ...]:
    """The routes with temporary ones among them, each with its queue and who is next.

    A temporary routing takes a team's routes only where its own people surely can: enough of them
    trained and on call, their load known and below the bound. Else it stands beside them. The
    duty officer who stands in where no rule routes (`ruled` is false) gives way to the same.
    """
    found = list(routes)
    for row in _temporary(facts):
        if "reached" in row:
            found = _diverted(found, row, ruled=ruled)
            ruled = ruled or _sure(row)
    teams = {str(row["id"]): row for row in _rows(facts, "team")}
    return tuple(sorted((_addressed(route, teams) for route in found), key=_place))


def doubtful(facts: Iterable[Fact]) -> Iterable[Caution]:
    """The temporary routings that nobody can answer, and those whose load nobody knows."""
    for row in _temporary(facts):
        if "reached" not in row:
            yield Caution(name=UNREACHABLE, about=str(row.get("id", "routing")))
        elif row["reached"] == row.get("team") and row.get("load_known") is not True:
            yield Caution(name=UNKNOWN_LOAD, about=str(row["team"]))


def _temporary(facts: Iterable[Fact]) -> list[Row]:
    return _rows(facts, "temporary_routing")


def _rows(facts: Iterable[Fact], kind: str) -> list[Row]:
    """The facts of a kind in an order of their own; what is said twice is one of them."""
    rows = {_named(fact.values): fact.values for fact in facts if fact.kind == kind}
    return [rows[name] for name in sorted(rows)]


def _named(row: Row) -> str:
    return str(sorted((name, str(value)) for name, value in row.items()))


def _sure(row: Row) -> bool:
    """Whether the people that take over surely can."""
    able = row.get("enough") is True and row.get("full") is False
    return able and row.get("reached") == row.get("team")


def _diverted(routes: Sequence[Route], row: Row, *, ruled: bool) -> list[Route]:
    team = str(row["reached"])
    spared = _text(row, "relieves") if _sure(row) else None
    if _sure(row) and not ruled:
        routes = ()
    taken = [r for r in routes if r.team in {team, spared} and r.instead_of is None]
    relieved = any(route.team == spared for route in taken)
    first = _text(row, "team")
    made = Route(
        team=team,
        priority=_highest([str(row.get("priority", "normal")), *(r.priority for r in taken)]),
        otherwise=_text(row, "otherwise"),
        instead_of=spared if relieved and spared != team else first if first != team else None,
        external=_text(row, "external"),
        by=_text(row, "id"),
    )
    return [*(route for route in routes if route not in taken), made]


def _highest(priorities: Sequence[str]) -> str:
    return max(priorities, key=scale("routing", "priority").index)


def _addressed(route: Route, teams: Mapping[str, Row]) -> Route:
    """A route with the queue of its team, and the team above it where no rule names another."""
    known = teams.get(route.team, {})
    above = _text(known, "escalates_to")
    return replace(
        route,
        external=route.external or _text(known, "external"),
        otherwise=route.otherwise or (above if above != route.team else None),
    )


def _place(route: Route) -> tuple[str, str, str]:
    return route.team, route.instead_of or "", route.by or ""


def _text(row: Row, name: str) -> str | None:
    value = row.get(name)
    return None if value is None else str(value)
