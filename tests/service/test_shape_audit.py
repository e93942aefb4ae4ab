"""The audit of what stands: complete, resumable, the same in one process or several."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from ontology.events import Draft
from ontology.identity import ThingId
from ontology.imagined import Imagined
from ontology.shape_engines import ENGINES, GateBroken, GateEngine
from ontology.shape_files import Shapes, shapes
from ontology.shape_results import Result
from service.audit_file import AuditRefused, Plan, Tally, begin
from service.shape_audit import BATCH, Auditing, run
from service.world import World

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
COUNT = 2 * BATCH + 50
PLAN = Plan(
    sequence=9, policy="d", engine=GateEngine.FAST, types=("KPI", "Team", "Touchpoint"), at=AT
)


def put(thing: str, kind: str, **properties: Any) -> Draft:
    return Draft(
        id="event/1",
        type="record.put",
        subject=ThingId(thing),
        actor=ThingId("person/a"),
        occurred_at=AT,
        data={"type": kind, "properties": properties},
    )


@pytest.fixture(scope="module")
def graph() -> Imagined:
    """Touchpoints of which every tenth has no owner, and a figure for which nobody answers."""
    owned = {"ownedBy": "team/top"}
    points = (
        put(f"touchpoint/t{n:04}", "Touchpoint", name="T", **(owned if n % 10 else {}))
        for n in range(COUNT)
    )
    shift = {"startsAt": "2026-11-22T00:00:00Z", "endsAt": "2026-11-23T00:00:00Z"}
    return Imagined().after(
        [
            put("team/top", "Team", name="Top", atTier="board"),
            put("shift/s", "OnCallShift", ofTeam="team/top", **shift),
            put("kpi/k", "KPI", name="K"),
            *points,
        ]
    )


def audited(path: Path, graph: Imagined, plan: Plan = PLAN, *, stop: int | None = None) -> Tally:
    begun, tally = begin(path, plan)
    auditing = Auditing(graph=graph, shapes=shapes(), plan=begun)
    with path.open("a", encoding="utf-8") as out:
        for judged in run(auditing, out, tally, jobs=1):
            if stop is not None and judged >= stop:
                break
    return tally


def test_everything_that_stands_is_judged_and_counted_by_shape(
    graph: Imagined, tmp_path: Path
) -> None:
    tally = audited(tmp_path / "a.jsonl", graph)
    assert tally.judged == COUNT + 2
    assert dict(tally.shapes) == {
        ("Violation", "touchpoint-owner"): COUNT // 10,
        ("Violation", "kpi-accountable"): 1,
    }
    assert tally.violations == COUNT // 10 + 1


@pytest.mark.parametrize("torn", [b"", b'{"thing": "touchpoint/t0000", "sha'])
def test_an_audit_that_was_cut_short_goes_on_and_ends_in_the_same_file(
    graph: Imagined, tmp_path: Path, torn: bytes
) -> None:
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    audited(whole, graph)
    audited(cut, graph, stop=BATCH)
    assert len(cut.read_bytes()) < len(whole.read_bytes())
    with cut.open("ab") as file:
        lost = {"thing": "touchpoint/t0000", "shape": "x", "severity": "Violation"}
        file.write(json.dumps(lost).encode() + b"\n" + torn)
    resumed = audited(cut, graph)
    assert cut.read_bytes() == whole.read_bytes()
    assert resumed == audited(whole, graph)


def test_an_audit_goes_on_as_of_the_moment_and_event_with_which_it_began(
    graph: Imagined, tmp_path: Path
) -> None:
    path = tmp_path / "a.jsonl"
    audited(path, graph, stop=BATCH)
    later = Plan(
        sequence=12, policy="d", engine=PLAN.engine, types=PLAN.types, at=AT.replace(hour=13)
    )
    begun, _ = begin(path, later)
    assert begun == PLAN


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"policy": "other"}, "was begun with another policy"),
        ({"engine": GateEngine.BOTH}, "was begun with another engine"),
        ({"types": ("KPI",)}, "was begun with another types"),
    ],
)
def test_a_file_of_another_audit_is_never_gone_on_with(
    graph: Imagined, tmp_path: Path, changed: dict[str, Any], told: str
) -> None:
    path = tmp_path / "a.jsonl"
    audited(path, graph, stop=BATCH)
    before = path.read_bytes()
    fields = {name: getattr(PLAN, name) for name in Plan.__dataclass_fields__}
    with pytest.raises(AuditRefused, match=told):
        begin(path, Plan(**{**fields, **changed}))
    assert path.read_bytes() == before


def test_a_file_that_is_no_audit_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("dear diary\n")
    with pytest.raises(AuditRefused, match="is no file of an audit"):
        begin(path, PLAN)
    assert path.read_text() == "dear diary\n"


def test_where_engines_differ_or_fail_the_thing_is_named(
    graph: Imagined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def odd(known: Shapes, types: frozenset[str], quads: Sequence[ox.Quad]) -> list[Result]:
        if any("touchpoint/t0001" in str(quad.subject) for quad in quads):
            raise GateBroken("it fell over")
        return [r for r in fast(known, types, quads) if r.focus != "kpi/k"]

    fast = ENGINES["fast"]
    monkeypatch.setitem(ENGINES, "fast", odd)
    plan = Plan(sequence=9, policy="d", engine=GateEngine.BOTH, types=PLAN.types, at=AT)
    path = tmp_path / "a.jsonl"
    tally = audited(path, graph, plan, stop=BATCH)
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert {"thing": "kpi/k", "differ": ["kpi-accountable"]} in rows
    assert {"thing": "touchpoint/t0001", "fault": "it fell over"} in rows
    assert (tally.differing, tally.unjudged) == (1, 1)


@pytest.fixture
def broken(open_world: Callable[..., World], home: Path) -> Path:
    """A home whose ledger holds a touchpoint without an owner that no gate has judged."""
    world = open_world()
    world.ledger.append([put("touchpoint/x", "Touchpoint", name="X")])
    return home


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_command_audits_a_home_in_one_process_or_several(broken: Path, jobs: str) -> None:
    out = broken.parent / "audit.jsonl"
    command = [str(Path(sys.executable).parent / "attune"), "shapes", "audit"]
    options = ["--home", str(broken), "--jobs", jobs, "--out", str(out), "--json"]
    done = subprocess.run(  # noqa: S603 - no part of the command is input
        [*command, *options], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert told["violations"] == 1
    assert told["judged"] > 500
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    (row,) = [one for one in rows if "shape" in one]
    assert (row["thing"], row["shape"]) == ("touchpoint/x", "touchpoint-owner")
