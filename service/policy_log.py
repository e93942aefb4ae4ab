"""The log of policies: every one that ever decided, by whom, why, and what its rules became."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ontology.events import Json
from rules.comparison import changed
from rules.policy import Policy
from service.blame import Turn, pairs_of, rules_of, turn_of
from service.policies import Policies


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One turn: how many rules it added, removed, changed …; `files` are those that it changed."""

    turn: Turn
    counts: Mapping[str, int]
    files: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        """The turn as an object."""
        return {**self.turn.to_json(), "rules": {**self.counts}, "files": [*self.files]}


def log(policies: Policies) -> tuple[Logged, ...]:
    """Every policy that came into effect, newest first."""
    return tuple(reversed([*_logged(policies)]))


def _logged(policies: Policies) -> Iterator[Logged]:
    before: Policy | None = None
    for activation in policies.history:
        now = rules_of(policies, activation.digest)
        old = {} if before is None else before.files
        differing = {*old, *now.files}
        yield Logged(
            turn=turn_of(policies, activation),
            counts=_counts(before, now),
            files=tuple(sorted(n for n in differing if old.get(n) != now.files.get(n))),
        )
        before = now


def _counts(before: Policy | None, now: Policy) -> Mapping[str, int]:
    found = Counter[str]()
    for old, new in pairs_of(before, now):
        what = ("added",) if old is None else ("removed",) if new is None else changed(old, new)
        found.update(what[:1])
    return dict(sorted(found.items()))
