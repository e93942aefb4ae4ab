"""A draft rule tried on recorded decisions: how often it fires, on what, and how often rightly."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from knowledge.proportions import wilson
from ontology.decisions import Decision
from ontology.events import Event, Json
from ontology.facts import Fact, catalogue
from rules.combine import decide
from rules.compiled import Compiled
from rules.policy import Policy
from rules.rule import Rule
from rules.strata import Engines, evaluate
from service import desk
from service.bodies import instant
from service.clock import elapsed_ms, monotonic_ms
from service.false_positives import findings
from service.recorded_history import Progress
from service.world import World

QUARTER: Final = timedelta(days=92)
MOST_TRIED: Final = 20_000
MOST_DECIDED: Final = 500
"""Decisions in which it fires that are made again as a whole, to see what would have changed."""

_BATCH: Final = 500
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a rule would have done on the decisions of a time.

    `about` are incidents with how often it fires on them; `judged` how often people said of such
    a decision that it was something (true) or nothing (false). `higher` and `told` are how many of
    the `decided` ones would have had a higher tier, and whom more would have been told.
    """

    since: datetime
    until: datetime
    tried: int
    complete: bool
    fired: int
    by_week: tuple[tuple[str, int], ...]
    about: tuple[tuple[str, int], ...]
    true: int
    false: int
    decided: int
    higher: int
    told: tuple[tuple[str, int], ...]
    examples: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        """The trial as JSON."""
        low, high = wilson(self.true, self.true + self.false)
        weeks: list[Json] = [{"week": week, "fired": n} for week, n in self.by_week]
        about: list[Json] = [{"incident": name, "fired": n} for name, n in self.about]
        told: list[Json] = [{"team": name, "decisions": n} for name, n in self.told]
        judged: dict[str, Json] = {"true": self.true, "false": self.false}
        if self.true + self.false:
            judged["right"] = [round(low, 3), round(high, 3)]
        return {
            "since": instant(self.since),
            "until": instant(self.until),
            "decisions": self.tried,
            "complete": self.complete,
            "fired": self.fired,
            "by_week": weeks,
            "about": about,
            "judged": judged,
            "decided_again": self.decided,
            "higher_tier": self.higher,
            "told": told,
            "examples": [*self.examples],
        }


def tried(
    world: World, whole: Policy, rule: Rule, progress: Progress, patience_ms: float
) -> Tried:
    """Try a rule of a policy on the decisions of the last quarter, the newest 20,000 at most.

    Where the time that one may wait is over, it is not `complete`.

    Raises:
        PolicyUnknown: no policy is active to compare with.
    """
    until = world.clock.now()
    since, started = until - QUARTER, monotonic_ms()
    trial = _Trial(world, whole, rule)
    for done, event in enumerate(_decisions(world, since), start=1):
        if done > MOST_TRIED or elapsed_ms(started) > patience_ms:
            trial.complete = False
            break
        trial.look(event)
        if done % _BATCH == 0:
            progress(done, MOST_TRIED)
    return trial.told(since, until)


class _Trial:
    """A rule on trial, as far as it has come."""

    def __init__(self, world: World, whole: Policy, rule: Rule) -> None:
        self._rule, self._whole, self._now = rule, whole, world.policies.current()
        self._engines = Engines.compiled(whole)
        self._judged = {str(one.about): one.true for one in findings(world)}
        kinds = (kind for conjunction in rule.conditions for kind in conjunction.kinds())
        plain = all(catalogue().kinds[kind].stratum is None for kind in kinds)
        self._alone = Compiled((rule,)) if plain else None
        self.complete = True
        self._tried = self._higher = self._decided = 0
        self._weeks, self._about, self._told = Counter[str](), Counter[str](), Counter[str]()
        self._right: Counter[bool] = Counter()
        self._examples: list[str] = []

    def look(self, event: Event) -> None:
        """See whether it fires on a decision; who was erased is left out."""
        if event.erased:
            return
        self._tried += 1
        facts = desk.facts_of(event)
        if not self._fires(facts, event.occurred_at):
            return
        year, week, _ = event.occurred_at.isocalendar()
        self._weeks[f"{year}-W{week:02}"] += 1
        named = event.data.get("request")
        incident = named.get("incident") if isinstance(named, dict) else None
        self._about[str(incident or "no incident")] += 1
        if event.id in self._judged:
            self._right[self._judged[event.id]] += 1
        if len(self._examples) < _SHOWN:
            self._examples.append(event.id)
        if self._decided < MOST_DECIDED:
            self._again(facts, event.occurred_at)

    def told(self, since: datetime, until: datetime) -> Tried:
        """What came of it."""
        return Tried(
            since=since,
            until=until,
            tried=self._tried,
            complete=self.complete,
            fired=self._weeks.total(),
            by_week=tuple(sorted(self._weeks.items())),
            about=tuple(self._about.most_common(_SHOWN)),
            true=self._right[True],
            false=self._right[False],
            decided=self._decided,
            higher=self._higher,
            told=tuple(self._told.most_common(_SHOWN)),
            examples=tuple(self._examples),
        )

    def _fires(self, facts: Sequence[Fact], at: datetime) -> bool:
        if not self._rule.effective.at(at):
            return False
        if self._alone is not None:
            return self._rule.id in self._alone.fire(sorted(facts, key=Fact.place)).matched
        found = evaluate(self._whole, facts, at, self._engines)
        return any(one.rule == self._rule.id for one in found.firings)

    def _again(self, facts: Sequence[Fact], at: datetime) -> None:
        """Decide with the rule and without it, by the active policy."""
        self._decided += 1
        before = decide(facts, self._now.policy, at, self._now.engines)
        after = decide(facts, self._whole, at, self._engines)
        if desk.TIERS.index(after.tier) > desk.TIERS.index(before.tier):
            self._higher += 1
        self._told.update(_teams(after) - _teams(before))


def _teams(made: Decision) -> set[str]:
    return {one.team for one in made.routes} | {one.team for one in made.notifications}


def _decisions(world: World, since: datetime) -> Iterator[Event]:
    """Recorded decisions, the newest first."""
    before: int | None = None
    while events := world.ledger.newest(types=("decision.made",), before=before, limit=_BATCH):
        yield from (event for event in events if event.occurred_at >= since)
        if events[-1].recorded_at < since:
            return
        before = events[-1].sequence
