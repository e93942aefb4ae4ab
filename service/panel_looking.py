"""Looking at panels: who sits of each stratum, what was voted, what became of proposals."""

from collections.abc import Iterator
from typing import Any

from knowledge.measures.estimates import Estimate, Figure, Withheld
from knowledge.proportions import wilson
from ontology.identity import ThingId
from service import panel_votes
from service.panel_bodies import ATTRIBUTES, PanelIn, PanelsIn
from service.panel_found import Seated, Stratum, Vote
from service.panel_report import PanelsReport
from service.panels import FEW, Seat, read, seats
from service.problems import not_found
from service.recorded_history import Progress
from service.reported import Report
from service.world import World


def panels(world: World, body: PanelsIn, progress: Progress) -> Report:
    """Every panel, or one.

    Raises:
        ProblemError: there is no such panel (404).
    """
    every = [*world.graph.of_type("Panel")]
    if body.panel is not None and body.panel not in every:
        raise not_found("panel", body.panel[:140], "panel/01jd3v5k8xq2m4n6p8r0t2w4y6")
    asked = sorted(one for one in every if body.panel in {None, one})
    found = []
    for number, one in enumerate(asked):
        progress(number, len(asked))
        found.append(_seated(world, one))
    return PanelsReport(panels=found)


def _seated(world: World, panel: ThingId) -> Seated:
    said, known = read(world, panel), seats(world, panel)
    sitting = [one for one in known if one.state == "accepted"]
    answered = len(sitting) + sum(one.state == "declined" for one in known)
    return Seated(
        id=panel,
        name=said.name,
        state=str(world.graph.state(panel)),
        seats=said.seats,
        sitting=len(sitting),
        accepted=_share(len(sitting), answered, FEW),
        strata=[*_strata(said, sitting)],
        votes=[_vote(world, one) for one in panel_votes.votes(world, panel)],
    )


def _strata(said: PanelIn, sitting: list[Seat]) -> Iterator[Stratum]:
    for one in said.quotas:
        place = ATTRIBUTES.index(one.by)
        cells = (seat.cell for seat in sitting if seat.cell is not None)
        sits = sum(cell[place] == one.value for cell in cells)
        yield Stratum(by=one.by, value=one.value, aimed=one.seats, sits=sits)


def _vote(world: World, vote: ThingId) -> Vote:
    told = panel_votes.told(world, vote)
    result: dict[str, Any] = told["result"] or {}
    return Vote(
        id=vote,
        question=told["question"],
        on=told["on"],
        state=str(told["state"]),
        turnout=_share(told["voted"], told["sitting"], 1),
        decided=result.get("decided"),
        quorate=result.get("quorate"),
        shares={
            option: _figure(share)
            for option, share in result.get("shares", {}).items()
            if told["result"]
        },
        became={
            str(one): str(world.graph.state(ThingId(str(one))) or "gone")
            for one in told["laid_before"]
        },
    )


def _figure(told: dict[str, Any]) -> Figure:
    if not told["n"]:
        return Withheld(reason="nobody voted", n=0)
    return Estimate(value=told["value"], low=told["low"], high=told["high"], n=told["n"])


def _share(hits: int, of: int, least: int) -> Figure:
    if of < max(1, least):
        return Withheld(reason=f"fewer than {max(1, least)} answered", n=of)
    low, high = wilson(hits, of)
    return Estimate(value=hits / of, low=low, high=high, n=of)
