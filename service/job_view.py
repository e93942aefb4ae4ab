"""Jobs as answers: how one stands, how far it is, where what it found will be."""

from ontology.events import Json
from service.bodies import instant
from service.job import OVER, Job, State
from service.jobs import Jobs


def shown(jobs: Jobs, job: Job) -> dict[str, Json]:
    """A job as answers tell of it."""
    path = f"/v1/jobs/{job.id.partition('/')[2]}"
    links: dict[str, Json] = {"self": path}
    if job.kept:
        links["result"] = f"{path}/result"
    if job.state not in OVER:
        links["cancel"] = f"{path}/cancel"
    told: dict[str, Json] = {
        "id": job.id,
        "kind": job.kind,
        "state": "cancelling" if _ends(job) else job.state.value,
        "request": dict(job.request),
        "by": job.holder,
        "asked_at": instant(job.asked_at),
        "started_at": None if job.started_at is None else instant(job.started_at),
        "ended_at": None if job.ended_at is None else instant(job.ended_at),
        "starts": job.starts,
        "progress": _progress(job),
        "links": links,
    }
    if job.state is State.QUEUED:
        told["before_it"] = jobs.place(job)
    if job.problem is not None:
        told["problem"] = dict(job.problem)
    return told


def _ends(job: Job) -> bool:
    return job.state is State.RUNNING and job.cancelling


def _progress(job: Job) -> Json:
    if job.steps is None:
        return None
    steps = job.steps
    return {"done": steps.done, "of": steps.of, "seconds_left": steps.seconds}
