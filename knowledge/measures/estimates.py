"""Estimates: a figure never stands without its interval and the size of its sample."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

LEVEL: Final = 0.95


class Unsuited(ValueError):
    """The question can't be answered from this sample; the message says why, and what would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure, the interval that covers it at `level`, and how many it was worked out from.

    An end that the sample leaves open is infinite; JSON says null for it.
    """

    value: float
    low: float
    high: float
    n: int
    level: float = LEVEL

    def __post_init__(self) -> None:
        """Refuse what is no figure: a value that is not finite, ends in the wrong order.

        Raises:
            ValueError: the figure or an end is NaN, or low is above high.
        """
        if not math.isfinite(self.value) or not self.low <= self.high:
            raise ValueError(f"{self.value} from {self.low} to {self.high} is no estimate")

    def to_json(self) -> Mapping[str, float | int | None]:
        """Value, ends and sample size under their names."""
        return {
            "value": self.value,
            "low": _end(self.low),
            "high": _end(self.high),
            "n": self.n,
            "level": self.level,
        }

    def words(self, digits: int = 2) -> str:
        """The figure as people read it.

        >>> Estimate(value=0.4211, low=0.31, high=math.inf, n=120).words()
        '0.42 (0.31 to ∞; n = 120)'
        """
        low, high = (_written(end, digits) for end in (self.low, self.high))
        return f"{self.value:.{digits}f} ({low} to {high}; n = {self.n})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A figure that this sample can't carry: why, and what would do."""

    reason: str
    n: int

    def to_json(self) -> Mapping[str, str | int]:
        """The reason in the place of the figure."""
        return {"withheld": self.reason, "n": self.n}

    def words(self, _digits: int = 2) -> str:
        """What stands where the figure would.

        >>> Withheld(reason="fewer than 10 answers", n=4).words()
        'withheld: fewer than 10 answers (n = 4)'
        """
        return f"withheld: {self.reason} (n = {self.n})"


Figure = Estimate | Withheld


def reasons(figures: Iterable[tuple[str, Figure]]) -> Iterator[str]:
    """Each reason for which figures are withheld once, after the names of all that it withholds.

    >>> few = Withheld(reason="fewer than 10 answers", n=4)
    >>> [*reasons([("trust", few), ("ease", few)])]
    ['trust, ease: fewer than 10 answers (n = 4)']
    """
    names: dict[str, list[str]] = {}
    for name, figure in figures:
        if isinstance(figure, Withheld):
            names.setdefault(f"{figure.reason} (n = {figure.n})", []).append(name)
    yield from (f"{', '.join(several)}: {reason}" for reason, several in names.items())


def number_of(many: int, one: str, several: str) -> str:
    """A number with its noun.

    >>> number_of(1, "person", "people"), number_of(0, "person", "people")
    ('1 person', '0 people')
    """
    return f"{many} {one if many == 1 else several}"


def _end(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _written(end: float, digits: int) -> str:
    if math.isfinite(end):
        return f"{end:.{digits}f}"
    return "∞" if end > 0 else "-∞"
