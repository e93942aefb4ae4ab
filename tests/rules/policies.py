"""Generates books and facts, and says by brute force which rules hold: the reference."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Any

from hypothesis import strategies as st

from ontology.facts import Catalogue, Fact, Origin, catalogue
from ontology.kinds import Field, Kind
from ontology.values import Datatype, Value, encode
from rules.conditions import Absence, Conjunction, Pattern
from rules.rulebook import Rule, parse
from rules.sfeel import MISSING, holds

ORIGIN = Origin(source="request", ref="/facts/0")
KINDS = ("spread", "incident", "team", "calendar", "signal", "agreement")
ASKED = {
    "spread": ("window", "excess", "volume", "velocity", "confidence", "incident"),
    "incident": ("id", "phase", "severity", "people_at_risk", "age", "customers_affected"),
    "team": ("id", "on_call", "load", "external"),
    "calendar": ("weekday", "local_date", "local_time", "time_zones"),
    "signal": ("region", "language", "sentiment", "judged", "reach"),
    "request": ("region", "language", "kind", "public"),
    "agreement": ("topic", "kind", "in_force", "region"),
    "region": ("id", "jurisdiction", "apology"),
}
TEXTS = ("en", "d\u00e9 \U0001f600", "5", "true", 'a"b\\c', "x,y", "['os']", "not given!", "end")
MOMENTS = (datetime.fromisoformat("2026-11-01T12:00:00+00:00"),)


def shape(kind: str, name: str) -> Field:
    return catalogue().kinds[kind].fields[name]


def values(field: Field) -> list[Value]:
    """A few values of a field, close enough together that tests tell them apart."""
    if field.refers is not None:
        return [f"{field.refers}/a", f"{field.refers}/b", f"{field.refers}/c.d"]
    some: Mapping[Datatype, Sequence[Value]] = {
        Datatype.TOKEN: field.allowed[:4] + field.allowed[-1:],
        Datatype.STRING: TEXTS,
        Datatype.BOOLEAN: (True, False),
        Datatype.INTEGER: (0, 1, 2, 39, 40),
        Datatype.DECIMAL: (0.0, 0.01, 0.1, 0.99, 1.0),
        Datatype.DATE: (date(2026, 11, 1), date(2026, 11, 2), date(1999, 12, 31)),
        Datatype.TIME: (time(8), time(8, 0, 1), time(23, 59, 59)),
        Datatype.DURATION: (timedelta(), timedelta(minutes=15), timedelta(days=2), -timedelta(1)),
    }
    return [*some[field.datatype]]


def literal(value: Value, field: Field) -> str:
    if field.datatype in {Datatype.STRING, Datatype.TOKEN}:
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(encode(value)).strip('"')


@st.composite
def unary(draw: st.DrawFn, field: Field, depth: int = 0) -> str:  # noqa: PLR0911 - a form each
    """The text of a test that is valid for a field."""
    pool = [literal(v, field) for v in values(field)]
    plain = field.datatype in {Datatype.STRING, Datatype.BOOLEAN}
    forms = ["=", "!=", "any", "any"] + ([] if plain else ["<", "<=", ">", ">=", "interval"])
    forms += ["not", "or"] * (depth < 2) + ["given"] * (depth == 0)
    forms += ["matches"] * (field.datatype is Datatype.STRING and depth < 2)
    form = draw(st.sampled_from(forms))
    if form == "any":
        return draw(st.sampled_from(["-", "-", "given", "not given"]))
    if form == "given":
        return f"{draw(unary(field, 1))}, not given"
    if form == "matches":
        return draw(st.sampled_from(['matches "^e"', "matches [0-9]", 'matches "(?i)TRUE|,"']))
    if form == "not":
        return f"not({draw(unary(field, depth + 1))})"
    if form == "or":
        return f"{draw(unary(field, depth + 1))}, {draw(unary(field, depth + 1))}"
    if form == "interval":
        low, high = sorted(
            draw(st.lists(st.sampled_from(range(len(pool))), min_size=2, max_size=2))
        )
        low, high = _ranked(field, low, high)
        first, last = draw(st.sampled_from(["[", "("])), draw(st.sampled_from(["]", ")"]))
        return f"{first}{pool[low]}..{pool[high]}{last}"
    return f"{form} {draw(st.sampled_from(pool))}"


def _ranked(field: Field, low: int, high: int) -> tuple[int, int]:
    pool: list[Any] = values(field)
    if field.datatype is Datatype.TOKEN:
        pool = [field.allowed.index(v) for v in pool]
    return (low, high) if pool[low] <= pool[high] else (high, low)


@st.composite
def body(draw: st.DrawFn, kind: str) -> dict[str, str]:
    keys = [f.name for f in catalogue().kinds[kind].fields.values() if f.key]
    more = draw(st.lists(st.sampled_from(ASKED[kind]), max_size=2))
    return {name: draw(unary(shape(kind, name))) for name in dict.fromkeys([*keys, *more])}


@st.composite
def when(draw: st.DrawFn) -> list[dict[str, Any]]:
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=3))
    parts: list[dict[str, Any]] = []
    for at, kind in enumerate(kinds):
        parts.append({kind: {**draw(body(kind)), "as": f"x{at}"}})
    if len(kinds) > 1 and draw(st.booleans()):
        _join(draw, parts[1], kinds[1], kinds[0])
    for _ in range(draw(st.integers(0, 2))):
        kind = draw(st.sampled_from(KINDS))
        part: dict[str, Any] = {kind: draw(body(kind))}
        if draw(st.booleans()):
            _join(draw, part, kind, kinds[0])
        parts.append({"absent": part})
    if draw(st.integers(0, 5)) == 0:
        kind = draw(st.sampled_from(KINDS))
        parts.append({"any": [{kind: draw(body(kind))} for _ in range(2)]})
    if "same as" not in str(parts) and draw(st.booleans()):
        return parts[1:] or parts  # only absences, sometimes
    return parts


def _join(draw: st.DrawFn, part: dict[str, Any], kind: str, to: str) -> None:
    """Join two patterns on a pair of fields that hold the same, where there is one."""
    pairs = [
        (mine, theirs)
        for mine in ASKED[kind]
        for theirs in ASKED[to]
        if _alike(shape(kind, mine), shape(to, theirs))
    ]
    if pairs:
        mine, theirs = draw(st.sampled_from(pairs))
        part[kind][mine] = f"same as x0.{theirs}"


def _alike(one: Field, other: Field) -> bool:
    return (one.datatype, one.decimals) == (other.datatype, other.decimals)


@st.composite
def rules(draw: st.DrawFn, most: int = 6) -> tuple[Rule, ...]:
    """Rules of one stratum, read from books; those that can never hold are left out."""
    asked = draw(st.lists(when(), min_size=1, max_size=most))
    return tuple(rule for at, one in enumerate(asked) for rule in book_of([one], first=at))


def book_of(asked: Sequence[Any], *, first: int = 0) -> tuple[Rule, ...]:
    book = {
        "book": "generated",
        "stratum": "require",
        "owner": "team/crisis-office",
        "rules": [
            {
                "id": f"rule-{first + at}",
                "reason": "Generated.",
                "when": one,
                "then": [{"forbid": "denial"}],
            }
            for at, one in enumerate(asked)
        ],
    }
    try:
        return parse(
            json.dumps(book, ensure_ascii=False), file="g.yaml", catalogue=catalogue()
        ).rules
    except ValueError as error:
        if "can never be so" in str(error) or "takes" in str(error):
            return ()
        raise


@st.composite
def facts(draw: st.DrawFn, most: int = 12) -> list[Fact]:
    found = []
    for kind in draw(st.lists(st.sampled_from(KINDS), max_size=most)):
        given: dict[str, Value] = {}
        for name in ASKED[kind]:
            field = shape(kind, name)
            if field.required or draw(st.integers(0, 3)):
                given[name] = draw(st.sampled_from(values(field)))
        found.append(catalogue().fact(kind, given, ORIGIN))
    return found


def reference(rules_: Sequence[Rule], given: Sequence[Fact]) -> dict[str, frozenset[int]]:
    """Try every combination of facts for every rule."""
    matched: dict[str, frozenset[int]] = {}
    for rule in rules_:
        for conjunction in rule.conditions:
            for places in _matches(conjunction, given):
                matched[rule.id] = matched.get(rule.id, frozenset()) | frozenset(places)
    return matched


def _matches(one: Conjunction, given: Sequence[Fact]) -> list[tuple[int, ...]]:
    fitting = [[at for at, f in enumerate(given) if fits(p, f)] for p in one.patterns]
    return [
        places
        for places in product(*fitting)
        if all(
            _equal(given[places[j.left]], j.left_field, given[places[j.right]], j.right_field)
            for j in one.joins
        )
        and not any(_found(absence, places, given) for absence in one.absences)
    ]


def fits(pattern: Pattern, fact: Fact) -> bool:
    return fact.kind == pattern.kind and all(
        holds(ask.test, fact.values.get(ask.field.name, MISSING), ask.field)
        for ask in pattern.asks
    )


def _equal(one: Fact, mine: Field, other: Fact, theirs: Field) -> bool:
    return mine.name in one.values and one.values[mine.name] == other.values.get(theirs.name)


def _found(absence: Absence, places: Sequence[int], given: Sequence[Fact]) -> bool:
    return any(
        fits(absence.pattern, fact)
        and all(
            absence.anchor is not None
            and _equal(fact, mine, given[places[absence.anchor]], theirs)
            for mine, theirs in absence.equal
        )
        for fact in given
    )


def kind_of(name: str) -> Kind:
    return known().kinds[name]


def known() -> Catalogue:
    return catalogue()
