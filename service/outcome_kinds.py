"""The reports on outcomes, for the table of report kinds."""

from service.outcome_bodies import CohortIn, RetentionIn, ScorecardIn, SpeedIn
from service.recorded_history import Progress
from service.reported import Report
from service.world import World


def retention(world: World, body: RetentionIn, progress: Progress) -> Report:
    """Personal answers and staying."""
    from service.retention import report  # noqa: PLC0415 - light start

    return report(world, body, progress)


def speed_and_care(world: World, body: SpeedIn, progress: Progress) -> Report:
    """How long cases take against how empathetic their answers are."""
    from service.speed_and_care import report  # noqa: PLC0415 - light start

    return report(world, body, progress)


def cohorts(world: World, body: CohortIn, progress: Progress) -> Report:
    """Those whom an incident touched against others who were alike before it."""
    from service.cohorts import report  # noqa: PLC0415 - light start

    return report(world, body, progress)


def scorecard(world: World, body: ScorecardIn, progress: Progress) -> Report:
    """Four perspectives on one page, with the revenue at risk."""
    from service.scorecard import report  # noqa: PLC0415 - light start

    return report(world, body, progress)
