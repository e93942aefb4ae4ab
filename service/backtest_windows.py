"""Windows that nobody asked about: whom each of two policies would have told, look by look."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ontology.facts import Fact
from ontology.identity import ThingId
from rules.policy import Policy
from rules.rerun import Rerun
from service.outcome_view import View, view
from service.paging_trial import without_standing
from service.recorded_history import Seen, Span

_EPOCH_SIDES: Final = 2


@dataclass(slots=True, kw_only=True)
class Windows:
    """What the looks at incidents gave; each pair is before and after.

    `pages` are the windows of alerts in which a team was told, by incident and team: 1 before, 2
    after, 3 both. `first` is when somebody was first told of an incident. `blind` are looks at
    which a feed was silent, so that nobody can tell.
    """

    when: Span
    looks: int = 0
    blind: int = 0
    changed: int = 0
    pages: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    first: dict[str, list[int | None]] = field(default_factory=dict)


class Looking:
    """Two policies that look at the same moments."""

    def __init__(self, before: Policy, after: Policy, window: int) -> None:
        """Compile both; `window` is that of alerts, in microseconds."""
        self._policies: Final = before, after
        self._window: Final = window
        self._reruns: Final[dict[tuple[int, tuple[bool, ...]], Rerun]] = {}

    def over(self, looks: Iterable[Seen], when: Span) -> Windows:
        """Look."""
        found = Windows(when=when)
        for one in looks:
            facts = [without_standing(fact) for fact in one.facts]
            views = [self._view(side, facts, one.at) for side in range(_EPOCH_SIDES)]
            found.looks += 1
            found.blind += one.blind
            found.changed += views[0] != views[1]
            self._told(found, one.incident, one.at, views)
        return found

    def _view(self, side: int, facts: list[Fact], at: datetime) -> View:
        return view(self._rerun(side, at).situation(facts).outcome)

    def _rerun(self, side: int, at: datetime) -> Rerun:
        """The policy with the rules that are in force then."""
        policy = self._policies[side]
        era = tuple(rule.effective.at(at) for rule in policy.rules)
        if (side, era) not in self._reruns:
            self._reruns[side, era] = Rerun(policy, at)
        return self._reruns[side, era]

    def _told(self, found: Windows, incident: ThingId, at: datetime, views: list[View]) -> None:
        moment = round(at.timestamp() * 1_000_000)
        slot = str(moment // self._window)
        for side, one in enumerate(views):
            for team in one.told:
                slots = found.pages.setdefault(incident, {}).setdefault(team, {})
                slots[slot] = slots.get(slot, 0) | 1 << side
            if one.told:
                held = found.first.setdefault(incident, [None, None])
                known = held[side]
                held[side] = moment if known is None else min(known, moment)
