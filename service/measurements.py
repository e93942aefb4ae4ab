"""Measurements: how the figures of empathy stood, appended one by one and never changed."""

import math
from bisect import insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from knowledge.refusals import IdempotencyMismatch
from ontology.events import Draft, Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import Actor
from ontology.record_values import RecordInvalid
from ontology.values import quote
from service.committing import Here, ThingUnknown, event_id
from service.formulas import Formula, inputs_of, read_formula

MEASURED: Final = "kpi.measured"
_LARGEST_SAMPLE: Final = 10**12


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Measurement:
    """One value of a figure as of a moment, from a sample of that many."""

    as_of: datetime
    sequence: int
    value: float
    sample: int
    source: str | None = field(compare=False, default=None)
    inputs: Mapping[str, Json] | None = field(compare=False, default=None)
    ends: tuple[float, float] | None = field(compare=False, default=None)
    """Between which it lies with 95 %, where that is known."""
    by: ThingId | None = field(compare=False, default=None)


class Measurements:
    """The measurements of every KPI, folded from the ledger, ordered by the time they are of."""

    types: Final = (MEASURED,)

    def __init__(self) -> None:
        """Start with none."""
        self._of: dict[ThingId, list[Measurement]] = {}

    def apply(self, event: Event) -> None:
        """Fold one event; others than measurements change nothing."""
        if event.type != MEASURED:
            return
        data = event.data
        inputs, source = data.get("inputs"), data.get("source")
        one = Measurement(
            as_of=datetime.fromisoformat(str(data["as_of"])),
            sequence=event.sequence,
            value=float(str(data["value"])),
            sample=int(str(data["sample"])),
            source=None if source is None else str(source),
            inputs=inputs if isinstance(inputs, dict) else None,
            ends=_ends(data.get("low"), data.get("high")),
            by=event.actor,
        )
        insort(self._of.setdefault(event.subject, []), one)

    def of(self, kpi: ThingId) -> tuple[Measurement, ...]:
        """The measurements of a KPI, the oldest time first; of one time the last recorded last."""
        return tuple(self._of.get(kpi, ()))

    def current(self, kpi: ThingId, at: datetime) -> Measurement | None:
        """The newest one that is of no later than a moment."""
        there = self._of.get(kpi, ())
        return next((one for one in reversed(there) if one.as_of <= at), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A measurement as a caller states it: a value, or the inputs from which it follows."""

    as_of: datetime | None = None
    value: float | None = None
    inputs: Mapping[str, Json] | None = None
    sample: int | None = None
    source: str | None = None
    ends: tuple[float, float] | None = None


def _ends(low: object, high: object) -> tuple[float, float] | None:
    if isinstance(low, int | float) and isinstance(high, int | float):
        return float(low), float(high)
    return None


def measure(
    world: Here, kpi: ThingId, said: Said, *, actor: Actor, idempotency: str | None = None
) -> Event:
    """Append a measurement of a KPI.

    Raises:
        ThingUnknown: there is no such KPI.
        RecordInvalid: it is of the future, has no sample, or value and inputs don't fit.
        IdempotencyMismatch: the key was used for something else.
    """
    world.catch_up()
    if not kpi.startswith("kpi/") or not world.graph.exists(kpi):
        raise ThingUnknown(kpi)
    event = event_id(world, idempotency)
    found = world.ledger.by_id(event) if idempotency is not None else None
    now = world.clock.now()
    data = _data(_formula(world, kpi), said, found.occurred_at if found is not None else now, now)
    if found is not None:
        if (found.type, found.subject, dict(found.data)) != (MEASURED, kpi, data):
            raise IdempotencyMismatch(found.sequence)
        return found
    draft = Draft(
        id=event,
        type=MEASURED,
        subject=kpi,
        actor=actor.id,
        occurred_at=now,
        data=data,
        governed=False,
    )
    (recorded,) = world.ledger.append([draft])
    return recorded


def _formula(world: Here, kpi: ThingId) -> Formula | None:
    """The formula of a KPI, None where it states none that can be reckoned."""
    properties = {name: list(values) for name, values in world.graph.properties(kpi).items()}
    text = next(iter(properties.get("formula", ())), None)
    if not isinstance(text, str):
        return None
    inputs: list[Json] = [str(one) for one in properties.get("input", ())]
    try:
        return read_formula(text, inputs_of({"input": inputs}))
    except RecordInvalid:  # from before formulas were read
        return None


def _data(formula: Formula | None, said: Said, at: datetime, now: datetime) -> dict[str, Json]:
    """What the ledger keeps of a measurement.

    Raises:
        RecordInvalid: all that is wrong with it.
    """
    as_of, sample = said.as_of or at, _sample(formula, said)
    errors = dict(_wrong(formula, said))
    if as_of > now:
        errors["/as_of"] = f"{as_of.isoformat()} lies ahead of {now.isoformat()}"
    if sample is None or not 1 <= sample <= _LARGEST_SAMPLE:
        errors["/sample"] = f"{quote(sample)} is no size of a sample; for example 120"
    if errors:
        raise RecordInvalid(errors)
    value = said.value
    if formula is not None and said.inputs is not None:
        value = formula.value(said.inputs)
    data: dict[str, Json] = {"value": value, "as_of": as_of.isoformat(), "sample": sample}
    data |= {"inputs": dict(said.inputs)} if said.inputs is not None else {}
    data |= {"low": said.ends[0], "high": said.ends[1]} if said.ends is not None else {}
    return data | ({"source": said.source} if said.source else {})


def _wrong(formula: Formula | None, said: Said) -> Iterator[tuple[str, str]]:
    """What is wrong with value and inputs, before the formula looks at them."""
    if (said.value is None) is (said.inputs is None):
        yield "/value", "give either the value, or the inputs from which it follows"
    elif said.value is not None and not math.isfinite(said.value):
        yield "/value", f"{quote(said.value)} is no number; for example 0.92"
    elif said.inputs is not None and formula is None:
        yield "/inputs", "the KPI has no formula; give the value, or record a formula first"


def _sample(formula: Formula | None, said: Said) -> int | None:
    """The size of the sample: as stated, or how many numbers a measure was given."""
    if said.sample is None and said.inputs and formula is not None and formula.measure is not None:
        several = said.inputs.get(formula.inputs[0])
        return len(several) if isinstance(several, list) else None
    return said.sample
