"""Diversion: the temporary routings in whose scope a request lies, as facts of its decision."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from ontology.facts import Origin
from ontology.identity import ThingId
from service.incidents import Incidents
from service.roster import Roster
from service.skills import Skills
from service.temporary import Content, Temporaries
from service.values import Values, first


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Who can answer at a moment; `loads` are those that the caller states of a team."""

    roster: Roster
    skills: Skills
    loads: Mapping[str, float]
    at: datetime

    def load(self, team: ThingId) -> float | None:
        """The load of a team, as the caller or its record states it."""
        stated = self.loads.get(team)
        if stated is not None:
            return stated
        recorded = first(self.roster.teams.get(team, {}), "load")
        return None if recorded is None else float(str(recorded))

    def chain(self, content: Content) -> Iterator[ThingId]:
        """The teams that follow: the next one, and whom each escalates to."""
        seen = {content.team}
        following: object = content.next
        while following is not None and following not in seen:
            team = ThingId(str(following))
            seen.add(team)
            yield team
            following = first(self.roster.teams.get(team, {}), "escalatesTo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request is about, as far as scopes ask."""

    named: Mapping[str, ThingId]
    language: str | None
    topics: frozenset[str]

    @classmethod
    def of(
        cls, named: Mapping[str, ThingId], language: str | None, incidents: Incidents
    ) -> "Asked":
        """The things that it names, its language, and the topics of its incident."""
        known = incidents.get(named["incident"]) if "incident" in named else None
        topics = known.scope.get("topic", ()) if known is not None else ()
        return cls(named=named, language=language, topics=frozenset(map(str, topics)))

    def within(self, content: Content, roster: Roster) -> bool:
        """Whether it lies in a scope; what it does not say lies in none."""
        region = self.named.get("region")
        return (
            content.incident in {None, self.named.get("incident")}
            and content.touchpoint in {None, self.named.get("touchpoint")}
            and (not content.regions or region in roster.within(content.regions))
            and (not content.languages or self.language in content.languages)
            and (not content.topics or bool(content.topics & self.topics))
        )


def diverted(known: Temporaries, asked: Asked, staff: Staff) -> Iterator[Values]:
    """A fact for each temporary routing in force in whose scope the request lies."""
    for routing, content in known.in_force(staff.at):
        if asked.within(content, staff.roster):
            yield _fact(routing, content, staff)


def stated_loads(found: Iterable[Values]) -> dict[str, float]:
    """The loads of teams that a caller states."""
    teams = (one.values for one in found if one.kind == "team")
    return {
        str(row["id"]): float(load)
        for row in teams
        if "id" in row and isinstance(load := row.get("load"), int | float)
    }


def _fact(routing: ThingId, content: Content, staff: Staff) -> Values:
    agents = len(staff.skills.on_call(content.team, content.training, staff.at))
    load = staff.load(content.team)
    enough, full = agents >= content.minimum, load is not None and load >= content.bound
    following = [one for one in staff.chain(content) if staff.roster.on_call(one, staff.at)]
    here = enough and not full
    reached = content.team if here else next(iter(following), None)
    after = [one for one in following if one != reached]
    queue = content.external if here else None
    if reached is not None and not here:
        queue = first(staff.roster.teams.get(reached, {}), "external")  # type: ignore[assignment]
    return Values(
        kind="temporary_routing",
        origins=[Origin(source="event", ref=routing)],
        values={
            name: value
            for name, value in {
                "id": routing,
                "team": content.team,
                "reached": reached,
                "external": queue,
                "priority": content.priority,
                "otherwise": next(iter(after), None),
                "relieves": content.relieves,
                "agents": agents,
                "enough": enough,
                "load_known": load is not None,
                "full": full if load is not None else None,
            }.items()
            if value is not None
        },
    )
