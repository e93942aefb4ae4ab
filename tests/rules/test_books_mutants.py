"""Every shipped rule that is changed a little is caught by one of its cases."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.resources import files

import pytest

from ontology.facts import Fact, Field, catalogue
from ontology.values import Value
from rules.acceptance import accepted
from rules.case import Case
from rules.cases import read_cases
from rules.compiled import Compiled
from rules.conditions import Conjunction, Pattern
from rules.policy import build
from rules.rulebook import Rule
from rules.sfeel import Compare, Given, Not, OneOf, Operator, Test

FOLDER = files("rules").joinpath("books")
BOOKS = sorted(
    one.name
    for one in FOLDER.iterdir()
    if one.name.endswith(".yaml") and not one.name.endswith(".cases.yaml")
)
STRICTER: dict[Operator, Operator] = {">=": ">", "<=": "<", "<": "<=", ">": ">="}


def nudged(value: Value, field: Field) -> Iterator[Value]:
    """The values just beside one."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value - 1, value + 1)
    elif isinstance(value, float):
        step = float(10**-field.decimals)
        yield from (round(value - step, field.decimals), round(value + step, field.decimals))
    elif isinstance(value, timedelta):
        yield from (value - timedelta(seconds=1), value + timedelta(seconds=1))
    elif isinstance(value, str) and value in field.allowed:
        place = field.allowed.index(value)
        yield from field.allowed[max(0, place - 1) : place]
        yield from field.allowed[place + 1 : place + 2]


def changed(test: Test, field: Field) -> Iterator[Test]:
    """A test, changed a little."""
    if isinstance(test, Compare):
        yield from (Compare(test.operator, value) for value in nudged(test.value, field))
        yield Compare(STRICTER.get(test.operator, test.operator), test.value)
    elif isinstance(test, OneOf) and len(test.tests) == 1:
        yield from changed(test.tests[0], field)
    elif isinstance(test, OneOf):
        places = range(len(test.tests))
        yield from (OneOf(test.tests[:place] + test.tests[place + 1 :]) for place in places)
    elif isinstance(test, Not):
        yield from map(Not, changed(test.test, field))
    elif isinstance(test, Given):
        yield Given(there=not test.there)


def patterns(pattern: Pattern) -> Iterator[Pattern]:
    """A pattern with one of its tests changed so that it accepts other values."""
    for place, ask in enumerate(pattern.asks):
        for test in changed(ask.test, ask.field):
            form = accepted(test, ask.field)
            if not form.nothing and form != ask.accepted:
                other = replace(ask, test=test, accepted=form)
                yield replace(
                    pattern, asks=(*pattern.asks[:place], other, *pattern.asks[place + 1 :])
                )


def without(whole: Conjunction, place: int) -> Conjunction:
    """A conjunction without one pattern, and without the absences that compare with it."""
    absences = [one for one in whole.absences if one.anchor != place]
    return replace(
        whole,
        patterns=whole.patterns[:place] + whole.patterns[place + 1 :],
        absences=tuple(
            one if one.anchor is None else replace(one, anchor=one.anchor - (one.anchor > place))
            for one in absences
        ),
    )


def conjunctions(whole: Conjunction) -> Iterator[Conjunction]:
    """A conjunction with one condition changed or left out."""
    for place, pattern in enumerate(whole.patterns):
        before, after = whole.patterns[:place], whole.patterns[place + 1 :]
        if len(whole.patterns) > 1:
            yield without(whole, place)
        for other in patterns(pattern):
            yield replace(whole, patterns=(*before, other, *after))
    for place, absence in enumerate(whole.absences):
        some, more = whole.absences[:place], whole.absences[place + 1 :]
        yield replace(whole, absences=some + more)
        for other in patterns(absence.pattern):
            yield replace(whole, absences=(*some, replace(absence, pattern=other), *more))


def mutants(rule: Rule) -> Iterator[Rule]:
    """A rule with one of its alternatives changed or left out."""
    for place, whole in enumerate(rule.conditions):
        before, after = rule.conditions[:place], rule.conditions[place + 1 :]
        if before or after:
            yield replace(rule, conditions=before + after)
        for other in conjunctions(whole):
            yield replace(rule, conditions=(*before, other, *after))


@dataclass(frozen=True)
class Proof:
    """The cases of one rule, their facts in the order in which engines take them."""

    cases: tuple[tuple[tuple[Fact, ...], bool], ...]

    @classmethod
    def of(cls, cases: list[Case]) -> "Proof":
        ordered = [sorted(case.facts, key=Fact.canonical) for case in cases]
        return cls(tuple((tuple(o), bool(c.fires)) for o, c in zip(ordered, cases, strict=True)))

    def holds(self, rule: Rule) -> bool:
        engine = Compiled((rule,))
        return all((rule.id in engine.fire(facts).matched) == fires for facts, fires in self.cases)


@pytest.mark.parametrize("book", BOOKS)
def test_no_changed_rule_passes_the_cases_of_its_book(book: str) -> None:
    policy = build({book: FOLDER.joinpath(book).read_bytes()}, catalogue())
    table = FOLDER.joinpath(book.replace(".yaml", ".cases.yaml"))
    cases = read_cases(table.read_text("utf-8"), file=table.name, catalogue=catalogue())
    alive: list[str] = []
    for rule in policy.rules:
        assert not any(whole.joins for whole in rule.conditions), "mutants know no joins yet"
        proof = Proof.of([case for case in cases if case.rule == rule.id])
        others = [*mutants(rule)]
        assert others
        assert proof.holds(rule)
        alive += [f"{rule.id}: {one.conditions}" for one in others if proof.holds(one)]
    assert not alive, "\n".join(alive)
