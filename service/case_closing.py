"""What closing an incident adds to its case: figures of recovery, and outcomes told since."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final, get_args

from knowledge.measures.estimates import Estimate, Figure, Unsuited, Withheld
from ontology.events import Event, Json
from ontology.identity import ThingId
from service.acts import ACTED
from service.cases import Case, Regained
from service.incident_history import history
from service.problems import ProblemError
from service.recovery_bodies import MeasureName, RecoveryIn
from service.recovery_found import Measure
from service.world import World

CLOSED: Final = "closed"
_HOUR: Final = 3600.0
_DIGITS: Final = 4
_MOST: Final = 1_000


def regained(world: World, incident: ThingId) -> tuple[Regained, ...]:
    """How it came back, by measure; what can't be told is withheld with its reason.

    It takes seconds: for work in the background.
    """
    own = history(world, incident).began
    began = own if own is not None else world.clock.now()
    from service.recovery import run  # noqa: PLC0415 - light start

    try:
        found = run(world, RecoveryIn(incident=str(incident)), _unwatched)
    except (Unsuited, ProblemError):  # its words name the incident; a case must not
        why = "too little was heard of it in the time it was listened to"
        return tuple(_withheld(name, why) for name in get_args(MeasureName))
    return tuple(
        _of(found.measures[name], began)
        if name in found.measures
        else _withheld(name, found.unsuited[name])
        for name in get_args(MeasureName)
    )


def told(outcomes: Iterable[Event], after: int = 0) -> Iterator[str]:
    """What callers told was really done, after a place in the ledger; nothing about a customer."""
    for one in outcomes:
        if one.sequence <= after or one.personal:
            continue
        if "done" in one.data:
            yield str(one.data["done"])
        elif "tier" in one.data:
            yield f"It really went to {one.data['tier']}."


def told_since(world: World, incident: ThingId, thing: ThingId) -> list[str]:
    """Outcomes told since the case was put together."""
    past = history(world, incident)
    drafts = [
        one
        for one in world.ledger.newest(types=(ACTED,), subject=thing, limit=_MOST)
        if _drafts(one)
    ]
    return [*told(past.outcomes, drafts[0].sequence)] if drafts else []


def _drafts(event: Event) -> bool:
    return event.data.get("act") == "draft"


def with_end(case: Case, rows: tuple[Regained, ...], outcome: str | None) -> Case:
    """The case with what came of it; what people have written stays."""
    words = " ".join(filter(None, (case.outcome, outcome)))
    return replace(case, recovery=rows, outcome=words or None)


def _of(one: Measure, began: datetime) -> Regained:
    found = one.found
    count = next((figure.n for figure in found.figures.values()), 0)
    missing = Withheld(reason=f"the answer is: {found.answer}", n=count)
    figures = {name: found.figures.get(name, missing) for name in ("half_life", "area")}
    back = found.figures.get("recovered", missing)
    return Regained(
        measure=one.name,
        answer=found.answer,
        why=found.why,
        half_life=_said(figures["half_life"]),
        area=_said(figures["area"]),
        recovered=_said(_hours(back, began.timestamp())),
    )


def _withheld(measure: str, why: str) -> Regained:
    said = _said(Withheld(reason=why, n=0))
    return Regained(
        measure=measure,
        answer="cannot tell",
        why=why,
        half_life=said,
        area=said,
        recovered=said,
    )


def _hours(figure: Figure, began: float) -> Figure:
    """A moment as hours since the incident became known here: no date may stand in a case."""
    if isinstance(figure, Withheld):
        return figure
    value, low, high = ((at - began) / _HOUR for at in (figure.value, figure.low, figure.high))
    return Estimate(value=value, low=low, high=high, n=figure.n, level=figure.level)


def _said(figure: Figure) -> dict[str, Json]:
    return {
        name: round(value, _DIGITS) if isinstance(value, float) else value
        for name, value in figure.to_json().items()
    }


def _unwatched(done: int, of: int) -> None:
    del done, of
