"""The log of policies: every one that ever decided, by whom, why, and what its rules became."""

from collections import Counter
from collections.abc import Iterator

from ontology.events import Json
from rules.policy import Policy
from rules.rule_changes import changed
from service.blame import pairs_of, rules_of
from service.bodies import instant
from service.policies import Activation, Policies, Proposal, Said


def log(policies: Policies) -> Iterator[dict[str, Json]]:
    """Every policy that came into effect, newest first."""
    yield from (lasted(policies, place) for place in reversed(range(len(policies.history))))


def shown(proposal: Proposal) -> dict[str, Json]:
    """A proposal as answers tell of it, with everybody's part in it."""
    return {
        "id": proposal.id,
        "digest": proposal.digest,
        "base": proposal.base,
        "reason": proposal.reason,
        "by": proposal.by,
        "proposed_at": instant(proposal.proposed_at),
        "state": proposal.state,
        "draft": proposal.draft,
        "acts": [_said(one) for one in proposal.acts],
    }


def lasted(policies: Policies, place: int) -> dict[str, Json]:
    """One activation: how long it held, everybody's part in it, and what its rules became."""
    one, later = policies.history[place], policies.history[place + 1 : place + 2]
    proposal = policies.proposals.get(one.proposal) if one.proposal is not None else None
    return {
        **activated(one),
        "until": instant(later[0].since) if later else None,
        "act": one.act,
        "reason": one.reason,
        "proposal": None if proposal is None else shown(proposal),
        **changes(policies, place),
    }


def _said(said: Said) -> Json:
    return {"act": said.act, "by": said.by, "at": instant(said.at), "reason": said.reason}


def activated(activation: Activation) -> dict[str, Json]:
    """From when on a policy decided, and by whom."""
    return {
        "digest": activation.digest,
        "since": instant(activation.since),
        "sequence": activation.sequence,
        "by": activation.by,
    }


def changes(policies: Policies, place: int) -> dict[str, Json]:
    """How many rules an activation added, removed, changed …, and the files that it changed."""
    before = policies.history[place - 1].digest if place else None
    old = None if before is None else rules_of(policies, before)
    return _changes(old, rules_of(policies, policies.history[place].digest))


def _changes(old: Policy | None, new: Policy) -> dict[str, Json]:
    before = {} if old is None else old.files
    found = Counter[str]()
    for one, other in pairs_of(old, new):
        what = (
            ("added",) if one is None else ("removed",) if other is None else changed(one, other)
        )
        found.update(what[:1])
    files = sorted(n for n in {*before, *new.files} if before.get(n) != new.files.get(n))
    return {"rules": dict(sorted(found.items())), "files": [*files]}
