"""Findings over HTTP: filter, count and chart what is recorded; keep queries under names."""

from http import HTTPStatus
from typing import Final

from apiflask import APIBlueprint
from flask import Response, request

from ontology.events import Json
from service.api.answers import answer, principal, world
from service.finding_answer import Found
from service.finding_bodies import FieldsIn, FindingIn, SavedIn
from service.finding_desk import Asker, answered, fields
from service.finding_draft import links, put_into
from service.finding_picture import picture
from service.finding_query import plan
from service.finding_rule import draft
from service.finding_rule_body import RuleIn
from service.problems import Fault, ProblemError, not_found, quoted, unprocessable
from service.saved_findings import Moved, NameInvalid, Reader, Saved, every, remove, save, saved

bp = APIBlueprint("findings", __name__, url_prefix="/v1/findings", tag="Findings")

PATIENCE_MS: Final = 30_000
_EXAMPLE: Final = "frustrated-riders"


@bp.post("")
@bp.input(FindingIn)
@bp.doc(
    summary="Recorded signals, windows or decisions that fit a filter: counted, charted, listed.",
    responses={
        200: "Counts by value and along time, and the newest rows; where no feed delivered there"
        " is no count.",
        422: "A part of the query can't be or is for other roles, or it would read too much: ask"
        " for it as a job of the kind `find`.",
    },
)
def look(json_data: FindingIn) -> Response:
    """What is found; reading of people is recorded."""
    return answer(_found(json_data).to_json())


@bp.post("/picture.svg")
@bp.input(FindingIn)
@bp.doc(
    summary="The chart of a finding as a picture.",
    responses={
        200: "An SVG whose description has every column in words.",
        422: "A part of the query can't be or is for other roles, or it would read too much.",
    },
)
def drawn(json_data: FindingIn) -> Response:
    """The chart as SVG."""
    return Response(picture(_found(json_data)), mimetype="image/svg+xml")


@bp.post("/rules")
@bp.input(RuleIn)
@bp.doc(
    summary="What a filter asks as a draft rule: cases to judge, tried on recorded decisions.",
    responses={
        200: "The rule, what of the filter no rule can say, and what it would have done.",
        201: "The same, saved into a policy draft.",
        404: "There is no such draft.",
        409: "The draft is over.",
        422: "The filter or the rule can't be; each part with its place.",
        423: "Somebody else holds the draft.",
    },
)
def rule(json_data: RuleIn) -> Response:
    """Write a rule; with `draft` it is saved there."""
    here = world()
    drafted = draft(here, json_data.wanted(), lambda *_: None)
    told = drafted.to_json()
    if json_data.draft is None:
        return answer(told)
    name = None if json_data.draft == "new" else json_data.draft
    saved_as = put_into(here, drafted, json_data.reason, principal().actor(), name)
    here_it_is: dict[str, Json] = {"draft": saved_as, "links": dict(links(saved_as))}
    return answer({**told, **here_it_is}, HTTPStatus.CREATED)


@bp.get("/fields")
@bp.input(FieldsIn, location="query")
@bp.doc(
    summary="What can be asked of a source: every field, its type, what it means.",
    responses={200: "The fields; `open` where your roles may ask them."},
)
def known(query_data: FieldsIn) -> Response:
    """The fields of a source."""
    return answer({"items": [*fields(query_data.source, frozenset(principal().roles))]})


@bp.get("/saved")
@bp.doc(
    summary="The queries that are saved: yours, and those that are shared.",
    responses={200: "All of them, by name."},
)
def index() -> Response:
    """Every query that the caller sees."""
    return answer({"items": [one.to_json() for one in every(world(), _reader())]})


@bp.get("/saved/<string:name>")
@bp.doc(
    summary="One saved query.",
    responses={200: "The query; its version is the ETag.", 404: "There is none of that name."},
)
def one(name: str) -> Response:
    """A query by its name."""
    return _shown(_named(name))


@bp.put("/saved/<string:name>")
@bp.input(SavedIn)
@bp.doc(
    summary="Save a query under a name, anew or again; `If-Match` names the version you saw.",
    responses={
        200: "The query as it stands now.",
        403: "The name is taken by somebody else's query.",
        412: "Somebody else wrote it meanwhile.",
        422: "The query, or the name, can't be.",
    },
)
def put(name: str, json_data: SavedIn) -> Response:
    """Write a query, after a look at whether it can be asked."""
    here, asked = world(), json_data.query.query()
    plan(asked, frozenset(principal().roles), here.clock.now())
    try:
        query = json_data.query.model_dump(mode="json", exclude_unset=True)
        kept = save(here, name, query, _reader(), shared=json_data.shared, version=_version())
    except NameInvalid as error:
        raise _unnamed(name, error) from error
    except Moved as error:
        raise _moved(error) from error
    return _shown(kept)


@bp.delete("/saved/<string:name>")
@bp.doc(
    summary="Remove a saved query.",
    responses={
        204: "It is gone; the ledger keeps what it said.",
        403: "It is somebody else's.",
        404: "There is none of that name.",
        412: "Somebody else wrote it meanwhile.",
    },
)
def drop(name: str) -> Response:
    """Remove a query."""
    try:
        gone = remove(world(), name, _reader(), _version())
    except NameInvalid as error:
        raise _unnamed(name, error) from error
    except Moved as error:
        raise _moved(error) from error
    if not gone:
        raise not_found("saved query", name, _EXAMPLE)
    return Response(status=int(HTTPStatus.NO_CONTENT))


def _found(asked: FindingIn) -> Found:
    who = principal()
    asker = Asker(id=who.holder, roles=frozenset(who.roles), patience_ms=PATIENCE_MS)
    return answered(world(), asked.query(), asker, lambda *_: None)


def _reader() -> Reader:
    return Reader(id=principal().holder, roles=frozenset(principal().roles))


def _named(name: str) -> Saved:
    try:
        found = saved(world(), name, _reader())
    except NameInvalid as error:
        raise _unnamed(name, error) from error
    if found is None:
        raise not_found("saved query", name, _EXAMPLE)
    return found


def _shown(kept: Saved) -> Response:
    told: dict[str, Json] = kept.to_json()
    return answer(told, headers={"ETag": f'"{kept.version}"'})


def _version() -> int | None:
    """The version that the caller saw; none asked for where it may be any."""
    if request.headers.get("If-None-Match") == "*":
        return 0
    given = request.headers.get("If-Match")
    if given is None or given == "*":
        return None
    text = given.strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdecimal() or len(text) > 9:  # noqa: PLR2004 - no such version
        words = f'If-Match {quoted(given)} is no version; write "3", as the ETag said.'
        raise ProblemError(HTTPStatus.BAD_REQUEST, "bad-request", words)
    return int(text)


def _moved(error: Moved) -> ProblemError:
    return ProblemError(HTTPStatus.PRECONDITION_FAILED, "precondition-failed", str(error))


def _unnamed(name: str, error: NameInvalid) -> ProblemError:
    fault = Fault(pointer="/name", detail=str(error), value=quoted(name), example=_EXAMPLE)
    return unprocessable([fault])
