"""Reports on recovery: service levels kept, what campaigns changed, what newcomers are told."""

from service.campaign_bodies import CampaignReportIn
from service.onboarding_bodies import OnboardingIn
from service.recorded_history import Progress
from service.reported import Report
from service.sla_bodies import SlasIn
from service.world import World


def slas(world: World, body: SlasIn, progress: Progress) -> Report:
    """How service levels were kept."""
    from service.sla_report import slas as look  # noqa: PLC0415 - light start

    return look(world, body, progress)


def campaign(world: World, body: CampaignReportIn, progress: Progress) -> Report:
    """What a campaign changed."""
    from service.campaign_report import campaign as look  # noqa: PLC0415 - light start

    return look(world, body, progress)


def onboarding(world: World, body: OnboardingIn, progress: Progress) -> Report:
    """What of onboarding material is outdated."""
    from service.onboarding_report import onboarding as look  # noqa: PLC0415 - light start

    return look(world, body, progress)
