"""What starts jobs: of all workers of a home one at a time gives a job a process of its own."""

import subprocess
import sys
from datetime import timedelta
from typing import Final

from service.clock import LiveClock, monotonic_ms
from service.job_process import LEASE
from service.jobs import Jobs
from service.lease import lease
from service.world import World

PRUNE_EVERY_MS: Final = 3_600_000.0
REST_MS: Final = 2_000.0
LONGEST_REST_MS: Final = 60_000.0
"""How long one waits before a process is started again that failed, the more often the longer."""

_ENDS_S: Final = 10.0


class JobRunner:
    """One worker's part in it; use it from one thread."""

    def __init__(self, world: World) -> None:
        """Start nothing yet."""
        self._world: Final = world
        self._jobs: Final = Jobs(world.settings.jobs_path, world.keys)
        self._lease: Final = lease(world.settings.database_url, LEASE, world.settings.home)
        self._child: subprocess.Popen[bytes] | None = None
        self._rest, self._rest_until, self._prune_at = REST_MS, 0.0, 0.0

    def step(self) -> None:
        """Start the next job where one waits and none runs, in this worker or another."""
        if self._child is not None and not self._reaped(self._child):
            return
        now = monotonic_ms()
        if now >= self._prune_at:
            self._prune_at = now + PRUNE_EVERY_MS
            keep = timedelta(days=self._world.settings.job_days)
            self._jobs.prune(LiveClock().now(), keep)
        if now >= self._rest_until and self._jobs.waiting() and self._lease.held():
            self._lease.release()  # the process takes it: when that dies, so does its hold
            self._child = self._started()

    def close(self) -> None:
        """End a job under way; it waits again, for the next service."""
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
            try:
                self._child.wait(_ENDS_S)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
        self._lease.release()

    def _reaped(self, child: subprocess.Popen[bytes]) -> bool:
        """Whether the process is over; one that failed is given a rest."""
        code = child.poll()
        if code is None:
            return False
        if code:
            self._world.log.error("job process failed", code=code)
            self._rest_until = monotonic_ms() + self._rest
        self._rest = min(2 * self._rest, LONGEST_REST_MS) if code else REST_MS
        self._child = None
        return True

    def _started(self) -> subprocess.Popen[bytes]:
        # In a session of its own, it is not interrupted when the service is: it sees that end.
        child = subprocess.Popen(
            [sys.executable, "-m", "service.job_process"],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        if child.stdin is not None:
            with child.stdin as told:
                told.write(self._world.settings.model_dump_json().encode())
        return child
