"""The responder console: what waits, what to do first about one thing, why, and doing it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from apiflask import APIBlueprint
from flask import Response, redirect, request
from markupsafe import Markup

from knowledge.refusals import Conflict, Erased
from ontology.events import Json
from ontology.identity import IdentityInvalid, ThingId, thing_id
from ontology.lifecycle import ActRefused
from ontology.schema import meanings
from service.acts import propose
from service.api.answers import principal, world
from service.card_facts import facts
from service.committing import GateRefused, ThingUnknown, event_id
from service.composing import ComposeRequest, compose
from service.decision_bodies import DecisionRequest
from service.decision_view import find, hides, reasoned, seen
from service.pages.act_forms import Sent, forms, kinds_named, read
from service.pages.frame import may, page, part
from service.permissions import SEE_PEOPLE
from service.problems import ProblemError, not_found
from service.queue_view import Wanted, look, named
from service.reasoning import Reasons, RuleUnknown
from service.similar import alike
from service.standing_card import Card, card, since

bp = APIBlueprint("page_console", __name__, enable_openapi=False, url_prefix="/console")

ROWS: Final = 50
MOST_ROWS: Final = 200
_TEMPLATE: Final = "console.html"
_EXAMPLE: Final = "decision/01jd3v5k8xq2m4n6p8r0t2w4y6"
_SEARCH_MS: Final = 1_000.0
_NEAR: Final = 8
_LONGEST: Final = 120
_SAYS: Final = {
    "words": "The words",
    "alike": "Cases like it",
    "otherwise": "What would change it",
    "quiet": "Rules that stayed quiet",
}
_MOST_NAMED: Final = 100
_CHOSEN: Final = {"team": "Team", "incident": "Incident", "guideline": "Guideline"}
"""Kinds of which there are so few that one chooses from them."""


@bp.get("")
def queue() -> Response:
    """What waits; one thing of it is shown where its link is followed."""
    if request.headers.get("HX-Target") == "queue":
        return part(_TEMPLATE, "queue", **_queue())
    return page(_TEMPLATE, **_queue(), card=None)


@bp.get("/<string:kind>/<string:local>")
def thing(kind: str, local: str) -> Response:
    """One thing: what to do first, then why; beside the queue where there is room."""
    return _shown(_thing(kind, local))


@bp.get("/<string:kind>/<string:local>/since")
def changed(kind: str, local: str) -> Response:
    """Whether somebody did something to a thing since it was shown."""
    here, shown = world(), _thing(kind, local)
    card(here, shown, principal().holder, principal().roles)
    deed = since(here, shown, _number("at", 0, 2**53))
    return part("console-changed.html", "changed", thing=shown, deed=deed, query=_query())


@bp.post("/<string:kind>/<string:local>/<string:name>")
def act(kind: str, local: str, name: str) -> Response:
    """Do an act; who was too late is told who was first, and nothing is done."""
    here, on = world(), _thing(kind, local)
    once = f"{principal().key}|{request.endpoint}|{request.form.get('once', '')[:_LONGEST]}"
    typed = {field: text for field, text in request.form.items() if len(field) <= _LONGEST}
    lifecycle = here.lifecycles.get(kind)
    spec = lifecycle.acts.get(name) if lifecycle is not None else None
    if spec is None:
        raise not_found("act", name, "accept")
    known = here.ledger.by_id(event_id(here, once)) is not None
    first = None if known else since(here, on, _number("place", 2**53, 2**53))
    if first is not None:
        return _shown(on, Sent(act=name, typed=typed), first=first, status=HTTPStatus.CONFLICT)
    try:
        propose(
            here,
            thing=on,
            kind=kind,
            act=name,
            data=read(spec, typed),
            actor=principal().actor(None),
            idempotency=once,
        )
    except ActRefused as refused:
        sent = Sent(act=name, typed=typed, refused=refused)
        return _shown(on, sent, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except (GateRefused, Conflict) as refused:
        sent = Sent(act=name, typed=typed, words=str(refused))
        return _shown(on, sent, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    here.catch_up()
    if request.headers.get("HX-Target") == "card":
        answer = _shown(on, done=name)
        answer.headers["HX-Trigger"] = "live:any"
        return answer
    where = f"/console/{on}?{urlencode({**_query(), 'done': name})}"
    return redirect(where, HTTPStatus.SEE_OTHER)  # type: ignore[return-value] # a Response of Flask


@bp.get("/<string:kind>/<string:local>/<string:name>")
def card_of(kind: str, local: str, name: str) -> Response:  # noqa: ARG001 - in the address
    """The card, for who asks for the address of a form that came back."""
    where = f"/console/{_thing(kind, local)}?{urlencode(_query())}"
    return redirect(where, HTTPStatus.SEE_OTHER)  # type: ignore[return-value] # a Response of Flask


@bp.get("/decision/<string:local>/words")
def words(local: str) -> Response:
    """The words to begin with: the template that fits, filled as consent permits."""
    here = world()
    event = reasoned(here, local, principal().roles)
    asked = ComposeRequest(
        decision=ThingId(event.id),
        channels=("email",),
        sees_people=not SEE_PEOPLE.isdisjoint(principal().roles),
    )
    try:
        found, why = compose(here, asked).json(), None
    except ProblemError as error:
        found, why = None, error.detail
    return _lazy("words", local, found=found, why=why)


@bp.get("/decision/<string:local>/alike")
def like(local: str) -> Response:
    """Cases of the past that were like it."""
    here = world()
    event = find(here, local)
    asked = event.data["request"]
    incident = asked.get("incident") if isinstance(asked, dict) else None
    found = alike(here, DecisionRequest(incident=str(incident)), _SEARCH_MS) if incident else None
    return _lazy("alike", local, hits=found.hits if found else (), late=bool(found and found.late))


@bp.get("/decision/<string:local>/otherwise")
def otherwise(local: str) -> Response:
    """The smallest changes of facts after which the tier would be another."""
    here = world()
    found = Reasons.of(here, reasoned(here, local, principal().roles)).otherwise("tier")
    return _lazy("otherwise", local, items=found["items"])


@bp.get("/decision/<string:local>/why-not")
def why_not(local: str) -> Response:
    """The rules that stayed quiet and were nearest to firing, or one that is named."""
    here = world()
    reasons = Reasons.of(here, reasoned(here, local, principal().roles))
    rule = request.args.get("rule", "").strip()[:_LONGEST]
    try:
        near = [reasons.why_not(rule)] if rule else reasons.nearest(_NEAR)
        unknown = None
    except RuleUnknown as error:
        near, unknown = [], str(error)
    return _lazy("quiet", local, near=near, rule=rule, unknown=unknown)


def _lazy(block: str, local: str, **values: Any) -> Response:  # noqa: ANN401 - what templates take
    """A part of a card, asked for when it is looked at; a page of its own without scripts."""
    shown = {**values, "local": local, "query": _query()}
    answer = part("console-parts.html", block, **shown)
    if request.headers.get("HX-Request") == "true":
        return answer
    body = Markup(answer.get_data(as_text=True))  # noqa: S704 - a block of ours, escaped
    return page("console-part.html", says=_SAYS[block], body=body, local=local)


def _shown(
    on: ThingId,
    sent: Sent | None = None,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    **more: Any,  # noqa: ANN401 - what templates take
) -> Response:
    """A card, alone where htmx asks for it, else beside the queue."""
    here, roles = world(), principal().roles
    try:
        found = card(here, on, principal().holder, roles)
    except ThingUnknown as error:
        raise not_found("thing in the queue", on, _EXAMPLE) from error
    acts = forms(here.lifecycles, found.kind, found.state, roles, sent) if _may_act() else ()
    values = {
        "card": found,
        "forms": acts,
        "named": {kind: _named(kind) for kind in kinds_named(acts)},
        "decision": _decision(found),
        "facts": facts(here, on, roles) if found.kind != "decision" else {},
        "first_known": _unsaid,
        "card_kinds": {*here.lifecycles} - {"precedent"},
        "meant": meanings("strategy"),
        "done": request.args.get("done"),
        "first": None,
        "query": _query(),
        "name": lambda thing: named(here, thing),
    } | more
    if request.headers.get("HX-Target") == "card":
        return part(_TEMPLATE, "card", status, **values)
    return page(_TEMPLATE, status, **(_queue() | values))


def _unsaid(known: Mapping[str, Json]) -> dict[str, Json]:
    """What the head of a card has not said already."""
    return {name: value for name, value in known.items() if name not in {"recommended", "text"}}


def _decision(found: Card) -> dict[str, Any] | None:
    """What the card of a decision says beside its acts."""
    if found.kind != "decision":
        return None
    here, roles = world(), principal().roles
    event = find(here, found.thing.partition("/")[2])
    told: dict[str, Any] = {**seen(event, roles), "hidden": hides(event, roles), "why": None}
    try:
        told["why"] = None if told["hidden"] else Reasons.of(here, event).why()
    except Erased:
        told["hidden"] = True
    return told


def _queue() -> dict[str, Any]:
    wanted = Wanted(
        kind=request.args.get("kind") or None,
        team=request.args.get("team") or None,
        mine="mine" in request.args,
        overdue="overdue" in request.args,
        gravest=request.args.get("by") == "tier",
        start=_number("start", 0, 10**6),
        rows=max(ROWS, _number("rows", ROWS, MOST_ROWS)),
    )
    here = world()
    return {
        "wanted": wanted,
        "shown": look(here, wanted, principal().holder),
        "since": _number("since", here.ledger.head(), 2**53),
        "query": _query(),
        "most": MOST_ROWS,
        "step": ROWS,
        "with_query": lambda **changes: urlencode(
            {k: v for k, v in {**_query(), **changes}.items() if v is not None}
        ),
    }


def _query() -> dict[str, str]:
    """What narrows the queue, as links carry it on."""
    names = ("kind", "team", "mine", "overdue", "by", "start", "rows")
    return {name: request.args[name][:_LONGEST] for name in names if request.args.get(name)}


def _number(name: str, usual: int, most: int) -> int:
    given = request.values.get(name, "")
    fine = given.isascii() and given.isdigit() and len(given) < len(str(2**64))
    return min(int(given), most) if fine else usual


def _may_act() -> bool:
    return may("page_console.act")


def _named(kind: str) -> list[str]:
    """Ids that a field takes, to choose from."""
    here = world()
    return [*here.graph.of_type(_CHOSEN[kind])[:_MOST_NAMED]] if kind in _CHOSEN else []


def _thing(kind: str, local: str) -> ThingId:
    try:
        return thing_id(f"{kind}/{local}")
    except IdentityInvalid as error:
        raise not_found("thing", f"{kind}/{local}"[:_LONGEST], _EXAMPLE) from error
