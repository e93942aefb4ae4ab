"""Zones of risk of a world: found in its journey logs, told as JSON, recorded by acts."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from knowledge.envelopes import moment
from knowledge.graph import Graph
from knowledge.journeys.chain import SMOOTHING
from knowledge.journeys.graph import Place
from knowledge.journeys.logs import Kept
from knowledge.journeys.measured import LEVEL, Interval
from knowledge.journeys.words import explained
from knowledge.journeys.zones import FLOOR, Finding, Method, Study, Verdict, study
from knowledge.refusals import Conflict
from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import Actor
from service.acts import ACTED, ActRefused, GateRefused, propose
from service.bodies import instant
from service.journey_loading import logs_of
from service.world import World

STUDIES_KEPT: Final = 4
_DECIMALS: Final = 6
_KIND: Final = "touchpoint"
_ACT: Final = "assess"
_FIGURES: Final = ("reach", "harm", "downstream", "complaint", "churn", "risk", "share")
_LONGEST: Final = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Zones:
    """A study, the log that it was made of, and the graph in which its touchpoints stand."""

    study: Study
    kept: Kept
    graph: Graph
    at: datetime

    def json(self) -> dict[str, Json]:
        """Everything, as the interface answers it."""
        return {
            "at": instant(self.at),
            "log": self.log(),
            "method": _method(self.study.method),
            "zones": [one.place.id for one in self.study.zones()],
            "touchpoints": [self._told(one) for one in self.study.findings],
        }

    def log(self) -> dict[str, Json]:
        """What the study was made of."""
        last = instant(moment(self.kept.last)) if self.kept.contacts else None
        return {
            "digest": self.kept.digest,
            "journeys": self.study.journeys,
            "contacts": self.kept.contacts,
            "last": last,
        }

    def _told(self, one: Finding) -> dict[str, Json]:
        recorded = self.graph.get(one.place.id, "riskZone")
        return {
            "touchpoint": one.place.id,
            "name": one.place.name,
            "stage": one.place.stage,
            "empathy_sensitivity": one.place.sensitivity,
            "verdict": str(one.verdict),
            "recorded": recorded,
            "state": self.graph.state(one.place.id),
            "journeys": one.journeys,
            "judged": one.judged,
            **{name: _interval(getattr(one, name)) for name in _FIGURES},
            "seen": None if one.seen is None else round(one.seen, _DECIMALS),
            "weight": round(one.weight, _DECIMALS),
            "betweenness": round(one.betweenness, _DECIMALS),
            "explanation": explained(one),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of the findings: recorded now, recorded before just so, refused with reason."""

    recorded: tuple[ThingId, ...]
    known: tuple[ThingId, ...]
    refused: Mapping[ThingId, str]

    def json(self) -> dict[str, Json]:
        """As commands print it."""
        return {
            "recorded": [*self.recorded],
            "known": [*self.known],
            "refused": {str(thing): why for thing, why in self.refused.items()},
        }


class Studies:
    """Studies that were made, the last few; two that ask for the same one wait for it."""

    def __init__(self) -> None:
        """Start with none."""
        self._kept: OrderedDict[object, Study] = OrderedDict()
        self._studying = threading.Lock()

    def zones(
        self,
        world: World,
        at: datetime | None = None,
        method: Method | None = None,
        progress: Callable[[int], None] = lambda _journeys: None,
    ) -> Zones:
        """The zones of a world, or as they would have been found at a moment.

        Raises:
            LogBroken: a file of contacts is missing or altered.
            LogUnusable: the log has more different moves than can be studied.
        """
        sequence = None if at is None else world.ledger.sequence_at(at)
        graph = world.graph if sequence is None else world.graph.as_of(sequence)
        logs = logs_of(world)
        kept, found, how = logs.kept(sequence), places(graph), method or Method()
        with self._studying:
            key = (kept.digest, found, how)
            made = self._kept.get(key)
            if made is None:
                blocks = logs.blocks(kept, [place.id for place in found])
                made = study(blocks, found, how, until=kept.last, progress=progress)
                self._kept[key] = made
            self._kept.move_to_end(key)
            while len(self._kept) > STUDIES_KEPT:
                self._kept.popitem(last=False)
        return Zones(study=made, kept=kept, graph=graph, at=at or world.clock.now())


def places(graph: Graph) -> tuple[Place, ...]:
    """The touchpoints that stand, by id."""
    return tuple(_place(graph, thing) for thing in sorted(graph.of_type("Touchpoint")))


def record(world: World, zones: Zones, *, reason: str, actor: Actor) -> Recorded:
    """Record each finding that says zone or no zone, as an act on its touchpoint.

    Of what can't be told nothing is recorded: what stood stands. A finding that stands recorded
    from the same log is not recorded again.
    """
    told: dict[str, list[ThingId]] = {"recorded": [], "known": []}
    refused: dict[ThingId, str] = {}
    for one in zones.study.findings:
        if one.verdict not in (Verdict.ZONE, Verdict.NO_ZONE):
            continue
        thing, data = one.place.id, _act(one, zones, reason)
        if _stands(world, thing, data):
            told["known"].append(thing)
            continue
        try:
            propose(world, thing=thing, kind=_KIND, act=_ACT, data=data, actor=actor)
            told["recorded"].append(thing)
        except (ActRefused, GateRefused, Conflict) as error:
            refused[thing] = str(error)
    world.catch_up()
    return Recorded(recorded=tuple(told["recorded"]), known=tuple(told["known"]), refused=refused)


def _act(one: Finding, zones: Zones, reason: str) -> dict[str, Json]:
    return {
        "zone": one.verdict is Verdict.ZONE,
        "reason": reason,
        "finding": explained(one)[:_LONGEST],
        "journeys": one.journeys,
        "log": zones.kept.digest,
    }


def _stands(world: World, thing: ThingId, data: Mapping[str, Json]) -> bool:
    """Whether the newest act on a touchpoint said the same of the same log."""
    newest = world.ledger.newest(types=(ACTED,), subject=thing, limit=1)
    if not newest or newest[0].data.get("act") != _ACT:
        return False
    said, shown = newest[0].data.get("data"), newest[0].data.get("properties")
    if not isinstance(said, dict) or not isinstance(shown, dict):
        return False
    same = all(said.get(name) == data[name] for name in ("log", "finding"))
    return same and shown.get("riskZone") == data["zone"]


def _place(graph: Graph, thing: ThingId) -> Place:
    found = {name: graph.get(thing, name) for name in _PROPERTIES}
    return Place(
        id=thing,
        name=str(found["name"] or thing),
        stage=_text(found["journeyStage"]),
        sensitivity=_text(found["empathySensitivity"]),
    )


_PROPERTIES: Final[Sequence[str]] = ("name", "journeyStage", "empathySensitivity")


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _method(method: Method) -> dict[str, Json]:
    stated: dict[str, Json] = {"smoothing": SMOOTHING, "floor": FLOOR, "level": LEVEL}
    return asdict(method) | stated


def _interval(figure: Interval | None) -> Json:
    if figure is None:
        return None
    return {name: round(value, _DECIMALS) for name, value in asdict(figure).items()}
