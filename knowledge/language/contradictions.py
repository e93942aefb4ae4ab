"""Why two claims cannot both stand, and how far values may lie apart before they cannot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from knowledge.language.claims import Claim, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far two values may lie apart: by kind of value, and as a share of the larger.

    Durations are counted in seconds or months, times of day in minutes, dates in days.
    """

    share: Decimal = Decimal(0)
    amounts: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))

    def allows(self, kind: str, apart: Decimal, larger: Decimal) -> bool:
        """Whether values so far apart still agree."""
        return apart <= max(self.amounts.get(kind, Decimal(0)), abs(larger) * self.share)


EXACT: Final = Tolerance()
_HIGHEST, _LOWEST = Decimal("Infinity"), Decimal("-Infinity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Why two claims cannot both stand, with both sentences."""

    topic: str
    why: str
    sentences: tuple[str, str]


def contradiction(one: Claim, other: Claim, within: Tolerance = EXACT) -> Contradiction | None:
    """Why two claims contradict each other; None where both can be true.

    They do where they are about one topic and one affirms what the other denies, or where their
    values are of one unit and further apart than the tolerance allows. Values of different units
    are not compared. Symmetric, and nothing contradicts itself.
    """
    if one.topic != other.topic:
        return None
    first, second = sorted((one, other), key=lambda each: (each.sentence, each.start))
    why = _why(first, second, within)
    if why is None:
        return None
    return Contradiction(topic=one.topic, why=why, sentences=(first.sentence, second.sentence))


def _why(one: Claim, other: Claim, within: Tolerance) -> str | None:
    if one.value is not None and other.value is not None:
        return _apart(one.value, other.value, within)
    if one.polarity == other.polarity:
        return None
    return f"one says {_said(one)!r}, the other {_said(other)!r}"


def _said(claim: Claim) -> str:
    if claim.value is not None:
        return claim.value.said
    return "it is so" if claim.polarity == "affirm" else "it is not so"


def _apart(one: Value, other: Value, within: Tolerance) -> str | None:
    if (one.kind, one.unit) != (other.kind, other.unit):
        return None
    ends = [
        (
            each.high if each.high is not None else _HIGHEST,
            rest.low if rest.low is not None else _LOWEST,
        )
        for each, rest in ((one, other), (other, one))
    ]
    gaps = [(low - high, low) for high, low in ends if low > high]
    if not gaps or within.allows(one.kind, *gaps[0]):
        return None
    return f"{one.said!r} and {other.said!r} are further apart than is allowed"
