"""What is wrong with a file that people write: where, which words, why, and the cure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Protocol

MOST_QUOTED: Final = 80
MOST_KEPT: Final = 200


class Placed(Protocol):
    """Anything with a place in a file, counted from 1: a node or an entry of marked YAML."""

    @property
    def line(self) -> int:
        """The line."""

    @property
    def column(self) -> int:
        """The column."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Diagnostic:
    """One mistake; `nearest` is what was likely meant, `example` a valid form, or None."""

    file: str
    line: int
    column: int
    offending: str
    reason: str
    nearest: str | None = None
    example: str | None = None

    def __str__(self) -> str:
        """One line: `file:line:column: 'offending': reason; did you mean …? for example …`."""
        meant = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        shown = f"; for example {self.example}" if self.example else ""
        place = f"{self.file}:{self.line}:{self.column}"
        return f"{place}: {self.offending!r}: {self.reason}{meant}{shown}"

    def to_json(self) -> dict[str, str | int | None]:
        """The same as an object."""
        return {name: getattr(self, name) for name in self.__slots__}


class Invalid(ValueError):
    """A file cannot be used; `diagnostics` says all that is wrong, in the order of the file."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Keep every diagnostic; the message joins them, one a line."""
        self.diagnostics = tuple(
            sorted(diagnostics, key=lambda one: (one.file, one.line, one.column))
        )
        super().__init__("\n".join(map(str, self.diagnostics)))


class Problems:
    """Collects the diagnostics of one file; at most 200 are kept."""

    def __init__(self, file: str) -> None:
        """Begin with none."""
        self.file = file
        self.found: list[Diagnostic] = []

    def add(
        self,
        place: Placed,
        offending: object,
        reason: str,
        *,
        nearest: str | None = None,
        example: str | None = None,
    ) -> None:
        """Note one mistake; the same one at the same place counts once."""
        new = Diagnostic(
            file=self.file,
            line=place.line,
            column=place.column,
            offending=str(offending)[:MOST_QUOTED],
            reason=reason,
            nearest=nearest,
            example=example,
        )
        if len(self.found) < MOST_KEPT and new not in self.found:
            self.found.append(new)


def near(name: str, known: Iterable[str]) -> str | None:
    """The known name most like one that was written, or None.

    >>> near("excess_", ["excess", "volume"])
    'excess'
    """
    plain = name[:MOST_QUOTED].strip().lower()
    names: Sequence[str] = [*known]
    for written in (plain, plain.replace(" ", "_"), plain.replace("_", "-").replace(" ", "-")):
        found = get_close_matches(written, names, n=1)
        if found:
            return found[0]
    return None
