"""Gaps of ownership: figures that nobody answers for, teams that answer for none, stale values."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from ontology.events import Json
from ontology.identity import ThingId, kind_of
from service.ownership import FUNCTIONS, Figure, figures, functions_of
from service.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What is missing, about what, in words, and what would mend it."""

    gap: str
    about: str
    detail: str
    cure: str

    def json(self) -> dict[str, Json]:
        """The gap as answers show it."""
        return asdict(self)


def gaps(world: World) -> list[Gap]:
    """Every gap, KPIs first."""
    known, at = figures(world), world.clock.now()
    found = [gap for one in known for gap in (*_owned(world, one), *_told(one, at))]
    return [*found, *_alike(known), *_functions(world, known)]


def _owned(world: World, one: Figure) -> Iterator[Gap]:
    """Nobody answers for it, several do, or the one who did has gone."""
    there = [who for who in one.several("accountable") if _stands(world, who)]
    gone = [who for who in one.several("accountable") if who not in there]
    cure = "put the KPI again with one accountable team or person that stands"
    for who in gone:
        why = "is on no team" if world.graph.exists(who) else "does not stand any more"
        detail = f"{who}, who answers for {one.id}, {why}"
        yield Gap(gap="accountable-gone", about=one.id, detail=detail, cure=cure)
    if not there:
        detail = f"nobody answers for {one.id}"
        yield Gap(gap="no-accountable", about=one.id, detail=detail, cure=cure)
    if len(there) > 1:
        detail = f"{', '.join(there)} all answer for {one.id}, so nobody does"
        yield Gap(gap="several-accountable", about=one.id, detail=detail, cure=cure)


def _stands(world: World, who: ThingId) -> bool:
    """Whether a team stands, or a person who is on a team that does."""
    if not world.graph.exists(who) or kind_of(who) == "team":
        return world.graph.exists(who)
    home = world.graph.get(who, "memberOf")
    return home is not None and world.graph.exists(ThingId(str(home)))


_STATED = (
    ("formula", "no-formula", "how it is computed"),
    ("source", "no-source", "where its inputs come from"),
    ("target", "no-target", "what it should reach"),
    ("direction", "no-direction", "on which side of its target it is good"),
)


def _told(one: Figure, at: datetime) -> Iterator[Gap]:
    """What the record leaves open, and values that are old."""
    for term, gap, words in _STATED:
        if one.text(term) is None:
            cure = f"put the KPI again with {term}"
            yield Gap(gap=gap, about=one.id, detail=f"{one.id} does not say {words}", cure=cure)
    cure = f"POST /v1/kpis/{one.id.partition('/')[2]}/measurements"
    if one.current is None:
        detail = f"{one.id} was never measured"
        yield Gap(gap="never-measured", about=one.id, detail=detail, cure=cure)
    elif one.stale(at):
        detail = f"the value of {one.id} is of {one.current.as_of.isoformat()}"
        yield Gap(gap="stale", about=one.id, detail=detail, cure=cure)


def _alike(known: Sequence[Figure]) -> Iterator[Gap]:
    """KPIs of the same name, or with the same formula over the same inputs."""
    same: defaultdict[tuple[object, ...], list[ThingId]] = defaultdict(list)
    for one in known:
        same["name", (one.text("name") or "").casefold().strip()].append(one.id)
        inputs = tuple(sorted(map(str, one.properties.get("input", ()))))
        if one.text("formula") is not None:
            same["formula", one.text("formula"), inputs].append(one.id)
    for (what, *_), several in same.items():
        if len(several) > 1:
            detail = f"{', '.join(several)} have the same {what}"
            cure = "remove all but one, or say how they differ"
            yield Gap(gap="duplicate", about=several[0], detail=detail, cure=cure)


def _functions(world: World, known: Sequence[Figure]) -> Iterator[Gap]:
    """Functions without a figure, and teams of theirs that have none."""
    terms = ("responsible", "accountable")
    working = {who for one in known for term in terms for who in one.several(term)}
    homes = {world.graph.get(who, "memberOf") for who in working if kind_of(who) == "person"}
    busy = working | {ThingId(str(home)) for home in homes if home is not None}
    teams = [*functions_of(world)]
    cure = "name one of its teams as accountable or responsible for a KPI"
    for function in FUNCTIONS:
        theirs = [team for team, named in teams if named == function]
        if not busy & {*theirs}:
            detail = f"{function} answers for no figure and works on none"
            yield Gap(gap="function-without-kpi", about=function, detail=detail, cure=cure)
            continue
        for team in theirs:
            if team not in busy:
                detail = f"{team} of {function} answers for no figure and works on none"
                yield Gap(gap="team-without-kpi", about=team, detail=detail, cure=cure)
