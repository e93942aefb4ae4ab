"""Guidelines: their versions, and which of them was in force when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from knowledge.graph import Graph
from ontology.identity import Scope, ThingId, kind_of
from ontology.values import parse_duration
from service.committing import ThingUnknown
from service.values import Properties, first, moment

GUIDELINE: Final = "guideline"
VERSION: Final = "guideline-version"
GUIDELINES: Final = Scope("guidelines")
"""What moves when a version is approved or taken back: who writes relies on it."""

IN_FORCE: Final = frozenset({"in-force", "review-due"})
_KINDS: Final = frozenset({GUIDELINE, VERSION})
_TYPE: Final = "GuidelineVersion"


def concerns(subject: ThingId, _known: "Guidelines") -> bool:
    """Whether an event about a thing makes what was read of guidelines stale."""
    return kind_of(subject) in _KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a guideline. None named of languages, regions and so on: it holds for all.

    It is in force from the later of `approved_at` and `valid_from` until the earlier of
    `valid_until` and `taken_back_at`, as long as no higher version of its guideline is.
    """

    id: ThingId
    guideline: ThingId
    number: int
    state: str
    name: str
    owner: ThingId
    languages: frozenset[str]
    regions: frozenset[ThingId]
    audiences: frozenset[str]
    channels: frozenset[str]
    teams: frozenset[ThingId]
    digest: str
    review_by: datetime
    acknowledge_within: timedelta
    revises: ThingId | None
    approved_at: datetime | None
    valid_from: datetime | None
    valid_until: datetime | None
    taken_back_at: datetime | None

    @classmethod
    def of(cls, thing: ThingId, said: Properties) -> Self:
        """What the graph says of one."""
        within = parse_duration(str(first(said, "acknowledgeWithin") or "P14D"))
        review = first(said, "nextReviewBy") or first(said, "reviewBy")
        revises = first(said, "revises")
        return cls(
            id=thing,
            guideline=ThingId(str(first(said, "ofGuideline"))),
            number=int(str(first(said, "versionNumber"))),
            state=str(first(said, "state")),
            name=str(first(said, "name")),
            owner=ThingId(str(first(said, "ownedBy"))),
            languages=_texts(said, "languages"),
            regions=frozenset(map(ThingId, _texts(said, "inRegion"))),
            audiences=_texts(said, "coversAudience"),
            channels=_texts(said, "coversChannel"),
            teams=frozenset(map(ThingId, _texts(said, "heldByTeam"))),
            digest=str(first(said, "contentDigest")),
            review_by=datetime.fromisoformat(str(review)),
            acknowledge_within=within,
            revises=ThingId(str(revises)) if revises is not None else None,
            approved_at=moment(first(said, "approvedAt")),
            valid_from=moment(first(said, "validFrom")),
            valid_until=moment(first(said, "validUntil")),
            taken_back_at=moment(first(said, "takenBackAt")),
        )

    @property
    def begins(self) -> datetime | None:
        """From when it is in force; None while nobody has approved it."""
        if self.approved_at is None:
            return None
        return max(self.approved_at, self.valid_from or self.approved_at)

    @property
    def ends(self) -> datetime | None:
        """Until when, by itself; None where it has no end."""
        return min(filter(None, (self.valid_until, self.taken_back_at)), default=None)

    @property
    def acknowledge_by(self) -> datetime | None:
        """By when those who write in its scope have to acknowledge it."""
        return self.begins + self.acknowledge_within if self.begins is not None else None

    def covers(self, at: datetime) -> bool:
        """Whether a moment lies in its own time, whatever higher versions there are."""
        begins, ends = self.begins, self.ends
        return begins is not None and begins <= at and (ends is None or at < ends)

    @property
    def scope(self) -> tuple[frozenset[str], ...]:
        """For what it holds."""
        languages = frozenset(one.lower() for one in self.languages)
        regions = frozenset[str](self.regions)
        return (languages, regions, self.audiences, self.channels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidelines:
    """All versions of all guidelines as the graph shows them, by guideline, the lowest first."""

    versions: Mapping[ThingId, tuple[Version, ...]]

    @classmethod
    def read(cls, graph: Graph) -> Self:
        """Read them all."""
        found: dict[ThingId, list[Version]] = {}
        for thing in graph.of_type(_TYPE):
            said = graph.properties(thing)
            if "ofGuideline" in said:
                one = Version.of(thing, said)
                found.setdefault(one.guideline, []).append(one)
        ordered = {
            name: tuple(sorted(several, key=lambda one: one.number))
            for name, several in sorted(found.items())
        }
        return cls(versions=ordered)

    def all(self) -> Iterator[Version]:
        """Every version."""
        for several in self.versions.values():
            yield from several

    def of(self, guideline: ThingId) -> tuple[Version, ...]:
        """The versions of one guideline, the lowest first.

        Raises:
            ThingUnknown: there is no such guideline.
        """
        try:
            return self.versions[guideline]
        except KeyError:
            raise ThingUnknown(guideline) from None

    def one(self, version: ThingId) -> Version:
        """One version.

        Raises:
            ThingUnknown: there is no such version.
        """
        found = next((one for one in self.all() if one.id == version), None)
        if found is None:
            raise ThingUnknown(version)
        return found

    def in_force(self, guideline: ThingId, at: datetime) -> Version | None:
        """The version of a guideline that is in force at a moment."""
        covering = [one for one in self.versions.get(guideline, ()) if one.covers(at)]
        return covering[-1] if covering else None

    def standing(self, at: datetime) -> tuple[Version, ...]:
        """Every version that is in force at a moment."""
        found = (self.in_force(one, at) for one in self.versions)
        return tuple(one for one in found if one is not None)


def newest(versions: tuple[Version, ...]) -> Version | None:
    """The version that a new one has to be based on: approved last, and not taken back."""
    standing = [one for one in versions if one.begins is not None and one.taken_back_at is None]
    return standing[-1] if standing else None


def _texts(said: Properties, name: str) -> frozenset[str]:
    return frozenset(map(str, said.get(name, ())))
