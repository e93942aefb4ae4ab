"""The process of one job: takes the next one, does it beside the service, writes what it found."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

import orjson
from pydantic import ValidationError

from knowledge.refusals import DatabaseUnavailable
from ontology.events import Json
from service import logs
from service.clock import LiveClock, monotonic_ms, pause
from service.job import Job, State, Steps
from service.job_kinds import KINDS
from service.jobs import MOST_RESULT, Jobs
from service.lease import lease
from service.problems import ProblemError, invalid
from service.refusals import problem_of
from service.settings import Settings
from service.world import World

LEASE: Final = "jobs"
NICE: Final = 10
LOOKS_S: Final = 0.5
GRACE_LOOKS: Final = 4
"""How often one looks whether work that was asked to end has done so, before it is killed."""

TELLS_MS: Final = 1_000.0
_WORSE: Final = "500"
_NOW: Final = LiveClock().now


class Cancelled(BaseException):
    """Somebody asked for the end of the work; not an error, so that no work keeps it to itself."""


class Telling:
    """The progress of a job, written down about once a second; raises where it was cancelled."""

    def __init__(self, tell: Callable[[Steps], None], cancelled: threading.Event) -> None:
        """Nothing is told yet."""
        self._tell: Final = tell
        self._cancelled: Final = cancelled
        self._told_at = -TELLS_MS
        self._first: tuple[float, int, int] | None = None

    def __call__(self, done: int, of: int) -> None:
        """Tell how far it is.

        Raises:
            Cancelled: the job was.
        """
        if self._cancelled.is_set():
            raise Cancelled
        now = monotonic_ms()
        if self._first is None or self._first[2] != of or done < self._first[1]:
            self._first = (now, done, of)
        elif now - self._told_at < TELLS_MS and done < of:
            return
        self._told_at = now
        self._tell(Steps(done, of, self._left(now, done)))

    def _left(self, now: float, done: int) -> float | None:
        """Seconds that are left at the pace so far."""
        if self._first is None or done == self._first[1]:
            return None
        begun, before, of = self._first
        return round((now - begun) / 1000 / (done - before) * max(0, of - done), 1)


class Watch:
    """Looks beside the work whether it may go on: not cancelled, not too long, not an orphan."""

    def __init__(self, jobs: Jobs, job: Job, limit: timedelta) -> None:
        """Watch nothing yet."""
        self._jobs, self._job, self._limit = jobs, job, limit
        self._parent: Final = os.getppid()
        self._done: Final = threading.Event()
        self._thread: Final = threading.Thread(target=self._look, daemon=True, name="watch")
        self.cancelled: Final = threading.Event()

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        until, cancelled = monotonic_ms() + self._limit.total_seconds() * 1000, 0
        while not pause(LOOKS_S, self._done):
            with suppress(DatabaseUnavailable):  # a full disk, for example: look again
                if os.getppid() != self._parent:
                    self._jobs.put_back(self._job)
                    _die()
                if monotonic_ms() > until:
                    self._jobs.end(self._job, State.FAILED, _NOW(), problem=_too_long(self._limit))
                    _die()
                if self._jobs.cancelled(self._job):
                    self.cancelled.set()
                    cancelled += 1
                if cancelled > GRACE_LOOKS:
                    self._jobs.end(self._job, State.CANCELLED, _NOW())
                    _die()


def work(world: World, jobs: Jobs, job: Job, cancelled: threading.Event) -> None:
    """Do a job that was taken, and write down what became of it; never raises."""
    telling = Telling(lambda steps: jobs.tell(job, steps), cancelled)
    try:
        found = _found(world, job, telling)
    except Cancelled:
        jobs.end(job, State.CANCELLED, _NOW())
    except Exception as error:  # noqa: BLE001 - whatever it is, the job ends with it
        jobs.end(job, State.FAILED, _NOW(), problem=_told(world, job, error))
    else:
        jobs.end(job, State.DONE, _NOW(), result=found)


def run_next(world: World, jobs: Jobs) -> bool:
    """Take the next job and do it; False where none waits. The caller holds the lease."""
    job = jobs.take(_NOW(), world.ledger.head())
    if job is None:
        return False
    watch = Watch(jobs, job, timedelta(minutes=world.settings.job_minutes))
    watch.start()
    try:
        work(world, jobs, job, watch.cancelled)
    finally:
        watch.stop()
    world.log.info("job over", job=job.id, kind=job.kind)
    return True


def _found(world: World, job: Job, telling: Telling) -> bytes:
    kind = KINDS.get(job.kind)
    if kind is None:
        raise LookupError(f"this version knows no job of the kind {job.kind!r}")
    world.catch_up()
    try:
        body = kind.body.model_validate(dict(job.request))
    except ValidationError as error:  # of a job that another version took
        raise invalid(error, kind.body) from error
    found = orjson.dumps(kind.run(world, body, telling).to_json(), option=orjson.OPT_NON_STR_KEYS)
    if len(found) > MOST_RESULT:
        raise ResultTooLong(
            f"what it found has {len(found):,} bytes, more than {MOST_RESULT:,}; ask for less"
        )
    return found


class ResultTooLong(ValueError):
    """More was found than is kept."""


def _told(world: World, job: Job, error: Exception) -> dict[str, Json]:
    """Why a job failed: what a request would be told, or that the log has it."""
    problem = problem_of(error)
    if problem is None and not isinstance(error, (LookupError, ValueError)):
        world.log.error("job failed", job=job.id, kind=job.kind, exc_info=error)
        return {"kind": "job-failed", "detail": "attune failed here; the log has the job's id."}
    if problem is None:
        world.log.warning("job refused", job=job.id, kind=job.kind, exc_info=error)
        return {"kind": "job-refused", "detail": str(error)[:2_000]}
    return _of_problem(problem)


def _of_problem(problem: ProblemError) -> dict[str, Json]:
    told: dict[str, Json] = {"kind": problem.kind, "detail": problem.detail}
    if problem.faults:
        told["errors"] = [fault.json() for fault in problem.faults]
    return told


def _too_long(limit: timedelta) -> dict[str, Json]:
    words = f"it took longer than {limit.total_seconds() / 60:g} minutes; ask for less at once, or"
    return {"kind": "job-too-long", "detail": f"{words} raise ATTUNE_JOB_MINUTES"}


def _die() -> None:
    """End this process and all that it started, at once."""
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _stand_back() -> None:
    """Let the service go first: for the processor, and when memory runs out."""
    os.nice(NICE)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_WORSE)


def main() -> None:
    """Do one job of the home whose settings stand on standard input."""
    settings = Settings.model_validate_json(sys.stdin.buffer.read())
    logs.install()
    _stand_back()
    mine = lease(settings.database_url, LEASE, settings.home)
    try:
        if mine.held():
            with closing(World.open(settings)) as world:
                run_next(world, Jobs(settings.jobs_path, world.keys))
    finally:
        mine.release()


if __name__ == "__main__":
    main()
