"""`attune shapes audit`, run: its plan, its file, its progress."""

import tempfile
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from ontology.gate_engine import GateEngine
from ontology.shape_files import shapes as packaged
from service.audit_file import AuditRefused, Plan, Tally, begin
from service.cli.output import refuse
from service.shape_audit import Auditing, run
from service.world import World


def audited(
    world: World,
    types: Iterable[str],
    engine: GateEngine,
    *,
    jobs: int,
    out: Path | None,
    quiet: bool,
) -> Tally:
    """Audit a world, going on where the file was cut short; without one, in a passing file."""
    known = world.policies.shapes() or packaged()
    wanted = tuple(types) or tuple(known.targets)
    strange = [name for name in wanted if name not in known.targets]
    if strange:
        refuse(f"No shape judges {strange[0]!r}; there are {', '.join(known.targets)}")
    plan = Plan(
        sequence=world.graph.sequence,
        policy=world.policies.active or "",
        engine=engine,
        types=wanted,
        at=world.clock.now(),
    )
    folder = tempfile.TemporaryDirectory() if out is None else nullcontext("")
    with folder as passing:
        path = out or Path(passing) / "audit.jsonl"
        try:
            begun, tally = begin(path, plan)
        except AuditRefused as error:
            refuse(str(error))
        except OSError as error:
            refuse(f"{path}: {error.strerror}; name a file that can be written")
        same = begun.sequence == plan.sequence
        graph = world.graph if same else world.graph.as_of(begun.sequence)
        auditing = Auditing(graph=graph, shapes=known, plan=begun)
        _follow(auditing, path, tally, jobs=jobs, quiet=quiet)
    return tally


def _follow(auditing: Auditing, path: Path, tally: Tally, *, jobs: int, quiet: bool) -> None:
    """Judge while a bar shows how far it is."""
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    shown = Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet)
    with path.open("a", encoding="utf-8") as file:
        judging = run(auditing, file, tally, jobs=jobs)
        first = next(judging, tally.judged)  # processes are forked before the bar has its thread
        with shown as bar:
            task = bar.add_task("", total=auditing.total(), completed=first)
            for judged in judging:
                bar.update(task, completed=judged)
