"""The report on onboarding material: each sentence that holds no more, and against what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from knowledge.language.outdated import Outdated
from knowledge.measures.estimates import Estimate, Figure, Withheld
from knowledge.proportions import wilson
from service.onboarding import Checked, checked
from service.onboarding_bodies import OnboardingIn
from service.recorded_history import Progress
from service.reported import Cell, Report
from service.world import World

_NOTES: Final = (
    "A sentence that is not listed may be outdated, too: docs/onboarding.md says how often.",
    "The interval treats the documents as a sample of those that such authors write.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Onboarding(Report):
    """Documents in force at a moment, with what of them holds no more."""

    at: datetime
    documents: tuple[Checked, ...]

    @property
    def sound(self) -> Figure:
        """The share of judged documents in which nothing outdated was found."""
        judged = [one.found for one in self.documents if one.found is not None]
        if not judged:
            return Withheld(
                reason="no document in force is in a language that is judged; load one in English",
                n=0,
            )
        hits = sum(not found for found in judged)
        low, high = wilson(hits, len(judged))
        value = hits / len(judged)
        return Estimate(value=value, low=min(low, value), high=max(high, value), n=len(judged))

    def to_json(self) -> Mapping[str, Any]:
        """Every document with its findings."""
        return {
            "at": self.at.isoformat(),
            "sound": self.sound.to_json(),
            "documents": [_document(one, self.at) for one in self.documents],
            "notes": [*_NOTES],
        }

    def lines(self) -> Iterator[str]:
        """Document by document, the findings under each."""
        yield f"Documents without an outdated sentence: {self.sound.words()}"
        for one in self.documents:
            yield f"{one.document.id}  {one.document.name}  ({one.document.owner})"
            if one.review_due(self.at):
                yield f"  review was due {one.document.review_by:%Y-%m-%d}"
            if one.found is None:
                yield f"  not judged: {one.document.language} is not supported"
            for found in one.found or ():
                yield f"  line {found.line}: {found.sentence}"
                yield f"    {_against(found)}"
                yield f"    {found.suggestion}"
        yield from _NOTES

    def rows(self) -> Iterator[Sequence[Cell]]:
        """A finding a row."""
        yield ("document", "owner", "line", "sentence", "why", "against", "source", "since", "do")
        for one in self.documents:
            for found in one.found or ():
                yield (
                    one.document.id,
                    one.document.owner,
                    found.line,
                    found.sentence,
                    found.why,
                    found.other,
                    found.source,
                    found.since.isoformat(),
                    found.suggestion,
                )


def onboarding(world: World, body: OnboardingIn, progress: Progress) -> Report:
    """Hold the documents in force against what stands now."""
    world.catch_up()
    at = world.clock.now()
    asked = []
    for one in checked(world, at):
        if body.owner in {None, one.document.owner} and body.audience in {
            None,
            one.document.audience,
        }:
            asked.append(one)
        progress(len(asked), len(asked))
    return Onboarding(at=at, documents=tuple(asked))


def _against(found: Outdated) -> str:
    source = f" [{found.source}]" if found.source else ""
    return f"{found.why}: {found.other}{source}, since {found.since:%Y-%m-%d}"


def _document(one: Checked, at: datetime) -> Mapping[str, Any]:
    return {
        "document": one.document.id,
        "name": one.document.name,
        "owner": one.document.owner,
        "audience": one.document.audience,
        "language": one.document.language,
        "judged": one.found is not None,
        "review_due": one.review_due(at),
        "findings": [
            {
                "line": found.line,
                "sentence": found.sentence,
                "why": found.why,
                "against": found.other,
                "source": found.source or None,
                "since": found.since.isoformat(),
                "suggestion": found.suggestion,
            }
            for found in one.found or ()
        ],
    }
