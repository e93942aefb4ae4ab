"""What of a message may be said where it is read: findings meet the law of the place."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from knowledge.language.findings import Disclosure, Finding
from rules.jurisdictions import UNVERIFIED, Jurisdiction

Ruling: TypeAlias = Literal["free", "sympathy-only", "clearance"]
"""Free to say; or only the sympathy beside it is protected; or legal must clear it first."""

_WORST: Final[tuple[Ruling, ...]] = ("clearance", "sympathy-only", "free")
_SYMPATHETIC: Final = frozenset({"full", "partial", "sympathy-only"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """A finding and what holds for it in one place, with the row's own words as the source."""

    finding: Finding
    ruling: Ruling
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What holds for a message in one place. It is no legal advice."""

    jurisdiction: str | None
    protection: str
    source: str | None
    ruled: tuple[Ruled, ...]
    ruling: Ruling
    why: str


def opinion(disclosure: Disclosure, row: Jurisdiction | None) -> Opinion:
    """What may be said of a message where a row of the jurisdiction table holds.

    A row that nobody verified protects nothing, and no row is like such a row. What a person must
    read needs clearance, whatever the law.
    """
    protection = row.protection if row is not None else UNVERIFIED
    several = tuple(_ruled(one, protection, row) for one in disclosure.findings)
    ruling: Ruling = next(
        (one for one in _WORST if any(each.ruling == one for each in several)), "free"
    )
    why = next((one.why for one in several if one.ruling == ruling), "Nothing is admitted.")
    if disclosure.needs_person and ruling != "clearance":
        ruling, why = "clearance", _unread(disclosure)
    return Opinion(
        jurisdiction=row.code if row is not None else None,
        protection=protection,
        source=row.source if row is not None else None,
        ruled=several,
        ruling=ruling,
        why=why,
    )


def _ruled(finding: Finding, protection: str, row: Jurisdiction | None) -> Ruled:
    if finding.about == "fault" and finding.counts:
        ruling, why = _fault(protection, row)
        return Ruled(finding=finding, ruling=ruling, why=why)
    return Ruled(finding=finding, ruling="free", why=_free(finding, protection, row))


def _fault(protection: str, row: Jurisdiction | None) -> tuple[Ruling, str]:
    where = row.name if row is not None else "a place without a row"
    if protection == "full":
        return "free", f"In {where} an apology that admits fault is protected."
    if protection == "sympathy-only":
        return "sympathy-only", f"In {where} the law protects sympathy, and no admission of fault."
    if protection == "partial":
        return "clearance", f"In {where} the law protects part of an apology; legal says which."
    if protection == UNVERIFIED:
        return "clearance", f"Nobody has verified what the law of {where} protects."
    return "clearance", f"In {where} no law protects an admission of fault."


def _free(finding: Finding, protection: str, row: Jurisdiction | None) -> str:
    if finding.about == "fault":
        return f"It is no admission. {finding.why}"
    if finding.about == "non-apology":
        return "No law is against it; those who were harmed are."
    if finding.about == "harm":
        facts = row is not None and row.facts and protection == "full"
        return "It states what happened" + (
            ", which is protected, too." if facts else ", not whose fault it is."
        )
    if protection in _SYMPATHETIC:
        return "Sympathy is protected here, and no admission."
    return "Sympathy is no admission, though no law that was verified protects it here."


def _unread(disclosure: Disclosure) -> str:
    if disclosure.harm is None:
        return f"Texts in {disclosure.language!r} are not judged; a person must read it."
    if disclosure.unread:
        return "Part of it was not read; a person must read it."
    if not disclosure.screened:
        return "It was not screened for what rules do not find; a person must read it."
    return "A sentence may admit fault in words that no rule knows; a person must read it."
