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

    `line` counts from 1, the header included, and names the line on which the row starts; `column`
    counts the cells of a row, or members of an object, from 1, where one of them is at fault.
    """

    source: str
    line: int
    field: str
    reason: str
    value: str
    example: str
    column: int | None = None

    def said(self) -> dict[str, object]:
        """What a file of rejects says of it."""
        said = asdict(self)
        return (
            said if self.column is not None else {k: v for k, v in said.items() if k != "column"}
        )


def reject(  # noqa: PLR0913 - a reject says that much
    *,
    source: str,
    line: int,
    field: str,
    reason: str,
    value: object,
    example: str,
    column: int | None = None,
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
        column=column,
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
        self._stream.write(json.dumps(rejected.said(), ensure_ascii=False) + "\n")
