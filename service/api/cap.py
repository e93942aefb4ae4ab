"""CAP over HTTP: an incident as an alert that warning systems read."""

from apiflask import APIBlueprint
from flask import Response

from ontology.identity import ThingId
from service.api.answers import world
from service.cap import NothingToTell
from service.cap import alert as written
from service.problems import not_found

bp = APIBlueprint("cap", __name__, url_prefix="/v1/incidents", tag="Incidents")

MEDIA_TYPE = "application/cap+xml"


@bp.get("/<string:local>/cap.xml")
@bp.doc(
    summary="The incident as an alert of the Common Alerting Protocol 1.2.",
    responses={200: "XML; its status is Exercise in replays and drills.", 404: "No such alert."},
)
def alert(local: str) -> Response:
    """The newest alert of an incident; it refers to those before."""
    here, incident = world(), ThingId(f"incident/{local}")
    if here.incidents.get(incident) is None:
        raise not_found("incident", f"incident/{local[:140]}", "incident/2013-ny-train")
    try:
        content = written(here, incident)
    except NothingToTell as error:
        raise not_found("alert of", f"incident/{local[:140]}", "incident/2013-ny-train") from error
    return Response(content, content_type=f"{MEDIA_TYPE}; charset=utf-8")
