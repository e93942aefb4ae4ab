"""The rows of a campaign: one person each, as they are sealed when it is drafted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ontology.identity import ThingId

TREATED: Final = "treated"
CONTROL: Final = "control"
EXEMPT: Final = "exempt"
GROUPS: Final = ("segment", "region")
"""By what a report parts people: as they were when lots were drawn, whatever changed since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One person of a plan."""

    customer: ThingId
    arm: str
    offer: str | None
    day: int | None
    stratum: str
    why: tuple[str, ...]
    groups: Mapping[str, str | None] = field(default_factory=dict)

    def kept(self) -> list[Any]:
        """As a list."""
        groups = [self.groups.get(name) for name in GROUPS]
        return [
            self.customer,
            self.arm,
            self.offer,
            self.day,
            self.stratum,
            [*self.why],
            groups,
        ]


def row(kept: Sequence[Any]) -> Row:
    """A row that was kept; those of before groups were kept have none."""
    customer, arm, offer, day, stratum, why, *more = kept
    return Row(
        customer=ThingId(customer),
        arm=arm,
        offer=offer,
        day=day,
        stratum=stratum,
        why=tuple(why),
        groups=dict(zip(GROUPS, more[0], strict=True)) if more else {},
    )
