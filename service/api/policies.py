"""The policy that decides: which one is active, and what is in it."""

from apiflask import APIBlueprint
from flask import Response

from ontology.events import Json
from service.api.answers import answer, world

bp = APIBlueprint("policies", __name__, url_prefix="/v1/policies", tag="Policy")


@bp.get("/active")
@bp.doc(summary="The active policy, its rules and their reasons.", responses={200: "The policy."})
def active() -> Response:
    """Digest and rules of the policy that the next decision will name."""
    policy = world().policies.current().policy
    rules: list[Json] = [
        {
            "id": rule.id,
            "book": rule.book,
            "stratum": rule.stratum,
            "owner": rule.owner,
            "reason": rule.reason,
            "covers": list(rule.covers),
        }
        for rule in policy.rules
    ]
    return answer({"digest": policy.digest, "rules": rules})
