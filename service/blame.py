"""Blame: who introduced, changed and last touched each rule, why, and in which policy."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ontology.events import Json
from ontology.facts import catalogue
from ontology.identity import ThingId
from rules.pairing import Pair, meaning, paired
from rules.policy import Policy, build
from rules.rule import Rule
from rules.rule_changes import changed
from service.bodies import instant
from service.bundle import packaged
from service.policies import Activation, Policies

APPROVING: Final = frozenset({"approve", "confirm"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One policy that came into effect: by whose proposal, who agreed, who let it decide.

    `shipped` where attune activated what it ships, which nobody proposed.
    """

    digest: str
    at: datetime
    sequence: int
    act: str | None
    by: ThingId
    proposal: ThingId | None
    proposed_by: ThingId | None
    approved_by: tuple[ThingId, ...]
    reason: str | None
    shipped: bool

    def to_json(self) -> dict[str, Json]:
        """The turn as an object."""
        told: dict[str, Json | None] = {
            "policy": self.digest,
            "at": instant(self.at),
            "sequence": self.sequence,
            "act": self.act,
            "by": self.by,
            "proposal": self.proposal,
            "proposed_by": self.proposed_by,
            "approved_by": [*self.approved_by],
            "reason": self.reason,
            "shipped": self.shipped,
        }
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """What a turn did to a rule: `introduced`, or what became of it; `name` is its id then."""

    turn: Turn
    what: tuple[str, ...]
    name: str

    def to_json(self) -> dict[str, Json]:
        """The touch as an object."""
        return {"what": [*self.what], "as": self.name, **self.turn.to_json()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Blamed:
    """A rule with all that was done to it, first to last; renames are followed by meaning.

    `as_shipped` where this version of attune ships the very same.
    """

    rule: Rule
    touches: tuple[Touch, ...]
    as_shipped: bool

    def to_json(self) -> dict[str, Json]:
        """Who introduced it, who touched it last, and everything between."""
        return {
            "rule": self.rule.id,
            "book": self.rule.book,
            "source": f"{self.rule.file}:{self.rule.line}",
            "as_shipped": self.as_shipped,
            "introduced": self.touches[0].to_json(),
            "last": self.touches[-1].to_json(),
            "touches": [touch.to_json() for touch in self.touches],
        }


_Known = Mapping[str, Blamed]


def blame(policies: Policies) -> tuple[Blamed, ...]:
    """Every rule of the active policy with its touches, by book and id.

    A policy that comes back is as it stood: going back touches no rule. A few milliseconds for
    each policy that was ever active.
    """
    known: dict[str, _Known] = {}
    before: Policy | None = None
    found: _Known = {}
    shipped = {rule.id: meaning(rule) for rule in build(packaged(), catalogue()).rules}
    for activation in policies.history:
        turn = turn_of(policies, activation)
        now = rules_of(policies, turn.digest)
        found = known.get(turn.digest) or _touched(found, before, now, turn)
        known[turn.digest] = found
        before = now
    named = (
        replace(one, as_shipped=shipped.get(one.rule.id) == meaning(one.rule))
        for one in found.values()
    )
    return tuple(sorted(named, key=lambda one: (one.rule.book, one.rule.id)))


def turn_of(policies: Policies, activation: Activation) -> Turn:
    """How a policy came into effect; who proposed it where it is the proposal's own."""
    proposal = None if activation.proposal is None else policies.proposals[activation.proposal]
    own = proposal if proposal is not None and proposal.digest == activation.digest else None
    agreed = () if own is None else tuple(one.by for one in own.acts if one.act in APPROVING)
    return Turn(
        digest=activation.digest,
        at=activation.since,
        sequence=activation.sequence,
        act=activation.act,
        by=activation.by,
        proposal=activation.proposal,
        proposed_by=None if own is None else own.by,
        approved_by=tuple(dict.fromkeys(agreed)),
        reason=activation.reason if own is None else own.reason,
        shipped=proposal is None,
    )


def rules_of(policies: Policies, digest: str) -> Policy:
    """The rules of a policy that was proposed here, without its engines."""
    files = policies.files(digest)
    return build({name: text.encode() for name, text in files.items()}, catalogue())


def pairs_of(before: Policy | None, now: Policy) -> tuple[Pair, ...]:
    """The rules of a policy, each beside what it was before."""
    if before is None:
        return tuple((None, rule) for rule in now.rules)
    return paired(before, now)


def _touched(found: _Known, before: Policy | None, now: Policy, turn: Turn) -> _Known:
    after: dict[str, Blamed] = {}
    for old, new in pairs_of(before, now):
        if new is None:
            continue
        known = None if old is None else found.get(old.id)
        what = ("introduced",) if old is None or known is None else changed(old, new)
        touches = () if known is None else known.touches
        if what:
            touches = (*touches, Touch(turn=turn, what=what, name=new.id))
        after[new.id] = Blamed(rule=new, touches=touches, as_shipped=False)
    return after
