"""Activation: what must hold, besides the lifecycle, before a proposed policy decides."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from knowledge.ledger import Ledger
from ontology.events import Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ActRefused
from ontology.lifecycle_data import DataProblem, duration
from rules.policy import Policy
from rules.rulebook import Rule
from service.blast_radius import Limit, objections
from service.bundle import part_of, without_books
from service.clock import Clock
from service.policies import Policies, Proposal
from service.trial import trial

POLICY: Final = Scope("policy")
LONGEST_EMERGENCY: Final = timedelta(hours=4)
MOST_CHANGED: Final = 3
"""Rules that a person alone may change: what is wider can wait for a second one."""

_ENTERING: Final = frozenset({"activate", "break-glass"})
_CHANGING: Final = _ENTERING | {"rollback", "end"}


class ActivationGuard:
    """Refuses to activate what is stale or fails its trial, and to break the glass too widely."""

    def __init__(self, policies: Policies, ledger: Ledger, clock: Clock, limit: Limit) -> None:
        """Judge by this fold, and by what backtests are recorded."""
        self._policies: Final = policies
        self._ledger: Final = ledger
        self._clock: Final = clock
        self._limit: Final = limit

    def __call__(self, thing: ThingId, act: str, data: Mapping[str, Json]) -> tuple[Scope, ...]:
        """The scopes that an act on a proposal writes to besides its own.

        Raises:
            ActRefused: the proposal was written on another policy than the active one, its
                trial fails, its backtest is missing, old or over the limit, or a break-glass is
                too long or too wide.
        """
        proposal = self._policies.proposals.get(thing)
        if act in _ENTERING and proposal is not None:
            problems = [*self._stale(proposal), *self._emergency(proposal, act, data)]
            if act == "activate":
                problems += self._untried(proposal)
            if not problems:
                problems += self._trial(proposal)
            if problems:
                raise ActRefused(act, tuple(problems), ())
        return (POLICY,) if act in _CHANGING else ()

    def _stale(self, proposal: Proposal) -> list[DataProblem]:
        active = self._policies.active
        if proposal.base == active:
            return []
        words = (
            f"it was written on policy {str(proposal.base)[:12]}, but {str(active)[:12]} is active"
            " now; pull, write it again on that one, and propose it"
        )
        return [DataProblem("state", words)]

    def _untried(self, proposal: Proposal) -> list[DataProblem]:
        now = self._clock.now()
        why = objections(self._ledger, self._limit, proposal.digest, proposal.id, now)
        return [DataProblem("state", words) for words in why]

    def _trial(self, proposal: Proposal) -> list[DataProblem]:
        files = self._policies.files(proposal.digest)
        fault = trial({name: text.encode() for name, text in files.items()})
        return [] if fault is None else [DataProblem("state", f"it fails its trial: {fault}")]

    def _emergency(
        self, proposal: Proposal, act: str, data: Mapping[str, Json]
    ) -> list[DataProblem]:
        if act != "break-glass":
            return []
        within, problems = data.get("within"), []
        if isinstance(within, str) and duration(within) > LONGEST_EMERGENCY:
            words = f"{within!r} is longer than 4 hours; write PT4H or less"
            problems.append(DataProblem("within", words))
        wide = self._too_wide(proposal)
        return [*problems, *([DataProblem("state", wide)] if wide else [])]

    def _too_wide(self, proposal: Proposal) -> str | None:
        before, after = self._policies.current().policy, self._policies.get(proposal.digest).policy
        parts = changed_parts(without_books(before.files), without_books(after.files))
        if parts:
            return f"it changes {', '.join(parts)}; that needs a second person"
        changed = changed_rules(before, after)
        books = {rule.book for rule in changed}
        if len(changed) > MOST_CHANGED or len(books) > 1:
            names = ", ".join(sorted(rule.id for rule in changed)[:10])
            return (
                f"it changes {len(changed)} rules in {len(books)} books ({names}); one person may"
                f" change up to {MOST_CHANGED} rules of one book, more needs a second one"
            )
        return None


def changed_parts(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Sequence[str]:
    """The names of the parts in which two bundles differ, sorted."""
    changed = [name for name in {*before, *after} if before.get(name) != after.get(name)]
    return sorted({part.name for name in changed if (part := part_of(name)) is not None})


def changed_rules(before: Policy, after: Policy) -> Sequence[Rule]:
    """The rules that mean something else in the other policy, are new, or are gone."""
    old, new = ({_meant(rule).id: _meant(rule) for rule in p.rules} for p in (before, after))
    return [
        new.get(name) or old[name]
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]


def _meant(rule: Rule) -> Rule:
    """A rule without the place where it is written."""
    return replace(rule, line=0, file="")
