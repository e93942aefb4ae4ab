"""The guard of alerts: what a snooze needs besides the lifecycle."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import ActRefused
from ontology.lifecycle_data import DataProblem, duration
from service.alerts import LOUD, Alerts

LONGEST_SNOOZE: Final = timedelta(hours=24)


class AlertGuard:
    """Refuses to put off what goes to executives or the board, and to put off for too long."""

    def __init__(self, alerts: Callable[[], Alerts]) -> None:
        """Judge by this fold, as of the moment."""
        self._alerts: Final = alerts

    def __call__(self, thing: ThingId, act: str, data: Mapping[str, Json]) -> tuple[()]:
        """Nothing, where the act may be done.

        Raises:
            ActRefused: a snooze of a tier that is never put off, or one of more than a day.
        """
        if act != "snooze":
            return ()
        known, within, problems = self._alerts().get(thing), data.get("within"), []
        if known is not None and known.tier in LOUD:
            words = f"it is at tier {known.tier}, which is never put off; acknowledge or handle it"
            problems.append(DataProblem("state", words))
        if isinstance(within, str) and duration(within) > LONGEST_SNOOZE:
            words = f"{within!r} is longer than 24 hours; write PT24H or less"
            problems.append(DataProblem("within", words))
        if problems:
            raise ActRefused(act, tuple(problems), ())
        return ()
