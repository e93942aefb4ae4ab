"""Which guideline holds for what is written: the closest one in force, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from service.guidelines import Guidelines, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is written: in which language, for which region, for whom, by which channel.

    `above` are the regions in which the region lies, the narrowest first.
    """

    language: str
    region: ThingId | None = None
    above: tuple[ThingId, ...] = ()
    audience: str | None = None
    channel: str | None = None

    def words(self) -> str:
        """For people."""
        to = f" to {self.audience}" if self.audience is not None else ""
        on = f" on {self.channel}" if self.channel is not None else ""
        return f"{self.language}{to}{on} for {self.region or 'everywhere'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A version that holds for what is written: how closely (higher is closer), and in words."""

    version: Version
    closeness: tuple[int, int, int, int]
    why: tuple[str, ...]

    def json(self) -> dict[str, Json]:
        """For an answer."""
        one = self.version
        return {
            "version": one.id,
            "guideline": one.guideline,
            "name": one.name,
            "why": [*self.why],
        }


_ASPECTS: Final = ("language", "region", "audience", "channel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The version that holds, and the others in force that would: the closest of them first."""

    holds: Fit | None
    others: tuple[Fit, ...]

    def why(self) -> str:
        """What decided."""
        if self.holds is None:
            return "no guideline in force holds for it"
        closest = ", ".join(self.holds.why)
        if not self.others:
            return f"it is the only one in force: {closest}"
        second = self.others[0]
        pairs = zip(_ASPECTS, self.holds.closeness, second.closeness, strict=True)
        by = next((name for name, mine, other in pairs if mine != other), None)
        told = f"closer than {second.version.guideline} by its {by}" if by else _TIE
        return f"{told}: {closest}"


_TIE: Final = "as close as others, and in force since later"


def choose(known: Guidelines, asked: Asked, at: datetime) -> Choice:
    """Which version holds for what is written at a moment.

    A language goes before a region, that before an audience, and that before a channel; a
    closer one of each goes before one farther away or none. Of equals the one goes first that
    is in force since later, then the first by id.
    """
    fits = [fit for one in known.standing(at) if (fit := fitting(one, asked)) is not None]
    fits.sort(key=lambda fit: fit.version.guideline)
    fits.sort(key=lambda fit: (fit.closeness, fit.version.begins or at), reverse=True)
    return Choice(holds=fits[0] if fits else None, others=tuple(fits[1:]))


def fitting(one: Version, asked: Asked) -> Fit | None:
    """How closely a version fits what is written; None where it does not hold for it."""
    found = (
        _by_language(one.languages, asked.language),
        _by_region(one.regions, asked),
        _by_name(one.audiences, asked.audience, "audience"),
        _by_name(one.channels, asked.channel, "channel"),
    )
    if any(close is None for close, _ in found):
        return None
    language, region, audience, channel = (close or 0 for close, _ in found)
    return Fit(
        version=one,
        closeness=(language, region, audience, channel),
        why=tuple(words for _, words in found),
    )


def speaks(languages: Iterable[str], language: str) -> int | None:
    """How many subtags of a language are named by the closest of some; None where none fits.

    By the basic filtering of RFC 4647: `de` holds for `de-AT`, `de-DE` does not hold for `de`.

    >>> speaks(["en", "de"], "de-AT"), speaks(["de-DE"], "de"), speaks(["DE-at"], "de-AT")
    (1, None, 2)
    """
    said = language.lower()
    lengths = (
        one.count("-") + 1
        for one in map(str.lower, languages)
        if said == one or said.startswith(f"{one}-")
    )
    return max(lengths, default=None)


_Close = tuple[int | None, str]


def _by_language(languages: frozenset[str], language: str) -> _Close:
    if not languages:
        return 0, "for every language"
    return speaks(languages, language), f"for {', '.join(sorted(languages))}"


def _by_region(regions: frozenset[ThingId], asked: Asked) -> _Close:
    if not regions:
        return 0, "everywhere"
    path = (asked.region, *asked.above) if asked.region is not None else ()
    near = next((place for place, one in enumerate(path) if one in regions), None)
    if near is None:
        return None, ""
    words = "its own region" if near == 0 else f"in which {asked.region} lies"
    return len(path) - near, f"for {path[near]}, {words}"


def _by_name(named: frozenset[str], asked: str | None, what: str) -> _Close:
    if not named:
        return 0, f"whatever the {what}"
    return (1 if asked in named else None), f"for the {what} {asked}"
