"""A case as it is once it has been read: facts, and what is wanted of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeAlias

from ontology.facts import Fact

SCALARS: Final = ("tier", "verdict", "within", "cluster", "threat")
LISTS: Final = (
    "intensifiers",
    "detections",
    "routes",
    "responses",
    "requirements",
    "prohibitions",
    "broken",
    "notifications",
    "recovery",
    "cautions",
)
PARTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "routes": ("team", "priority", "otherwise", "instead_of"),
        "responses": ("strategy", "template"),
        "requirements": ("name", "from_team", "within"),
        "notifications": ("team", "within"),
        "recovery": ("step", "team", "within"),
        "cautions": ("name", "about"),
    }
)
"""The lists whose members have parts; the first names the member."""
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
