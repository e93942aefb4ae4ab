"""Scenarios of drills over HTTP: which there are, how one is written, what one says."""

from apiflask import APIBlueprint
from flask import Response

from service import drill_view
from service.api.answers import answer, world
from service.api.drill_access import scenario_of
from service.drill_files import known, schema
from service.drills import scenarios_of

bp = APIBlueprint("drill_scenarios", __name__, url_prefix="/v1", tag="Drills")


@bp.get("/drill-scenarios")
@bp.doc(summary="Scenarios that can be practised.", responses={200: "Scenarios, by name."})
def index() -> Response:
    """Those that attune ships, and those of this organisation."""
    found = known(scenarios_of(world().settings.home))
    items = [drill_view.scenario_line(found[name]) for name in sorted(found)]
    return answer({"items": items, "cursor": None})


@bp.get("/drill-scenarios/schema")
@bp.doc(summary="The JSON Schema of a scenario, for editors.", responses={200: "A JSON Schema."})
def form() -> Response:
    """What a scenario's file may say."""
    return answer(schema())


@bp.get("/drill-scenarios/<string:name>")
@bp.doc(
    summary="One scenario as its file says it: whoever will take part should not read it.",
    responses={200: "The scenario and its text.", 404: "There is none of that name."},
)
def one(name: str) -> Response:
    """One scenario, for those who lead drills."""
    found = scenario_of(name)
    return answer(drill_view.scenario_line(found) | {"text": found.text})
