"""What the press asked about an incident: how long it waited, and who got no answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ontology.identity import ThingId, kind_of
from service.enquiries import KIND
from service.outlets import name_of
from service.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One enquiry, and the message that answered it, if one did."""

    outlet: str
    at: datetime
    answer: ThingId | None

    def minutes(self, answered: datetime) -> float:
        """How long the outlet waited; nothing where the answer was there before it asked."""
        return max(0.0, (answered - self.at).total_seconds() / 60)


def asked(world: World, incident: ThingId, since: datetime, until: datetime) -> list[Asked]:
    """The enquiries about an incident that came in a time, in that order."""
    found = (
        _asked(world, one)
        for one in world.graph.subjects("aboutIncident", incident)
        if kind_of(one) == KIND
    )
    return sorted(
        (one for one in found if since <= one.at <= until), key=lambda one: (one.at, one.outlet)
    )


def unanswered(enquiries: Sequence[Asked]) -> Iterator[str]:
    """What is missing of the press: answers, and whom it reached with what it wrote."""
    if not enquiries:
        return
    outlets = {one.outlet for one in enquiries}
    waiting = sorted({one.outlet for one in enquiries if one.answer is None})
    many = sum(one.answer is None for one in enquiries)
    if waiting:
        yield f"{many} of {len(enquiries)} enquiries have no answer: {', '.join(waiting)}"
    yield (
        f"whom the {len(outlets)} outlets that asked reached: bring reach of earned media, with"
        " the outlet as its platform"
    )


def _asked(world: World, enquiry: ThingId) -> Asked:
    answer = world.graph.get(enquiry, "answeredBy")
    return Asked(
        outlet=str(name_of(world, world.graph.get(enquiry, "outlet"))),
        at=datetime.fromisoformat(str(world.graph.get(enquiry, "receivedAt"))),
        answer=None if answer is None else ThingId(str(answer)),
    )
