"""Guidelines over HTTP: propose, read as of then, compare; who has read what, what is due."""

from http import HTTPStatus
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field

from ontology.events import Json
from ontology.identity import ThingId
from service import acknowledging, guideline_proposing, guideline_view
from service.acknowledging import Acknowledged
from service.api.answers import answer, conflict, idempotency, principal, world
from service.bodies import Model, Moment
from service.committing import ThingUnknown
from service.guidance import asked
from service.guideline_bodies import AcknowledgementIn, GuidelineIn
from service.guideline_gaps import gaps
from service.guidelines import GUIDELINE, Version
from service.message_bodies import Audience, Channel, Language
from service.problems import ProblemError, not_found
from service.world import World

bp = APIBlueprint("guidelines", __name__, url_prefix="/v1/guidelines", tag="Guidelines")

_Number = Annotated[int, Field(ge=1, le=1_000_000)]


class AtIn(Model):
    """As of when."""

    model_config = ConfigDict(json_schema_extra={"example": {"at": "2026-11-23T09:00:00Z"}})

    at: Moment | None = None


class OneIn(AtIn):
    """Which version of a guideline: by its number, or what was in force at a moment."""

    version: _Number | None = None


class HoldingIn(AtIn):
    """What is written."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"language": "de", "region": "region/de", "channel": "mail"},
        },
    )

    language: Language
    region: Annotated[str, Field(pattern="^region/.{1,120}$")] | None = None
    audience: Audience | None = None
    channel: Channel | None = None


class ComparedIn(Model):
    """Two versions: by default the newest, and the one that it revises."""

    model_config = ConfigDict(json_schema_extra={"example": {"old": 1, "new": 2}})

    old: _Number | None = None
    new: _Number | None = None


class DueIn(Model):
    """Whose."""

    model_config = ConfigDict(json_schema_extra={"example": {"person": "person/ada"}})

    person: Annotated[str, Field(pattern="^person/.{1,120}$")] | None = None


@bp.post("")
@bp.input(GuidelineIn)
@bp.doc(
    summary="Propose a version of a guideline; somebody else approves it.",
    responses={201: "The version, to be approved.", 422: "It does not fit, or names nothing."},
)
def create(json_data: GuidelineIn) -> Response:
    """Write it down."""
    here = world()
    actor = principal().actor(None)
    event = guideline_proposing.propose(here, json_data, actor, idempotency=idempotency())
    here.catch_up()
    one = here.guidelines().one(event.subject)
    local = one.guideline.partition("/")[2]
    headers = {"Location": f"/v1/guidelines/{local}?version={one.number}"}
    body = guideline_view.told(here, one, principal().roles)
    return answer(body, HTTPStatus.CREATED, headers)


@bp.get("")
@bp.input(AtIn, location="query")
@bp.doc(
    summary="Every guideline with the version that is, or was, in force.",
    responses={200: "All guidelines."},
)
def index(query_data: AtIn) -> Response:
    """All of them."""
    here = _now()
    items = guideline_view.listed(here, query_data.at or here.clock.now())
    return answer({"items": items, "cursor": None})


@bp.get("/holding")
@bp.input(HoldingIn, location="query")
@bp.doc(
    summary="Which version holds for what is written in a language, region, channel, and why.",
    responses={200: "The closest one in force, or none, and the others that would."},
)
def holding(query_data: HoldingIn) -> Response:
    """The closest one."""
    here = _now()
    region = ThingId(query_data.region) if query_data.region is not None else None
    said = asked(here, query_data.language, region, query_data.audience, query_data.channel)
    return answer(guideline_view.held(here, said, query_data.at or here.clock.now()))


@bp.get("/due")
@bp.input(DueIn, location="query")
@bp.doc(
    summary="What is to be read and to be reviewed, the most urgent first; of one person or all.",
    responses={200: "All that is due."},
)
def due(query_data: DueIn) -> Response:
    """What waits."""
    here = _now()
    person = ThingId(query_data.person) if query_data.person is not None else None
    return answer({"items": guideline_view.due(here, person, here.clock.now()), "cursor": None})


@bp.get("/gaps")
@bp.doc(
    summary="Where no guideline holds, and which are stale, unread, or without an owner.",
    responses={200: "Every gap, with what would mend it."},
)
def lacking() -> Response:
    """All gaps."""
    items: list[Json] = [gap.json() for gap in gaps(_now())]
    return answer({"items": items, "cursor": None})


@bp.get("/<string:local>")
@bp.input(OneIn, location="query")
@bp.doc(
    summary="A guideline: a version with its text, by default the one in force, and all others.",
    responses={200: "The guideline.", 404: "There is none, or no such version."},
)
def one(local: str, query_data: OneIn) -> Response:
    """One of them."""
    here = _now()
    versions = _versions(here, local)
    chosen = _chosen(here, versions, query_data)
    shown = guideline_view.told(here, chosen, principal().roles) if chosen is not None else None
    outlines: list[Json] = [guideline_view.outline(each) for each in reversed(versions)]
    return answer({"guideline": versions[0].guideline, "shown": shown, "versions": outlines})


@bp.get("/<string:local>/difference")
@bp.input(ComparedIn, location="query")
@bp.doc(
    summary="What changed between two versions: fields, principles, lines.",
    responses={
        200: "The difference.",
        404: "There is no such guideline or version.",
        409: "It has one version only.",
    },
)
def difference(local: str, query_data: ComparedIn) -> Response:
    """Compare."""
    here = _now()
    versions = _versions(here, local)
    new = _numbered(versions, query_data.new or versions[-1].number)
    if query_data.old is not None:
        old = _numbered(versions, query_data.old)
    elif new.revises is not None:
        old = here.guidelines().one(new.revises)
    else:
        raise conflict(f"{new.id} is a first version; name another one by old.")
    return answer(guideline_view.compared(here, old, new))


@bp.post("/<string:local>/acknowledgements")
@bp.input(AcknowledgementIn)
@bp.doc(
    summary="Say that you have read the version in force and write by it; twice is once.",
    responses={
        201: "The evidence: who, when, which text, which event.",
        403: "Whoever says so is no person.",
        404: "There is no such guideline.",
        409: "None is in force.",
        422: "It is the digest of another text.",
    },
)
def acknowledge(local: str, json_data: AcknowledgementIn) -> Response:
    """Record it."""
    here = _now()
    guideline = _versions(here, local)[0].guideline
    event = acknowledging.acknowledge(here, guideline, json_data.digest, principal().actor(None))
    said = Acknowledged.of(event)
    return answer(said.json(), HTTPStatus.CREATED)


@bp.get("/<string:local>/acknowledgements")
@bp.input(OneIn, location="query")
@bp.doc(
    summary="Who has acknowledged a version, with the evidence, and who still owes that.",
    responses={
        200: "Who has, and who owes.",
        404: "There is no such guideline or version.",
        409: "None is in force.",
    },
)
def acknowledgements(local: str, query_data: OneIn) -> Response:
    """Who has read it."""
    here = _now()
    versions = _versions(here, local)
    chosen = _chosen(here, versions, query_data)
    if chosen is None:
        raise conflict(f"No version of {versions[0].guideline} is in force; name one by version.")
    return answer(guideline_view.read_by(here, chosen))


def _now() -> World:
    here = world()
    here.catch_up()
    return here


def _versions(here: World, local: str) -> tuple[Version, ...]:
    name = f"{GUIDELINE}/{local}"
    try:
        return here.guidelines().of(ThingId(name))
    except ThingUnknown as error:
        raise not_found(GUIDELINE, name[:140], guideline_view.EXAMPLE) from error


def _chosen(here: World, versions: tuple[Version, ...], said: OneIn) -> Version | None:
    if said.version is not None:
        return _numbered(versions, said.version)
    return here.guidelines().in_force(versions[0].guideline, said.at or here.clock.now())


def _numbered(versions: tuple[Version, ...], number: int) -> Version:
    """A version by its number.

    Raises:
        ProblemError: there is none (404).
    """
    found = next((one for one in versions if one.number == number), None)
    if found is None:
        there = ", ".join(str(one.number) for one in versions[-20:])
        guideline = versions[0].guideline
        words = f"{guideline} has no version {number}; it has {there}."
        raise ProblemError(HTTPStatus.NOT_FOUND, "not-found", words)
    return found
