"""A job: long work that somebody asked for, how it stands, and how many may wait."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from ontology.events import Json
from ontology.identity import ThingId


class State(StrEnum):
    """How a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OVER: Final = frozenset({State.DONE, State.FAILED, State.CANCELLED})


class QueueFull(Exception):
    """Too many jobs wait: of one person (`own`), or of all."""

    def __init__(self, many: int, *, own: bool) -> None:
        """Say whose they are."""
        whose = "of yours " if own else ""
        super().__init__(f"{many} jobs {whose}wait already; ask again when one is done.")
        self.own = own


class KeyReused(Exception):
    """An idempotency key comes back with another request."""

    def __init__(self, job: ThingId) -> None:
        """Name the job of the first request."""
        super().__init__(
            f"this idempotency key was used for another request, {job}; use a new key for a new"
            " request"
        )


class Steps(NamedTuple):
    """How far a job is; `seconds` is what is left of it, as far as that can be told."""

    done: int
    of: int
    seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as it stands; `head` is the ledger's head when it was started last."""

    sequence: int
    id: ThingId
    kind: str
    holder: ThingId
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    state: State
    cancelling: bool
    starts: int
    steps: Steps | None
    head: int
    request: Mapping[str, Json]
    problem: Mapping[str, Json] | None
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A job that somebody asks for; the same idempotency key gives the same job."""

    id: ThingId
    kind: str
    holder: ThingId
    request: Mapping[str, Json]
    at: datetime
    idempotency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How many jobs may wait, of all and of one person."""

    waiting: int = 20
    own: int = 5
