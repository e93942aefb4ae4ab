"""Findings for whoever asks: looked for, and recorded where something of people was read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ontology.events import Draft, Json
from ontology.identity import ThingId
from ontology.lifecycle import Role
from service.finding_answer import Found
from service.finding_engine import countable
from service.finding_fields import columns
from service.finding_query import Query
from service.findings import find
from service.permissions import READ_POSTS, SEE_PEOPLE
from service.recorded_history import Progress
from service.world import World

READ: Final = "finding.read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, in which roles, and how long they wait."""

    id: ThingId
    roles: frozenset[Role]
    patience_ms: float


def answered(world: World, query: Query, asker: Asker, progress: Progress) -> Found:
    """What is found; that somebody read of people is recorded, by field and number, for auditors.

    Raises:
        QueryInvalid: a part of the query can't be, or is for other roles.
        HistoryInvalid: there is nothing to look at, or too much.
        TooMuch: it took too long, or would read too many texts.
        PolicyUnknown: windows are asked, and no policy is active.
    """
    found = find(world, query, asker.roles, progress, patience_ms=asker.patience_ms)
    if found.sensitive:
        told: dict[str, Json] = {
            "source": query.source,
            "asked": [name for name, _ in query.where],
            "sensitive": [*found.sensitive],
            "matched": found.matched,
            "listed": len(found.items),
        }
        draft = Draft(
            id=world.ids("event"),
            type=READ,
            subject=asker.id,
            actor=asker.id,
            occurred_at=world.clock.now(),
            data=told,
            governed=False,
        )
        world.ledger.append([draft])
    return found


def fields(source: str, roles: frozenset[Role]) -> Iterator[dict[str, Json]]:
    """The fields of a source, each with what it means, and whether these roles may ask it."""
    for one in columns(source).values():
        needed = READ_POSTS if one.sealed else SEE_PEOPLE if one.personal else roles
        yield {
            "name": one.name,
            "type": one.field.datatype.value,
            "means": one.field.comment,
            "example": one.field.example,
            "allowed": [*one.field.allowed],
            "several": one.many or one.kind is not None,
            "counted": countable(one),
            "open": bool(roles & needed) or needed == roles,
        }
