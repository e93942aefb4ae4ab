"""The two engines of the gate give the same results on graphs that nobody would think of."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st

from ontology.events import Draft, Json
from ontology.gate import judge, judge_standing
from ontology.identity import ThingId, kind_of
from ontology.imagined import Imagined
from ontology.record_types import Property, RecordType
from ontology.schema import schema
from ontology.shape_cases import ShapeTable, read_tables
from ontology.shape_engines import GateEngine
from ontology.shape_files import read_shapes, shapes
from ontology.values import Datatype
from tests.ontology.test_gate import AT
from tests.ontology.test_shape_cases import TABLES
from tests.rules.examples import EXAMPLES, NIGHTLY

FORMS = Path(__file__).parent / "simple_shapes" / "forms.yaml"
SIMPLE = read_shapes({"forms.yaml": FORMS.read_bytes()})
KNOWN = {"packaged": shapes(), "simple": SIMPLE}
EVERY = 1 if NIGHTLY else 5
"""Of the parts of a case every fifth is missing once by day, others in each case."""

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


@st.composite
def near_cases(draw: st.DrawFn, tables: Sequence[ShapeTable]) -> list[Draft]:
    """What stands in a case, after its change, with a few things altered, gone or added."""
    shared = [draft for table in tables if not table.cases for draft in table.given]
    table, case = draw(st.sampled_from([(one, case) for one in tables for case in one.cases]))
    found = [*shared, *table.given, *case.change]
    mine = {draft.subject for draft in (*table.given, *case.change)}
    places = [n for n, draft in enumerate(found) if draft.subject in mine]
    for place in draw(st.lists(st.sampled_from(places), max_size=4)):
        found[place] = draw(_altered(found[place]))
    return [*found, *draw(st.lists(st.sampled_from(JUDGED).flatmap(things), max_size=2))]


def _altered(draft: Draft) -> st.SearchStrategy[Draft]:
    """The same thing without one of its properties, with another value of one, or gone."""
    kind = schema().kinds[kind_of(draft.subject)]
    held = _held(draft)
    other = [_valued(draft, name, kind.properties[name]) for name in held]
    return st.one_of([st.sampled_from([*lacking(draft)]), *other])


def lacking(draft: Draft) -> Iterator[Draft]:
    """The same thing gone, and without each of its properties."""
    yield replace(draft, type="record.removed", data={})
    held = _held(draft)
    for name in held:
        rest = {other: value for other, value in held.items() if other != name}
        yield replace(draft, data={**draft.data, "properties": rest})


def _valued(draft: Draft, name: str, prop: Property) -> st.SearchStrategy[Draft]:
    def put(drawn: list[Json]) -> Draft:
        return replace(draft, data={**draft.data, "properties": {**_held(draft), name: drawn}})

    return st.lists(values(prop), min_size=1, max_size=2).map(put)


def _held(draft: Draft) -> dict[str, Any]:
    said = draft.data.get("properties")
    return dict(said) if isinstance(said, dict) else {}


TRIED = {
    "packaged": TABLES,
    "simple": read_tables({"forms.cases.yaml": FORMS.with_name("forms.cases.yaml").read_bytes()}),
}


@pytest.mark.parametrize("which", KNOWN)
@settings(
    max_examples=min(EXAMPLES, 4_000) // 10,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_both_engines_find_the_same_around_every_case(which: str, data: st.DataObject) -> None:
    drawn = data.draw(near_cases(TRIED[which]))
    graph = Imagined().after(drawn)
    judged = sorted({draft.subject for draft in drawn})
    together = judge_standing(graph, judged, AT, KNOWN[which], GateEngine.BOTH)
    assert not together.faults
    assert not together.disagreements, [r.key for r in together.results]


@pytest.mark.parametrize("which", KNOWN)
@settings(
    max_examples=min(EXAMPLES, 4_000) // 10,
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
    max_examples=min(EXAMPLES, 4_000) // 20,
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


@pytest.mark.slow
@pytest.mark.parametrize("which", KNOWN)
def test_both_engines_find_the_same_where_any_part_of_any_case_is_missing(which: str) -> None:
    known, tables = KNOWN[which], TRIED[which]
    ground = Imagined().after(d for table in tables if not table.cases for d in table.given)
    fired: set[str] = set()
    turn = cycle(range(EVERY))
    for table in tables:
        standing = ground.after(table.given)
        for case in table.cases:
            for place, draft in enumerate(case.change):
                for altered in (draft, *islice(lacking(draft), next(turn), None, EVERY)):
                    change = [*case.change[:place], altered, *case.change[place + 1 :]]
                    graph = standing.after(change)
                    judged = sorted({one.subject for one in change})
                    found = judge_standing(graph, judged, case.at, known, GateEngine.BOTH)
                    assert not found.faults, (case, altered)
                    assert not found.disagreements, (case, altered)
                    fired |= {result.shape for result in found.results}
    assert fired == known.told


def test_judging_things_together_or_one_by_one_finds_the_same() -> None:
    ground = Imagined().after(d for t in TABLES if not t.cases for d in t.given)
    for table in TABLES:
        for case in table.cases:
            graph = ground.after((*table.given, *case.change))
            judged = sorted({draft.subject for draft in case.change})
            if len(judged) == 1:
                continue  # together is alone
            for engine in (GateEngine.FAST, GateEngine.PYSHACL):
                together = judge_standing(graph, judged, case.at, shapes(), engine)
                alone = [judge_standing(graph, [t], case.at, shapes(), engine) for t in judged]
                assert {r.key for r in together.results} == {
                    r.key for one in alone for r in one.results
                }
