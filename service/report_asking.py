"""Asking for a report at once: for whom it is, how long it may take, how many at a time."""

import threading
import time
from http import HTTPStatus
from typing import Final

from knowledge.measures.estimates import Unsuited
from service.bodies import Model
from service.problems import ProblemError, not_found
from service.recorded_history import Progress
from service.report_kinds import PREFIX, REPORTS, Kind, quotes
from service.reported import Report
from service.security import Denied, Principal
from service.world import World

PATIENCE_S: Final = 30.0
"""For how long a request works on a report; what takes longer is a job."""

_AT_ONCE: Final = threading.BoundedSemaphore(2)
_QUEUE_S: Final = 10.0
_EXAMPLE: Final = "fairness"


def kind_for(name: str, who: Principal) -> Kind:
    """The kind of report of a name, if it is for who asks.

    Raises:
        ProblemError: there is none of that name (404).
        Denied: it is for other roles.
    """
    kind = REPORTS.get(name)
    if kind is None:
        raise not_found("report", name, _EXAMPLE)
    if not kind.roles & who.roles:
        raise Denied(f"{name} is for {', '.join(sorted(kind.roles))}.", unknown=False)
    return kind


def work_out(world: World, kind: Kind, body: Model, who: Principal) -> Report:
    """A report, worked out while its asker waits.

    Raises:
        Denied: what is asked of it is for others.
        ProblemError: the sample can't answer (409), or it takes too long (503).
    """
    world.catch_up()
    if kind.few is not None and not kind.few(world, body, who.actor(None).id):
        words = f"{kind.name} is for those whom it concerns: the person, or their assessor."
        raise Denied(words, unknown=False)
    if kind.words is not None and quotes(body) and not kind.words & who.roles:
        words = f"quotes of {kind.name} are for {', '.join(sorted(kind.words))}; ask without them."
        raise Denied(words, unknown=False)
    if not _AT_ONCE.acquire(timeout=_QUEUE_S):
        raise _later(kind, "Other reports are being worked out")
    try:
        return kind.run(world, body, _patient(kind))
    except Unsuited as error:
        raise ProblemError(HTTPStatus.CONFLICT, "unsuited-sample", str(error)) from error
    finally:
        _AT_ONCE.release()


def _patient(kind: Kind) -> Progress:
    """Progress that gives up when a request has taken long enough."""
    end = time.monotonic() + PATIENCE_S

    def progress(_done: int, _of: int) -> None:
        if time.monotonic() > end:
            raise _later(kind, f"This takes longer than {PATIENCE_S:.0f} s")

    return progress


def _later(kind: Kind, why: str) -> ProblemError:
    words = f'{why}: POST /v1/jobs {{"kind": "{PREFIX}{kind.name}"}} with the same members.'
    headers = {"Retry-After": "30"}
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return ProblemError(status, "report-takes-long", words, headers=headers)
