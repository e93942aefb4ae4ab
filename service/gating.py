"""What becomes of a verdict besides yes and no: engines that differ, values that would do."""

from collections.abc import Sequence
from typing import Final, Protocol

from prometheus_client import Counter
from structlog.typing import FilteringBoundLogger

from knowledge.ledger import Ledger
from ontology.events import Draft, Json
from ontology.gate import Verdict
from service.clock import Ids

DIFFERED: Final = "gate.differed"
_DISAGREEMENTS: Final = Counter(
    "attune_gate_disagreements_total", "Judgements on which the gate's engines differed."
)
_FAULTS: Final = Counter(
    "attune_gate_faults_total", "Judgements that one of the gate's engines could not make."
)


class Watched(Protocol):
    """What telling of engines needs of a world."""

    @property
    def ledger(self) -> Ledger:
        """Where disagreements are recorded."""

    @property
    def ids(self) -> Ids:
        """What makes ids."""

    @property
    def log(self) -> FilteringBoundLogger:
        """Where those who run the service are told."""


def report(world: Watched, drafts: Sequence[Draft], verdict: Verdict) -> None:
    """Tell of engines that differ or fail: counted, logged, and what differs is recorded.

    The event `gate.differed` names shapes and no values; webhooks can be told of it.
    """
    if verdict.faults:
        _FAULTS.inc()
        world.log.error("a gate engine failed", faults=verdict.faults)
    if verdict.disagreements:
        _DISAGREEMENTS.inc()
        world.log.error("gate engines differ", shapes=verdict.disagreements)
        world.ledger.append([_differed(world, drafts[0], verdict)])


def _differed(world: Watched, draft: Draft, verdict: Verdict) -> Draft:
    told: dict[str, Json] = {"type": draft.type, "shapes": [*verdict.disagreements]}
    return Draft(
        id=world.ids("event"),
        type=DIFFERED,
        subject=draft.subject,
        actor=draft.actor,
        occurred_at=draft.occurred_at,
        data={**told, "refused": verdict.refused},
        governed=False,
    )
