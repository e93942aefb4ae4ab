"""Jobs: long work that was asked for, kept in the home until it is done and a while beyond."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson

from knowledge.packing import packed, unpacked
from knowledge.refusals import DatabaseUnavailable
from knowledge.sealing import KeyStore
from knowledge.seals import decrypt, encrypt
from ontology.events import Json
from ontology.identity import ThingId
from service.job import Asked, Bounds, Job, KeyReused, QueueFull, State, Steps
from service.job_file import JobFile

MOST_STARTS: Final = 5
"""How often a job is started whose process dies, or whose service ends, before it is done."""

RESULTS_KEPT: Final = 100
JOBS_KEPT: Final = 2_000
MOST_RESULT: Final = 32_000_000
_SECRET: Final = "jobs"  # noqa: S105 - the secret's name in the key store
_ROW: Final = (
    "sequence, id, kind, holder, asked, started, ended, state, cancel, starts, done, steps,"
    " seconds, head, request, problem, result IS NOT NULL"
)


class Jobs:
    """The jobs of one home, for all its processes; what was asked and found is encrypted.

    A row is written whole or not at all, and kept over the loss of power.
    """

    def __init__(self, folder: Path, keys: KeyStore) -> None:
        """Name the folder; it is made when the first job comes."""
        self._file: Final = JobFile(folder / "jobs.db")
        self._keys: Final = keys

    def ask(self, asked: Asked, bounds: Bounds) -> Job:
        """Put a job at the end of the queue.

        Raises:
            QueueFull: too many wait.
            KeyReused: the idempotency key was used for another job.
        """
        mark = None if asked.idempotency is None else self._keys.mac(_SECRET, asked.idempotency)
        with self._file.writing() as connection:
            found = _one(connection, "idempotency = ?", mark) if mark is not None else None
            if found is not None:
                known = self._job(found)
                if (known.kind, known.request) != (asked.kind, dict(asked.request)):
                    raise KeyReused(known.id)
                return known
            _bound(connection, asked.holder, bounds)
            body = self._seal(asked.id, "request", orjson.dumps(dict(asked.request)))
            connection.execute(
                "INSERT INTO jobs (id, idempotency, kind, holder, asked, state, request)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (asked.id, mark, asked.kind, asked.holder, _ticks(asked.at), State.QUEUED, body),
            )
            return self._job(_present(_one(connection, "id = ?", asked.id)))

    def one(self, job: str) -> Job | None:
        """A job by its id."""
        found = self._rows("WHERE id = ?", job)
        return found[0] if found else None

    def page(self, kinds: Sequence[str], before: int | None, limit: int) -> Sequence[Job]:
        """Jobs of some kinds, newest first, that were asked for before a sequence number."""
        named = orjson.dumps([*kinds]).decode()
        return self._rows(
            "WHERE kind IN (SELECT value FROM json_each(?)) AND sequence < ?"
            " ORDER BY sequence DESC LIMIT ?",
            named,
            2**62 if before is None else before,
            limit,
        )

    def place(self, job: Job) -> int:
        """How many jobs come before one that waits."""
        rows = self._file.asked(
            "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running') AND sequence < ?",
            job.sequence,
        )
        return int(rows[0][0]) if rows else 0

    def waiting(self) -> bool:
        """Whether any job is not over."""
        return bool(
            self._file.asked("SELECT 1 FROM jobs WHERE state IN ('queued', 'running') LIMIT 1")
        )

    def result(self, job: Job) -> bytes | None:
        """The JSON that a job found, while it is kept."""
        rows = self._file.asked("SELECT result FROM jobs WHERE id = ?", job.id)
        sealed = rows[0][0] if rows else None
        return None if sealed is None else self._open(job.id, "result", sealed)

    def cancelled(self, job: Job) -> bool:
        """Whether somebody asked for its end, or its row is gone."""
        rows = self._file.asked("SELECT cancel FROM jobs WHERE id = ?", job.id)
        return not rows or bool(rows[0][0])

    def cancel(self, job: Job, at: datetime) -> Job:
        """Ask for a job's end: one that waits ends at once, one that runs within seconds."""
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE jobs SET state = 'cancelled', ended = ? WHERE id = ? AND state = 'queued'",
                (_ticks(at), job.id),
            )
            connection.execute(
                "UPDATE jobs SET cancel = 1 WHERE id = ? AND state = 'running'", (job.id,)
            )
            return self._job(_present(_one(connection, "id = ?", job.id)))

    def forget(self, job: Job) -> None:
        """Drop a job that is over, with what it found."""
        with self._file.writing() as connection:
            connection.execute(
                "DELETE FROM jobs WHERE id = ? AND state NOT IN ('queued', 'running')", (job.id,)
            )

    def take(self, at: datetime, head: int) -> Job | None:
        """The job to do next, now running; only who holds the lease of jobs may ask.

        # INVARIANT: whoever holds the lease is the only one that runs, so what else is marked as
        # running died.
        """
        with self._file.writing() as connection:
            dead = f"SELECT {_ROW} FROM jobs WHERE state = 'running'"  # noqa: S608 - no input
            for row in connection.execute(dead).fetchall():
                self._bury(connection, self._job(row), at)
            found = _one(connection, "state = 'queued' ORDER BY sequence LIMIT 1")
            if found is None:
                return None
            job = self._job(found)
            connection.execute(
                "UPDATE jobs SET state = 'running', started = ?, head = ?, starts = starts + 1,"
                " done = NULL, steps = NULL, seconds = NULL WHERE id = ?",
                (_ticks(at), head, job.id),
            )
            return self._job(_present(_one(connection, "id = ?", job.id)))

    def put_back(self, job: Job) -> None:
        """Let a job that runs wait again: its service ends."""
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE jobs SET state = 'queued' WHERE id = ? AND state = 'running'", (job.id,)
            )

    def tell(self, job: Job, steps: Steps) -> None:
        """Write down how far a job is."""
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE jobs SET done = ?, steps = ?, seconds = ? WHERE id = ?", (*steps, job.id)
            )

    def end(
        self,
        job: Job,
        state: State,
        at: datetime,
        *,
        result: bytes | None = None,
        problem: Mapping[str, Json] | None = None,
    ) -> None:
        """Write down what became of a job that runs."""
        found = None if result is None else self._seal(job.id, "result", result)
        told = (
            None if problem is None else self._seal(job.id, "problem", orjson.dumps(dict(problem)))
        )
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE jobs SET state = ?, ended = ?, result = ?, problem = ?, seconds = NULL"
                " WHERE id = ? AND state = 'running'",
                (state, _ticks(at), found, told, job.id),
            )

    def prune(self, at: datetime, keep: timedelta) -> None:
        """Drop results that are too old or too many, then jobs beyond those that are kept."""
        if not self._file.exists():
            return
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE jobs SET result = NULL WHERE result IS NOT NULL AND (ended < ?"
                " OR sequence NOT IN (SELECT sequence FROM jobs WHERE result IS NOT NULL"
                " ORDER BY ended DESC LIMIT ?))",
                (_ticks(at - keep), RESULTS_KEPT),
            )
            connection.execute(
                "DELETE FROM jobs WHERE state NOT IN ('queued', 'running') AND sequence NOT IN"
                " (SELECT sequence FROM jobs ORDER BY sequence DESC LIMIT ?)",
                (JOBS_KEPT,),
            )

    def _bury(self, connection: sqlite3.Connection, job: Job, at: datetime) -> None:
        """What becomes of a job whose process died: ended as asked, given up, or waiting again."""
        if job.cancelling or job.starts >= MOST_STARTS:
            state = State.CANCELLED if job.cancelling else State.FAILED
            words = (
                f"its process ended {job.starts} times before it was done; ask for less at once"
            )
            told = None if job.cancelling else orjson.dumps({"kind": "job-died", "detail": words})
            connection.execute(
                "UPDATE jobs SET state = ?, ended = ?, problem = ? WHERE id = ?",
                (state, _ticks(at), told and self._seal(job.id, "problem", told), job.id),
            )
        else:
            connection.execute("UPDATE jobs SET state = 'queued' WHERE id = ?", (job.id,))

    def _rows(self, where: str, *values: object) -> list[Job]:
        found = self._file.asked(f"SELECT {_ROW} FROM jobs {where}", *values)  # noqa: S608 - no input
        return [self._job(row) for row in found]

    def _job(self, row: tuple[Any, ...]) -> Job:
        (sequence, job, kind, holder, asked, started, ended, state, cancel, starts) = row[:10]
        done, steps, seconds, head, request, problem, kept = row[10:]
        return Job(
            sequence=sequence,
            id=ThingId(job),
            kind=kind,
            holder=ThingId(holder),
            asked_at=_moment(asked),
            started_at=None if started is None else _moment(started),
            ended_at=None if ended is None else _moment(ended),
            state=State(state),
            cancelling=bool(cancel),
            starts=starts,
            steps=None if steps is None else Steps(done, steps, seconds),
            head=head,
            request=orjson.loads(self._open(job, "request", request)),
            problem=None if problem is None else orjson.loads(self._open(job, "problem", problem)),
            kept=bool(kept),
        )

    def _seal(self, job: str, part: str, text: bytes) -> bytes:
        return encrypt(self._keys.secret(_SECRET), packed(text), f"{job} {part}")

    def _open(self, job: str, part: str, sealed: bytes) -> bytes:
        return unpacked(decrypt(self._keys.secret(_SECRET), sealed, f"{job} {part}"))


def _one(connection: sqlite3.Connection, where: str, *values: object) -> tuple[Any, ...] | None:
    found: tuple[Any, ...] | None = connection.execute(
        f"SELECT {_ROW} FROM jobs WHERE {where}",  # noqa: S608 - no input
        values,
    ).fetchone()
    return found


def _present(row: tuple[Any, ...] | None) -> tuple[Any, ...]:
    if row is None:
        raise DatabaseUnavailable("the job was dropped meanwhile")
    return row


def _bound(connection: sqlite3.Connection, holder: str, bounds: Bounds) -> None:
    count = "SELECT count(*), total(holder = ?) FROM jobs WHERE state IN ('queued', 'running')"
    many, own = connection.execute(count, (holder,)).fetchone()
    if own >= bounds.own:
        raise QueueFull(int(own), own=True)
    if many >= bounds.waiting:
        raise QueueFull(int(many), own=False)


def _ticks(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000)


def _moment(ticks: int) -> datetime:
    return datetime.fromtimestamp(ticks / 1_000_000, tz=UTC)
