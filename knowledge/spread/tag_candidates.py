"""The plain way to find candidates, to compare with: one for every hashtag that several use."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from knowledge.spread.candidate import Candidate
from knowledge.spread.candidates import FEWEST_POSTS, Claim
from knowledge.spread.clusters import Tuning
from knowledge.spread.terms import Loudness, said
from ontology.identity import ThingId
from ontology.signals import Signal

_DAY = timedelta(days=1)


class TagCandidates:
    """A candidate for each hashtag that enough people write within a day; posts go to their first.

    Unbounded: for measuring only.
    """

    def __init__(self) -> None:
        """Begin without signals."""
        self._recent: dict[str, list[Signal]] = {}
        self._standing: dict[str, Candidate] = {}

    def apply(self, signals: Iterable[Signal]) -> list[Claim]:
        """Take signals in their order."""
        return [claim for signal in signals for claim in self._add(signal)]

    def standing(self) -> tuple[Candidate, ...]:
        """Every candidate there ever was."""
        return tuple(self._standing.values())

    def _add(self, signal: Signal) -> list[Claim]:
        heard = said(signal)
        tags = [t for t, loud in zip(heard.terms, heard.loud, strict=True) if loud is Loudness.TAG]
        for tag in tags:
            if tag in self._standing:
                return [Claim(signal=signal.id, candidate=_name(tag))]
        for tag in tags:
            recent = [
                s for s in self._recent.get(tag, ()) if s.posted_at > signal.posted_at - _DAY
            ]
            self._recent[tag] = [*recent, signal]
            people = {one.author for one in self._recent[tag]}
            if len(self._recent[tag]) >= FEWEST_POSTS and len(people) >= Tuning().voices:
                self._standing[tag] = _candidate(tag, signal.posted_at)
                return [Claim(signal=s.id, candidate=_name(tag)) for s in self._recent.pop(tag)]
        return []


def _name(tag: str) -> ThingId:
    return ThingId(f"incident/tag-{tag}")


def _candidate(tag: str, at: datetime) -> Candidate:
    return Candidate(
        id=_name(tag),
        topics=(tag,),
        posts=FEWEST_POSTS,
        voices=Tuning().voices,
        begun=at.astimezone(UTC),
        noticed=at,
        last=at,
        hours=(),
        regions=(),
        platforms=(),
        exemplars=(),
        confidence=0.0,
    )
