"""What capitalised words mean to this organisation: its people, the known, the places."""

from collections.abc import Iterator
from typing import Final

from knowledge.anonymity import Anonymiser
from knowledge.gazetteer import Place
from ontology.identity import ThingId, kind_of
from service.world import World

PUBLIC_PEOPLE: Final = 500_000
"""A place with fewer people is replaced: too few people may be meant there."""

_PEOPLE: Final = ("displayName", "handle")
_OPEN: Final = ("Team", "Platform", "Touchpoint", "KPI", "Work", "ClaimTopic")
"""Things whose names are words of the organisation, not of people."""


class Runs:
    """What is known of words, read from one world; cheap to make, used for one case or report."""

    def __init__(self, world: World, incident: ThingId | None = None) -> None:
        """Read the names of those who work here and of who is touched by the incident."""
        self._world: Final = world
        graph = world.graph
        self._names: Final = dict(self._people(incident))
        self._open: Final = {
            str(name).casefold()
            for kind in _OPEN
            for thing in graph.of_type(kind)
            for name in graph.properties(thing).get("name", ())
        }

    def anonymiser(self) -> Anonymiser:
        """A fresh one, whose placeholders begin at 1."""
        return Anonymiser(self._names, self.means)

    def means(self, run: str) -> str | None:
        """What a run of capitalised words means."""
        if run.casefold() in self._open:
            return "public"
        if kinds := {kind_of(thing) for thing in self._named(run)}:
            return "agent" if "person" in kinds else "name"
        return self._place(run)

    def _named(self, run: str) -> Iterator[ThingId]:
        """Whoever has this name, among all whom the graph knows."""
        literal = run.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
        query = (
            "SELECT ?who WHERE { VALUES ?p { attune:displayName attune:handle } "
            f'?who ?p "{literal}" }} LIMIT 5'
        )
        answer = self._world.graph.query(query)
        for row in answer if isinstance(answer, tuple) else ():
            yield ThingId(str(row["who"]))

    def _people(self, incident: ThingId | None) -> Iterator[tuple[str, str]]:
        graph = self._world.graph
        for kind, word in (("Person", "agent"), ("Journalist", "name"), ("Outlet", "name")):
            for thing in graph.of_type(kind):
                for term in ("displayName", "name"):
                    for name in graph.properties(thing).get(term, ()):
                        yield str(name), word
        for thing in graph.subjects("affectedBy", incident) if incident is not None else ():
            for term in _PEOPLE:
                for name in graph.properties(thing).get(term, ()):
                    yield str(name), "name"

    def _place(self, run: str) -> str | None:
        found = self._world.places().gazetteer.meant(run, in_text=True)
        if not found:
            return None
        return "public" if any(self._public(one.place) for one in found) else "place"

    def _public(self, place: Place) -> bool:
        """Whether many live there: of our own places a country, or one that lies in a country."""
        if place.thing is None:
            return place.people >= PUBLIC_PEOPLE
        if kind_of(place.thing) != "region":
            return False
        above = self._world.graph.get(place.thing, "withinRegion")
        return above is None or self._world.graph.get(ThingId(str(above)), "withinRegion") is None
