"""Incidents over HTTP: how they stand and what is heard of them now."""

from apiflask import APIBlueprint
from flask import Response

from ontology.events import Json
from ontology.facts import Origin, catalogue
from ontology.identity import ThingId
from service.api.answers import answer, world
from service.bodies import instant
from service.incidents import Incident
from service.problems import not_found
from service.world import World

bp = APIBlueprint("incidents", __name__, url_prefix="/v1/incidents", tag="Incidents")


@bp.get("")
@bp.doc(summary="Every incident with state and standing tier.", responses={200: "Incidents."})
def index() -> Response:
    """All incidents, in the order in which they became known."""
    return answer({"items": [_shown(one) for one in world().incidents.all()], "cursor": None})


@bp.get("/<string:local>")
@bp.doc(
    summary="One incident: state, tier, scope, and its spread now.",
    responses={200: "The incident.", 404: "There is no such incident."},
)
def one(local: str) -> Response:
    """One incident with the spread facts that a decision would see now."""
    here = world()
    found = here.incidents.get(ThingId(f"incident/{local}"))
    if found is None:
        raise not_found("incident", f"incident/{local[:140]}", "incident/2013-ny-train")
    return answer(_shown(found) | {"spread": _spread(here, found.id)})


def _spread(here: World, incident: ThingId) -> list[Json]:
    at = here.clock.now()
    origin = Origin(source="window", ref=incident)
    with here.listening() as windows:
        heard = windows.listen(incident, at)
    rows = [window.complete() for window in heard]
    return [catalogue().fact("spread", row, origin).to_json()["values"] for row in rows]


def _shown(incident: Incident) -> dict[str, Json]:
    """An incident as the API shows it."""
    shown: dict[str, Json] = {
        "id": incident.id,
        "name": incident.name,
        "state": incident.state,
        "tier": incident.tier,
        "tier_since": instant(incident.tier_since) if incident.tier_since else None,
        "stood_down": incident.stood_down,
        "opened_at": instant(incident.opened_at) if incident.opened_at else None,
        "resolved_at": instant(incident.resolved_at) if incident.resolved_at else None,
        "reopened": incident.reopened,
        "scope": {term: list(values) for term, values in incident.scope.items() if values},
    }
    return {name: value for name, value in shown.items() if value is not None}
