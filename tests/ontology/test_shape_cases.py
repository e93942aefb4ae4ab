"""Case tables of shapes: every packaged shape is tried; what is wrong in a table is told."""

from importlib.resources import files

import pytest

from ontology.marked_reader import FileInvalid
from ontology.shape_cases import read_table, read_tables
from ontology.shape_engines import GateEngine
from ontology.shape_files import shapes
from ontology.shape_trials import run_tables

FOLDER = files("ontology").joinpath("shapes")
TABLES = read_tables({one.name: one.read_bytes() for one in FOLDER.iterdir()})
HEAD = "given:\n  team/a: {name: A, atTier: board}\ncases:\n"


def case(text: str, head: str = HEAD) -> list[str]:
    table = read_table(f"{head}  - {text}\n", file="t.cases.yaml")
    found = run_tables(shapes(), [table]).faults()
    return [words for _, words in found if "t.cases.yaml" in words]


@pytest.mark.parametrize("engine", [*GateEngine])
def test_every_packaged_shape_fires_on_its_mutants_and_spares_its_neighbours(
    engine: GateEngine,
) -> None:
    report = run_tables(shapes(), TABLES, engine)
    assert [*report.faults()] == []
    assert len(report.results) >= 2 * len(shapes().told)


def test_a_shape_without_cases_is_named_twice() -> None:
    kept = [table for table in TABLES if "regions" not in table.file]
    told = [words for _, words in run_tables(shapes(), kept).faults()]
    lacking = [words for words in told if "region-cycle has no case" in words]
    assert [words.rpartition(" it ")[2] for words in lacking] == ["fires", "stays quiet"]


def test_what_should_fire_and_does_not_is_told_with_what_fires_instead() -> None:
    (told,) = case("{shape: team-next, note: N, change: {team/x: {name: X}}, want: fires}")
    assert told == "t.cases.yaml:4: N: team-next stays quiet, wanted: fires; fired: team-top"


def test_a_result_that_is_not_the_wanted_one_is_told() -> None:
    (told,) = case("{shape: team-top, note: N, change: {team/x: {name: X}}, want: {path: name}}")
    assert "fires otherwise than wanted" in told
    assert "escalatesTo*/atTier" in told


def test_a_table_may_take_things_away_and_act_on_them() -> None:
    head = HEAD.replace("cases:\n", "  incident/i: {name: I, phase: candidate}\ncases:\n")
    gone = "{shape: team-next, note: N, change: {team/a: removed}, want: stays quiet}"
    assert case(gone) == []
    opened = "{shape: OpenIncident, note: N, change: {incident/i: {phase: open}}, want: fires}"
    assert case(opened, head) == []


def test_the_moment_of_a_table_counts_where_a_case_has_none() -> None:
    ended = "given:\n  agreement/a: {topic: a, validUntil: 2026-01-01T00:00:00Z}\n"
    relied = (
        "cases:\n  - {shape: agreement-in-force, note: N, change:"
        " {case/c: {reliesOn: [agreement/a]}}, want: %s%s}\n"
    )
    early, late = "at: 2025-06-01T00:00:00Z\n", "at: 2026-06-01T00:00:00Z\n"
    for text in (
        early + ended + relied % ("stays quiet", ""),
        late + ended + relied % ("fires", ""),
        late + ended + relied % ("stays quiet", ", at: 2025-06-01T00:00:00Z"),
    ):
        table = read_table(text, file="t.cases.yaml")
        assert run_tables(shapes(), [table]).results[0].passed, text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{shape: a, note: N, change: {team/x: {nme: X}}, want: fires}", "did you mean 'name'?"),
        ("{shape: a, note: N, change: {tem/x: {name: X}}, want: fires}", "is of no kind"),
        ("{shape: a, note: N, change: {Team: {name: X}}, want: fires}", "is no id"),
        ("{shape: a, note: N, change: {team/x: {}}, want: fires}", "name is missing"),
        ("{shape: a, note: N, change: {}, want: fiires}", "'fiires' is none of fires"),
        ("{shape: a, note: N, change: {}, want: {paths: a}}", "'paths' is no key here"),
        ("{shape: a, note: N, change: {}}", "want is missing"),
        ("{shape: a, note: N, change: {}, want: fires, at: noon}", "is no time with offset"),
        ("{shape: a, note: N, change: {incident/x: {tier: board}}, want: fires}", "say its phase"),
        ("{shape: a, note: N, change: {geofence/x: {radius: far}}, want: fires}", "is no number"),
    ],
)
def test_a_mistake_in_a_table_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(FileInvalid) as caught:
        read_table(f"cases:\n  - {text}\n", file="t.cases.yaml")
    assert any(told in error for error in caught.value.errors), caught.value.errors
    assert all(error.startswith("t.cases.yaml:2:") for error in caught.value.errors)


def test_a_case_of_a_shape_that_is_not_there_fails() -> None:
    (told,) = case("{shape: nothing, note: N, change: {}, want: stays quiet}")
    assert "there is no shape 'nothing'" in told
