"""Reasons over HTTP: why a rule stayed quiet, what would have changed a decision, its picture."""

from difflib import get_close_matches

from apiflask import APIBlueprint
from flask import Response

from ontology.events import Json
from rules.counterfactual import counterfactuals
from rules.strata import evaluate
from rules.whynot import why_not
from service import desk
from service.api.answers import answer, world
from service.api.decisions import reasoned
from service.bodies import InsteadIn, WhyNotIn
from service.derivation import draw
from service.problems import not_found

bp = APIBlueprint("reasons", __name__, url_prefix="/v1/decisions", tag="Decisions")


@bp.get("/<string:local>/why-not")
@bp.input(WhyNotIn, location="query")
@bp.doc(
    summary="Why a rule stayed quiet: which of its conditions failed, and by how much.",
    responses={200: "The answer.", 404: "No such decision or rule.", 410: "Facts were erased."},
)
def unfired(local: str, query_data: WhyNotIn) -> Response:
    """Look at one rule with all the facts that it could see."""
    here = world()
    event = reasoned(here, local)
    decision = desk.stored(event)
    policy = here.policies.get(decision.policy)
    rules = {rule.id: rule for rule in policy.policy.rules}
    rule = rules.get(query_data.rule)
    if rule is None:
        near = get_close_matches(query_data.rule, rules, n=1)
        raise not_found("rule", query_data.rule, near[0] if near else next(iter(rules)))
    seen = evaluate(policy.policy, desk.facts_of(event), decision.at, policy.engines)
    fired = any(firing.rule == rule.id for firing in seen.firings)
    told = why_not(rule, seen.facts, decision.at, fired=fired)
    return answer({"id": event.id, "text": told.text(), **told.to_json()})


@bp.get("/<string:local>/counterfactuals")
@bp.input(InsteadIn, location="query")
@bp.doc(
    summary="The smallest changes of facts after which the tier or the routes would be others.",
    responses={200: "At most five, smallest first.", 404: "None such.", 410: "Facts were erased."},
)
def otherwise(local: str, query_data: InsteadIn) -> Response:
    """Search among the boundaries of all rules; each answer was decided as a request is."""
    here = world()
    event = reasoned(here, local)
    decision = desk.stored(event)
    policy = here.policies.get(decision.policy)
    found = counterfactuals(
        desk.facts_of(event), policy.policy, decision.at, policy.engines, query_data.of
    )
    items: list[Json] = [{**one.to_json(), "text": one.text()} for one in found]
    return answer({"id": event.id, "of": query_data.of, "items": items})


@bp.get("/<string:local>/picture")
@bp.doc(
    summary="The derivation as a picture: facts, rules, conclusions.",
    responses={200: "An SVG.", 404: "There is no such decision.", 410: "Facts were erased."},
)
def picture(local: str) -> Response:
    """Facts on the left, what was concluded from them to the right, stratum by stratum."""
    here = world()
    decision = desk.stored(reasoned(here, local))
    return Response(
        draw(decision, here.policies.get(decision.policy).policy), mimetype="image/svg+xml"
    )
