"""The engines of the gate: what each finds, what stands where they differ or fail."""

from collections.abc import Sequence
from dataclasses import replace

import pyoxigraph as ox
import pytest

from ontology.gate import judge
from ontology.shape_engines import ENGINES, GateBroken, GateEngine, evaluate, has_fast
from ontology.shape_files import Shapes, shapes
from ontology.shape_results import Result
from tests.ontology.test_gate import AT, WORLD, put

BOTH = GateEngine.BOTH
OWNERLESS = put("touchpoint/line", name="Line")


def blind(_: Shapes, __: frozenset[str], ___: Sequence[ox.Quad]) -> list[Result]:
    """An engine that sees nothing."""
    return []


def broken(_: Shapes, __: frozenset[str], ___: Sequence[ox.Quad]) -> list[Result]:
    """An engine that never answers."""
    raise GateBroken("it fell over")


def test_the_fast_engine_is_here_while_tests_run() -> None:
    assert has_fast(), "install the extra [test]: the two engines are held equal by tests"


@pytest.mark.parametrize("engine", [*GateEngine])
def test_each_engine_gives_the_same_verdict(engine: GateEngine) -> None:
    verdict = judge(WORLD, [OWNERLESS], AT, engine=engine)
    assert [(r.shape, r.focus) for r in verdict.results] == [
        ("touchpoint-owner", "touchpoint/line")
    ]
    assert not verdict.disagreements
    assert not verdict.faults


@pytest.mark.parametrize("which", ["pyshacl", "fast"])
def test_what_only_one_engine_finds_refuses_and_is_named(
    which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ENGINES, which, blind)
    verdict = judge(WORLD, [OWNERLESS], AT, engine=BOTH)
    assert verdict.refused
    assert verdict.disagreements == ("touchpoint-owner",)


@pytest.mark.parametrize("which", ["pyshacl", "fast"])
def test_where_one_engine_fails_the_other_judges_and_the_fault_is_told(
    which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ENGINES, which, broken)
    verdict = judge(WORLD, [OWNERLESS], AT, engine=BOTH)
    assert verdict.refused
    assert verdict.faults == ("it fell over",)
    assert not verdict.disagreements


def test_the_reference_judges_where_the_fast_engine_alone_was_asked_and_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(ENGINES, "fast", broken)
    verdict = judge(WORLD, [OWNERLESS], AT, engine=GateEngine.FAST)
    assert verdict.refused
    assert verdict.faults


def test_nothing_passes_where_every_engine_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "fast", broken)
    monkeypatch.setitem(ENGINES, "pyshacl", broken)
    with pytest.raises(GateBroken):
        judge(WORLD, [OWNERLESS], AT, engine=BOTH)


def test_without_the_extra_the_reference_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ontology.shape_engines.has_fast", lambda: False)
    monkeypatch.setitem(ENGINES, "fast", broken)
    for engine in GateEngine:
        verdict = judge(WORLD, [OWNERLESS], AT, engine=engine)
        assert verdict.refused
        assert not verdict.faults


def test_engines_may_word_the_same_result_differently(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = ENGINES["fast"]

    def wordy(known: Shapes, types: frozenset[str], quads: Sequence[ox.Quad]) -> list[Result]:
        return [replace(found, message="No!") for found in fast(known, types, quads)]

    monkeypatch.setitem(ENGINES, "fast", wordy)
    verdict = judge(WORLD, [OWNERLESS], AT, engine=BOTH)
    assert not verdict.disagreements
    assert len(verdict.results) == 1
    assert verdict.results[0].message.startswith("A touchpoint has exactly one owner")


def test_a_result_says_what_is_wrong_and_what_mends_it() -> None:
    (result,) = judge(WORLD, [OWNERLESS], AT).results
    assert result.refusal == "A touchpoint has exactly one owner."
    assert result.cure.startswith("Set ownedBy to one team that stands")


def test_texts_of_any_kind_reach_both_engines_unharmed() -> None:
    odd = 'a"b\\c\n\t\u2028é😀 <x> "@en .'
    quads = [quad for quad in WORLD.owned(OWNERLESS.subject) if quad.predicate.value]
    name = ox.Quad(
        quads[0].subject, ox.NamedNode("https://attune.example/ns#name"), ox.Literal(odd)
    )
    found = evaluate(shapes(), frozenset({"Touchpoint"}), [*quads, name], BOTH)
    assert not found.faults
    assert not found.disagreements
