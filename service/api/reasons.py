"""Reasons over HTTP: why a rule stayed quiet, what would have changed a decision, its picture."""

from apiflask import APIBlueprint
from flask import Response

from service.api.answers import answer, principal, world
from service.decision_bodies import InsteadIn, WhyNotIn
from service.decision_view import reasoned
from service.problems import not_found
from service.reasoning import Reasons, RuleUnknown

bp = APIBlueprint("reasons", __name__, url_prefix="/v1/decisions", tag="Decisions")


@bp.get("/<string:local>/why-not")
@bp.input(WhyNotIn, location="query")
@bp.doc(
    summary="Why a rule stayed quiet: which of its conditions failed, and by how much.",
    responses={200: "The answer.", 404: "No such decision or rule.", 410: "Facts were erased."},
)
def unfired(local: str, query_data: WhyNotIn) -> Response:
    """Look at one rule with all the facts that it could see."""
    try:
        return answer(_reasons(local).why_not(query_data.rule))
    except RuleUnknown as error:
        raise not_found("rule", error.rule, error.nearest[0]) from error


@bp.get("/<string:local>/counterfactuals")
@bp.input(InsteadIn, location="query")
@bp.doc(
    summary="The smallest changes of facts after which the tier or the routes would be others.",
    responses={200: "At most five, smallest first.", 404: "None such.", 410: "Facts were erased."},
)
def otherwise(local: str, query_data: InsteadIn) -> Response:
    """Search among the boundaries of all rules; each answer was decided as a request is."""
    return answer(_reasons(local).otherwise(query_data.of))


@bp.get("/<string:local>/picture")
@bp.doc(
    summary="The derivation as a picture: facts, rules, conclusions.",
    responses={200: "An SVG.", 404: "There is no such decision.", 410: "Facts were erased."},
)
def picture(local: str) -> Response:
    """Facts on the left, what was concluded from them to the right, stratum by stratum."""
    return Response(_reasons(local).picture(), mimetype="image/svg+xml")


def _reasons(local: str) -> Reasons:
    here = world()
    return Reasons.of(here, reasoned(here, local, principal().roles))
