"""What differs between two decisions, part by part; which rules fired is no part of it."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Final

from ontology.decisions import Decision
from ontology.events import Json
from ontology.values import duration_text

PARTS: Final = (
    "tier",
    "within",
    "verdict",
    "cluster",
    "threat",
    "detections",
    "routes",
    "responses",
    "requirements",
    "prohibitions",
    "broken",
    "notifications",
    "duties",
    "recovery",
    "cautions",
)
"""What of a decision counts: whom it reaches, what it asks and forbids, what it warns of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One part of a decision: what stood in it before only, and what stands in it after only."""

    part: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        """The difference as an object."""
        return {"part": self.part, "before": [*self.before], "after": [*self.after]}

    def text(self) -> str:
        """The difference in words: `tier: specialist → executive`."""
        before, after = (", ".join(some) or "nothing" for some in (self.before, self.after))
        return f"{self.part}: {before} → {after}"


def differences(before: Decision, after: Decision) -> tuple[Difference, ...]:
    """The parts in which two decisions differ; rules that say the same by another id do not."""
    found: list[Difference] = []
    for part in PARTS:
        one, other = _members(before, part), _members(after, part)
        if one != other:
            kept = {*one} & {*other}
            lost, new = (tuple(m for m in some if m not in kept) for some in (one, other))
            found.append(Difference(part=part, before=lost, after=new))
    return tuple(found)


def _members(decision: Decision, part: str) -> tuple[str, ...]:
    """The members of a part as texts, each once."""
    value = getattr(decision, part)
    if not isinstance(value, tuple):
        return () if value is None else (_text(value),)
    return tuple(sorted({_member(one) for one in value}))


def _member(one: object) -> str:
    if isinstance(one, str):
        return one
    return " ".join(_named(one))


def _named(one: object) -> Iterable[str]:
    """The parts of a member, the first ones plain; the id of a rule is left out."""
    names = [f.name for f in fields(one) if f.name != "rule"]  # type: ignore[arg-type] # members are dataclasses
    for at, name in enumerate(names):
        value = getattr(one, name)
        if value is not None:
            yield _text(value) if not at else f"{name.replace('_', ' ')} {_text(value)}"


def _text(value: object) -> str:
    return duration_text(value) if isinstance(value, timedelta) else str(value)
