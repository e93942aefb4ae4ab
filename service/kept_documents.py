"""Documents: what a thing says in full, kept in the ledger beside its record."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from knowledge.canonical import canonical
from ontology.events import Draft
from ontology.identity import Scope, ThingId
from ontology.lifecycle import Actor
from service.committing import Here

KEPT: Final = "document.kept"


def kept(world: Here, thing: ThingId, content: Mapping[str, Any], actor: Actor) -> Draft:
    """The draft that keeps a document; what is kept never changes, a later one takes its place."""
    return Draft(
        id=world.ids("event"),
        type=KEPT,
        subject=thing,
        actor=actor.id,
        occurred_at=world.clock.now(),
        scopes=(Scope(thing),),
        data={"content": dict(content)},
        governed=False,
    )


def document(world: Here, thing: ThingId) -> dict[str, Any]:
    """The newest document of a thing; empty where none was kept."""
    found = world.ledger.newest(types=(KEPT,), subject=thing, limit=1)
    content = found[0].data.get("content") if found else None
    return dict(content) if isinstance(content, dict) else {}


def digest_of(content: Mapping[str, Any]) -> str:
    """The SHA-256 of a document, which people approve."""
    return hashlib.sha256(canonical(dict(content))).hexdigest()
