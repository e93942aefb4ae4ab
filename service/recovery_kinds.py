"""Reports on recovery: curves, channels, service levels, campaigns, what newcomers are told."""

from service.campaign_bodies import CampaignReportIn
from service.channel_bodies import ChannelsIn
from service.onboarding_bodies import OnboardingIn
from service.panel_bodies import PanelsIn
from service.recorded_history import Progress
from service.recovery_bodies import RecoveryIn
from service.reported import Report
from service.sla_bodies import SlasIn
from service.world import World


def slas(world: World, body: SlasIn, progress: Progress) -> Report:
    """How service levels were kept."""
    from service.sla_report import slas as look  # noqa: PLC0415 - light start

    return look(world, body, progress)


def campaign(world: World, body: CampaignReportIn, progress: Progress) -> Report:
    """What a campaign changed."""
    from service.campaign_effects import campaign as look  # noqa: PLC0415 - light start

    return look(world, body, progress)


def panels(world: World, body: PanelsIn, progress: Progress) -> Report:
    """Who sits on panels, what they voted, and what became of it."""
    from service.panel_looking import panels as look  # noqa: PLC0415 - light start

    return look(world, body, progress)


def onboarding(world: World, body: OnboardingIn, progress: Progress) -> Report:
    """What of onboarding material is outdated."""
    from service.onboarding_report import onboarding as look  # noqa: PLC0415 - light start

    return look(world, body, progress)


def channels(world: World, body: ChannelsIn, progress: Progress) -> Report:
    """How the channels of an incident did, and who was left out."""
    from service.channels import run  # noqa: PLC0415 - light start

    return run(world, body, progress)


def recovery(world: World, body: RecoveryIn, progress: Progress) -> Report:
    """How an incident fell and came back, and what went with what was done."""
    from service.recovery import run  # noqa: PLC0415 - light start

    return run(world, body, progress)
