"""Outside measurements into the home: from files by a map, or row by row over HTTP."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file
from itertools import islice
from pathlib import Path
from typing import Final

from knowledge.measures.observation_files import Load, ObservationsBroken
from knowledge.measures.observation_forms import Kind
from knowledge.measures.observation_kinds import KINDS
from knowledge.measures.observation_marks import Taken
from knowledge.measures.observation_rows import Row
from loaders.journey_map import folded
from loaders.observation_cells import Known, Sense
from loaders.observation_map import ObservationMap, read_map
from loaders.observations import Reader, read
from loaders.rejects import Reject, RejectFile, Rejects, reject
from loaders.source_rows import CellInvalid, SourceInvalid
from loaders.world import sample_observations
from ontology.identity import ThingId
from service.observing import person, store
from service.problems import Fault, pointer, quoted
from service.world import World

_AT_ONCE: Final = 100_000
_NAMES_KEPT: Final = 1 << 18
_STAFF: Final = "staff"


class MeasurementsRefused(ValueError):
    """A whole file can't be loaded; the message says where and shows what would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What became of the rows of a file."""

    taken: Taken
    rejected: int


def load(  # noqa: PLR0913 - what is loaded, how it is read, where rejects go, who is told
    world: World,
    kind: Kind,
    file: Path,
    *,
    mapped: Path | None,
    rejects: Path,
    actor: ThingId,
    progress: Callable[[int], None] = lambda _rows: None,
) -> Loaded:
    """Load a file; loading it again changes nothing. `progress` is told of rows taken.

    Raises:
        MeasurementsRefused: the file or the map can't be read, or a stored file is damaged.
    """
    try:
        known = ObservationMap() if mapped is None else read_map(mapped, kind)
        with file.open("rb"), RejectFile(rejects) as bad:
            taken = _load(world, kind, (file, known, bad), actor=actor, progress=progress)
            return Loaded(taken=taken, rejected=bad.count)
    except (SourceInvalid, ObservationsBroken) as error:
        raise MeasurementsRefused(str(error)) from error
    except OSError as error:
        words = f"{error.filename or file}: {error.strerror}; give a file like {kind.name}.csv"
        raise MeasurementsRefused(words) from error


def load_samples(world: World, *, actor: ThingId) -> None:
    """Load the sample's invented measurements, of each kind where there are none."""
    there = {str(event.data["kind"]) for event in store(world).loaded()}
    for name, found in sample_observations():
        if name not in there:
            with as_file(found) as file:
                known = ObservationMap()
                _load(world, KINDS[name], (file, known, _Counted()), actor=actor, progress=_nobody)


def take(
    world: World, kind: Kind, rows: Sequence[object], *, system: str, actor: ThingId
) -> tuple[Taken, tuple[Fault, ...]]:
    """Take rows that came as objects; what is wrong with a row is told, the others are taken."""
    reader = Reader(
        kind, Sense(map=ObservationMap(system=system), known=_known(world, kind, system))
    )
    good, faults = list[Row](), list[Fault]()
    for number, said in enumerate(rows):
        try:
            good.append(Row(number=number, values=reader.of_object(_object(said))))
        except CellInvalid as error:
            example = error.example or reader.example(error.name)
            faults.append(_fault(number, error.name, error.reason, error.value, example))

    def refuse(number: int, reason: str) -> None:
        faults.append(_fault(number, "", reason, rows[number], reader.example("")))

    todo = order(world, actor, refuse, lambda: len(faults))
    return store(world).commit(kind, [good] if good else [], todo), tuple(faults)


def _nobody(_rows: int) -> None:
    """Nobody is told how far it is."""


def _object(said: object) -> Mapping[str, object]:
    if not isinstance(said, dict):
        raise CellInvalid("", "it is no JSON object", said)
    return said


def _fault(number: int, name: str, reason: str, value: object, example: str) -> Fault:
    path: list[int | str] = ["rows", number, *([name] if name else [])]
    return Fault(pointer=pointer(path), detail=reason, value=quoted(value), example=example)


def order(
    world: World,
    actor: ThingId,
    refuse: Callable[[int, str], None] = lambda _number, _reason: None,
    rejected: Callable[[], int] = lambda: 0,
) -> Load:
    """Who loads now, and where rejects go."""
    now = world.clock.now()
    return Load(actor=actor, at=now, id=world.ids, refuse=refuse, rejected=rejected)


def _load(
    world: World,
    kind: Kind,
    source: "tuple[Path, ObservationMap, RejectFile | _Counted]",
    *,
    actor: ThingId,
    progress: Callable[[int], None],
) -> Taken:
    file, known, bad = source
    sense = Sense(map=known, known=_known(world, kind, known.system))

    def refuse(number: int, reason: str) -> None:
        bad.add(
            reject(
                source=file.name,
                line=number,
                field="",
                reason=reason,
                value="",
                example=Reader(kind, sense).example(""),
            )
        )

    def batches() -> Iterator[Sequence[Row]]:
        rows = read(file, kind, sense, bad)
        while some := list(islice(rows, _AT_ONCE)):
            yield some
            progress(len(some))

    return store(world).commit(kind, batches(), order(world, actor, refuse, lambda: bad.count))


class _Counted(Rejects):
    """Where bad rows of a file that we ship would go."""

    count = 0

    def add(self, rejected: Reject, /) -> None:
        """Leave it out."""


def _known(world: World, kind: Kind, system: str) -> Known:
    """What the words of a source may mean in a world."""

    @lru_cache(None)
    def things(name: str) -> Mapping[str, ThingId]:
        found: dict[str, ThingId] = {}
        for thing in world.graph.of_type(name.capitalize()):
            found.setdefault(folded(str(world.graph.get(thing, "name") or thing)), thing)
            found.setdefault(folded(thing.partition("/")[2]), thing)
            found[folded(thing)] = thing
        return found

    @lru_cache(_NAMES_KEPT)
    def whom(key: str) -> ThingId:
        return person(world, kind, system, key)

    return Known(
        things=things,
        person=whom,
        agent=lambda key: world.keys.pseudonym("person", _STAFF, key),
        case=lambda key: world.keys.pseudonym("case", system, key),
        latest=world.clock.now(),
    )
