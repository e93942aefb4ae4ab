"""A sitrep in words: each line in the three pieces that page, terminal and proofs share."""

from collections.abc import Iterator
from typing import NamedTuple

from service.sitrep import Sitrep
from service.sitrep_lines import Line, minute


class Pieces(NamedTuple):
    """A line as it stands on the page: what is said of it, somebody's words, its source."""

    says: str
    words: str
    source: str


def pieces(line: Line) -> Pieces:
    """The three pieces, which put together are the whole text of the line."""
    words = f" “{line.words}”" if line.words is not None else ""
    at = None if line.at is None else minute(line.at)
    due = None if line.due is None else f"by {minute(line.due)}"
    told = [line.mark, at, due, _events(line.events)]
    return Pieces(line.says, words, "".join(f" · {one}" for one in told if one))


def heading(found: Sitrep) -> str:
    """As of when, and how much was recorded by then."""
    return f"As of {minute(found.at)}: what was recorded in {found.size} events by then."


def left_out(count: int) -> str:
    """That there is more."""
    return f"{count} more {'is' if count == 1 else 'are'} left out here."


def lines(found: Sitrep) -> Iterator[str]:
    """What people read on a terminal."""
    yield f"{found.name} ({found.incident})"
    yield heading(found)
    yield "".join(pieces(found.standing))
    for part in found.parts:
        yield ""
        yield part.title.upper()
        yield from (f"  {''.join(pieces(one))}" for one in part.lines)
        if not part.lines:
            yield f"  {part.nothing}"
        if part.left_out:
            yield f"  {left_out(part.left_out)}"
    yield ""
    yield f"Tree of {found.size} events, root {found.root}"


def _events(events: tuple[int, ...]) -> str:
    if not events:
        return ""
    return f"event{'s' if len(events) > 1 else ''} {', '.join(map(str, events))}"
