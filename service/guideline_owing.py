"""Who writes in the scope of a guideline, and who of them still has to acknowledge it."""

from collections.abc import Iterator, Mapping
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from service.acknowledging import Reading
from service.guideline_choice import speaks
from service.guidelines import Version

MOST_STEPS: Final = 20


def writers(world: Reading, version: Version) -> Mapping[ThingId, ThingId | None]:
    """Who writes in the scope of a version, each with their team.

    Those are the members of the teams that it names. Where it names none they are the members
    of all teams that speak one of its languages and work in one of its regions, as far as either
    is stated. Whoever has written a message under it, and is on a team, is one of them, too.
    """
    graph = world.graph
    teams = version.teams or frozenset(_speaking(world, version))
    found = {one: team for team in sorted(teams) for one in graph.subjects("memberOf", team)}
    for message in graph.subjects("underGuideline", version.id):
        author = graph.get(message, "author")
        home = graph.get(ThingId(str(author)), "memberOf") if author is not None else None
        if home is not None:
            found.setdefault(ThingId(str(author)), ThingId(str(home)))
    return found


def owing(world: Reading, version: Version) -> Mapping[ThingId, ThingId | None]:
    """Those of the writers who have not acknowledged its text, each with their team."""
    done = world.acknowledgements_now().of(version)
    there = writers(world, version)
    return {one: team for one, team in sorted(there.items()) if one not in done}


def _speaking(world: Reading, version: Version) -> Iterator[ThingId]:
    """The teams that speak its languages and work in its regions."""
    for team in world.graph.of_type("Team"):
        said = world.graph.properties(team)
        spoken = [str(one) for one in said.get("speaksLanguage", ())]
        if version.languages and not any(_alike(one, spoken) for one in version.languages):
            continue
        if not version.regions or _works_there(world, version, team, said):
            yield team


def _alike(language: str, spoken: list[str]) -> bool:
    """Whether a team speaks a language of a guideline: `de` speaks `de-DE`, and the reverse."""
    return speaks(spoken, language) is not None or any(speaks([language], one) for one in spoken)


def _works_there(
    world: Reading, version: Version, team: ThingId, said: Mapping[str, tuple[Json, ...]]
) -> bool:
    named = {ThingId(str(one)) for one in said.get("inRegion", ())}
    named |= set(world.graph.subjects("localTeam", team))
    return not named or any(_within(world, one, version) for one in named)


def _within(world: Reading, region: ThingId, version: Version) -> bool:
    """Whether a region is one of those for which a version holds, or lies in one."""
    here: ThingId | None = region
    for _ in range(MOST_STEPS):
        if here is None or here in version.regions:
            return here is not None
        above = world.graph.get(here, "withinRegion")
        here = ThingId(str(above)) if above is not None else None
    return False
