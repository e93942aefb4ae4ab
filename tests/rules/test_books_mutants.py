"""The shipped books: every boundary is tried, and nearly every small change is noticed."""

from functools import cache
from importlib.resources import files

from ontology.facts import catalogue
from rules.casetables import Table, read_tables
from rules.coverage import NOTHING, coverage, total
from rules.mutation import Judged, Proof, sum_up
from rules.policy import Policy, build


@cache
def shipped() -> tuple[Policy, tuple[Table, ...]]:
    folder = files("rules").joinpath("books")
    found = {one.name: one.read_bytes() for one in folder.iterdir() if one.name.endswith(".yaml")}
    whole = build(found, catalogue())
    return whole, read_tables(whole, catalogue())


@cache
def judged() -> tuple[Judged, ...]:
    proof = Proof(*shipped(), catalogue())
    return tuple(proof.judge(rule) for rule in proof.rules())


def test_every_condition_and_every_boundary_of_every_rule_is_tried() -> None:
    found = total(coverage(*shipped()))
    assert [f"{gap.rule.id}: {gap.words}" for gap in found.gaps] == []
    assert found.boundaries.of > 400


def test_in_every_book_nine_of_ten_mutants_fail_a_case() -> None:
    books = sum_up(judged())
    low = {name: one.survivors for name, one in books.items() if one.score.ratio < 0.9}
    assert low == {}


def test_every_mutant_of_a_condition_fails_a_case() -> None:
    conditions = [
        one
        for rule in judged()
        for one in rule.survivors
        if " asks " in one.words or one.words.startswith("without absent")
    ]
    assert conditions == []


def test_every_rule_has_mutants() -> None:
    assert all(rule.score.of for rule in judged())
    assert sum((rule.score for rule in judged()), NOTHING).of > 2_000
