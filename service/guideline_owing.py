"""Who writes in the scope of a guideline, who has acknowledged it, and who still owes that."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from ontology.events import Event, Json
from ontology.identity import ThingId
from service.acts import ACTED
from service.committing import Here
from service.guideline_choice import speaks
from service.guidelines import Guidelines, Version

ACKNOWLEDGE: Final = "acknowledge"
MOST_STEPS: Final = 20
_BATCH: Final = 1_000


class Guided(Here, Protocol):
    """What it takes to say who owes what."""

    def guidelines(self) -> Guidelines:
        """All versions of all guidelines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """That a person has read a text: when, which one, and the event that says so."""

    person: ThingId
    at: datetime
    version: ThingId
    digest: str
    event: str

    @classmethod
    def of(cls, event: Event) -> "Acknowledged":
        """What an act says."""
        data = event.data.get("data")
        digest = data.get("digest") if isinstance(data, dict) else None
        return cls(
            person=event.actor,
            at=event.occurred_at,
            version=event.subject,
            digest=str(digest),
            event=event.id,
        )

    def json(self) -> dict[str, Json]:
        """The evidence."""
        at = self.at.isoformat().replace("+00:00", "Z")
        return {
            "person": self.person,
            "at": at,
            "version": self.version,
            "digest": self.digest,
            "event": self.event,
        }


def acknowledgements(world: Guided, version: Version) -> Mapping[ThingId, Acknowledged]:
    """Who has acknowledged the text of a version, of it or of one before that says the same."""
    alike = [
        one for one in world.guidelines().of(version.guideline) if one.digest == version.digest
    ]
    return {said.person: said for one in reversed(alike) for said in _said(world, one)}


def writers(world: Guided, version: Version) -> Mapping[ThingId, ThingId | None]:
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


def owing(world: Guided, version: Version) -> Mapping[ThingId, ThingId | None]:
    """Those of the writers who have not acknowledged its text, each with their team."""
    done = acknowledgements(world, version)
    there = writers(world, version)
    return {one: team for one, team in sorted(there.items()) if one not in done}


def _said(world: Guided, version: Version) -> Iterator[Acknowledged]:
    after = 0
    while events := world.ledger.read(after, types=(ACTED,), subject=version.id, limit=_BATCH):
        yield from (Acknowledged.of(one) for one in events if one.data["act"] == ACKNOWLEDGE)
        after = events[-1].sequence


def _speaking(world: Guided, version: Version) -> Iterator[ThingId]:
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
    world: Guided, version: Version, team: ThingId, said: Mapping[str, tuple[Json, ...]]
) -> bool:
    named = {ThingId(str(one)) for one in said.get("inRegion", ())}
    named |= set(world.graph.subjects("localTeam", team))
    return not named or any(_within(world, one, version) for one in named)


def _within(world: Guided, region: ThingId, version: Version) -> bool:
    """Whether a region is one of those for which a version holds, or lies in one."""
    here: ThingId | None = region
    for _ in range(MOST_STEPS):
        if here is None or here in version.regions:
            return here is not None
        above = world.graph.get(here, "withinRegion")
        here = ThingId(str(above)) if above is not None else None
    return False
