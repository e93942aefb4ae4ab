"""Guidelines as answers: versions, what holds for what is written, who has read what."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final

from knowledge.language.guideline_text import principles
from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import Role, possible
from service.bodies import instant
from service.guideline_choice import Asked, choose
from service.guideline_difference import difference, shown
from service.guideline_owing import owing
from service.guidelines import VERSION, Version
from service.world import World

EXAMPLE: Final = "guideline/house"
_MANY: Final = frozenset(
    {"approver", "coversAudience", "coversChannel", "heldByTeam", "inRegion", "languages"}
)


def listed(world: World, at: datetime) -> list[Json]:
    """Every guideline with the version that is in force at a moment, and what waits."""
    known = world.guidelines()
    rows: list[Json] = []
    for guideline, versions in known.versions.items():
        one = known.in_force(guideline, at)
        row = outline(one) if one is not None else {"name": versions[-1].name, "version": None}
        waiting: list[Json] = [v.id for v in versions if v.state in {"proposed", "approved"}]
        rows.append({"guideline": guideline, **row, "waiting": waiting})
    return rows


def outline(one: Version) -> dict[str, Json]:
    """A version without its text."""
    return {
        "version": one.id,
        "guideline": one.guideline,
        "number": one.number,
        "name": one.name,
        "state": one.state,
        "owner": one.owner,
        "languages": [*sorted(one.languages)],
        "regions": [*sorted(one.regions)],
        "audiences": [*sorted(one.audiences)],
        "channels": [*sorted(one.channels)],
        "begins": _instant(one.begins),
        "ends": _instant(one.ends),
        "review_by": _instant(one.review_by),
        "acknowledge_by": _instant(one.acknowledge_by),
        "digest": one.digest,
    }


def told(world: World, one: Version, roles: Collection[Role]) -> dict[str, Json]:
    """A version with its text, its principles, who wrote and approved it, and what may follow."""
    said = world.graph.properties(one.id)
    text = str(said["guidance"][0])
    stated: dict[str, Json] = {
        name: [*values] if name in _MANY else values[0] for name, values in sorted(said.items())
    }
    may: list[Json] = [*possible(world.lifecycles, VERSION, one.state, roles)]
    return {
        "id": one.id,
        **stated,
        "begins": _instant(one.begins),
        "ends": _instant(one.ends),
        "reviewBy": _instant(one.review_by),
        "acknowledgeBy": _instant(one.acknowledge_by),
        "principles": [shown(each) for each in principles(text)],
        "possible": may,
    }


def held(world: World, said: Asked, at: datetime) -> dict[str, Json]:
    """Which version holds for what is written at a moment, why, and which others would."""
    choice = choose(world.guidelines(), said, at)
    others: list[Json] = [one.json() for one in choice.others]
    holds = choice.holds.json() if choice.holds is not None else None
    return {"asked": said.words(), "holds": holds, "why": choice.why(), "others": others}


def compared(world: World, old: Version, new: Version) -> dict[str, Json]:
    """What changed from one version to another, and why."""
    before, after = (world.graph.properties(one.id) for one in (old, new))
    because = after.get("revisedBecause", (None,))[0]
    return {"from": old.id, "to": new.id, "because": because, **difference(before, after)}


def read_by(world: World, one: Version) -> dict[str, Json]:
    """Who has acknowledged a version, with the evidence, and who still owes that."""
    done = sorted(world.acknowledgements_now().of(one).values(), key=lambda said: said.at)
    return {
        "version": one.id,
        "digest": one.digest,
        "by": _instant(one.acknowledge_by),
        "acknowledged": [said.json() for said in done],
        "owing": [{"person": who, "team": team} for who, team in owing(world, one).items()],
    }


def due(world: World, person: ThingId | None, at: datetime) -> list[Json]:
    """What is still to be read and to be reviewed, the most urgent first; of one person or all."""
    found = [row for one in world.guidelines().standing(at) for row in _due(world, one, person)]
    found.sort(key=lambda row: row[0])
    return [{**row, "by": instant(by), "overdue": by <= at} for by, row in found]


def _due(
    world: World, one: Version, person: ThingId | None
) -> Iterator[tuple[datetime, dict[str, Json]]]:
    named: dict[str, Json] = {"version": one.id, "name": one.name, "owner": one.owner}
    people = [who for who in owing(world, one) if person in {None, who}]
    if people and one.acknowledge_by is not None:
        yield one.acknowledge_by, {"due": "acknowledgement", **named, "people": [*people]}
    if person is None:
        yield one.review_by, {"due": "review", **named, "people": []}


def _instant(moment: datetime | None) -> str | None:
    return instant(moment) if moment is not None else None
