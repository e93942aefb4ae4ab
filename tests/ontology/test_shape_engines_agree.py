"""The two engines of the gate give the same results on graphs that nobody would think of."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st

from ontology.events import Draft, Json
from ontology.gate import judge, judge_standing
from ontology.identity import ThingId
from ontology.imagined import Imagined
from ontology.record_types import Property, RecordType
from ontology.schema import schema
from ontology.shape_engines import GateEngine
from ontology.shape_files import read_shapes, shapes
from ontology.values import Datatype
from tests.ontology.test_gate import AT
from tests.ontology.test_shape_cases import TABLES
from tests.rules.examples import EXAMPLES

FORMS = Path(__file__).parent / "simple_shapes" / "forms.yaml"
SIMPLE = read_shapes({"forms.yaml": FORMS.read_bytes()})
KNOWN = {"packaged": shapes(), "simple": SIMPLE}
NAMES = ("a", "b", "c")
MOMENTS = ("2025-01-01T00:00:00Z", "2026-11-22T12:00:00Z", "2026-11-22T12:00:00.5Z")
VALUES: dict[Datatype, Sequence[Json]] = {
    Datatype.STRING: (
        "Words.",
        "x",
        "live",
        "granted",
        "US-NY",
        'Ünï "quoted" \\ \n 😀',
        "d1",
        "",
    ),
    Datatype.BOOLEAN: (True, False),
    Datatype.INTEGER: (-1, 0, 1, 5),
    Datatype.DECIMAL: (-0.5, 0.0, 1e-9, 4.0, 1e12),
    Datatype.DATE: ("2026-11-22", "2026-11-23"),
    Datatype.TIME: ("08:00:00", "20:00:00"),
    Datatype.DATETIME: (*MOMENTS, "2027-01-01T00:00:00Z"),
    Datatype.DURATION: ("PT15M", "PT90M", "P1D"),
}
JUDGED = [schema().types[name] for name in {*shapes().targets, *SIMPLE.targets}]
JUDGED.sort(key=lambda kind: kind.name)
OTHERS = [schema().kinds[kind] for kind in ("person", "customer", "work", "claim-topic", "claim")]


def values(prop: Property) -> st.SearchStrategy[Json]:
    """Values of a property: right ones, and what refers to nothing or to the wrong thing."""
    if prop.choices:
        return st.sampled_from(prop.choices)
    if prop.refers:
        kinds = [*prop.refers, "person"]
        return st.sampled_from([f"{kind}/{name}" for kind in kinds for name in (*NAMES, "none")])
    return st.sampled_from([*VALUES[prop.datatype or Datatype.STRING]])


def things(kind: RecordType) -> st.SearchStrategy[Draft]:
    """A thing of a kind with some of its properties, once or several times."""
    several = {name: st.lists(values(p), max_size=3) for name, p in kind.properties.items()}
    some = st.fixed_dictionaries({}, optional=several)
    return st.builds(_put, st.just(kind), st.sampled_from(NAMES), some)


def _put(kind: RecordType, name: str, properties: dict[str, Any]) -> Draft:
    return Draft(
        id="event/1",
        type="record.put",
        subject=ThingId(f"{kind.kind}/{name}"),
        actor=ThingId("person/a"),
        occurred_at=AT,
        data={"type": kind.name, "properties": properties},
    )


drafts = st.lists(st.sampled_from([*JUDGED, *OTHERS]).flatmap(things), min_size=1, max_size=12)


@pytest.mark.parametrize("which", KNOWN)
@settings(
    max_examples=min(EXAMPLES, 4_000) // 5,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(drawn=drafts)
@example(drawn=[_put(schema().types["Team"], "a", {"escalatesTo": ["team/a"], "name": ["A"]})])
def test_both_engines_find_the_same_in_any_graph(which: str, drawn: list[Draft]) -> None:
    graph = Imagined().after(drawn)
    note("\n".join(f"{draft.subject}: {draft.data['properties']}" for draft in drawn))
    judged = sorted({draft.subject for draft in drawn})
    together = judge_standing(graph, judged, AT, KNOWN[which], GateEngine.BOTH)
    assert not together.faults
    assert not together.disagreements, [r.key for r in together.results]


@settings(
    max_examples=min(EXAMPLES, 4_000) // 10,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(standing=drafts, change=drafts.map(lambda found: found[:2]))
def test_both_engines_give_the_same_verdict_on_any_change(
    standing: list[Draft], change: list[Draft]
) -> None:
    graph = Imagined().after(standing)
    verdicts = [judge(graph, change, AT, shapes(), engine) for engine in GateEngine]
    assert len({frozenset(r.key for r in one.results) for one in verdicts}) == 1
    assert not any(one.disagreements or one.faults for one in verdicts)


def test_judging_things_together_or_one_by_one_finds_the_same() -> None:
    ground = Imagined().after(d for t in TABLES if not t.cases for d in t.given)
    for table in TABLES:
        for case in table.cases:
            graph = ground.after((*table.given, *case.change))
            judged = sorted({draft.subject for draft in case.change})
            for engine in (GateEngine.FAST, GateEngine.PYSHACL):
                together = judge_standing(graph, judged, case.at, shapes(), engine)
                alone = [judge_standing(graph, [t], case.at, shapes(), engine) for t in judged]
                assert {r.key for r in together.results} == {
                    r.key for one in alone for r in one.results
                }
