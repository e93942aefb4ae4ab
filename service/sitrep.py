"""The sitrep: one incident on one page as of any minute: known, unknown, said, next, who."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from service.acts import ACTED
from service.bodies import instant
from service.hindsight import as_of
from service.incidents import Incident
from service.sitrep_known import known, unknown
from service.sitrep_lines import Line, Part, plain, worded
from service.sitrep_next import upcoming, who
from service.sitrep_picture import draw
from service.sitrep_said import promised, said
from service.sitrep_view import View
from service.world import World

EXAMPLE: Final = "incident/2013-ny-train"
_PARTS: Final = (known, unknown, said, promised, upcoming)


class SitrepRefused(ValueError):
    """There is no such sitrep; `field` is what was wrong: `incident` or `at`."""

    def __init__(self, field: str, value: str, words: str, example: str = EXAMPLE) -> None:
        """Keep which of the two it was, what was given, and what would do."""
        super().__init__(words)
        self.field = field
        self.value = value
        self.example = example


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitrep:
    """One incident as it was known at a moment; `size` is the tree that holds every event of it.

    `since` is when it became known here.
    """

    incident: ThingId
    name: str
    state: str
    tier: str | None
    since: datetime
    at: datetime
    size: int
    root: str
    standing: Line
    parts: tuple[Part, ...]
    picture: str

    def lines(self) -> Iterator[tuple[str, Line]]:
        """Every line with the name of its part, in the order of the page."""
        yield "standing", self.standing
        for part in self.parts:
            yield from ((part.name, one) for one in part.lines)

    def to_json(self) -> dict[str, Json]:
        """All of it but the picture."""
        parts: dict[str, Json] = {
            part.name: {"lines": [one.to_json() for one in part.lines], "left_out": part.left_out}
            for part in self.parts
        }
        return {
            "incident": self.incident,
            "name": self.name,
            "state": self.state,
            "tier": self.tier,
            "since": instant(self.since),
            "at": instant(self.at),
            "tree": {"size": self.size, "root": self.root},
            "standing": self.standing.to_json(),
            **parts,
        }


def sitrep(
    world: World, incident: ThingId, at: datetime | None = None, *, people: bool = True
) -> Sitrep:
    """What was known of an incident at a moment; now where none is given. Nothing is recorded.

    Without `people` nobody is named. A moment that has passed costs a fold of the ledger.

    Raises:
        SitrepRefused: the moment lies ahead, or the incident was not known then, or never.
    """
    world.catch_up()
    now = world.clock.now()
    if at is not None and at > now:
        words = f"lies ahead of this world's clock, {instant(now)}"
        raise SitrepRefused("at", instant(at), words, instant(now))
    first = world.ledger.read(0, subject=incident, limit=1)
    if not first or not incident.startswith("incident/"):
        raise SitrepRefused("incident", incident[:140], "there is no such incident")
    if at is not None and first[0].recorded_at > at:
        words = f"nothing was known of it then; first was {instant(first[0].recorded_at)}"
        raise SitrepRefused("at", instant(at), words, instant(now))
    then = world if at is None else as_of(world, at)
    found = then.incidents.get(incident)
    if found is None:
        words = "its record is removed; ask for a moment before that"
        raise SitrepRefused("incident", incident[:140], words)
    return _written(then, found, at or now, first[0].recorded_at, people=people)


def _written(
    then: World, incident: Incident, at: datetime, since: datetime, *, people: bool
) -> Sitrep:
    view = View.of(then, incident, at)
    parts = (*(make(view) for make in _PARTS), who(view, people=people))
    standing, drawn = _standing(view), draw(view, since)
    size = then.ledger.head()  # last, so that it holds whatever was recorded while this was read
    return Sitrep(
        incident=incident.id,
        name=plain(incident.name or incident.id),
        state=incident.state or "declared",
        tier=incident.tier,
        since=since,
        at=at,
        size=size,
        root=then.ledger.root(size).hex(),
        standing=standing,
        parts=parts,
        picture=drawn,
    )


def _standing(view: View) -> Line:
    incident = view.incident
    tier = f", tier {worded(incident.tier)}" if incident.tier is not None else ""
    into = f", into {view.named(incident.merged_into)}" if incident.merged_into else ""
    return Line(
        says=f"The incident is {worded(incident.state or 'declared')}{into}{tier}.",
        at=incident.opened_at,
        events=view.trace.of(incident.id, types=(ACTED,)) or view.trace.of(incident.id),
        thing=incident.id,
    )
