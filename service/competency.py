"""Leadership competency as a report: one person, one period, each figure with its events."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from knowledge.measures import periods
from knowledge.measures.drill_runs import mean_of_runs
from knowledge.measures.estimates import Estimate, Figure, Withheld
from knowledge.parity import Counts, alike
from ontology.identity import ThingId
from service.assessment_bodies import CompetencyIn
from service.drill_scoring import recorded
from service.drills import Drill
from service.figured import Figured, Named
from service.leadership import ASKED, OVERRIDES, Deed, deeds
from service.recorded_history import Progress
from service.world import World

OTHERS: Final = 5
"""People that a comparison needs at least, so that it tells of nobody else."""

_OWN, _LIKE, _CONTEXT = "what was met", "against others, like with like", "context"
_NOTES: Final = (
    (
        "Intervals are of 95 %. Shares take things as independent; those of one incident hang"
        " together, so an interval from few incidents is too narrow."
    ),
    (
        "What nobody answered, and every duty, counts for each who was on call for the team all"
        " the time (or is its only member); `shared_by` says how many. What falls on nobody so"
        " counts for nobody."
    ),
    (
        "The comparison holds topic, incident and load (things due for anybody within a day: up"
        " to 2, up to 9, more) equal, by Mantel and Haenszel. It is an association, with all"
        f" others together; nobody is ranked. It is withheld below {periods.SMALLEST} things with"
        f" their like, or below {OTHERS} other people."
    ),
    "Figures tell what was recorded, not why. Hear the person before you judge.",
)


def competency(world: World, said: CompetencyIn, progress: Progress) -> Figured:
    """How one person met what they answered for; every event it stands on is in `events`."""
    world.catch_up()
    every = [one for one in deeds(world, progress) if said.since <= one.due < said.until]
    person = ThingId(said.person)
    mine = [one for one in every if person in one.people]
    runs = [*_runs(world, said)]
    figures = [*_own(mine), *_drilled(runs), *_compared(person, every), *_context(mine)]
    return Figured(
        title=f"What {person} answered for, {said.since:%Y-%m-%d} to {said.until:%Y-%m-%d}",
        asked=said.model_dump(mode="json"),
        verdict="Figures with their events; they judge nobody, and rank nobody.",
        figures=figures,
        notes=_NOTES,
        more={
            "events": [
                *(one.json() for one in mine),
                *(
                    {"topic": "drills", "thing": one.id, "sequences": [one.scored], "acts": acts}
                    for one, acts, _ in runs
                ),
            ],
            "shared": sum(len(one.people) > 1 for one in mine),
        },
    )


def _own(mine: Sequence[Deed]) -> Iterator[Named]:
    for topic in (*ASKED, OVERRIDES):
        some = [one for one in mine if one.topic == topic]
        found = periods.share(sum(one.good for one in some), len(some))
        yield Named(part=_OWN, name=topic, unit="share", figure=found)
    asked = [one for one in mine if one.topic in ASKED]
    silent = periods.share(sum(not one.answered for one in asked), len(asked))
    yield Named(part=_OWN, name="silences: never answered at all", unit="share", figure=silent)


Run = tuple[Drill, list[str], float]
"""A drill, what became of each act that was theirs to do, and the share of them in time."""


def _runs(world: World, said: CompetencyIn) -> Iterator[Run]:
    person = ThingId(said.person)
    for one in world.drills.all():
        ended, part = one.ended_at, one.people.get(person)
        if part is None or ended is None or not said.since <= ended < said.until:
            continue
        acts = (recorded(world, one) or {}).get("acts")
        outcomes = [
            str(row["outcome"])
            for row in (acts if isinstance(acts, list) else [])
            if isinstance(row, dict)
            and (row["by"] == person or (row["by"] is None and row["who"] in {*part.roles}))
            and row["outcome"] != "not-asked"
        ]
        if outcomes:
            yield one, outcomes, outcomes.count("met") / len(outcomes)


def _drilled(runs: Sequence[Run]) -> Iterator[Named]:
    found = mean_of_runs([share for _, _, share in runs], low=0.0, high=1.0)
    yield Named(
        part=_OWN, name="acts in drills in time, mean of drills", unit="share", figure=found
    )


def _compared(person: ThingId, every: Sequence[Deed]) -> Iterator[Named]:
    for topic in ASKED:
        some = [one for one in every if one.topic == topic and one.people]
        name = f"{topic}, less others"
        yield Named(part=_LIKE, name=name, unit="of 1", figure=_apart(person, some))
    both = [one for one in every if one.topic in ASKED and one.people]
    yield Named(part=_LIKE, name="all four, less others", unit="of 1", figure=_apart(person, both))


def _apart(person: ThingId, some: Sequence[Deed]) -> Figure:
    """The difference of shares from all others together, within topic, incident and load."""
    strata = defaultdict[tuple[str, str | None, str], list[Deed]](list)
    for one in some:
        strata[one.topic, one.incident, one.band].append(one)
    told = [
        of for of in (_counts(person, group) for group in strata.values()) if of.of and of.rest_of
    ]
    groups = (group for group in strata.values() if any(person in one.people for one in group))
    others = {who for group in groups for one in group for who in one.people} - {person}
    mine, rest = sum(of.of for of in told), sum(of.rest_of for of in told)
    if len(others) < OTHERS:
        words = f"{len(others)} other people had the like; at least {OTHERS} are needed"
        return Withheld(reason=words, n=mine)
    if min(mine, rest) < periods.SMALLEST:
        words = f"at least {periods.SMALLEST} things of both with their like are needed"
        return Withheld(reason=words, n=mine)
    found = alike(told)
    if found is None:
        return Withheld(reason="nobody else had the like", n=mine)
    low, high = min(found.low, found.value), max(found.high, found.value)
    return Estimate(value=found.value, low=low, high=high, n=found.many)


def _counts(person: ThingId, group: Sequence[Deed]) -> Counts:
    """Theirs, and those in which they had no part."""
    mine = [one for one in group if person in one.people]
    rest = [one for one in group if person not in one.people]
    return Counts(
        hits=sum(one.good for one in mine),
        of=len(mine),
        rest_hits=sum(one.good for one in rest),
        rest_of=len(rest),
    )


def _context(mine: Sequence[Deed]) -> Iterator[Named]:
    """Under which load, and in how many incidents."""
    bands = Counter(one.band for one in mine)
    for band in ("few", "some", "many"):
        some = [one for one in mine if one.band == band]
        found = periods.share(sum(one.good for one in some), len(some))
        name = f"met where {band} things were due ({bands[band]} of {len(mine)})"
        yield Named(part=_CONTEXT, name=name, unit="share", figure=found)
