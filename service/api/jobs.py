"""Jobs over HTTP: ask for long work, see how far it is, fetch what it found, end it."""

from http import HTTPStatus
from typing import Annotated, Final

from apiflask import APIBlueprint
from flask import Response
from pydantic import ConfigDict, Field, ValidationError

from ontology.identity import ThingId
from ontology.lifecycle import Role
from service.api.answers import answer, idempotency, page, principal, world
from service.bodies import Model, Page
from service.clock import LiveClock
from service.job import OVER, Asked, Bounds, Job, KeyReused, QueueFull
from service.job_kinds import KINDS, Kind
from service.job_kinds import shown as kind_shown
from service.job_view import shown
from service.jobs import Jobs
from service.problems import Fault, ProblemError, invalid, not_found, quoted, unprocessable
from service.security import Denied

bp = APIBlueprint("jobs", __name__, url_prefix="/v1/jobs", tag="Jobs")

RETRY_S: Final = 30
_EXAMPLE: Final = "job/01kb8x3vq2m7c4d5e6f7g8h9ja"
_ENDERS: Final = frozenset({Role.GOVERNANCE, Role.ADMIN})
"""Who may end the job of somebody else."""


class JobIn(Model):
    """A kind of work, and beside it the members that this kind takes."""

    model_config = ConfigDict(
        extra="allow",
        frozen=True,
        json_schema_extra={"example": {"kind": "check", "policy": "active"}},
    )

    kind: Annotated[str, Field(min_length=1, max_length=80)]


@bp.post("")
@bp.input(JobIn)
@bp.doc(
    summary="Ask for long work; it goes on in a process of its own, one at a time, in order.",
    responses={
        202: "The job; look at its `Location` until its state is `done`.",
        403: "The kind is for other roles.",
        409: "The idempotency key was used for another request.",
        422: "There is no such kind, or its members are wrong.",
        429: "Five jobs of yours wait already.",
        503: "The queue is full.",
    },
)
def create(json_data: JobIn) -> Response:
    """Put a job into the queue."""
    here, kind = world(), _kind(json_data.kind)
    _may(kind)
    given = dict(json_data.model_extra or {})
    try:
        body = kind.body.model_validate(given)
    except ValidationError as error:
        raise invalid(error, kind.body) from error
    asked = Asked(
        id=ThingId(here.ids("job")),
        kind=kind.name,
        holder=principal().holder,
        request=body.model_dump(mode="json", exclude_unset=True),
        at=LiveClock().now(),
        idempotency=idempotency(),
    )
    jobs = _jobs()
    try:
        job = jobs.ask(asked, Bounds(waiting=here.settings.jobs_waiting))
    except KeyReused as error:
        raise ProblemError(HTTPStatus.CONFLICT, "idempotency-key-reused", str(error)) from error
    except QueueFull as error:
        status = HTTPStatus.TOO_MANY_REQUESTS if error.own else HTTPStatus.SERVICE_UNAVAILABLE
        headers = {"Retry-After": str(RETRY_S)}
        raise ProblemError(status, "queue-full", str(error), headers=headers) from error
    location = f"/v1/jobs/{job.id.partition('/')[2]}"
    return answer(shown(jobs, job), HTTPStatus.ACCEPTED, {"Location": location})


@bp.get("/kinds")
@bp.doc(
    summary="The kinds of long work: what each takes and who may ask.", responses={200: "Kinds."}
)
def kinds() -> Response:
    """Every kind of job, with an example of its body."""
    return page([kind_shown(one) for one in KINDS.values()], None)


@bp.get("")
@bp.input(Page, location="query")
@bp.doc(
    summary="Jobs of the kinds that are for you, newest first.",
    responses={200: "Jobs and a cursor."},
)
def index(query_data: Page) -> Response:
    """A page of jobs."""
    jobs = _jobs()
    kinds = [one.name for one in KINDS.values() if one.roles & principal().roles]
    before = int(query_data.cursor) if query_data.cursor else None
    found = jobs.page(kinds, before, query_data.limit)
    more = len(found) == query_data.limit
    return page([shown(jobs, one) for one in found], found[-1].sequence if more else None)


@bp.get("/<string:local>")
@bp.doc(
    summary="One job: its state, how far it is, about how long it still takes.",
    responses={200: "The job.", 403: "Its kind is for other roles.", 404: "No such job."},
)
def one(local: str) -> Response:
    """How a job stands."""
    return answer(shown(_jobs(), _job(local)))


@bp.get("/<string:local>/result")
@bp.doc(
    summary="What a job found, in the form of its kind.",
    responses={
        200: "What it found.",
        404: "No such job.",
        409: "It is not done.",
        410: "It is kept no longer, or somebody whom it may name was erased since.",
    },
)
def result(local: str) -> Response:
    """The JSON that the job wrote."""
    job = _job(local)
    found = _jobs().result(job)
    if found is not None and not _outdated(job):
        return Response(found, content_type="application/json")
    if found is None and not job.kept and job.state != "done":
        words = f"{job.id} is {job.state}; it has no result"
        raise ProblemError(HTTPStatus.CONFLICT, "no-result", words)
    words = (
        "The result is kept no longer"
        if found is None
        else "A person was erased since, whom the result may name"
    )
    raise ProblemError(HTTPStatus.GONE, "gone", f"{words}; ask for the job again.")


@bp.post("/<string:local>/cancel")
@bp.doc(
    summary="End a job: one that waits at once, one that runs within seconds.",
    responses={
        202: "It ends.",
        403: "It is somebody else's.",
        404: "No such job.",
        409: "It is over.",
    },
)
def cancel(local: str) -> Response:
    """Ask for its end."""
    job = _job(local)
    _own(job)
    if job.state in OVER:
        words = f"{job.id} is {job.state} already."
        raise ProblemError(HTTPStatus.CONFLICT, "job-over", words)
    jobs = _jobs()
    return answer(shown(jobs, jobs.cancel(job, LiveClock().now())), HTTPStatus.ACCEPTED)


@bp.delete("/<string:local>")
@bp.doc(
    summary="End a job that is not over; forget one that is, with its result.",
    responses={202: "It ends.", 204: "It is gone.", 403: "It is somebody else's.", 404: "None."},
)
def remove(local: str) -> Response:
    """End or forget."""
    job = _job(local)
    if job.state not in OVER:
        return cancel(local)
    _own(job)
    _jobs().forget(job)
    return Response(status=HTTPStatus.NO_CONTENT)


def _jobs() -> Jobs:
    return Jobs(world().settings.jobs_path, world().keys)


def _kind(name: str) -> Kind:
    found = KINDS.get(name)
    if found is None:
        words = f"is no kind of job; there are {', '.join(KINDS)}"
        fault = Fault(pointer="/kind", detail=words, value=quoted(name), example=next(iter(KINDS)))
        raise unprocessable([fault])
    return found


def _may(kind: Kind) -> None:
    if not kind.roles & principal().roles:
        needed = ", ".join(sorted(kind.roles))
        held = ", ".join(sorted(principal().roles))
        raise Denied(f"{kind.name} is for {needed}; this key has {held}.", unknown=False)


def _job(local: str) -> Job:
    found = _jobs().one(f"job/{local}")
    if found is None:
        raise not_found("job", f"job/{local}", _EXAMPLE)
    if (kind := KINDS.get(found.kind)) is not None:
        _may(kind)
    return found


def _own(job: Job) -> None:
    if job.holder != principal().holder and not _ENDERS & principal().roles:
        raise Denied(
            f"{job.id} is {job.holder}'s; governance and admin may end it.", unknown=False
        )


def _outdated(job: Job) -> bool:
    """Whether a result that may tell of people is older than an erasure."""
    kind = KINDS.get(job.kind)
    if kind is not None and not kind.personal:
        return False
    erased = world().ledger.newest(types=("subject.erased",), limit=1)
    return bool(erased) and erased[0].sequence > job.head
