"""Outside measurements over HTTP: rows in, each taken or rejected; what is there."""

import json
from http import HTTPStatus

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import ValidationError

from knowledge.measures.observation_files import ObservationsBroken
from knowledge.measures.observation_forms import Kind
from knowledge.measures.observation_kinds import KINDS
from ontology.events import Json
from service.api.answers import answer, principal, world
from service.bodies import ObservationsIn
from service.observation_listing import listed
from service.observation_loading import take as take_rows
from service.observation_schemas import LINES
from service.problems import ProblemError, invalid, not_found

bp = APIBlueprint("observations", __name__, url_prefix="/v1/observations", tag="Observations")


@bp.get("")
@bp.doc(
    summary="What is there of each kind: rows, files, time, the longest gap, rejects.",
    responses={200: "One item a kind, with its columns.", 500: "A file is damaged."},
)
def index() -> Response:
    """All kinds."""
    try:
        items: list[Json] = [*listed(world())]
    except ObservationsBroken as error:
        raise _damaged(error) from error
    return answer({"items": items})


@bp.post("/<string:kind>")
@bp.doc(
    summary="Take up to 1,000 rows of a kind; the same rows again change nothing.",
    description=(
        'A body `{"system": "zendesk", "rows": [{…}]}`, or JSON Lines (`application/x-ndjson`, '
        "`?system=`). Each row is taken or rejected by itself. A row with the key of a stored one "
        "corrects it."
    ),
    responses={
        202: "How many were new, known and corrected; what was rejected and why.",
        404: "There is no such kind.",
        422: "No row was taken.",
    },
)
def take(kind: str) -> Response:
    """Take the good ones, say of each bad one what is wrong with it."""
    found = _kind(kind)
    asked = _asked()
    try:
        taken, faults = take_rows(
            world(), found, asked.rows, system=asked.system, actor=principal().holder
        )
    except ObservationsBroken as error:
        raise _damaged(error) from error
    if len({fault.pointer.split("/")[2] for fault in faults}) == len(asked.rows):
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-input", "No row was taken.", faults=faults
        )
    body: dict[str, Json] = {
        "kind": kind,
        "new": taken.new,
        "known": taken.known,
        "corrected": taken.corrected,
        "rejected": [fault.json() for fault in faults],
    }
    return answer(body, HTTPStatus.ACCEPTED)


def _asked() -> ObservationsIn:
    """The rows of the body, whichever form it has.

    Raises:
        ProblemError: it is no such body (422).
    """
    try:
        if request.mimetype in LINES:
            lines = request.get_data(as_text=True).splitlines()
            rows = [_line(text) for text in lines if text.strip()]
            said = {"rows": rows, "system": request.args.get("system", "zendesk")}
            return ObservationsIn.model_validate(said)
        return ObservationsIn.model_validate_json(request.get_data())
    except ValidationError as error:
        raise invalid(error, ObservationsIn) from error


def _line(text: str) -> object:
    """A line as JSON says it; one that is none stays a text, which its verdict quotes."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _kind(name: str) -> Kind:
    found = KINDS.get(name)
    if found is None:
        raise not_found("kind of measurement", name[:140], ", ".join(KINDS))
    return found


def _damaged(error: ObservationsBroken) -> ProblemError:
    return ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, "observations-damaged", str(error))
