"""Drills over HTTP: plan one, lead it, take part, read its story, score it; several at once."""

import threading
from dataclasses import asdict
from http import HTTPStatus
from typing import Final

from apiflask import APIBlueprint
from flask import Response

from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import ActRefused
from ontology.lifecycle_data import DataProblem, duration
from ontology.marked_reader import FileInvalid
from service import drill_proposing, drill_running, drill_scoring, drill_telling, drill_view
from service.api.answers import answer, conflict, idempotency, principal, world
from service.api.drill_access import (
    LEADS,
    check_leads,
    check_takes_part,
    drill_of,
    held,
    scenario_of,
    there,
)
from service.background import Background
from service.bodies import instant
from service.clock import monotonic_ms, pause
from service.drill_bodies import DrillIn, EventsIn, InjectNowIn, ProposalIn, SaidIn, StepIn
from service.drill_files import Written, read
from service.drill_recorded import RecordMissing, expanded
from service.drill_running import DrillBusy
from service.drill_scenario import InjectIn
from service.drill_story import events, say
from service.drill_story import shown as told
from service.drill_worlds import WorldBroken
from service.drills import Drill, Part, plan
from service.problems import Fault, not_found, quoted, unprocessable

bp = APIBlueprint("drills", __name__, url_prefix="/v1", tag="Drills")

_PAUSE_S: Final = 0.3


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
    return answer(_shown(drill_of(local)), HTTPStatus.CREATED, headers)


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
    return answer(_shown(drill_of(local)))


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
    drill = drill_of(local)
    check_leads()
    if drill.state != "paused":
        raise conflict(f"{drill.id} is {drill.state}; only a paused drill goes step by step.")
    by = duration(json_data.by) if json_data.by is not None else None
    try:
        drill_running.step_by(world(), drill, by, Background)
    except (DrillBusy, WorldBroken) as error:
        raise conflict(str(error)) from error
    return answer(_shown(drill_of(local)))


@bp.post("/drills/<string:local>/injects")
@bp.input(InjectNowIn)
@bp.doc(
    summary="Bring an inject now: one of the scenario by its id, or a new one.",
    responses={201: "It arrived.", 409: "It arrived before, or the drill is not under way."},
)
def inject(local: str, json_data: InjectNowIn) -> Response:
    """At will."""
    check_leads()
    drill = drill_of(local)
    inside = held(drill)
    wanted = _inject(drill, json_data)
    if not drill_telling.inject_now(inside, drill.written.scenario, wanted, principal().holder):
        raise conflict(f"The inject {wanted.id!r} has arrived already.")
    body = {"drill": drill.id, "inject": wanted.id, "at": instant(inside.clock.now())}
    return answer(body, HTTPStatus.CREATED)


@bp.post("/drills/<string:local>/said")
@bp.input(SaidIn)
@bp.doc(
    summary="Say what you do that no tool records: notice, decide, call, stop, approve, publish.",
    responses={201: "Recorded, by the drill's clock.", 409: "The drill is not under way."},
)
def said(local: str, json_data: SaidIn) -> Response:
    """Take part."""
    drill = drill_of(local)
    check_takes_part(drill)
    inside = held(drill)
    event = say(inside, json_data, principal().holder, idempotency())
    return answer(told(event, drill.written.scenario.clock.began), HTTPStatus.CREATED)


@bp.post("/drills/<string:local>/score")
@bp.doc(
    summary="Score a finished drill: times, three answers, words, and what to practise next.",
    responses={200: "The score.", 409: "It is not finished."},
)
def score(local: str) -> Response:
    """Hold what people did against what was expected."""
    drill = drill_of(local)
    return answer(drill_scoring.score(world(), drill, principal().holder))


@bp.get("/drills/<string:local>/score")
@bp.doc(
    summary="The score of a drill, with the reference answer and its reasons.",
    responses={200: "The score.", 404: "It was not scored.", 403: "You take no part in it."},
)
def scored(local: str) -> Response:
    """The score that stands, for those who took part and those who lead drills."""
    drill = drill_of(local)
    check_takes_part(drill)
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
    drill = drill_of(local)
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
    drill = drill_of(local)
    check_takes_part(drill)
    inside = there(drill)
    until = monotonic_ms() + query_data.wait * 1000.0
    quiet = threading.Event()
    found = [*events(inside, query_data.after, query_data.limit)]
    while not found and monotonic_ms() < until and not pause(_PAUSE_S, quiet):
        found = [*events(inside, query_data.after, query_data.limit)]
    inside.catch_up()
    began = drill.written.scenario.clock.began
    body: dict[str, Json] = {
        "items": [told(event, began) for event in found],
        "after": found[-1].sequence if found else query_data.after,
        **drill_view.clock(inside.clock.now(), drill),
    }
    return answer({**body, "state": drill_of(local).state})


def _written(said: DrillIn) -> Written:
    try:
        found = scenario_of(said.scenario) if said.scenario else read(str(said.text), "text")
        return expanded(world(), found)
    except RecordMissing as error:
        raise unprocessable([Fault(pointer="/scenario", detail=str(error))]) from error
    except FileInvalid as error:
        faults = [Fault(pointer="/text", detail=one) for one in error.errors]
        raise unprocessable(faults) from error


def _inject(drill: Drill, said: InjectNowIn) -> InjectIn:
    known_here = {one.id: one for one in drill.written.scenario.injects}
    if said.kind is None and said.title is None and said.text is None:
        if said.id in known_here:
            return known_here[said.id]
        names = ", ".join(known_here)
        words = f"is no inject here ({names}); one of your own needs kind, title and text"
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


def _shown(drill: Drill) -> dict[str, Json]:
    asks = principal()
    leads = bool(asks.roles & LEADS) and asks.holder not in drill.people
    return drill_view.shown(world(), drill, asks.roles, leads=leads)
