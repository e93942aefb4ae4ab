"""Policies over HTTP: which one decides, which were proposed, what was active when."""

from http import HTTPStatus

from apiflask import APIBlueprint
from flask import Response

from ontology.events import Json
from service.api.answers import answer, page, principal, world
from service.bodies import AsOf, Page, PolicyIn, instant
from service.bundle import reading_of
from service.panel_votes import evidence
from service.policies import Policies, PolicyUnknown
from service.policy_log import activated, lasted, shown
from service.problems import not_found
from service.proposing import Wanted, propose
from service.sealed_bundles import SECRET, sign
from service.verifying import brought

bp = APIBlueprint("policies", __name__, url_prefix="/v1/policies", tag="Policy")


@bp.get("")
@bp.doc(
    summary="The active policy, every proposal and what was active when.",
    responses={200: "Digests, proposals, history."},
)
def index() -> Response:
    """How policies stand."""
    here = world()
    here.catch_up()
    policies = here.policies
    return answer(
        {
            "active": policies.active,
            "proposals": [
                shown(one) | {"evidence": [*evidence(here, one.id)]}
                for one in reversed([*policies.proposals.values()])
            ],
            "history": [activated(one) for one in reversed(policies.history)],
        }
    )


@bp.post("")
@bp.input(PolicyIn)
@bp.doc(
    summary="Propose a policy: checked, its cases green, tried; a second person activates it.",
    responses={
        201: "The proposal, and what verification finds that it brings; approve and activate it"
        " with acts.",
        409: "It was written on a policy that is active no longer.",
        422: "Every fault of its files, every case that fails.",
    },
)
def create(json_data: PolicyIn) -> Response:
    """Put a bundle before a second person."""
    here = world()
    wanted = Wanted(files=json_data.files, reason=json_data.reason, base=json_data.base)
    event = propose(here, wanted, principal().actor())
    here.catch_up()
    proposal = here.policies.proposals[event.subject]
    local = proposal.id.partition("/")[2]
    links: dict[str, Json] = {"acts": f"/v1/policy-proposals/{local}/acts"}
    return answer(
        shown(proposal)
        | {"links": links, "findings": brought(here, json_data.files, json_data.base)},
        HTTPStatus.CREATED,
        {"Location": f"/v1/policies/{proposal.digest}"},
    )


@bp.get("/active")
@bp.input(AsOf, location="query")
@bp.doc(
    summary="The policy that decides, or did at a moment: its rules and their reasons.",
    responses={200: "The policy.", 404: "None was active then."},
)
def active(query_data: AsOf) -> Response:
    """Digest and rules of the policy that the next decision will name."""
    policies = world().policies
    if query_data.at is None:
        policies.current()
        found = policies.history[-1]
    else:
        then = policies.at(query_data.at)
        if then is None:
            raise not_found("policy active at", instant(query_data.at), "2026-11-23T08:00:00Z")
        found = then
    return answer(_policy(policies, found.digest) | activated(found))


@bp.get("/history")
@bp.input(Page, location="query")
@bp.doc(
    summary="Which policy decided from when to when, and everybody's part in it, with reasons.",
    responses={200: "Activations, newest first, and a cursor."},
)
def history(query_data: Page) -> Response:
    """A page of activations."""
    policies = world().policies
    known = len(policies.history)
    end = min(known, int(query_data.cursor)) if query_data.cursor else known
    start = max(0, end - query_data.limit)
    items = [lasted(policies, place) for place in reversed(range(start, end))]
    return page(items, start or None)


@bp.get("/<string:digest>")
@bp.doc(
    summary="One policy with its files.",
    responses={200: "The policy.", 404: "It was never proposed here."},
)
def one(digest: str) -> Response:
    """Rules and files of a policy."""
    policies = world().policies
    try:
        files = dict(policies.files(digest))
    except PolicyUnknown as error:
        raise not_found("policy", digest, str(policies.active)) from error
    return answer(_policy(policies, digest) | {"files": files})


@bp.get("/<string:digest>/signed")
@bp.doc(
    summary="One policy as a file that another organisation can trust, signed with Ed25519.",
    responses={200: "The signed bundle.", 404: "It was never proposed here."},
)
def signed(digest: str) -> Response:
    """Files, digest, public key and signature."""
    here = world()
    try:
        files = here.policies.files(digest)
    except PolicyUnknown as error:
        raise not_found("policy", digest, str(here.policies.active)) from error
    heads = here.perception.coefficients.content(reading_of(files).coefficients)
    return answer(sign(files, heads, here.keys.secret(SECRET)))


def _policy(policies: Policies, digest: str) -> dict[str, Json]:
    rules: list[Json] = [
        {
            "id": rule.id,
            "book": rule.book,
            "stratum": rule.stratum,
            "owner": rule.owner,
            "reason": rule.reason,
            "covers": list(rule.covers),
        }
        for rule in policies.get(digest).policy.rules
    ]
    return {"digest": digest, "rules": rules}
