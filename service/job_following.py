"""Following a job of a running service, also over a restart of it, until the job is over."""

import threading
from collections.abc import Iterator, Mapping
from typing import Final

from ontology.events import Json
from service.client import Client, ServiceUnreachable
from service.clock import pause
from service.job import OVER

EVERY_S: Final = 1.0
AWAY_LOOKS: Final = 120
"""How often a service may fail to answer in a row before one stops to look."""


class JobFailed(Exception):
    """A job ended without a result; `state` is `failed` or `cancelled`."""

    def __init__(self, job: Mapping[str, Json]) -> None:
        """Say what became of it, with every fault."""
        problem = job.get("problem")
        told = problem if isinstance(problem, dict) else {}
        errors = told.get("errors")
        rows = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
        lines = [f"{one.get('pointer')}: {one.get('detail')}" for one in rows]
        words = f"{job['id']} is {job['state']}: {told.get('detail', 'it was ended')}"
        super().__init__("\n".join([words, *lines]))
        self.state = str(job["state"])


def path_of(job: str) -> str:
    """Where a job stands, by its id with or without its kind."""
    return f"/v1/jobs/{job.removeprefix('job/')}"


def following(client: Client, job: str, *, every_s: float = EVERY_S) -> Iterator[dict[str, Json]]:
    """A job as it stands, again and again, until it is over.

    Raises:
        RequestRefused: there is no such job, or it is for others.
        ServiceUnreachable: nobody answered for two minutes.
    """
    away, wait = 0, threading.Event()
    while True:
        try:
            stands = client.get(path_of(job))
        except ServiceUnreachable:
            away += 1
            if away >= AWAY_LOOKS:
                raise
        else:
            away = 0
            yield stands
            if stands["state"] in OVER:
                return
        pause(every_s, wait)


def found(client: Client, job: Mapping[str, Json]) -> dict[str, Json]:
    """What a job found that is over.

    Raises:
        JobFailed: it found nothing.
        RequestRefused: the result is kept no longer.
    """
    if job["state"] != "done":
        raise JobFailed(job)
    return client.get(f"{path_of(str(job['id']))}/result")
