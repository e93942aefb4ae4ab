"""Suggestions: the boundary cases that a policy lacks, written for a person to judge."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ontology.facts import Catalogue, Fact, FactInvalid, Origin
from ontology.kinds import Field
from ontology.values import Datatype, Value, encode
from rules.boundaries import Boundary, candidates
from rules.case import Case
from rules.cases import AT, FIRES, QUIET
from rules.casetables import CASES, Table
from rules.compiled import Compiled
from rules.conditions import Ask, Conjunction, Pattern
from rules.coverage import Gap, Place, coverage, fits, observed, told
from rules.literals import literal
from rules.policy import Policy
from rules.rule import Rule
from rules.sfeel import MISSING, Input, Missing, holds

_ORIGIN: Final = Origin(source="request", ref="/suggested")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./-]+( [A-Za-z0-9_./-]+)*", re.ASCII)
_HEAD: Final = """\
# Suggested boundary cases. `want` is what the rules conclude now, which may be wrong: judge each
# case, say in your own words what it shows, move it into the table named above it, and take
# `judge: true` out. Until then `attune rules test` refuses it.
cases:
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A case that is missing: its facts, its moment, and what its rule does now."""

    table: str
    rule: str
    note: str
    facts: tuple[Fact, ...]
    at: datetime
    fires: bool


def suggestions(
    whole: Policy, tables: Iterable[Table], catalogue: Catalogue
) -> tuple[Suggestion, ...]:
    """A case for every side of every boundary that no case stands on.

    Each is a case of the rule that fires, or facts that its conditions ask for, with one value
    changed.
    """
    about: defaultdict[str, list[Case]] = defaultdict(list)
    tables = [*tables]
    for table in tables:
        for case in table.cases:
            about[case.rule or ""].append(case)
    gaps = (gap for book in coverage(whole, tables) for gap in book.gaps)
    found = [one for gap in gaps for one in _of_gap(gap, about[gap.rule.id], catalogue)]
    first = {(one.rule, *(fact.canonical() for fact in one.facts)): one for one in found[::-1]}
    return tuple([*first.values()][::-1])


def written(found: Sequence[Suggestion], catalogue: Catalogue) -> str:
    """Suggestions as a case table, by the table that each belongs to."""
    by_table: defaultdict[str, list[Suggestion]] = defaultdict(list)
    for one in found:
        by_table[one.table].append(one)
    lines = [
        line
        for table in sorted(by_table)
        for line in (
            f"  # {table}",
            *(part for one in by_table[table] for part in _lines(one, catalogue)),
        )
    ]
    return _HEAD + "\n".join(lines or ["  []"]) + "\n"


def _of_gap(gap: Gap, cases: Sequence[Case], catalogue: Catalogue) -> Iterator[Suggestion]:
    if gap.place is None or gap.boundary is None:
        return
    for value in _sides(gap.place, gap.boundary, cases):
        firing = next((case for case in cases if case.fires), None)
        facts = _facts(gap.place, value, firing, catalogue)
        if facts is None:
            continue
        at = _moment(gap.rule) if firing is None else firing.at
        engine = Compiled((gap.rule,))
        matched = engine.fire(sorted(facts, key=Fact.canonical)).matched
        name = ("absent " if gap.place.absent else "") + gap.place.pattern.kind
        ask = gap.place.ask
        yield Suggestion(
            table=gap.rule.file.removesuffix(".yaml") + CASES,
            rule=gap.rule.id,
            note=f"{name}.{ask.field.name} is {told(value)}, asked: {ask.written}",
            facts=facts,
            at=at,
            fires=gap.rule.id in matched and gap.rule.effective.at(at),
        )


def _moment(rule: Rule) -> datetime:
    """A moment at which a rule is in force: the usual one, or its first."""
    return AT if rule.effective.at(AT) else rule.effective.start or AT


def _sides(place: Place, boundary: Boundary, cases: Sequence[Case]) -> Iterator[Input]:
    """The values on which no case stands; both where cases stand on both and do not differ."""
    values = [value for value, _ in observed(place, cases)]
    at, beside = (any(map(here, values)) for here in (boundary.is_at, boundary.is_beside))
    if not at or beside:
        yield boundary.at
    if not beside or at:
        yield from _beside(boundary)


def _beside(boundary: Boundary) -> Iterator[Input]:
    if boundary.beside is not None:
        yield boundary.beside
        return
    field = boundary.field
    tried = [*candidates([boundary.test], field), _example(field), *_others(field)]
    yield from [value for value in tried if boundary.is_beside(value)][:1]


def _others(field: Field) -> tuple[Value, ...]:
    """A text that nobody names, or the id of a thing that nobody knows."""
    if field.datatype is not Datatype.STRING:
        return ()
    return ("another" if field.refers is None else f"{field.refers}/another",)


def _facts(
    place: Place, value: Input, firing: Case | None, catalogue: Catalogue
) -> tuple[Fact, ...] | None:
    """Facts of which all hold but, perhaps, the ask in question; None where none can be found."""
    whole = next(one for one in place.rule.conditions if place.pattern in {*one.every()})
    pattern, name = place.pattern, place.ask.field.name
    try:
        facts = [*(_invented(whole, catalogue) if firing is None else firing.facts)]
        chosen = next((one for one in facts if _fulfils(pattern, one)), None)
        values = _values(pattern, catalogue) if chosen is None else dict(chosen.values)
        if place.absent:
            facts, same = _anchored(whole, pattern, facts, catalogue)
            values |= same
        values.pop(name, None)
        if value is not None and not isinstance(value, Missing):
            values[name] = value
        fact = catalogue.fact(pattern.kind, values, _ORIGIN)
    except FactInvalid:
        return None
    return (*(one for one in facts if one is not chosen), fact)


def _fulfils(pattern: Pattern, fact: Fact) -> bool:
    return fact.kind == pattern.kind and fits(pattern, fact)


def _anchored(
    whole: Conjunction, pattern: Pattern, facts: Sequence[Fact], catalogue: Catalogue
) -> tuple[list[Fact], dict[str, Value]]:
    """Facts among which the one that an absence compares with has something to be compared."""
    absence = next(one for one in whole.absences if one.pattern == pattern)
    found, same = [*facts], dict[str, Value]()
    at = next(
        (
            at
            for at, one in enumerate(found)
            if absence.anchor is not None and _fulfils(whole.patterns[absence.anchor], one)
        ),
        None,
    )
    for mine, other in absence.equal if at is not None else ():
        anchor = found[at or 0]
        same[mine.name] = anchor.values.get(other.name, _example(other))
        values = {**anchor.values, other.name: same[mine.name]}
        found[at or 0] = catalogue.fact(anchor.kind, values, *anchor.origins)
    return found, same


def _invented(whole: Conjunction, catalogue: Catalogue) -> list[Fact]:
    """The facts that an alternative asks for, from the values that its tests name."""
    found = [_values(pattern, catalogue) for pattern in whole.patterns]
    for join in whole.joins:
        left, right = join.left_field.name, join.right_field.name
        found[join.left].setdefault(left, _example(join.left_field))
        found[join.right][right] = found[join.left][left]
    pairs = zip(whole.patterns, found, strict=True)
    return [catalogue.fact(pattern.kind, values, _ORIGIN) for pattern, values in pairs]


def _values(pattern: Pattern, catalogue: Catalogue) -> dict[str, Value]:
    """Values that fulfil a pattern, and those without which there is no such fact."""
    kind = catalogue.kinds[pattern.kind]
    found: dict[str, Value] = {name: _example(kind.fields[name]) for name in kind.required}
    for ask in pattern.asks:
        value = _fitting(ask)
        if value is not None and not isinstance(value, Missing):
            found[ask.field.name] = value
    return found


def _fitting(ask: Ask) -> Input:
    """A value of which a test holds; missing where that will do."""
    tried = (MISSING, *candidates([ask.test], ask.field), _example(ask.field))
    return next((one for one in tried if holds(ask.test, one, ask.field)), MISSING)


def _example(field: Field) -> Value:
    return literal(field.example, field)


def _lines(one: Suggestion, catalogue: Catalogue) -> Iterator[str]:
    yield f"  - rule: {one.rule}"
    yield f"    note: {_text(one.note)}"
    if one.at != AT:
        yield f"    at: {one.at.isoformat().replace('+00:00', 'Z')}"
    yield f"    given: {_given(one.facts, catalogue)}"
    yield f"    want: {FIRES if one.fires else QUIET}"
    yield "    judge: true"


def _given(facts: Sequence[Fact], catalogue: Catalogue) -> str:
    kinds: defaultdict[str, list[str]] = defaultdict(list)
    for fact in facts:
        order = [n for n in catalogue.kinds[fact.kind].fields if n in fact.values]
        kinds[fact.kind].append(_flow({name: _plain(fact.values[name]) for name in order}))
    return _flow({k: f[0] if len(f) == 1 else f"[{', '.join(f)}]" for k, f in kinds.items()})


def _flow(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in values.items()) + "}"


def _plain(value: Value) -> str:
    written_as = encode(value)
    return _text(written_as) if isinstance(written_as, str) else json.dumps(written_as)


def _text(text: str) -> str:
    """A text as YAML takes it: bare where it is plain, else in quotation marks."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
