"""Verifying a policy: the shipped one, and the same rules again for each of several regions."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from bench.measuring import Figure
from ontology.facts import catalogue
from rules.acceptance import accepted
from rules.conditions import Ask, Conjunction, Pattern
from rules.policy import Policy, build
from rules.rule import Rule
from rules.sfeel import Compare
from rules.verification import USUAL, verify
from service.bundle import packaged

RULES: Final = 1_000
_AT: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)


def measure() -> Iterator[Figure]:
    """CPU seconds for everything that is usually looked for, and the share that stays unknown."""
    shipped = build(packaged(), catalogue())
    for policy in (shipped, regional(shipped, RULES)):
        begun = time.process_time()
        found = verify(policy, catalogue(), _AT, only=USUAL)
        taken = time.process_time() - begun
        size = f"{len(policy.rules)} rules"
        aim = "10 s for 1,000 rules" if policy is not shipped else ""
        note = f"{len(found.found)} found, {len(found.accepted)} accepted"
        yield Figure(name=f"verify, {size}", value=taken, unit="s CPU", aim=aim, note=note)
        looked, unknown = (sum(some.values()) for some in (found.looked, found.unknown))
        share = 100 * unknown / looked
        note = f"{unknown} of {looked} looks"
        yield Figure(name=f"unknown, {size}", value=share, unit="%", note=note)


def regional(shipped: Policy, number: int) -> Policy:
    """The shipped rules for one region after the other, until there are so many."""
    copies = -(-number // len(shipped.rules))
    every = [_of_region(rule, at) for at in range(copies) for rule in shipped.rules]
    return shipped.having(every[:number])


def _of_region(rule: Rule, number: int) -> Rule:
    conditions = tuple(_at(one, f"region/copy-{number}") for one in rule.conditions)
    return replace(rule, id=f"{rule.id}-of-{number}", conditions=conditions)


def _at(one: Conjunction, region: str) -> Conjunction:
    field = catalogue().kinds["region"].fields["id"]
    test = Compare("=", region)
    ask = Ask(
        field=field, test=test, accepted=accepted(test, field), written=region, line=1, column=1
    )
    return replace(one, patterns=(*one.patterns, Pattern(kind="region", asks=(ask,))))
