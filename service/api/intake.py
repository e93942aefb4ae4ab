"""Intake over HTTP: partners send signed CloudEvents; people see what came of them."""

from http import HTTPStatus
from typing import Final

from apiflask import APIBlueprint
from flask import Response, current_app, request
from prometheus_client import Counter, Gauge

from ontology.events import Json
from ontology.identity import IdentityInvalid, ThingId, thing_id
from service import sharing
from service.api.answers import answer, world
from service.api.probes import SIGNALS
from service.bodies import instant
from service.drift import Drift
from service.lag import quantile
from service.partner_intake import Received, receive
from service.partners import Partner
from service.problems import ProblemError, not_found
from service.signatures import Unsigned
from service.traffic import Account
from service.world import World

bp = APIBlueprint("intake", __name__, url_prefix="/v1/intake", tag="Intake")

MOST_PARTNERS: Final = 50
"""Partners with a label of their own in the metrics; all others share one."""

_MESSAGES = Counter(
    "attune_intake_messages_total", "Messages of partners, by what became of them.", ["outcome"]
)
_DROPPED = Counter(
    "attune_intake_dropped_fields_total", "Fields dropped as no agreement permits them."
)
_DRIFTED = Gauge(
    "attune_intake_drifted_fields", "Fields whose form changed within a day.", ["partner"]
)
_UNSIGNED: Final = (
    "Nobody known signed this now: sign id, timestamp and body as Standard Webhooks says, with the"
    " secret of the partner that the path names, within five minutes."
)


@bp.post("/<string:partner>")
@bp.doc(
    summary="Take a partner's CloudEvents, single, batched or binary, signed.",
    responses={
        202: "What was taken, known before, dropped, and rejected with reasons.",
        401: "Not signed by this partner within five minutes.",
        403: "Outside the partner's agreement; nothing was stored.",
        409: "Another message came under this webhook-id.",
        413: "Too large, or too many events.",
        415: "No CloudEvent.",
        422: "No signal in it.",
    },
)
def take(partner: str) -> Response:
    """Check the signature, then the agreement, then take."""
    here = world()
    here.catch_up_governed()
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        done = receive(here, _named(partner), headers, request.get_data(), current_app.json.loads)
    except Unsigned as error:
        _MESSAGES.labels(f"unsigned-{error.why}").inc()
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "unauthorized", _UNSIGNED) from None
    except ProblemError as error:
        _MESSAGES.labels(error.kind).inc()
        _look(here)
        raise
    _look(here)
    return _told(done)


@bp.get("/<string:partner>")
@bp.doc(
    summary="What a partner sent: last seen, counts, what was dropped, drift of form, lag.",
    responses={200: "The account of the last 30 days.", 404: "No such partner."},
)
def account(partner: str) -> Response:
    """The account of one partner."""
    here = world()
    known = here.partners.get(_named(partner))
    if known is None:
        raise not_found("partner", partner, "listening-co")
    here.traffic.catch_up(here.ledger, here.clock.now())
    return answer({**_standing(here, known), **_shown(here, here.traffic.of(known.id))})


def _look(here: World) -> None:
    """Fold what was recorded, and set the gauge of changed fields, one value a partner."""
    here.traffic.catch_up(here.ledger, here.clock.now())
    for partner in here.partners.all()[:MOST_PARTNERS]:
        fresh = here.traffic.of(partner.id).fresh(here.clock.now())
        _DRIFTED.labels(partner.id.partition("/")[2]).set(len({one.field for one in fresh}))


def _named(partner: str) -> ThingId:
    """The id of a partner; one that can't be is nobody's."""
    try:
        return thing_id(f"system/{partner}")
    except IdentityInvalid:
        return ThingId("system/nobody")


def _told(done: Received) -> Response:
    _MESSAGES.labels("again" if done.again else "taken").inc()
    if not done.again:
        for outcome, count in (
            ("new", done.new),
            ("known", done.known),
            ("rejected", len(done.rejected)),
        ):
            SIGNALS.labels(outcome).inc(count)
        _DROPPED.inc(sum(done.dropped.values()))
    rejected: list[Json] = [fault.json() for fault in done.rejected[:100]]
    body: dict[str, Json] = {
        "new": done.new,
        "known": done.known,
        "dropped": dict(done.dropped),
        "rejected": rejected,
        "sequence": done.sequence,
        "again": done.again,
    }
    return answer(body, HTTPStatus.ACCEPTED)


def _standing(here: World, partner: Partner) -> dict[str, Json]:
    """Whether the partner may send now, and under what."""
    terms, now = sharing.terms(here.graph, partner.agreement), here.clock.now()
    barred = terms.barred(now) if terms is not None else ("agreement-missing", "")
    if partner.suspended:
        barred = ("partner-suspended", "")
    return {
        "id": partner.id,
        "agreement": partner.agreement,
        "barred": None if barred is None else barred[0],
        "since": instant(partner.since),
        "secrets": [
            {"number": one.number, "until": instant(one.until) if one.until else None}
            for one in partner.secrets
            if one.live(now)
        ],
    }


def _shown(here: World, found: Account) -> dict[str, Json]:
    fresh = found.fresh(here.clock.now())
    return {
        "last_seen": instant(found.last_seen) if found.last_seen else None,
        "deliveries": found.deliveries,
        **{name: found.counts[name] for name in ("events", "new", "known", "rejected")},
        "dropped": dict(found.dropped),
        "refused": dict(found.refused),
        "form": {name: dict(types) for name, types in found.profile.fields().items()},
        "drifted": bool(fresh),
        "drift": [_drift(one) for one in found.drifts],
        "lag_seconds": {
            f"p{round(share * 100)}": quantile(found.received, share) for share in (0.5, 0.9, 0.99)
        },
    }


def _drift(one: Drift) -> dict[str, Json]:
    return {
        "kind": one.kind,
        "field": one.field,
        "was": one.was,
        "now": one.now,
        "since": instant(one.since),
    }
