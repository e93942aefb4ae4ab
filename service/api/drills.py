"""Drills over HTTP: plan one, lead it, take part, read its story, score it; several at once."""

import threading
from dataclasses import asdict, replace
from http import HTTPStatus
from typing import Final, cast

from apiflask import APIBlueprint
from flask import Flask, Response, current_app, request
from werkzeug.test import run_wsgi_app

from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import ActRefused, Role
from ontology.lifecycle_data import DataProblem, duration
from ontology.marked_reader import FileInvalid
from service import drill_proposing, drill_running, drill_scoring, drill_telling, drill_view
from service.api.answers import answer, conflict, idempotency, principal, world
from service.background import Background
from service.bodies import instant
from service.clock import monotonic_ms, pause
from service.drill_bodies import DrillIn, EventsIn, InjectNowIn, ProposalIn, SaidIn, StepIn
from service.drill_files import ScenarioUnknown, Written, known, named, read, schema
from service.drill_running import DrillBusy
from service.drill_scenario import InjectIn
from service.drill_story import events, say
from service.drill_story import shown as told
from service.drill_worlds import WorldBroken, worlds_of
from service.drills import HELD, Drill, Part, plan, scenarios_of
from service.problems import Fault, not_found, quoted, unprocessable
from service.security import Denied
from service.world import World

bp = APIBlueprint("drills", __name__, url_prefix="/v1", tag="Drills")

LEADS: Final = frozenset({Role.TRAINER, Role.GOVERNANCE})
"""The roles that lead any drill."""

LENT: Final = "attune.lent"
"""Under this name a drill's doors find who asks: nothing that a request says can set it."""

_EXAMPLE: Final = "drill/01jd3v5k8xq2m4n6p8r0t2w4y6"
_SHUT: Final = ("v1/drills", "v1/jobs", "v1/webhooks", "v1/connectors")
"""What the world of a drill has no use for: nothing of it leaves, and nothing runs behind it."""

_PAUSE_S: Final = 0.3


@bp.get("/drill-scenarios")
@bp.doc(summary="Scenarios that can be practised.", responses={200: "Scenarios, by name."})
def scenarios() -> Response:
    """Those that attune ships, and those of this organisation."""
    found = known(scenarios_of(world().settings.home))
    items = [drill_view.scenario_line(found[name]) for name in sorted(found)]
    return answer({"items": items, "cursor": None})


@bp.get("/drill-scenarios/schema")
@bp.doc(summary="The JSON Schema of a scenario, for editors.", responses={200: "A JSON Schema."})
def scenario_schema() -> Response:
    """What a scenario's file may say."""
    return answer(schema())


@bp.get("/drill-scenarios/<string:name>")
@bp.doc(
    summary="One scenario as its file says it: whoever will take part should not read it.",
    responses={200: "The scenario and its text.", 404: "There is none of that name."},
)
def scenario(name: str) -> Response:
    """One scenario, for those who lead drills."""
    found = _scenario(name)
    return answer(drill_view.scenario_line(found) | {"text": found.text})


@bp.post("/drills")
@bp.input(DrillIn)
@bp.doc(
    summary="Plan a drill: scenario, team and people are fixed; `start` is an act.",
    responses={
        201: "The drill.",
        404: "There is no such scenario.",
        422: "The scenario's text does not read, each mistake with line and column.",
    },
)
def create(json_data: DrillIn) -> Response:
    """Plan one."""
    here = world()
    written = _written(json_data)
    people = {
        ThingId(one.person): Part(
            roles=frozenset(one.roles), team=ThingId(one.team) if one.team else None
        )
        for one in json_data.people
    }
    event = plan(
        here,
        written,
        team=ThingId(json_data.team),
        people=people,
        within=json_data.within,
        actor=principal().actor(None),
        idempotency=idempotency(),
    )
    here.catch_up()
    local = event.subject.partition("/")[2]
    headers = {"Location": f"/v1/drills/{local}"}
    return answer(_shown(_drill(local)), HTTPStatus.CREATED, headers)


@bp.get("/drills")
@bp.doc(summary="Drills, the newest first.", responses={200: "Drills."})
def index() -> Response:
    """All drills."""
    found = [drill_view.line(one) for one in reversed(world().drills.all())]
    return answer({"items": found, "cursor": None})


@bp.get("/drills/<string:local>")
@bp.doc(
    summary="One drill: who takes part, what time it is there, what may follow.",
    responses={200: "The drill.", 404: "There is no such drill."},
)
def one(local: str) -> Response:
    """One drill, without what is still to come."""
    return answer(_shown(_drill(local)))


@bp.post("/drills/<string:local>/step")
@bp.input(StepIn)
@bp.doc(
    summary="Move the clock of a paused drill: by so long, or to what arrives next.",
    responses={
        200: "What time it is now.",
        409: "It is not paused, or its clock moves at this moment.",
    },
)
def step(local: str, json_data: StepIn) -> Response:
    """Step by step."""
    drill = _drill(local)
    _check_leads()
    if drill.state != "paused":
        raise conflict(f"{drill.id} is {drill.state}; only a paused drill goes step by step.")
    by = duration(json_data.by) if json_data.by is not None else None
    try:
        drill_running.step_by(world(), drill, by, Background)
    except (DrillBusy, WorldBroken) as error:
        raise conflict(str(error)) from error
    return answer(_shown(_drill(local)))


@bp.post("/drills/<string:local>/injects")
@bp.input(InjectNowIn)
@bp.doc(
    summary="Bring an inject now: one of the scenario by its id, or a new one.",
    responses={201: "It arrived.", 409: "It arrived before, or the drill is not under way."},
)
def inject(local: str, json_data: InjectNowIn) -> Response:
    """At will."""
    _check_leads()
    drill = _drill(local)
    there = _held(drill)
    wanted = _inject(drill, json_data)
    if not drill_telling.inject_now(there, drill.written.scenario, wanted, principal().holder):
        raise conflict(f"The inject {wanted.id!r} has arrived already.")
    body = {"drill": drill.id, "inject": wanted.id, "at": instant(there.clock.now())}
    return answer(body, HTTPStatus.CREATED)


@bp.post("/drills/<string:local>/said")
@bp.input(SaidIn)
@bp.doc(
    summary="Say what you do that no tool records: notice, decide, call, stop, approve, publish.",
    responses={201: "Recorded, by the drill's clock.", 409: "The drill is not under way."},
)
def said(local: str, json_data: SaidIn) -> Response:
    """Take part."""
    drill = _drill(local)
    _check_takes_part(drill)
    there = _held(drill)
    event = say(there, json_data, principal().holder, idempotency())
    return answer(told(event, drill.written.scenario.clock.began), HTTPStatus.CREATED)


@bp.post("/drills/<string:local>/score")
@bp.doc(
    summary="Score a finished drill: times, three answers, words, and what to practise next.",
    responses={200: "The score.", 409: "It is not finished."},
)
def score(local: str) -> Response:
    """Hold what people did against what was expected."""
    drill = _drill(local)
    return answer(drill_scoring.score(world(), drill, principal().holder))


@bp.get("/drills/<string:local>/score")
@bp.doc(
    summary="The score of a drill, with the reference answer and its reasons.",
    responses={200: "The score.", 404: "It was not scored.", 403: "You take no part in it."},
)
def scored(local: str) -> Response:
    """The score that stands, for those who took part and those who lead drills."""
    drill = _drill(local)
    _check_takes_part(drill)
    found = drill_scoring.recorded(world(), drill)
    if found is None:
        raise not_found("score", drill.id, "POST /v1/drills/…/score")
    return answer(found)


@bp.post("/drills/<string:local>/proposals")
@bp.input(ProposalIn)
@bp.doc(
    summary="Make a policy draft of a point in which people and rules differ, with its evidence.",
    responses={201: "The draft.", 422: "There is no such difference."},
)
def propose(local: str, json_data: ProposalIn) -> Response:
    """A justified disagreement goes where rules are written."""
    drill = _drill(local)
    actor = principal().actor(None)
    made = drill_proposing.propose(world(), drill, json_data.point, json_data.reason, actor)
    location = f"/v1/policy-drafts/{made.draft.partition('/')[2]}"
    body = {"drill": drill.id, **asdict(made)}
    return answer(body, HTTPStatus.CREATED, {"Location": location})


@bp.get("/drills/<string:local>/events")
@bp.input(EventsIn, location="query")
@bp.doc(
    summary="The story after a sequence: posts, injects, what people did; waits for more.",
    responses={200: "Events, and the sequence to go on after.", 404: "There is no such drill."},
)
def story(local: str, query_data: EventsIn) -> Response:
    """Read on; with `wait` the answer comes when something happens, at the latest after that."""
    drill = _drill(local)
    _check_takes_part(drill)
    there = _there(drill)
    until = monotonic_ms() + query_data.wait * 1000.0
    quiet = threading.Event()
    found = [*events(there, query_data.after, query_data.limit)]
    while not found and monotonic_ms() < until and not pause(_PAUSE_S, quiet):
        found = [*events(there, query_data.after, query_data.limit)]
    there.catch_up()
    began = drill.written.scenario.clock.began
    body: dict[str, Json] = {
        "items": [told(event, began) for event in found],
        "after": found[-1].sequence if found else query_data.after,
        **drill_view.clock(there.clock.now(), drill),
    }
    return answer({**body, "state": _drill(local).state})


@bp.route(
    "/drills/<string:local>/world/<path:rest>", methods=["GET", "POST", "PUT", "DELETE", "PATCH"]
)
@bp.doc(hide=True)
def doors(local: str, rest: str) -> Response:
    """Every door of attune, into the drill's world, with the roles that one has there."""
    drill = _drill(local)
    roles = _roles(drill)
    there = _there(drill)
    if request.method != "GET" and drill.state not in HELD:
        raise conflict(f"{drill.id} is {drill.state}; what was done there can only be read.")
    if rest.startswith(_SHUT):
        raise not_found("door of a drill", rest[:140], "v1/decisions")
    environ = dict(request.environ)
    prefix = f"/v1/drills/{local}/world"
    environ |= {
        "PATH_INFO": f"/{rest}",
        "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + prefix,
        LENT: replace(principal(), roles=roles),
    }
    return Response(*run_wsgi_app(_app(there).wsgi_app, environ, buffered=True))


def _app(there: World) -> Flask:
    """The application over a drill's world, one a process."""
    apps = current_app.extensions.setdefault("drills", {})
    key = there.settings.home
    kept = apps.get(key)
    if kept is None or kept[0] is not there:
        kept = apps[key] = (there, current_app.config["APPLICATION"](there.settings, world=there))
    return cast("Flask", kept[1])


def _drill(local: str) -> Drill:
    here = world()
    here.catch_up_governed()
    found = here.drills.get(ThingId(f"drill/{local}"))
    if found is None:
        raise not_found("drill", f"drill/{local[:140]}", _EXAMPLE)
    return found


def _shown(drill: Drill) -> dict[str, Json]:
    return drill_view.shown(world(), drill, principal().roles)


def _scenario(name: str) -> Written:
    try:
        return named(name, scenarios_of(world().settings.home))
    except ScenarioUnknown as error:
        raise not_found("scenario", name[:80], "bot-answers-a-mother") from error


def _written(said: DrillIn) -> Written:
    if said.scenario is not None:
        return _scenario(said.scenario)
    try:
        return read(str(said.text), "text")
    except FileInvalid as error:
        faults = [Fault(pointer="/text", detail=one) for one in error.errors]
        raise unprocessable(faults) from error


def _check_leads() -> None:
    if not principal().roles & LEADS:
        raise Denied("Drills are led by trainer, governance.", unknown=False)


def _roles(drill: Drill) -> frozenset[Role]:
    """The roles of whoever asks in the drill's world: all of them for those who lead."""
    asks = principal()
    part = drill.people.get(asks.holder)
    if part is not None:
        return part.roles
    if asks.roles & LEADS:
        return frozenset(Role) - {Role.ATTUNE}
    raise Denied(f"{asks.holder} does not take part in {drill.id}.", unknown=False)


def _check_takes_part(drill: Drill) -> None:
    _roles(drill)


def _there(drill: Drill) -> World:
    found = worlds_of(world()).get(world(), drill)
    if found is None:
        raise conflict(f"{drill.id} is {drill.state}, and its world is not there yet.")
    return found


def _held(drill: Drill) -> World:
    """The world of a drill under way.

    Raises:
        ProblemError: it is not (409).
    """
    if drill.state not in HELD:
        raise conflict(f"{drill.id} is {drill.state}; nothing can be done in it.")
    there = _there(drill)
    there.catch_up()
    return there


def _inject(drill: Drill, said: InjectNowIn) -> InjectIn:
    known_here = {one.id: one for one in drill.written.scenario.injects}
    if said.kind is None and said.title is None and said.text is None:
        if said.id in known_here:
            return known_here[said.id]
        words = "is no inject of this scenario; one of your own needs kind, title and text"
        example = next(iter(known_here), "mayor-calls")
        fault = Fault(pointer="/id", detail=words, value=quoted(said.id), example=example)
        raise unprocessable([fault])
    if said.id in known_here:
        words = "is an inject of the scenario; give your own another id"
        fault = Fault(pointer="/id", detail=words, value=quoted(said.id), example="mayor-calls")
        raise unprocessable([fault])
    if said.kind is None or said.title is None or said.text is None:
        missing = DataProblem("/kind", "an inject of your own needs kind, title and text")
        raise ActRefused("inject", (missing,), ())
    return InjectIn(
        id=said.id,
        after="PT0M",
        kind=said.kind,
        title=said.title,
        text=said.text,
        sender=said.sender,
        to=said.to,
        heard=said.heard,
    )
