"""Reports on what customers answer, each worked out where it is asked for."""

from service.recorded_history import Progress
from service.reported import Report
from service.survey_bodies import EffortIn, VerbatimsIn
from service.world import World


def effort(world: World, body: EffortIn, progress: Progress) -> Report:
    """How easy customers say that it was."""
    from service.effort import effort as look  # noqa: PLC0415 - light start

    return look(world, body, progress)


def verbatims(world: World, body: VerbatimsIn, progress: Progress) -> Report:
    """What customers wrote, and the emotions that messages brought about."""
    from service.verbatims import verbatims as look  # noqa: PLC0415 - light start

    return look(world, body, progress)
