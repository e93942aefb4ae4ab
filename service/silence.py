"""Silence: where attune only decides and keeps still, since when, and what goes out meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from knowledge.graph import Graph
from knowledge.ledger import Ledger
from ontology.events import Event, Json
from ontology.identity import ThingId, kind_of
from ontology.lifecycle import ActRefused
from ontology.lifecycle_data import DataProblem

KIND: Final = "silence"
HOME: Final = ThingId(f"{KIND}/home")
"""The silence of the whole home, for all touchpoints that have none of their own."""

_AT: Final = f"{KIND}/at-"
_FOR_FEW: Final = "assessment"
_ACTED: Final = "thing.acted"
_DECIDED: Final = frozenset({"decision.made", "decision.changed"})
_OPERATING: Final = ("policy.", "record.", "refusal.", "gate.", "subject.")
"""Events about attune itself, which pages nobody: they go out from a silent home as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """From an event on, a place is silent or live."""

    sequence: int
    at: datetime
    live: bool
    by: ThingId


class Silence:
    """Which places are silent, as far as governed events were folded."""

    def __init__(self) -> None:
        """Everything is live."""
        self._turns: Final[dict[ThingId, tuple[Turn, ...]]] = {}

    def apply(self, event: Event) -> None:
        """Fold one governed event; what is not about silence changes nothing."""
        if event.type != _ACTED or kind_of(event.subject) != KIND:
            return
        if event.data["from"] != event.data["to"]:
            turn = Turn(
                sequence=event.sequence,
                at=event.occurred_at,
                live=event.data["to"] == "live",
                by=event.actor,
            )
            self._turns[event.subject] = (*self._turns.get(event.subject, ()), turn)

    @property
    def ever(self) -> bool:
        """Whether any place was silent at any time."""
        return bool(self._turns)

    def live(self, touchpoint: ThingId | None, sequence: int | None = None) -> bool:
        """Whether attune speaks at a touchpoint (None: in the home), now or as of an event.

        A touchpoint's own silence, or its end, counts before the home's.
        """
        own = () if touchpoint is None else self._turns.get(place(touchpoint), ())
        for turns in (own, self._turns.get(HOME, ())):
            past = [one for one in turns if sequence is None or one.sequence <= sequence]
            if past:
                return past[-1].live
        return True

    def turns(self, thing: ThingId) -> tuple[Turn, ...]:
        """When a place fell silent or went live, the oldest first."""
        return self._turns.get(thing, ())

    def places(self) -> tuple[ThingId, ...]:
        """The places that were ever silent, the home first."""
        return tuple(sorted(self._turns, key=lambda one: (one != HOME, one)))


def place(touchpoint: ThingId) -> ThingId:
    """The silence of a touchpoint.

    >>> place(ThingId("touchpoint/help-line"))
    'silence/at-help-line'
    """
    return ThingId(f"{_AT}{touchpoint.partition('/')[2]}"[:128])


def touchpoint_of(silence: ThingId) -> ThingId | None:
    """The touchpoint whose silence it is; None for the home's."""
    return ThingId(f"touchpoint/{silence.removeprefix(_AT)}") if silence.startswith(_AT) else None


def is_live(event: Event) -> bool:
    """Whether a decision counts: those that were made in silence say so."""
    return event.data.get("live") is not False


def hushed(silence: Silence, ledger: Ledger, event: Event) -> bool:
    """Whether an event was recorded in silence, or is for few, so that it never goes out."""
    if kind_of(event.subject) == _FOR_FEW:
        return True
    if not silence.ever or event.type.startswith(_OPERATING):
        return False
    if event.type in _DECIDED:
        return not is_live(event)
    if kind_of(event.subject) == "decision":
        made = ledger.by_id(event.subject)
        return made is not None and not is_live(made)
    touchpoint = _alerted_at(ledger, event) if kind_of(event.subject) == "alert" else None
    return not silence.live(touchpoint, event.sequence)


def _alerted_at(ledger: Ledger, event: Event) -> ThingId | None:
    """The touchpoint that an alert names when it is raised."""
    first = ledger.read(types=(_ACTED,), subject=event.subject, limit=1)
    for one in first:
        for part in ("data", "properties"):
            said = one.data.get(part)
            given = said.get("touchpoint") if isinstance(said, Mapping) else None
            if isinstance(given, str):
                return ThingId(given)
    return None


def marked(data: dict[str, Json], *, live: bool) -> dict[str, Json]:
    """What is recorded of a decision, with the mark of one that was made in silence."""
    return data if live else data | {"live": False}


class SilenceGuard:
    """Refuses to silence a touchpoint that nobody knows: it would silence nothing."""

    def __init__(self, graph: Graph) -> None:
        """Judge by this graph."""
        self._graph: Final = graph

    def __call__(self, thing: ThingId, act: str, data: Mapping[str, Json]) -> tuple[()]:
        """Nothing, where the act may be done.

        Raises:
            ActRefused: there is no such touchpoint.
        """
        del data
        touchpoint = touchpoint_of(thing)
        if thing == HOME or (touchpoint is not None and self._graph.exists(touchpoint)):
            return ()
        known = sorted(self._graph.of_type("Touchpoint"))
        example = place(known[0]) if known else HOME
        words = (
            f"there is no touchpoint {(touchpoint or thing)[:140]!r}; write {HOME} or {example}"
        )
        raise ActRefused(act, (DataProblem("thing", words),), ())
