"""Records over HTTP: what the ontology knows, put and removed through the gate."""

from http import HTTPStatus

from apiflask import APIBlueprint
from flask import Response

from ontology.events import Json
from ontology.identity import IdentityInvalid, ThingId, kind_of, thing_id
from service import acts
from service.api.answers import answer, idempotency, principal, world
from service.assessment_joint import KIND
from service.bodies import AsOf, RecordIn, instant
from service.problems import Fault, bad_request, not_found, quoted, unprocessable

bp = APIBlueprint("records", __name__, url_prefix="/v1/records", tag="Records")

_EXAMPLE = "team/crisis-office"


@bp.post("")
@bp.input(RecordIn)
@bp.doc(
    summary="Put one record; a second put with the same id or key replaces its properties.",
    responses={
        201: "Recorded.",
        409: "Someone else wrote first, thrice.",
        422: "Not a record of the ontology, or refused by the gate.",
    },
)
def put(json_data: RecordIn) -> Response:
    """Check, judge, record."""
    here = world()
    if json_data.type == "Assessment":
        words = "assessments are no records: POST /v1/assessments"
        raise unprocessable([Fault(pointer="/type", detail=words, example="Person")])
    event = acts.put_record(
        here,
        type=json_data.type,
        properties=json_data.properties,
        id=_id(json_data.id) if json_data.id is not None else None,
        key=json_data.key,
        actor=principal().actor(),
        idempotency=idempotency(),
    )
    here.catch_up()
    body: dict[str, Json] = {
        "id": event.subject,
        "sequence": event.sequence,
        "recorded_at": instant(event.recorded_at),
    }
    return answer(body, HTTPStatus.CREATED, {"Location": f"/v1/records/{event.subject}"})


@bp.get("/<path:thing>")
@bp.input(AsOf, location="query")
@bp.doc(
    summary="What is known of one thing, or was known at a moment.",
    responses={200: "Its properties.", 404: "There is, or was, no such record."},
)
def one(thing: str, query_data: AsOf) -> Response:
    """Type, state and properties of a record as the graph holds, or held, them."""
    here, name = world(), _id(thing)
    _open(name, thing)
    graph = here.graph if query_data.at is None else here.graph.as_of(query_data.at)
    if not graph.exists(name):
        raise not_found("record", thing, _EXAMPLE)
    properties = {term: list(values) for term, values in graph.properties(name).items()}
    return answer({"id": name, "state": graph.state(name), "properties": properties})


@bp.delete("/<path:thing>")
@bp.doc(
    summary="Remove one record; its events stay in the ledger.",
    responses={200: "Removed.", 404: "There is no such record.", 422: "Refused by the gate."},
)
def remove(thing: str) -> Response:
    """Remove a record that nothing relies on."""
    here, name = world(), _id(thing)
    _open(name, thing)
    if not here.graph.exists(name):
        raise not_found("record", thing, _EXAMPLE)
    event = acts.remove_record(here, id=name, actor=principal().actor(), idempotency=idempotency())
    here.catch_up()
    return answer({"id": name, "sequence": event.sequence})


def _open(name: ThingId, text: str) -> None:
    """Say that there is no such record where its kind has a door of its own for few."""
    if kind_of(name) == KIND:
        raise not_found("record", text, _EXAMPLE)


def _id(text: str) -> ThingId:
    try:
        return thing_id(text)
    except IdentityInvalid as error:
        fault = Fault(pointer="/id", detail=str(error), value=quoted(text), example=_EXAMPLE)
        raise bad_request(str(error), [fault]) from error
