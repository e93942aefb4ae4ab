"""The reports on outcomes, for the table of report kinds."""

from service.outcome_bodies import RetentionIn
from service.recorded_history import Progress
from service.reported import Report
from service.world import World


def retention(world: World, body: RetentionIn, progress: Progress) -> Report:
    """Personal answers and staying."""
    from service.retention import report  # noqa: PLC0415 - light start

    return report(world, body, progress)
