"""Asking for a backtest: names become policies, or a problem says which name means none."""

from datetime import timedelta
from typing import Any

from service.backtest import BacktestInvalid, kept
from service.backtest_bodies import RECORDED, BacktestIn
from service.backtest_report import Asked, Backtest
from service.policy_sources import SourceUnknown, source
from service.problems import Fault, unprocessable
from service.recorded_history import Progress
from service.world import World


def backtested(world: World, body: BacktestIn, progress: Progress) -> Backtest:
    """The backtest that a body asks for, recorded where it counts.

    Raises:
        ProblemError: no such policy, or no such time (422).
    """
    faults: list[Fault] = []
    found: dict[str, Any] = {}
    for member in ("policy", "against"):
        name = getattr(body, member)
        if member == "against" and name == RECORDED:
            continue
        try:
            found[member] = source(world, name)
        except SourceUnknown as error:
            faults.append(
                Fault(pointer=f"/{member}", detail=str(error), value=name, example="active")
            )
    if faults:
        raise unprocessable(faults)
    every = timedelta(minutes=body.every_minutes) if body.every_minutes else None
    asked = Asked(
        policy=found["policy"],
        against=found.get("against"),
        since=body.since,
        until=body.until,
        every=every,
    )
    try:
        return kept(world, asked, progress)
    except BacktestInvalid as error:
        fault = Fault(
            pointer="/until", detail=str(error), value=None, example="2026-11-22T08:30:00Z"
        )
        raise unprocessable([fault]) from error
