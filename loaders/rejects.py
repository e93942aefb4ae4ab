"""Rejects: rows that could not be taken in, each with its line, the reason and what it said."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

QUOTE_LIMIT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """One row that was left out: where it stands, why, its value (bounded) and a valid one.

    `line` counts from 1, the header included, and names the line on which the row starts.
    """

    source: str
    line: int
    field: str
    reason: str
    value: str
    example: str


def reject(
    *, source: str, line: int, field: str, reason: str, value: object, example: str
) -> Reject:
    """Make a reject whose quoted value is at most `QUOTE_LIMIT` characters long.

    >>> reject(source="a", line=2, field="id", reason="no number", value="x", example="7").value
    "'x'"
    """
    quoted = repr(value[:QUOTE_LIMIT] if isinstance(value, str) else value)
    return Reject(
        source=source,
        line=line,
        field=field,
        reason=reason,
        value=quoted[:QUOTE_LIMIT],
        example=example,
    )


class Rejects(Protocol):
    """Where a loader puts the rows that it leaves out."""

    def add(self, rejected: Reject, /) -> None:
        """Keep one rejected row."""


class RejectFile:
    """A JSON Lines file of rejects, one object a rejected row, beside the count by reason.

    The file is rewritten by each load, so loading twice leaves the same file; no rejects leave it
    empty, which says that the load was clean. Memory is bounded by the number of reasons.
    """

    def __init__(self, path: Path) -> None:
        """Name the file; it is created when the `with` block is entered."""
        self._path = path
        self.by_reason: Counter[str] = Counter()

    def __enter__(self) -> Self:
        """Create or empty the file, with its folder."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = self._path.open("w", encoding="utf-8", newline="\n")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what is left and close the file."""
        self._stream.close()

    @property
    def count(self) -> int:
        """How many rows were rejected so far."""
        return self.by_reason.total()

    def add(self, rejected: Reject) -> None:
        """Append one row."""
        self.by_reason[rejected.reason] += 1
        self._stream.write(json.dumps(asdict(rejected), ensure_ascii=False) + "\n")
