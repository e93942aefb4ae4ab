"""Caution: what is not known, and how much more careful that makes a decision."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from ontology.decisions import Caution, RuleError, Verdict
from ontology.facts import Fact
from ontology.values import Value

FLOOR: Final = "specialist"
"""The least tier where something is not known."""

HUMAN: Final = "human-validation"
"""What automatic public action waits for where something is not known."""

_SENDING: Final = frozenset(
    {
        "audience",
        "automatic",
        "channel",
        "drafted_by_approver",
        "personalised",
        "public",
        "scheduled",
        "strategy",
    }
)

_BREAKS: Final[Mapping[str, Mapping[str, tuple[Value, ...]]]] = MappingProxyType(
    {
        "automatic-reply": {"kind": ("reply",), "automatic": (True,)},
        "automatic-publication": {"public": (True,), "automatic": (True,)},
        "marketing-contact": {"kind": ("campaign", "advertisement")},
        "scheduled-posts": {"scheduled": (True,)},
        "personalisation": {"personalised": (True,)},
        "denial": {"strategy": ("deny",)},
        "fault-admission": {"admission": ("fault",)},
        "self-approval": {"drafted_by_approver": (True,)},
        "agreed-boundary": {},  # concluded of what the request itself says
    }
)

READ: Final = _SENDING.union({"kind"}, *_BREAKS.values())
"""What a decision depends on of a request, beside what rules conclude of it."""


def doubts(
    facts: Iterable[Fact], errors: Iterable[RuleError], disagreements: Iterable[str]
) -> list[Caution]:
    """Everything that is not known: references, parts, unjudged words, failing rules."""
    found = [caution for fact in facts for caution in _doubt(fact)]
    found += [Caution(name="rule-failed", about=error.rule) for error in errors]
    return found + [Caution(name="engines-disagree", about=rule) for rule in disagreements]


def _doubt(fact: Fact) -> Iterable[Caution]:
    match fact.kind:
        case "unknown":
            yield Caution(name="unknown-reference", about=str(fact.values["reference"]))
        case "degraded":
            yield Caution(name="part-missing", about=str(fact.values["part"]))
        case "signal" if fact.values.get("judged") is not True:
            yield Caution(name="not-judged", about=str(fact.values.get("id", "signal")))
        case _:
            return


def asked(facts: Iterable[Fact]) -> list[Fact]:
    """The messages that the caller wants to send.

    Triage asks for none, nor does a request that says nothing of how a message would go out.
    """
    return [f for f in facts if f.kind == "request" and _sends(f.values)]


def _sends(values: Mapping[str, Value]) -> bool:
    if "kind" in values:
        return values["kind"] != "triage"
    return not _SENDING.isdisjoint(values)


def may_be_automatic(message: Fact) -> bool:
    """Nobody ruled out that it reaches the public without a person reading it first."""
    return message.values.get("automatic") is not False and (
        message.values.get("public") is not False
    )


def broken(messages: Iterable[Fact], prohibitions: Sequence[str]) -> tuple[str, ...]:
    """The prohibitions that one of the messages certainly breaks."""
    rows = [message.values for message in messages]
    return tuple(p for p in prohibitions if any(_breaks(values, p) for values in rows))


def _breaks(values: Mapping[str, Value], prohibition: str) -> bool:
    wanted = _BREAKS.get(prohibition)
    return wanted is not None and all(
        values.get(name) in any_of for name, any_of in wanted.items()
    )


def verdict(
    messages: Sequence[Fact], breaks: Sequence[str], required: Sequence[object]
) -> Verdict:
    """Stop before wait before go."""
    if not messages:
        return "nothing-asked"
    if breaks:
        return "stop"
    return "wait" if required else "go"
