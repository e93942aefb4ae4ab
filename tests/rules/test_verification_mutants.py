"""Whatever is put into the shipped policy beside a rule to spoil it is found, rule by rule."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache

import pytest

from ontology.facts import Fact, catalogue
from rules.policy import Policy, build
from rules.rule import Rule
from rules.verification import verify
from service.bundle import packaged
from tests.rules.test_verification_laws import AT

pytestmark = pytest.mark.slow

OTHER: Mapping[str, tuple[str, Sequence[str]]] = {
    "escalation": ("tier", ("specialist", "board")),
    "classification": ("cluster", ("victim", "preventable")),
    "threat": ("level", ("mild", "severe")),
    "routing": ("team", ("team/one", "team/two")),
}


@cache
def shipped() -> Policy:
    return build(packaged(), catalogue())


def again(rule: Rule) -> Rule | None:
    return rule


def narrower(rule: Rule) -> Rule | None:
    """The same where a part of attune is missing as well; duties are owed beside each other."""
    if any(fact.kind == "duty" for fact in rule.conclusions):
        return None
    more = shipped().rule("part-missing").conditions[0].patterns
    patterns = [replace(one, patterns=(*one.patterns, *more)) for one in rule.conditions]
    return replace(rule, conditions=tuple(patterns))


def contrary(rule: Rule) -> Rule | None:
    """The same facts lead to another tier, cluster, level or team."""
    first, *_ = rule.conclusions
    if first.kind not in OTHER:
        return None
    name, values = OTHER[first.kind]
    value = next(one for one in values if one != first.values[name])
    changed = Fact(kind=first.kind, values={**first.values, name: value}, origins=first.origins)
    return replace(rule, conclusions=(changed,))


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        (again, ["duplicate"]),
        (narrower, ["shadowed", "duplicate"]),
        (contrary, ["conflict", "shadowed"]),
    ],
)
def test_a_rule_put_in_beside_each_shipped_rule_is_found(
    change: Callable[[Rule], Rule | None], kinds: Sequence[str]
) -> None:
    policy = shipped()
    changed = [one for rule in policy.rules if (one := change(rule)) is not None]
    put_in = [replace(one, id=f"{one.id}-put-in") for one in changed]
    found = verify(policy.having([*policy.rules, *put_in]), catalogue(), AT, only=kinds)
    told = {one.place.name for one in found.found}
    told |= {other.name for one in found.found for other in one.others}
    missed = [one.id for one in put_in if one.id not in told]
    assert len(put_in) >= 100
    assert len(missed) <= found.unknown["shadowed"] <= len(put_in) // 20, missed
