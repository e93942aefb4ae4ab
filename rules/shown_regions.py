"""Regions shown: for each region facts on which both policies are run and decide otherwise."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from ontology.decisions import Decision
from ontology.events import Json
from ontology.facts import Catalogue, Fact
from rules.alternatives import Alternative
from rules.cases import AT
from rules.combine import decide
from rules.comparison import Comparison, Region
from rules.differences import Difference, differences
from rules.policy import Policy
from rules.rule import Rule
from rules.strata import Engines, evaluate
from rules.witnesses import given, quieter, witnesses

MOST_TRIED: Final = 60
"""Situations that are decided under both policies for one region."""

_ROUNDS: Final = 3

Progress = Callable[[int, int], None]
"""Called with the steps done and all there are; what it raises ends the work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Facts, a moment, and in which parts the two decisions differ: both engines found it so."""

    facts: tuple[Fact, ...]
    at: datetime
    before: Decision
    after: Decision
    differences: tuple[Difference, ...]

    def to_json(self) -> dict[str, Json]:
        """The example as an object: facts by kind, and each difference."""
        return {
            "at": self.at.isoformat(),
            "facts": [{"kind": f.kind, "values": f.to_json()["values"]} for f in self.facts],
            "differences": [one.to_json() for one in self.differences],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A region with an example; None where none was found among the situations tried."""

    region: Region
    example: Example | None


def shown(
    comparison: Comparison, catalogue: Catalogue, progress: Progress = lambda _done, _all: None
) -> tuple[Shown, ...]:
    """Every region with an example, in the order of the changes."""
    regions = [region for change in comparison.changes for region in change.regions]
    if not regions:
        return ()
    runs = _Runs(comparison, catalogue)
    found: list[Shown] = []
    for number, region in enumerate(regions, start=1):
        found.append(Shown(region=region, example=runs.example(region)))
        progress(number, len(regions))
    return tuple(found)


class _Runs:
    """Both policies, compiled once: generated code to search with, all engines to show with."""

    def __init__(self, comparison: Comparison, catalogue: Catalogue) -> None:
        self._old, self._new, self._catalogue = comparison.old, comparison.new, catalogue
        self._quick = [Engines.compiled(one) for one in (self._old, self._new)]
        self._both = [Engines.of(one) for one in (self._old, self._new)]
        self._rules = _steady_first(self._old, self._new)

    def example(self, region: Region) -> Example | None:
        """Facts in the region on which the decisions differ.

        First the plainest; where other rules decide them alike, facts that leave those quiet.
        """
        at = _moment(region)
        situations = given(region.asked, self._rules, self._catalogue)[:MOST_TRIED]
        for asked in situations:
            found = self._differing(region, asked, at)
            if found is not None:
                return found
        for asked in situations:
            found = self._differing(region, self._quieted(asked, at), at)
            if found is not None:
                return found
        return None

    def _differing(self, region: Region, asked: Alternative, at: datetime) -> Example | None:
        for facts in witnesses(asked, self._catalogue):
            if not self._lies_in(region, facts, at):
                continue
            before, after = self._decided(facts, at, self._quick)
            if differences(before, after) and (found := self._confirmed(facts, at)):
                return found
        return None

    def _quieted(self, asked: Alternative, at: datetime) -> Alternative:
        """A situation that keeps quiet whatever else fired of what it gives."""
        for _ in range(_ROUNDS):
            facts = next(witnesses(asked, self._catalogue), None)
            if facts is None:
                return asked
            decided = self._decided(facts, at, self._quick)
            fired = {name for one in decided for name in (*_fired(one), *one.outranked)}
            after = quieter(asked, (rule for rule in self._rules if rule.id in fired))
            if after == asked:
                return asked
            asked = after
        return asked

    def _lies_in(self, region: Region, facts: Sequence[Fact], at: datetime) -> bool:
        known = evaluate(self._old, facts, at, self._quick[0]).facts
        return region.holds(known, at)

    def _confirmed(self, facts: tuple[Fact, ...], at: datetime) -> Example | None:
        before, after = self._decided(facts, at, self._both)
        told = differences(before, after)
        if before.disagreements or after.disagreements or not told:
            return None
        return Example(facts=facts, at=at, before=before, after=after, differences=told)

    def _decided(
        self, facts: Sequence[Fact], at: datetime, engines: Sequence[Engines]
    ) -> tuple[Decision, Decision]:
        old, new = engines
        return decide(facts, self._old, at, old), decide(facts, self._new, at, new)


def _steady_first(old: Policy, new: Policy) -> list[Rule]:
    """The rules of both policies; first those that both have, which hold on either side."""
    names = {rule.id for rule in old.rules}
    both = [rule for rule in new.rules if rule.id in names]
    others = chain(new.rules, old.rules)
    known = {rule.id for rule in both}
    return [*both, *(rule for rule in others if rule.id not in known)]


def _fired(decision: Decision) -> Iterator[str]:
    return (firing.rule for firing in decision.firings)


def _moment(region: Region) -> datetime:
    if region.effective.at(AT):
        return AT
    start, end = region.effective.start, region.effective.end
    return start or (AT if end is None else end - timedelta(seconds=1))
