"""Outside measurements of a world: read as columns, people as hashes, free text on request."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs
import pyarrow.compute as pc  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.measures.observation_forms import Kind
from knowledge.measures.observation_kinds import KINDS
from knowledge.measures.observations import Observations
from ontology.identity import ThingId
from service.world import World

_EMPLOYEES: Final = "employees"
_LONGEST: Final = 32


def observed(
    world: World,
    kind: str,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    unanswered: bool = False,
) -> pa.Table:
    """The measurements of a kind from one moment on and before another, in order of time.

    The columns are those of `KINDS[kind]`. People are hashes; sealed columns stay sealed, see
    `words`. A survey nobody answered (its score is null) is left out unless asked for.

    Raises:
        ObservationsBroken: a file is missing or is not the one that was committed.
    """
    table = store(world).table(KINDS[kind], since, until)
    if kind == "survey" and not unanswered:
        table = table.filter(pc.is_valid(table["score"]))
    return table


def words(world: World, kind: str, name: str, column: pa.ChunkedArray) -> list[str | None]:
    """What a sealed column of `observed` says; None where it is empty or its person was erased.

    It is for machines that count. What is shown of it to anybody needs the consent of its person.

    Raises:
        ObservationsBroken: a text was altered, or sealed under another key store.
    """
    return store(world).texts(KINDS[kind], name, column)


def hashes(world: World, people: Iterable[ThingId], kind: str = "survey") -> dict[ThingId, int]:
    """The `subject` under which customers appear; those without measurements may be left out."""
    return store(world).marks(KINDS[kind], people)


def store(world: World) -> Observations:
    """Where a world keeps its measurements."""
    return Observations(world.settings.observations_path, world.ledger, world.keys)


def person(world: World, kind: Kind, system: str, key: str) -> ThingId:
    """Whom a row of a source is about; employees have ids here that they have nowhere else."""
    if kind.people == "customer":
        return world.keys.pseudonym("customer", system, key)
    return ThingId(f"person/{world.keys.mac(_EMPLOYEES, [system, key]).hex()[:_LONGEST]}")
