"""A case as it is once it has been read: facts, and what is wanted of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeAlias, get_args

from ontology.decisions import Verdict
from ontology.facts import Catalogue, Fact
from ontology.kinds import Field
from ontology.values import Datatype

CAUTIONS: Final = (
    "unknown-reference",
    "part-missing",
    "not-judged",
    "tier-held",
    "snooze-void",
    "no-route",
    "nobody-on-call",
    "temporary-routing-unreachable",
    "load-unknown",
    "rule-failed",
    "engines-disagree",
)
_VERDICT: Final = Field(
    name="verdict",
    datatype=Datatype.TOKEN,
    allowed=get_args(Verdict),
    comment="Whether the message that is asked about may go out.",
    example="go",
)
_CAUTION: Final = Field(
    name="name",
    datatype=Datatype.TOKEN,
    allowed=CAUTIONS,
    comment="Why the decision is more careful than the rules alone.",
    example="no-route",
)
_ABOUT: Final = Field(
    name="about",
    datatype=Datatype.STRING,
    comment="What the caution is about.",
    example="customer/5f1c9a",
)
_OWED: Final = (
    "from_team",
    "within",
    "every",
    "to_region",
    "to_team",
    "concern",
    "understanding",
    "asking",
)
Place: TypeAlias = str | Field
"""The field of a fact that a part of a decision comes from (`escalation.tier`), or its own."""

SCALARS: Final[Mapping[str, Place]] = MappingProxyType(
    {
        "tier": "escalation.tier",
        "verdict": _VERDICT,
        "within": "escalation.within",
        "cluster": "classification.cluster",
        "threat": "threat.level",
    }
)
LISTS: Final[Mapping[str, Mapping[str, Place]]] = MappingProxyType(
    {
        "intensifiers": {"name": "intensifier.name"},
        "detections": {"name": "detection.name"},
        "routes": {
            "team": "routing.team",
            "priority": "routing.priority",
            "otherwise": "routing.otherwise",
            "instead_of": "routing.team",
            "external": "temporary_routing.external",
            "by": "temporary_routing.id",
        },
        "responses": {"strategy": "response.strategy", "template": "response.template"},
        "requirements": {
            "name": "requirement.name",
            "from_team": "requirement.from_team",
            "within": "requirement.within",
        },
        "prohibitions": {"name": "prohibition.name"},
        "broken": {"name": "prohibition.name"},
        "duties": {
            "family": "duty.family",
            **{name: f"duty.{name}" for name in _OWED},
        },
        "notifications": {"team": "notification.team", "within": "notification.within"},
        "recovery": {
            "step": "recovery.step",
            "team": "recovery.team",
            "within": "recovery.within",
        },
        "cautions": {"name": _CAUTION, "about": _ABOUT},
    }
)
"""The lists of a decision with the parts of their members; the first names the member."""
Member: TypeAlias = tuple[tuple[str, str], ...]
"""A member of a list as a case names it: parts and their texts, the name alone under ""."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case: facts, and whether `rule` fires, what the decision shows, or both.

    `want` holds texts for scalars and members for lists, an empty list for "nothing"; `without`
    holds members that must not be there.
    """

    note: str
    facts: tuple[Fact, ...]
    at: datetime
    rule: str | None
    fires: bool | None
    want: Mapping[str, str | tuple[Member, ...]]
    without: Mapping[str, tuple[Member, ...]]
    line: int


def shape_of(place: Place, catalogue: Catalogue) -> Field:
    """The field that says what a part of a decision may be."""
    if isinstance(place, Field):
        return place
    kind, _, field = place.partition(".")
    return catalogue.kinds[kind].fields[field]
