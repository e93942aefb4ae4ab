"""The ledger over HTTP: head, events with proofs, and proofs that later heads extend earlier."""

from apiflask import APIBlueprint
from flask import Response

from ontology.events import Event, Json
from service.api.answers import answer, principal, world
from service.assessment_view import visible
from service.bodies import instant
from service.problems import Fault, bad_request, not_found, quoted

bp = APIBlueprint("ledger", __name__, url_prefix="/v1/ledger", tag="Ledger")


@bp.get("/head")
@bp.doc(summary="Size and root of the Merkle tree.", responses={200: "The head."})
def head() -> Response:
    """The tree's size and RFC 9162 root, hex."""
    ledger = world().ledger
    size = ledger.head()
    return answer({"size": size, "root": ledger.root(size).hex()})


@bp.get("/events/<int:sequence>")
@bp.doc(
    summary="One event with its inclusion proof against today's head.",
    responses={200: "The event.", 404: "There is no such event."},
)
def event(sequence: int) -> Response:
    """The event, its leaf hash, and the audit path to the root."""
    here = world()
    here.catch_up()
    ledger = here.ledger
    found = ledger.at(sequence)
    if found is None:
        raise not_found("event", str(sequence), "1")
    size = ledger.head()
    path = [node.hex() for node in ledger.inclusion(sequence, size)]
    proof: Json = {"size": size, "root": ledger.root(size).hex(), "path": list(path)}
    told = shown(found)
    if not visible(here, found.subject, principal().actor(None).id):
        told = withheld(found)
    return answer({"event": told, "leaf": found.leaf.hex(), "proof": proof})


@bp.get("/consistency/<int:first>/<int:second>")
@bp.doc(
    summary="Proof that the tree of size `second` extends the tree of size `first`.",
    responses={200: "The proof.", 400: "Sizes that no proof joins."},
)
def consistency(first: int, second: int) -> Response:
    """The RFC 9162 consistency proof, hex nodes."""
    ledger = world().ledger
    size = ledger.head()
    if not 1 <= first <= second <= size:
        fault = Fault(
            pointer="/first",
            detail="needs 1 ≤ first ≤ second ≤ size",
            value=quoted((first, second)),
            example=[1, size],
        )
        raise bad_request(f"The ledger has {size} events.", [fault])
    return answer(
        {
            "first": first,
            "second": second,
            "roots": [ledger.root(first).hex(), ledger.root(second).hex()],
            "path": [node.hex() for node in ledger.consistency(first, second)],
        }
    )


def withheld(found: Event) -> dict[str, Json]:
    """What all may know of an event that only few may see: that it is there, and its leaf."""
    return {
        "sequence": found.sequence,
        "recorded_at": instant(found.recorded_at),
        "withheld": "it is for the person it is about, their assessor and people and culture",
    }


def shown(found: Event) -> dict[str, Json]:
    """An event as JSON; what its subject's erasure took is null and named in `erased`."""
    return {
        "sequence": found.sequence,
        "id": found.id,
        "type": found.type,
        "subject": found.subject,
        "actor": found.actor,
        "occurred_at": instant(found.occurred_at),
        "recorded_at": instant(found.recorded_at),
        "scopes": list(found.scopes),
        "data": dict(found.data),
        "erased": [*sorted(found.erased)],
    }
