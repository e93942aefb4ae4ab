"""Recorded decisions by the million: what the shipped policy decides on situations that are drawn.

Pools of facts of each kind that a sample world has, their figures drawn as they are quantised; a
decision takes some of each, and the roster of its shift.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any, Final

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.decision_parts import DECISIONS, Part, facts_table
from knowledge.part_writing import WHOLE
from ontology.decisions import SEMANTICS
from ontology.facts import Fact, Origin, catalogue
from ontology.kinds import Field
from ontology.values import Datatype, Value
from rules.policy import Policy
from service.reruns import Reruns

_ORIGIN: Final = Origin(source="event", ref="1")
_START: Final = datetime(2026, 8, 24, tzinfo=UTC)
_QUARTER: Final = timedelta(days=91)
_POOLS: Final[Mapping[str, tuple[int, float, int]]] = {
    "incident": (0, 0.8, 1),
    "spread": (0, 0.8, 3),
    "coverage": (0, 0.8, 1),
    "feed": (0, 0.8, 2),
    "progress": (0, 0.4, 1),
    "signal": (8_000, 0.7, 1),
    "customer": (6_000, 0.75, 1),
    "touchpoint": (24, 0.6, 1),
    "platform": (12, 0.4, 1),
    "request": (60, 0.8, 1),
    "region": (24, 0.8, 1),
    "calendar": (4_000, 1.0, 1),
    "validation": (50, 0.1, 1),
    "geofence": (100, 0.1, 1),
    "unknown": (20, 0.02, 1),
    "degraded": (3, 0.02, 1),
}
"""How many distinct facts of a kind a part has, how often a decision has any, and how many.

With 0 they are those of an incident at a moment, which all decisions about it then share.
"""

_INCIDENTS: Final = 40
_MOMENTS: Final = 24
"""How often what is known of an incident moves in a part: three days of a million in a quarter."""

_ROSTERS: Final = 9
"""Shifts a part goes over: on call and load of every team."""


_SKEW: Final = 4
_MOSTLY: Final = frozenset({"judged", "known", "on_call", "language_judged", "business_hours"})
"""What is usually so; most other things are usually not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What parts are drawn from: the roster of a sample world, and a policy that decides."""

    roster: Sequence[Fact]
    policy: Policy


def parts(drawn: Drawn, rows: int, size: int) -> Iterator[tuple[int, Part]]:
    """Parts of so many decisions, each with the sequence at which it begins."""
    reruns = Reruns(drawn.policy)
    for number, first in enumerate(range(1, rows + 1, size)):
        many = min(size, rows - first + 1)
        part = _part(drawn, number, first, many, rows)
        yield first, _decided(part, reruns)


def _part(drawn: Drawn, number: int, first: int, many: int, rows: int) -> Part:
    chance, dice = Random(number), np.random.default_rng(number)  # noqa: S311 - no secret
    moments = _INCIDENTS * _MOMENTS
    pools = {
        kind: _pool(kind, size or moments * each, chance)
        for kind, (size, _, each) in _POOLS.items()
    }
    rosters = [_shift(drawn.roster, chance) for _ in range(_ROSTERS)]
    for kind in ("team", "agreement"):
        pools[kind] = [f.values for shift in rosters for f in shift if f.kind == kind]
    kinds = sorted(pools)
    starts = dict(zip(kinds, accumulate([0, *(len(pools[k]) for k in kinds)]), strict=False))
    incidents = (dice.random(many) ** _SKEW * _INCIDENTS).astype(np.int64)
    moment = incidents * _MOMENTS + np.arange(many) * _MOMENTS // many
    taken = [_taken(kind, starts[kind], moment, dice) for kind in _POOLS]
    shift = np.sort(dice.integers(0, _ROSTERS, many))
    for kind in ("team", "agreement"):
        each = len(pools[kind]) // _ROSTERS
        taken.append(starts[kind] + shift[:, None] * each + np.arange(each)[None, :])
    wide = np.sort(np.hstack(taken), axis=1)
    kept = (wide >= 0) & (np.diff(wide, axis=1, prepend=-1) != 0)
    offsets = np.concatenate([[0], np.cumsum(kept.sum(axis=1))]).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), pa.array(wide[kept].astype(np.int32)))
    names = [f"incident/{number // 4}-{at}" for at in range(_INCIDENTS)]
    begun = _START + _QUARTER * ((first - 1) / rows)
    pace = _QUARTER / rows
    columns: dict[str, Any] = {
        "sequence": np.arange(first, first + many),
        "id": [f"decision/{at}" for at in range(first, first + many)],
        "at": [begun + pace * at for at in range(many)],
        "state": [WHOLE] * many,
        "policy": [drawn.policy.digest] * many,
        "semantics": [SEMANTICS] * many,
        "incident": [names[at] for at in incidents.tolist()],
        "region": [f"region/{at}" for at in dice.integers(0, 24, many).tolist()],
        "segment": [f"segment/{at}" for at in dice.integers(0, 12, many).tolist()],
        "language": [("en", "de", "fr", "es")[at] for at in dice.integers(0, 4, many).tolist()],
        "touchpoint": [f"touchpoint/{at}" for at in dice.integers(0, 24, many).tolist()],
        "rules": [[]] * many,
        "facts": lists,
    }
    table = {
        one.name: pa.array(columns[one.name], one.type)
        if one.name in columns
        else pa.nulls(many, one.type)
        for one in DECISIONS
    }
    facts = {kind: facts_table(catalogue().kinds[kind], pools[kind]) for kind in kinds}
    return Part(decisions=pa.table(table, schema=DECISIONS), facts=facts)


def _taken(
    kind: str, start: int, moment: np.ndarray[Any, Any], dice: np.random.Generator
) -> np.ndarray[Any, Any]:
    """The facts of a kind that each decision has; -1 for none."""
    size, share, each = _POOLS[kind]
    many = len(moment)
    if size:
        often = dice.random((many, each)) ** _SKEW  # few customers write most, most say little
        found = start + (often * size).astype(np.int64)
    else:
        found = start + moment[:, None] * each + np.arange(each)[None, :]
    found[dice.random(many) >= share] = -1
    return found


def _decided(part: Part, reruns: Reruns) -> Part:
    """The part with what the policy decides."""
    short = pa.array(reruns.outcomes(part), pa.string()).dictionary_encode()
    at = part.decisions.schema.get_field_index("outcome")
    table = part.decisions.set_column(at, DECISIONS.field("outcome"), short)
    return Part(decisions=table, facts=part.facts)


def _pool(kind: str, size: int, chance: Random) -> list[Mapping[str, Value]]:
    return [_fact(kind, chance).values for _ in range(size)]


def _fact(kind: str, chance: Random) -> Fact:
    shape = catalogue().kinds[kind]
    values = {
        name: _value(field, chance)
        for name, field in shape.fields.items()
        if field.required or field.key or chance.random() < 0.8  # noqa: PLR2004 - some are not known
    }
    return catalogue().fact(kind, values, _ORIGIN)


def _value(field: Field, chance: Random) -> object:
    if field.allowed:
        return chance.choice(field.allowed)
    low, high = field.minimum, field.maximum
    if field.datatype is Datatype.BOOLEAN:
        return chance.random() < (0.9 if field.name in _MOSTLY else 0.06)
    if field.datatype is Datatype.INTEGER:
        return int(min(chance.expovariate(1 / 20), high if isinstance(high, int) else 10_000))
    if field.datatype is Datatype.DECIMAL:
        least = float(low) if isinstance(low, int | float) else 0.0
        most = float(high) if isinstance(high, int | float) else 12.0
        return least + (most - least) * chance.betavariate(1.2, 5)
    if field.datatype is Datatype.DURATION:
        return timedelta(seconds=round(chance.expovariate(1 / 20_000)))
    return field.example


def _shift(roster: Sequence[Fact], chance: Random) -> list[Fact]:
    """The roster in another shift: who is on call, and how much each team has to do."""
    return [
        catalogue().fact(
            fact.kind,
            {**fact.values, "on_call": chance.random() < 0.9, "load": chance.uniform(0, 1.5)}  # noqa: PLR2004 - most are
            if fact.kind == "team"
            else fact.values,
            _ORIGIN,
        )
        for fact in roster
    ]
