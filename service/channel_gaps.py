"""Gaps between audiences: who heard nothing, late, in another language, or in another tone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from knowledge.measures.estimates import Estimate
from ontology.identity import ThingId
from service.channel_people import UNKNOWN, People, regions_around
from service.channel_said import Said

_COLDER: Final = 1.0
_APART: Final = frozenset({"employees", "regulator", "board"})
ORDER: Final = ("heard nothing", "in no language of theirs", "late", "in another tone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One audience that fared otherwise than another; `people` are those who posted there."""

    what: str
    region: str
    language: str
    people: Estimate
    detail: str


def gaps(
    spoken: Sequence[People],
    out: Sequence[Said],
    tones: Mapping[ThingId, float],
    parents: Mapping[ThingId, ThingId],
    late: timedelta,
) -> list[Gap]:
    """Every gap, those of most people first.

    What only colleagues, a regulator or the board heard tells nobody else; posts of which nobody
    knows from where and in which language are no audience.
    """
    out = [one for one in out if one.audience not in _APART]
    first = min((one.published for one in out), default=None)
    found = [
        gap
        for one in spoken
        if one.region != UNKNOWN or one.language != UNKNOWN
        for gap in _of(one, out, tones, parents, first, late)
    ]
    return sorted(found, key=lambda gap: (-gap.people.value, ORDER.index(gap.what), gap.region))


def covering(out: Sequence[Said], region: str, parents: Mapping[ThingId, ThingId]) -> list[Said]:
    """Messages for a region: for all regions, for it, or for one in which it lies."""
    around = regions_around(parents, region)
    return [one for one in out if one.region is None or one.region in around]


def _of(
    one: People,
    out: Sequence[Said],
    tones: Mapping[ThingId, float],
    parents: Mapping[ThingId, ThingId],
    first: datetime | None,
    late: timedelta,
) -> Iterator[Gap]:
    def gap(what: str, detail: str) -> Gap:
        return Gap(
            what=what, region=one.region, language=one.language, people=one.people, detail=detail
        )

    there = covering(out, one.region, parents)
    if not there or first is None:
        yield gap(ORDER[0], "no message went out for their region")
        return
    spoken = [each for each in there if _speaks(each, one.language)]
    if not spoken:
        said = ", ".join(sorted({each.language for each in there}))
        yield gap(ORDER[1], f"messages for them are in {said}")
        return
    waited = min(each.published for each in spoken) - first
    if waited >= late:
        yield gap(ORDER[2], f"{waited.total_seconds() / 60:.0f} minutes after the first message")
    own = [tones[each.id] for each in spoken if each.id in tones]
    rest = [tones[each.id] for each in out if each.id in tones and each not in spoken]
    if own and rest and sum(rest) / len(rest) - sum(own) / len(own) >= _COLDER:
        yield gap(
            ORDER[3],
            f"empathy {sum(own) / len(own):.1f} of {len(own)} messages,"
            f" {sum(rest) / len(rest):.1f} of {len(rest)} elsewhere (0 to 6)",
        )


def _speaks(one: Said, language: str) -> bool:
    return language == UNKNOWN or one.language.partition("-")[0] == language
