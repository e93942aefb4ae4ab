"""From a finding to a draft rule: written, checked, with cases, tried on what was recorded."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ontology.events import Json
from ontology.facts import STRATA, catalogue
from ontology.kinds import Kind
from rules.diagnostics import near
from rules.policy import Policy, build
from rules.rule import Rule
from rules.suggestion import suggestions, written
from rules.thresholds import thresholds
from service.finding_fields import QueryInvalid
from service.finding_query import Query
from service.finding_trial import Tried, tried
from service.finding_when import Crowd, Of, When, when
from service.recorded_history import Progress
from service.world import World

FOLDER: Final = "rules/books"
PATIENCE_MS: Final = 20_000
"""How long a trial takes at most while somebody waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A rule that somebody wants of a filter: what it is called, why, whose, what follows.

    `then` are lines as books say them: `escalate: {tier: specialist}`.
    """

    query: Query
    id: str
    reason: str
    owner: str
    then: tuple[str, ...]
    of: Of = "post"
    crowd: Crowd = field(default_factory=Crowd)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A draft rule: its files, what could not be said, its thresholds, and what it would do."""

    rule: Rule
    when: When
    files: Mapping[str, str]
    cases: int
    trial: Tried

    def to_json(self) -> dict[str, Json]:
        """The draft rule as JSON."""
        unsaid: list[Json] = [
            {"field": one.field, "asked": one.written, "why": one.why} for one in self.when.unsaid
        ]
        named = [one.name for one in thresholds(self.rule)]
        budget = f"attune alerts budget {self.rule.id} --field {named[0]}" if named else None
        return {
            "rule": self.rule.id,
            "stratum": self.rule.stratum,
            "files": dict(self.files),
            "unsaid": unsaid,
            "cases_to_judge": self.cases,
            "thresholds": [*named],
            "alert_budget": budget,
            "trial": self.trial.to_json(),
        }


def draft(
    world: World, wanted: Wanted, progress: Progress, *, patience_ms: float = PATIENCE_MS
) -> Drafted:
    """Write a rule that asks what a filter asks; nothing is kept yet.

    Raises:
        QueryInvalid: the filter, or what is wanted, can't be, or no rule can ask any of it.
        Invalid: the rule does not fit the active policy; all diagnostics are in it.
        PolicyUnknown: no policy is active.
    """
    stratum = _stratum(wanted.then)
    asks = when(wanted.query, stratum, wanted.of, wanted.crowd)
    file = f"{FOLDER}/{wanted.id}.yaml"
    active = world.policies.current().policy
    if file in active.files:
        words = "has a file in the active policy already; choose another id"
        raise QueryInvalid("/id", words, wanted.id, f"{wanted.id}-2")
    text = _book(wanted, stratum, asks)
    alone = build({file: text.encode()}, catalogue())
    whole = build({**active.files, file: text.encode()}, catalogue())
    rule = whole.rule(wanted.id)
    cases = _cases(alone)
    return Drafted(
        rule=rule,
        when=asks,
        files={file: text, file.removesuffix(".yaml") + ".cases.yaml": cases},
        cases=cases.count("    judge: true"),
        trial=tried(world, whole, rule, progress, patience_ms),
    )


def _stratum(then: Sequence[str]) -> str:
    """The stratum of a rule by what it concludes: the earliest of its conclusions'.

    Raises:
        QueryInvalid: a line names no action.
    """
    kinds = {k.verb: k for k in catalogue().kinds.values() if k.verb is not None}
    found = [_kind(line, kinds) for line in then]
    if not found:
        words = "is empty: name what follows"
        raise QueryInvalid("/then", words, "", "escalate: {tier: specialist}")
    return min((one.stratum or STRATA[0] for one in found), key=STRATA.index)


def _kind(line: str, kinds: Mapping[str, Kind]) -> Kind:
    verb = line.partition(":")[0].strip()
    if verb in kinds and "\n" not in line and "\r" not in line:
        return kinds[verb]
    names = sorted(kinds)
    meant = near(verb, names)
    words = f"is no action; there are {', '.join(names)}"
    raise QueryInvalid("/then", words, line, f"{meant or 'escalate'}: {{…}}")


def _book(wanted: Wanted, stratum: str, asks: When) -> str:
    """A book of one rule; JSON is YAML, so nothing of it is misread."""
    then = "".join(f"      - {line.strip()}\n" for line in wanted.then)
    return (
        f"book: {wanted.id}\n"
        f"stratum: {stratum}\n"
        f"owner: {_text(wanted.owner)}\n"
        "rules:\n"
        f"  - id: {wanted.id}\n"
        f"    reason: {_text(wanted.reason)}\n"
        f"    when: {_flow(asks.to_json())}\n"
        f"    then:\n{then}"
    )


def _cases(alone: Policy) -> str:
    """The boundary cases of the rule, each for a person to judge."""
    return written(suggestions(alone, [], catalogue()), catalogue())


def _flow(value: object) -> str:
    """A value as books write it on one line; texts in quotation marks."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_flow(one)}" for name, one in value.items()) + "}"
    return _text(str(value))


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
