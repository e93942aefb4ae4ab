"""Reports on what customers answer, each worked out where it is asked for."""

from service.recorded_history import Progress
from service.reported import Report
from service.survey_bodies import EffortIn
from service.world import World


def effort(world: World, body: EffortIn, progress: Progress) -> Report:
    """How easy customers say that it was."""
    from service.effort import effort as look  # noqa: PLC0415 - light start

    return look(world, body, progress)
