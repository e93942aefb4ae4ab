"""What policies changed, over HTTP: two compared in meaning, and who touched which rule."""

from typing import Final, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.marked_reader import FileInvalid
from ontology.shape_graph import ShapesInvalid
from rules.comparison_report import markdown, text
from rules.diagnostics import Invalid, near
from service.api.answers import answer, world
from service.blame import blame
from service.bodies import Model
from service.comparing import comparing
from service.job_kinds import Compared
from service.policy_sources import Source, source
from service.problems import Fault, not_found, unprocessable

bp = APIBlueprint("policy_history", __name__, url_prefix="/v1/policies", tag="Policy")

_PLAIN: Final = {"text": "text/plain", "markdown": "text/markdown"}


class DifferenceIn(Compared):
    """Which policies are compared, and how that is told."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"from": "active", "to": "shipped", "format": "json"}}
    )

    format: Literal["json", "text", "markdown"] = "json"


class BlameIn(Model):
    """Whose story is told: of one rule, or of all."""

    model_config = ConfigDict(json_schema_extra={"example": {"rule": "tenfold-surge"}})

    rule: str | None = Field(default=None, min_length=1, max_length=140)


@bp.get("/difference")
@bp.input(DifferenceIn, location="query")
@bp.doc(
    summary="What differs in meaning between two policies, with facts on which both were run.",
    responses={
        200: "Rules, regions, examples, other parts, and the level of the change; or a note.",
        404: "No policy is meant by a name.",
        422: "One of them is broken, as drafts may be.",
    },
)
def difference(query_data: DifferenceIn) -> Response:
    """Compare two policies."""
    here = world()
    old, new = source(here, query_data.before), source(here, query_data.after)
    try:
        report = comparing(old.content, new.content)
    except (Invalid, FileInvalid, ShapesInvalid) as error:
        raise unprocessable([*_faults(old, new, error)]) from error
    if query_data.format == "json":
        return answer(report.to_json())
    told = (text if query_data.format == "text" else markdown)(report)
    return Response(told, content_type=f"{_PLAIN[query_data.format]}; charset=utf-8")


@bp.get("/active/blame")
@bp.input(BlameIn, location="query")
@bp.doc(
    summary="Who introduced, changed and last touched each rule, why, and in which policy.",
    responses={200: "Rules with every touch, first to last.", 404: "There is no such rule."},
)
def blamed(query_data: BlameIn) -> Response:
    """The story of every rule, or of one."""
    policies = world().policies
    policies.current()
    found = {one.rule.id: one for one in blame(policies)}
    if query_data.rule is None:
        return answer({"items": [one.to_json() for one in found.values()]})
    if query_data.rule not in found:
        meant = near(query_data.rule, found) or next(iter(found))
        raise not_found("rule", query_data.rule, meant)
    return answer(found[query_data.rule].to_json())


def _faults(old: Source, new: Source, error: ValueError) -> list[Fault]:
    """What is wrong, with the side that it is wrong with as far as its words tell."""
    lines = str(error).splitlines()[:50]
    names = f"{old.name} or {new.name}"
    return [Fault(pointer="/to", detail=f"{names}: {line[:900]}") for line in lines]
