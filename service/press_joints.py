"""What goes with acts on what is earned and paid: enquiries, corrections, embargoes, holds."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from service import activities, correction_requests, embargoes, enquiries
from service.activities import ActivityJoint
from service.committing import Joint
from service.correction_requests import CorrectionJoint
from service.embargoes import EmbargoJoint
from service.enquiries import EnquiryJoint
from service.holding import HoldJoint
from service.outdating import BRIEF, BriefJoint

JOINTS: Final[Mapping[str, Joint]] = MappingProxyType(
    {
        enquiries.KIND: EnquiryJoint(),
        embargoes.KIND: EmbargoJoint(),
        correction_requests.KIND: CorrectionJoint(),
        activities.KIND: ActivityJoint(),
        activities.HOLD: HoldJoint(),
        BRIEF: BriefJoint(),
    }
)
"""By kind."""
