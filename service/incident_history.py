"""What happened in an incident: decisions, acts, messages, promises, outcomes, in their order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pyarrow.compute as pc  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.decision_parts import Part
from ontology.events import Event
from ontology.identity import ThingId, kind_of
from service.acts import ACTED
from service.outcomes import TOLD
from service.world import World

REFUSED: Final = "refusal.recorded"
_TYPES: Final = (ACTED, TOLD, REFUSED)
_BATCH: Final = 2_000
_UPWARDS: Final = ("aboutIncident", "owedFor", "ofMessage", "approves", "ofDebrief", "places")
"""How other things lead to their incident."""

_MOST_STEPS: Final = 3
_WINDOW: Final = "PT1H"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision about the incident."""

    id: ThingId
    at: datetime
    tier: str | None
    team: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """A figure at its height over the looks at an hour's posts; `n` looks had it."""

    name: str
    value: float
    at: datetime
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that the ledger tells of an incident since its first act.

    `acts` are those on the incident and on all that is about it, in the order of the ledger.
    """

    incident: ThingId
    decisions: tuple[Decided, ...]
    peaks: tuple[Peak, ...]
    acts: tuple[Event, ...]
    outcomes: tuple[Event, ...]
    refusals: tuple[Event, ...]

    def on(self, kind: str, *names: str) -> list[Event]:
        """The acts on a kind of thing; of some names, or all."""
        return [
            one
            for one in self.acts
            if one.data["kind"] == kind and (not names or one.data["act"] in names)
        ]

    @property
    def resolved(self) -> datetime | None:
        """When it was last resolved."""
        done = self.on("incident", "resolve")
        return done[-1].occurred_at if done else None

    @property
    def began(self) -> datetime | None:
        """When it became known here."""
        own = self.on("incident")
        return own[0].occurred_at if own else None


def history(world: World, incident: ThingId) -> History:
    """Gather it; costs a pass over the acts since the incident began and over all decisions."""
    world.catch_up()
    first = world.ledger.read(0, types=(ACTED,), subject=incident, limit=1)
    begins = first[0].sequence - 1 if first else world.ledger.head()
    decided, peaks = _decisions(world, incident)
    ours = {one.id for one in decided}
    found: dict[str, list[Event]] = {ACTED: [], TOLD: [], REFUSED: []}
    about: dict[ThingId, bool] = {}
    for event in _events(world, begins):
        subject = event.subject
        if event.type == ACTED and kind_of(subject) == "alert":
            belongs = _named(event) == incident or about.get(subject, False)
        elif subject in about:
            belongs = about[subject]
        else:
            belongs = subject in ours or _leads(world, subject, incident)
        about[subject] = belongs
        if belongs:
            found[event.type].append(event)
    return History(
        incident=incident,
        decisions=decided,
        peaks=peaks,
        acts=tuple(found[ACTED]),
        outcomes=tuple(found[TOLD]),
        refusals=tuple(found[REFUSED]),
    )


def _events(world: World, after: int) -> Iterator[Event]:
    while events := world.ledger.read(after, types=_TYPES, limit=_BATCH):
        yield from events
        after = events[-1].sequence


def _named(event: Event) -> object:
    """The incident that the first act on an alert names."""
    data = event.data.get("data")
    return data.get("incident") if isinstance(data, Mapping) else None


def _leads(world: World, subject: ThingId, incident: ThingId) -> bool:
    """Whether a thing is the incident, or leads to it in the graph."""
    thing = subject
    for _ in range(_MOST_STEPS):
        if thing == incident:
            return True
        shown = world.graph.properties(thing)
        above = next((shown[name][0] for name in _UPWARDS if shown.get(name)), None)
        if above is None:
            return False
        thing = ThingId(str(above))
    return thing == incident


def _decisions(world: World, incident: ThingId) -> tuple[tuple[Decided, ...], tuple[Peak, ...]]:
    store = world.decisions
    store.catch_up()
    found: list[Decided] = []
    best: dict[str, Peak] = {}
    for covered in store.ranges():
        part = store.read(covered)
        mask = pc.equal(part.decisions["incident"].cast("string"), incident)
        rows = part.decisions.filter(pc.fill_null(mask, False))  # noqa: FBT003 - pyarrow's order
        for row in rows.select(["id", "at", "tier", "team", "facts"]).to_pylist():
            found.append(
                Decided(id=ThingId(row["id"]), at=row["at"], tier=row["tier"], team=row["team"])
            )
            for name, value in _figures(part, row["facts"]):
                _higher(best, name, value, row["at"])
    return tuple(found), tuple(best[name] for name in sorted(best))


_FIGURES: Final = ("volume", "excess", "negative_share", "frustration_share", "betrayal_share")


def _figures(part: Part, facts: list[int]) -> Iterator[tuple[str, float]]:
    """The figures of the hour's posts among the facts of one decision."""
    table: Any = part.facts.get("spread")
    if table is None or "window" not in table.column_names:
        return
    start = part.starts["spread"]
    for number in facts:
        if start <= number < start + table.num_rows:
            row = table.slice(number - start, 1).to_pylist()[0]
            if row["window"] == _WINDOW:
                yield from ((n, float(row[n])) for n in _FIGURES if row.get(n) is not None)


def _higher(best: dict[str, Peak], name: str, value: float, at: datetime) -> None:
    before = best.get(name)
    n = before.n + 1 if before is not None else 1
    top = before is None or value > before.value
    best[name] = Peak(
        name=name,
        value=value if before is None or top else before.value,
        at=at if before is None or top else before.at,
        n=n,
    )
