"""What each kind of thing asks for beside its lifecycle: guards before an act, joints with it."""

from collections.abc import Callable, Mapping

from knowledge.graph import Graph
from knowledge.ledger import Ledger
from service.access import KIND as PLATFORM
from service.access import AccessGuard
from service.activation import ActivationGuard
from service.agreeing import AGREEMENT, AgreementJoint, SessionJoint
from service.alert_guard import AlertGuard
from service.alerts import KIND as ALERT
from service.alerts import Alerts
from service.approving import ApprovalJoint
from service.assessment_joint import KIND as ASSESSMENT
from service.assessment_joint import AssessmentJoint
from service.blast_radius import Limit
from service.campaign_joint import KIND as CAMPAIGN
from service.campaign_joint import CampaignJoint
from service.cases import KIND as PRECEDENT
from service.cases import CaseJoint
from service.clock import Clock
from service.committing import Guard, Joint
from service.debrief_joints import JOINTS as DEBRIEF_JOINTS
from service.deviations import KIND as DEVIATION
from service.deviations import DeviationJoint
from service.drill_overdue import DRILL, DRILL_DUTY, OverdueJoint
from service.duties import KIND as DUTY
from service.duty_joints import INCIDENT, DutyJoint, IncidentJoint
from service.guidelines import VERSION as GUIDELINE_VERSION
from service.guidelines import Guidelines
from service.guiding import GuidelineJoint, guard
from service.joining import KIND as LINK
from service.joining import LinkJoint
from service.message_content import KIND as MESSAGE
from service.message_content import PROMISE
from service.overriding import ProposalJoint
from service.panel_draws import PanelJoint
from service.panel_votes import KIND as PANEL_VOTE
from service.panel_votes import PanelVoteJoint
from service.panels import KIND as PANEL
from service.pathways import KIND as PATHWAY
from service.pathways import PathwayJoint
from service.placements import KIND as PLACEMENT
from service.placing import PlacementJoint
from service.planning import KIND as PLAN
from service.planning import PlanJoint
from service.policies import PROPOSAL, Policies
from service.press_joints import JOINTS as PRESS_JOINTS
from service.promising import PromiseJoint
from service.publishing import MessageJoint
from service.rerouting import RoutingJoint
from service.routing_guard import RoutingGuard
from service.sessions import KIND as SESSION
from service.signing import APPROVAL
from service.silence import KIND as SILENCE
from service.silence import SilenceGuard
from service.skills import Skills
from service.sla_joint import CLOCK, ClockJoint, SlaJoint
from service.sla_joint import KIND as SLA
from service.temporary import KIND as ROUTING


def guards(  # noqa: PLR0913 - the parts of a world that guards read
    *,
    ledger: Ledger,
    graph: Graph,
    clock: Clock,
    policies: Policies,
    limit: Limit,
    alerts: Callable[[], Alerts],
    skills: Callable[[], Skills],
) -> dict[str, Guard]:
    """The guards by kind of thing, over the parts of one world."""
    return {
        PROPOSAL: ActivationGuard(policies, ledger, clock, limit),
        PLATFORM: AccessGuard(graph, clock),
        ALERT: AlertGuard(alerts),
        ROUTING: RoutingGuard(ledger, clock, skills),
        GUIDELINE_VERSION: guard,
        SILENCE: SilenceGuard(graph),
    }


def joints(guidelines: Callable[[], Guidelines]) -> Mapping[str, Joint]:
    """The joints by kind of thing."""
    return {
        LINK: LinkJoint(),
        PROPOSAL: ProposalJoint(),
        APPROVAL: ApprovalJoint(),
        MESSAGE: MessageJoint(),
        PROMISE: PromiseJoint(),
        PLAN: PlanJoint(),
        PLACEMENT: PlacementJoint(),
        PATHWAY: PathwayJoint(),
        DEVIATION: DeviationJoint(),
        DUTY: DutyJoint(),
        INCIDENT: IncidentJoint(),
        ROUTING: RoutingJoint(),
        SESSION: SessionJoint(),
        AGREEMENT: AgreementJoint(),
        CAMPAIGN: CampaignJoint(),
        CLOCK: ClockJoint(),
        SLA: SlaJoint(),
        PANEL: PanelJoint(),
        PANEL_VOTE: PanelVoteJoint(),
        GUIDELINE_VERSION: GuidelineJoint(guidelines),
        PRECEDENT: CaseJoint(),
        **DEBRIEF_JOINTS,
        ASSESSMENT: AssessmentJoint(),
        DRILL: OverdueJoint(),
        DRILL_DUTY: OverdueJoint(),
        **PRESS_JOINTS,
    }
