"""What callers send about drafts of a policy."""

from typing import Annotated, Final

from pydantic import ConfigDict, Field

from service.bodies import Model
from service.job_kinds import PolicyName

_REASON: Final = "Executives were called twice for nothing last quarter."
Why = Annotated[str, Field(min_length=1, max_length=4_000)]


class DraftIn(Model):
    """A draft to begin: what it is called, why, and from which policy."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"name": "Quieter nights", "reason": _REASON, "start": "active"}
        },
    )

    name: Annotated[str, Field(min_length=1, max_length=120)]
    reason: Why
    start: PolicyName = "active"


class UndoIn(Model):
    """Which change is taken back; the last one where none is named."""

    model_config = ConfigDict(json_schema_extra={"example": {"change": 417}})

    change: Annotated[int, Field(ge=1, le=2**53)] | None = None


class RebaseIn(Model):
    """How files that clash should be, null for one that goes; and for which active policy."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "resolved": {"rules/books/escalation.yaml": "book: escalation\n"},
                "onto": "0" * 64,
            }
        },
    )

    resolved: Annotated[
        dict[Annotated[str, Field(max_length=120)], str | None], Field(max_length=500)
    ] = Field(default_factory=dict)
    onto: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None


class LockIn(Model):
    """For how long somebody edits."""

    model_config = ConfigDict(json_schema_extra={"example": {"minutes": 15}})

    minutes: Annotated[int, Field(ge=1, le=60)] = 15


class ProposalIn(Model):
    """Why; what the draft was opened for, where nothing is said."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": _REASON}})

    reason: Why | None = None
