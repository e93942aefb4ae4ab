"""KPIs that stand for a figure of recovery, measured once for each state an incident comes to."""

from collections.abc import Iterator, Sequence
from typing import Final, get_args

from knowledge.measures.estimates import Estimate, Unsuited
from knowledge.refusals import DuplicateEvent
from ontology.identity import ThingId
from service.committing import event_id
from service.lease import Lease, lease
from service.measurements import Said, measure
from service.ownership import figures
from service.problems import ProblemError
from service.recovery_bodies import MeasureName, RecoveryIn
from service.sweep import ITSELF
from service.world import World

SOURCE: Final = "attune: recovery "
"""How the `source` of such a KPI begins; the measure and the figure follow."""
TOLD: Final = ("baseline", "trough_value", "depth", "half_life", "area")
"""Figures that are amounts: a moment is no value that can be held against a target."""
_STATES: Final = frozenset({"recovery", "resolved", "closed"})


class Measuring:
    """Measures in one worker at a time; use it from one thread."""

    def __init__(self, world: World) -> None:
        """Nothing is looked at yet."""
        self._world: Final = world
        self._lease: Final[Lease] = lease(
            world.settings.database_url, "recovery", world.settings.home
        )
        self._seen = set[tuple[ThingId, str, ThingId]]()

    def step(self) -> int:
        """Measure what came to another state since; how many values that gave.

        What a sample can't carry leaves no value; it is looked at again in the next state, or by
        a worker that is started anew.
        """
        if not self._lease.held():
            return 0
        world = self._world
        world.catch_up_governed()
        kpis = [*_kpis(world)]
        return sum(
            self._of(one.id, one.state, kpis)
            for one in world.incidents.all()
            if kpis and one.state in _STATES
        )

    def close(self) -> None:
        """Let another worker measure."""
        self._lease.release()

    def _of(
        self, incident: ThingId, state: str, kpis: Sequence[tuple[ThingId, MeasureName, str]]
    ) -> int:
        open_ones = [one for one in kpis if not self._known(incident, state, one[0])]
        self._seen |= {(incident, state, kpi) for kpi, _, _ in kpis}
        if not open_ones:
            return 0
        asked = sorted({name for _, name, _ in open_ones})
        from service.recovery import run  # noqa: PLC0415 - light start

        try:
            found = run(self._world, RecoveryIn(incident=incident, measure=asked), _unwatched)
        except (Unsuited, ProblemError) as error:
            self._world.log.info("recovery not measured", incident=incident, why=str(error)[:200])
            return 0
        told = 0
        for kpi, name, figure in open_ones:
            one = found.measures.get(name)
            value = None if one is None else one.found.figures.get(figure)
            if isinstance(value, Estimate):
                told += _record(self._world, kpi, value, f"{incident} {state}")
        return told

    def _known(self, incident: ThingId, state: str, kpi: ThingId) -> bool:
        if (incident, state, kpi) in self._seen:
            return True
        event = event_id(self._world, _once(kpi, f"{incident} {state}"))
        return self._world.ledger.by_id(event) is not None


def _record(world: World, kpi: ThingId, one: Estimate, where: str) -> bool:
    said = Said(value=one.value, sample=one.n, ends=(one.low, one.high), source=f"{SOURCE}{where}")
    try:
        measure(world, kpi, said, actor=ITSELF, idempotency=_once(kpi, where))
    except DuplicateEvent:  # another worker was faster
        return False
    return True


def _once(kpi: ThingId, where: str) -> str:
    return f"recovery|{where}|{kpi}"


def _kpis(world: World) -> Iterator[tuple[ThingId, MeasureName, str]]:
    """Those that stand for a figure of recovery, with its measure and its name."""
    for one in figures(world):
        source = one.text("source") or ""
        measure_name, _, figure = source.removeprefix(SOURCE).strip().partition(" ")
        if source.startswith(SOURCE) and figure in TOLD:
            for name in get_args(MeasureName):
                if name == measure_name:
                    yield one.id, name, figure


def _unwatched(done: int, of: int) -> None:
    del done, of
