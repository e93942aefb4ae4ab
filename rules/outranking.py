"""Outranking: which conclusions a decision holds both of, and which take the place of others.

What `rules.merging` makes of several conclusions, said of two: it keeps the highest tier, the
shortest time, the highest priority, and lists the rest.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from ontology.facts import Fact
from rules.merging import UNKNOWN, scale
from rules.regions import Region

_Held = Callable[[Fact, Fact], bool]

OPPOSED: Final = (
    (("response", "strategy", "deny"), ("prohibition", "name", "denial")),
    (("response", "strategy", "deny"), ("response", "strategy", "diminish")),
    (("response", "strategy", "deny"), ("response", "strategy", "rebuild")),
    (("recovery", "step", "recovery-campaign"), ("prohibition", "name", "marketing-contact")),
)
"""What cannot both be done: an allowance against a prohibition, or advice against advice."""

ORDERED: Final[Mapping[str, str]] = MappingProxyType(
    {"escalation": "tier", "classification": "cluster", "threat": "level"}
)
"""Kinds of which a decision keeps one, and the field by which."""


def outranks(one: Fact, other: Fact) -> bool:
    """Whether a decision that has one conclusion is the same with the other beside it.

    Two duties are owed both, even where they are alike.
    """
    if one.kind != other.kind or one.kind == "duty":
        return False
    return one.place() == other.place() or _HELD.get(one.kind, _never)(one, other)


def unread(one: Fact, other: Fact, read: Iterable[Region]) -> bool:
    """Whether no rule that reads the other conclusion would miss it beside the one."""
    return all(region.has(one) for region in read if region.has(other))


def contested(fact: Fact) -> Iterator[tuple[object, object]]:
    """What a conclusion takes a side in, and which; conclusions are opposed on different sides."""
    if fact.kind == "routing" and "otherwise" in fact.values:
        yield ("stand-in", fact.values["team"]), fact.values["otherwise"]
    for at, pair in enumerate(OPPOSED):
        yield from ((at, side) for side, what in enumerate(pair) if _said(fact, what))


def opposed(one: Fact, other: Fact) -> bool:
    """Whether two conclusions can't both be done, or merging picks by nothing but their names."""
    if any(
        _said(a, what) and _said(b, but) for what, but in OPPOSED for a, b in _ways(one, other)
    ):
        return True
    here, there = (fact.values.get("otherwise") for fact in (one, other))
    same = one.kind == other.kind == "routing" and one.values["team"] == other.values["team"]
    return same and None not in {here, there} and here != there


def differing(one: Fact, other: Fact) -> bool:
    """Whether two conclusions give two answers to one question: a tier, a cluster, a team."""
    field = ORDERED.get(one.kind, "team" if one.kind == "routing" else None)
    return (
        one.kind == other.kind and field is not None and one.values[field] != other.values[field]
    )


def settled(one: Fact, other: Fact) -> str:
    """What merging makes of two conclusions that differ, in words."""
    if {one.kind, other.kind} == {"response", "prohibition"}:
        return "the prohibition wins and the strategy is left out"
    if one.kind == other.kind == "routing" and one.values["team"] == other.values["team"]:
        return "merging takes the stand-in whose name comes first, for no better reason"
    if one.kind == other.kind and one.kind in ORDERED:
        return f"merging keeps the higher {ORDERED[one.kind]}"
    return "merging keeps both, and nobody can do both"


def effect_of(fact: Fact) -> bool:
    """Whether a decision can show a conclusion, apart from what later rules read of it."""
    if fact.kind == "escalation":
        return fact.values["tier"] != scale("escalation", "tier")[0] or "within" in fact.values
    if fact.kind == "classification":
        return fact.values["cluster"] != UNKNOWN
    return fact.kind != "intensifier"


def _ways(one: Fact, other: Fact) -> Iterable[tuple[Fact, Fact]]:
    return ((one, other), (other, one))


def _said(fact: Fact, what: tuple[str, str, str]) -> bool:
    kind, field, value = what
    return fact.kind == kind and fact.values.get(field) == value


def _never(_one: Fact, _other: Fact) -> bool:
    return False


def _sooner(one: Fact, other: Fact) -> bool:
    """Whether the time of one is no longer than that of the other; none is the longest."""
    here, there = one.values.get("within"), other.values.get("within")
    return there is None or (isinstance(here, timedelta) and here <= there)  # type: ignore[operator]


def _timed(*fields: str) -> _Held:
    def held(one: Fact, other: Fact) -> bool:
        return _same(one, other, fields) and _sooner(one, other)

    return held


def _same(one: Fact, other: Fact, fields: Iterable[str]) -> bool:
    return all(one.values.get(name) == other.values.get(name) for name in fields)


def _ranked(kind: str, one: Fact, other: Fact) -> int:
    """How much higher one stands than the other; what is not known stands lowest."""
    field = ORDERED[kind]
    order = [UNKNOWN, *(name for name in scale(kind, field) if name != UNKNOWN)]
    return order.index(str(one.values[field])) - order.index(str(other.values[field]))


def _tier(one: Fact, other: Fact) -> bool:
    above = _ranked("escalation", one, other)
    return above > 0 or (above == 0 and _sooner(one, other))


def _routing(one: Fact, other: Fact) -> bool:
    order = scale("routing", "priority")
    here, there = (order.index(str(f.values.get("priority", "normal"))) for f in (one, other))
    stand_in = other.values.get("otherwise") in {None, one.values.get("otherwise")}
    return _same(one, other, ["team"]) and here >= there and stand_in


_HELD: Final[Mapping[str, _Held]] = MappingProxyType(
    {
        "escalation": _tier,
        "classification": lambda one, other: _ranked("classification", one, other) >= 0,
        "threat": lambda one, other: _ranked("threat", one, other) >= 0,
        "routing": _routing,
        "requirement": _timed("name", "from_team"),
        "notification": _timed("team"),
        "recovery": _timed("step", "team"),
    }
)
