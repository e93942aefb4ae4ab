"""Journey logs into the home: contacts under keyed hashes, bad rows to a file."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file
from itertools import islice
from pathlib import Path
from typing import Final

from knowledge.journeys.logs import Batch, JourneyLogs, LogBroken
from knowledge.journeys.steps import Steps
from loaders.journey_map import JourneyMap, folded, read_map
from loaders.journeys import Contact, Log, read
from loaders.rejects import Reject, RejectFile, Rejects
from loaders.source_rows import SourceInvalid
from loaders.world import sample_journeys
from ontology.identity import ThingId
from service.world import World

_AT_ONCE: Final = 100_000
_NAMES_KEPT: Final = 1 << 18
_WORD: Final = 8
_PURPOSE: Final = "journeys"


class LogRefused(ValueError):
    """A whole log can't be loaded; the message says where and shows what would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """How many contacts were new, how many were stored already, how many rows were rejected."""

    new: int
    known: int
    rejected: int


def load(
    world: World,
    file: Path,
    *,
    mapped: Path | None,
    rejects: Path,
    actor: ThingId,
    progress: Callable[[int], None] = lambda _contacts: None,
) -> Loaded:
    """Load a log; loading it again changes nothing. `progress` is told of contacts taken.

    Raises:
        LogRefused: the file or the map can't be read, or a stored file is damaged.
    """
    try:
        known = JourneyMap() if mapped is None else read_map(mapped)
        with file.open("rb"), RejectFile(rejects) as bad:
            new, stored = _load(world, file, known, bad, (actor, progress))
            return Loaded(new=new, known=stored, rejected=bad.count)
    except (SourceInvalid, LogBroken) as error:
        raise LogRefused(str(error)) from error
    except OSError as error:
        words = f"{error.filename or file}: {error.strerror}; give a file like journeys.csv"
        raise LogRefused(words) from error


def load_sample(world: World, *, actor: ThingId) -> None:
    """Load the sample's invented journeys where there are none; not what lies ahead."""
    if not logs_of(world).kept().events:
        with as_file(sample_journeys()) as file:
            _load(world, file, JourneyMap(), _Ignored(), (actor, lambda _contacts: None))


def logs_of(world: World) -> JourneyLogs:
    """Where a world keeps its contacts."""
    return JourneyLogs(world.settings.journeys_path, world.ledger)


def _load(
    world: World,
    file: Path,
    known: JourneyMap,
    bad: Rejects,
    more: tuple[ThingId, Callable[[int], None]],
) -> tuple[int, int]:
    actor, progress = more
    log = Log(path=file, map=known, known=_touchpoints(world), latest=world.clock.now())

    @lru_cache(_NAMES_KEPT)
    def name(key: str) -> int:
        return int.from_bytes(world.keys.mac(_PURPOSE, [known.system, key])[:_WORD], "big")

    def batches() -> Iterator[Batch]:
        source = read(log, bad)
        while some := list(islice(source, _AT_ONCE)):
            yield _batch(some, name)
            progress(len(some))

    return logs_of(world).commit(batches(), actor=actor, id=world.ids, at=world.clock.now())


def _batch(contacts: Iterable[Contact], name: Callable[[str], int]) -> Batch:
    order: dict[ThingId, int] = {}
    rows = [
        (name(c.journey), order.setdefault(c.touchpoint, len(order)), *c[2:]) for c in contacts
    ]
    return Batch(steps=Steps.of(rows), touchpoints=tuple(order))


class _Ignored:
    """Where bad rows of a file that we ship would go."""

    def add(self, rejected: Reject, /) -> None:
        """Leave it out."""


def _touchpoints(world: World) -> dict[str, ThingId]:
    """The touchpoints that stand, by id and by name."""
    found: dict[str, ThingId] = {}
    for thing in world.graph.of_type("Touchpoint"):
        found[folded(str(world.graph.get(thing, "name") or thing))] = thing
    return found | {folded(thing): thing for thing in [*found.values()]}
