"""Verifying: what can be proven wrong with a policy, and what of it a proposal brings."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ontology.events import Json
from ontology.facts import catalogue
from rules.findings import Findings
from rules.policy import Policy, build
from rules.verification import USUAL, verify
from service.policies import PolicyUnknown
from service.policy_sources import compiled, source
from service.recorded_history import Progress
from service.world import World

PATIENCE_S: Final = 15.0
"""How long a proposal waits for what is found in it; the rest is said to be unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A policy by the name that was asked for, and what was found in it."""

    policy: str
    findings: Findings

    def to_json(self) -> dict[str, Json]:
        """The report as JSON."""
        found = self.findings.to_json()
        return {**found, "policy": self.policy, "digest": found["policy"]}


def verified(world: World, name: str, only: frozenset[str] | None, progress: Progress) -> Verified:
    """All findings of a policy of this world, by its name.

    Raises:
        SourceUnknown: no policy is meant by the name.
        Invalid: its books are broken.
    """
    policy = compiled(world, source(world, name)).policy
    kinds = only or USUAL
    found = verify(policy, catalogue(), world.clock.now(), only=kinds, progress=progress)
    return Verified(policy=name, findings=found)


def brought(world: World, files: Mapping[str, str], base: str) -> dict[str, Json]:
    """What a proposal brings that the policy on which it was written does not have.

    Findings are told and refuse nothing: whoever approves sees them, and in a crisis may have to
    live with one.
    """
    policy = build({name: text.encode() for name, text in files.items()}, catalogue())
    found = _soon(world, policy)
    before = frozenset[str]()
    if found.found:
        try:
            known = _soon(world, world.policies.get(base).policy)
            before = frozenset(one.fingerprint for one in known.found)
        except PolicyUnknown:
            pass  # it was written on what was never proposed here: all of it is news
    news: list[Json] = [one.to_json() for one in found.found if one.fingerprint not in before]
    return {"brings": news, "accepted": len(found.accepted), "unknown": dict(found.unknown)}


def _soon(world: World, policy: Policy) -> Findings:
    end = time.monotonic() + PATIENCE_S
    at = world.clock.now()
    return verify(policy, catalogue(), at, expired=lambda: time.monotonic() > end)
