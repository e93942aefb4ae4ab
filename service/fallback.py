"""The fallback card: who answers what while attune is down, decided in advance with caution."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product
from typing import Final

import orjson

from ontology.events import Json
from ontology.identity import ThingId
from rules.merging import DUTY_OFFICER
from service.bodies import instant
from service.fallback_cells import AUDIENCES, CLUSTERS, VOLUMES, Cell, Known
from service.fallback_reading import ANY, FORM, looked_up
from service.fallback_roster import incidents, listed, teams, touchpoints
from service.world import World

HOLDS: Final = timedelta(hours=24)
MOST_CELLS: Final = 60_000
MOST_BYTES: Final = 46_000
"""Of the card; signed, it is a third longer."""

_HOW: Final = (
    "Find the row of your cluster (none: no incident; unknown: nobody can tell), volume (surging"
    " where you cannot tell) and audience (* where nobody is spoken to yet). Of its rows the first"
    " that is there counts: with your touchpoint and your region; with the touchpoint and *; with"
    " * and the region; with * and *. Its last member is the place in outcomes. What always says"
    " is added. Of an incident in incidents the higher tier counts. Where nobody of a team is on"
    " call, go to the route's otherwise, else to the duty officer. A person reads everything"
    " before it goes out. After valid_until the card is stale: go to the duty officer."
)


@dataclass(slots=True, kw_only=True)
class _Rows:
    """Rows as they are found; each outcome stands once."""

    rows: dict[tuple[str, ...], int] = field(default_factory=dict)
    outcomes: dict[bytes, int] = field(default_factory=dict)

    def add(self, cell: Cell, outcome: bytes) -> None:
        """Keep an outcome unless a wider row says the same."""
        place = self.outcomes.setdefault(outcome, len(self.outcomes))
        if looked_up(self.rows, *cell) != place:
            self.rows[cell] = place


def card(world: World, at: datetime) -> dict[str, Json]:
    """The card from a whole hour on, by the active policy and what is recorded now.

    Where there are too many touchpoints and regions for a card, regions are left out, then
    touchpoints, too: those rows are decided as if nobody could tell which.

    Raises:
        PolicyUnknown: no policy is active.
    """
    kinds = ("Touchpoint", "Region")
    named = {kind.lower(): sorted(world.graph.of_type(kind)) for kind in kinds}
    known = Known.of(world, at.replace(minute=0, second=0, microsecond=0), named)
    kept = [*named]
    while True:
        using = {kind: named[kind] if kind in kept else [] for kind in named}
        places = (len(using["touchpoint"]) + 1) * (len(using["region"]) + 1)
        if places * len(CLUSTERS) * len(VOLUMES) * len(AUDIENCES) <= MOST_CELLS or not kept:
            found = _card(world, known, using, left_out=[k for k in named if k not in kept])
            if len(orjson.dumps(found)) <= MOST_BYTES or not kept:
                return found
        kept.pop()


def _card(
    world: World, known: Known, using: Mapping[str, Sequence[ThingId]], left_out: Sequence[str]
) -> dict[str, Json]:
    found = _Rows()
    for situation in product(CLUSTERS, VOLUMES, AUDIENCES):
        for place in _places(using):
            cell = Cell(*situation, *place)
            found.add(cell, known.outcome(cell))
    outcomes = [orjson.loads(one) for one in found.outcomes]
    always = {name: _shared(outcomes, name) for name in ("prohibitions", "requirements")}
    for one in outcomes:
        for name, shared in always.items():
            one[name] = [value for value in one[name] if value not in shared]
    until = min([known.at + HOLDS, *_turns(known)])
    rows: list[Json] = [[*cell, place] for cell, place in found.rows.items()]
    return {
        "form": FORM,
        "how": _HOW,
        "policy": known.policy.digest,
        "valid_from": instant(known.at),
        "valid_until": instant(until),
        "duty_officer": DUTY_OFFICER,
        "always": dict(always.items()),
        "columns": [*Cell._fields, "outcome"],
        "rows": rows,
        "outcomes": [*outcomes],
        "teams": teams(world, listed(outcomes), known.at, until),
        "touchpoints": touchpoints(world, using["touchpoint"]),
        "incidents": incidents(world),
        "left_out": [*left_out],
    }


def _places(using: Mapping[str, Sequence[ThingId]]) -> Iterator[tuple[str, str]]:
    """From the widest to the narrowest, so that wide rows are there before narrow ones."""
    yield ANY, ANY
    yield from ((one, ANY) for one in using["touchpoint"])
    yield from ((ANY, one) for one in using["region"])
    yield from product(using["touchpoint"], using["region"])


def _turns(known: Known) -> Iterator[datetime]:
    """When a rule begins or ceases to have effect, after the card begins."""
    for rule in known.policy.rules:
        for moment in (rule.effective.start, rule.effective.end):
            if moment is not None and moment > known.at:
                yield moment


def _shared(outcomes: Sequence[Mapping[str, list[Json]]], name: str) -> list[Json]:
    return [one for one in outcomes[0][name] if all(one in other[name] for other in outcomes)]
