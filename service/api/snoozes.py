"""Snoozed rules over HTTP: begin, list, look at one, and see which rules are snoozed often."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Final

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.identity import ThingId
from service.api.answers import answer, idempotency, principal, world
from service.bodies import Model, Moment
from service.problems import not_found
from service.snoozing import begin, report, shown, snoozable

bp = APIBlueprint("snoozes", __name__, url_prefix="/v1/snoozes", tag="Snoozes")

_EXAMPLE: Final = "snooze/01jd3v5k8xq2m4n6p8r0t2w4y6"
_USUAL: Final = timedelta(days=90)
_Text = Annotated[str, Field(min_length=1, max_length=200)]


class SnoozeIn(Model):
    """Which rule is snoozed for which thing, how long (at most 7 days), and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "rule": "surge",
                "about": "incident/2013-ny-train",
                "within": "PT12H",
                "reason": "The strike was announced; the duty officer is on it.",
            }
        },
    )

    rule: _Text
    about: _Text
    within: _Text
    reason: Annotated[str, Field(min_length=1, max_length=2_000)]


class SnoozesIn(Model):
    """Which snoozes are listed."""

    model_config = ConfigDict(json_schema_extra={"example": {"state": "active"}})

    state: Annotated[str, Field(pattern="^(active|ended)$")] | None = None
    rule: _Text | None = None
    about: _Text | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(max_length=160)] | None = None


class ReportIn(Model):
    """Of which time; by default of the last 90 days."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"since": "2026-09-01T00:00:00Z"}},
    )

    since: Moment | None = None
    until: Moment | None = None


@bp.post("")
@bp.input(SnoozeIn)
@bp.doc(
    summary="Snooze a rule for an incident, customer, touchpoint, region or feed.",
    responses={
        201: "The snooze. Decisions still tell that the rule fired, and who set it aside.",
        409: "The rule is snoozed for that thing already: renew it.",
        422: "It can't be snoozed: what protects people never is; every reason is told.",
    },
)
def create(json_data: SnoozeIn) -> Response:
    """Begin a snooze."""
    here = world()
    event = begin(here, json_data.model_dump(), principal().actor(), idempotency=idempotency())
    here.catch_up()
    found = here.snoozes.get(event.subject)
    body = {"id": event.subject} if found is None else shown(found, here.clock.now())
    local = event.subject.partition("/")[2]
    return answer(body, HTTPStatus.CREATED, {"Location": f"/v1/snoozes/{local}"})


@bp.get("")
@bp.input(SnoozesIn, location="query")
@bp.doc(summary="Snoozes, the newest first.", responses={200: "A page of them."})
def index(query_data: SnoozesIn) -> Response:
    """Those in a state, of a rule, for a thing."""
    here = world()
    now = here.clock.now()
    rows = [
        one
        for one in here.snoozes.all()
        if query_data.state in {None, "active" if one.holds(now) else "ended"}
        and query_data.rule in {None, one.rule}
        and query_data.about in {None, one.about}
    ]
    places = {one.id: place for place, one in enumerate(rows, start=1)}
    start = places.get(ThingId(query_data.cursor or ""), 0)
    part = rows[start : start + query_data.limit]
    more = part[-1].id if part and start + len(part) < len(rows) else None
    return answer({"items": [shown(one, now) for one in part], "cursor": more})


@bp.get("/report")
@bp.input(ReportIn, location="query")
@bp.doc(
    summary="How often each rule was snoozed, and in how many decisions it was set aside.",
    responses={
        200: "A rule that is snoozed often needs changing: the links lead to its alert budget.",
        422: "It is no time that has passed, or there is too much to look at.",
    },
)
def often(query_data: ReportIn) -> Response:
    """The report of a time."""
    here = world()
    until = query_data.until or here.clock.now()
    since = query_data.since or until - _USUAL
    return answer(report(here, since, until, lambda *_: None).to_json())


@bp.get("/rules")
@bp.doc(
    summary="Which rules of the active policy can be snoozed, and why others can't.",
    responses={200: "Every rule; `refusal` is null where it can be snoozed."},
)
def which() -> Response:
    """Every rule with what stands against a snooze."""
    found = snoozable(world())
    return answer({"items": [{"rule": name, "refusal": why} for name, why in found.items()]})


@bp.get("/<string:local>")
@bp.doc(
    summary="One snooze.",
    responses={200: "The snooze as it stands.", 404: "There is none of that id."},
)
def one(local: str) -> Response:
    """One of them."""
    here = world()
    found = here.snoozes.get(ThingId(f"snooze/{local}"))
    if found is None:
        raise not_found("snooze", f"snooze/{local[:140]}", _EXAMPLE)
    return answer(shown(found, here.clock.now()))
