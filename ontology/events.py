"""Events: what was done to which thing, by whom, when; the ledger keeps them, the rest folds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeAlias

from ontology.identity import Scope, ThingId

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

NOTHING: Final[Mapping[str, Json]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An event that is not yet recorded.

    `personal` maps a top-level field of `data` to the id of the person whose key seals it; the
    ledger writes ciphertext there and hashes the ciphertext. `occurred_at` is when it happened in
    the world (aware, UTC). `governed` events take part in scope versions and in the graph; the
    others (decisions, segments, deliveries) are kept and proven alike, but no fold waits for them.
    """

    id: str
    type: str
    subject: ThingId
    actor: ThingId
    occurred_at: datetime
    scopes: tuple[Scope, ...] = ()
    data: Mapping[str, Json] = field(default_factory=lambda: NOTHING)
    personal: Mapping[str, ThingId] = field(default_factory=lambda: MappingProxyType({}))
    governed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A recorded event: its place in the ledger, when it became known, and its Merkle leaf.

    `sequence` counts from 1 without gaps; `recorded_at` never decreases along it. In `data` a
    sealed field reads as its plain value, or as None where `erased` names it.
    """

    sequence: int
    id: str
    type: str
    subject: ThingId
    actor: ThingId
    occurred_at: datetime
    recorded_at: datetime
    scopes: tuple[Scope, ...]
    data: Mapping[str, Json]
    governed: bool
    leaf: bytes
    personal: Mapping[str, ThingId] = field(default_factory=lambda: MappingProxyType({}))
    erased: frozenset[str] = frozenset()
