"""Retention as a report: whether those who got personal answers stay, held against their like."""

from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs
import pyarrow.compute as pc  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.measures.designs import Floats, Values
from knowledge.measures.estimates import Unsuited
from knowledge.measures.retention import People, retention
from ontology.identity import ThingId
from service.declaring import checked
from service.figured import Figured
from service.observing import observed
from service.outcome_bodies import RetentionIn
from service.outcome_people import DAY, known_before, names, relations, seconds
from service.recorded_history import Progress
from service.retention_report import Gathered, told
from service.world import World

_SEED: Final = 20_261_123
_STEPS: Final = 3


def report(world: World, asked: RetentionIn, progress: Progress) -> Figured:
    """Work it out.

    Raises:
        ProblemError: nothing is declared, or something that comes after.
        Unsuited: the sample does not carry it.
    """
    columns = checked(asked.confounders, asked.randomised)
    progress(0, _STEPS)
    gathered = gathering(world, asked, columns)
    progress(1, _STEPS)
    found = retention(gathered.people, float(asked.horizon_days), np.random.default_rng(_SEED))
    progress(_STEPS, _STEPS)
    return told(asked, gathered, found)


def gathering(world: World, asked: RetentionIn, columns: tuple[str, ...]) -> Gathered:
    """The first answer that each person got in the time, and what was known of them by then.

    Raises:
        Unsuited: nothing is recorded of what people got.
    """
    table = first_answers(world, asked.since, asked.until, asked.incident)
    if not table.num_rows:
        raise Unsuited(
            "no `response` is recorded in that time; load what customers got by"
            " `attune load responses`, or take a longer time"
        )
    personal = personalised(world, table)
    people, at = table["subject"].to_numpy(), seconds(table["at"])
    found = relations(world, people, at)
    told_ = ~np.isnan(personal)
    kept = found.here & told_
    stamps = at[kept]
    there = {
        "segment": found.segment[kept],
        "region": found.region[kept],
        "tenure": (stamps - found.since[kept]) / DAY,
        **{name: names(table[name])[kept] for name in ("incident", "channel", "team")},
    }
    known = known_before(world, columns, (people[kept], stamps), there, asked.currency)
    return Gathered(
        answered=table.num_rows,
        unknown=int((~found.here).sum()),
        untold=int((found.here & ~told_).sum()),
        people=People(
            exposed=(personal[kept] >= asked.personalised_from).astype(float),
            until=np.maximum(1, np.ceil((found.until[kept] - stamps) / DAY)),
            left=found.left[kept],
            followed=np.floor((found.followed[kept] - stamps) / DAY),
            columns=known,
        ),
    )


def first_answers(
    world: World, since: datetime | None, until: datetime | None, incident: str | None
) -> pa.Table:
    """The first answer of each person in a time."""
    table = observed(world, "response", since, until)
    if incident is not None:
        table = table.filter(pc.equal(table["incident"], incident))
    _, first = np.unique(table["subject"].to_numpy(), return_index=True)
    return table.take(pa.array(np.sort(first)))


def personalised(world: World, table: pa.Table) -> Floats:
    """How personal each answer was: as stated, else by the slots of the message that it was.

    NaN where neither tells.
    """
    stated = table["personalised"].to_numpy(zero_copy_only=False).astype(float)
    messages: Values = names(table["message"])
    known = {one: _by_slots(world, one) for one in {*messages} - {None}}
    slots = np.array([known.get(one, np.nan) for one in messages], dtype=float)
    return np.where(np.isnan(stated), slots, stated)


def _by_slots(world: World, message: str) -> float:
    """1 where composing filled personal slots, 0 where it filled none, NaN if it is not known."""
    made = world.graph.properties(ThingId(message))
    if "usesTemplate" not in made:
        return float("nan")
    return 1.0 if made.get("personalSlot") else 0.0
