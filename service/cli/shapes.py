"""`attune shapes`: check, try and list what the gate judges by; audit what stands."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ontology.gate_engine import GateEngine
from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from ontology.shape_catalogue import ShapeTold
    from ontology.shape_graph import Shapes

app = typer.Typer(help="Shapes of the gate: check, try, list, audit.", no_args_is_help=True)

Folder = Annotated[
    Path | None,
    typer.Argument(help="A folder of shapes, or of a policy; the packaged ones if none is named."),
]
Engine = Annotated[
    GateEngine, typer.Option(help="Who judges; without the extra [fast], pySHACL does.")
]
_INSIDE = ("ontology", "shapes")


@app.command()
def check(folder: Folder = None, *, as_json: AsJson = False) -> None:
    """Read every shape and every case table; say all that is wrong with file and line."""
    from ontology.marked_reader import FileInvalid  # noqa: PLC0415 - light start
    from ontology.shape_cases import read_tables  # noqa: PLC0415 - light start
    from ontology.shape_soundness import unsound  # noqa: PLC0415 - light start

    content = _content(folder)
    known = _shapes(content)
    errors = [words for _, words in unsound(known)]
    try:
        cases = sum(len(table.cases) for table in read_tables(content))
    except FileInvalid as error:
        errors += error.errors
    if errors:
        refuse("\n".join(errors))
    told = {"shapes": len(known.told), "types": len(known.targets), "cases": cases}
    if as_json:
        show({"valid": True, **told})
    else:
        typer.echo(", ".join(f"{count} {name}" for name, count in told.items()))


@app.command("test")
def run_tables(
    folder: Folder = None, *, engine: Engine = GateEngine.BOTH, as_json: AsJson = False
) -> None:
    """Run the case tables: every shape fires on its mutants and spares its neighbours.

    With both engines, a case fails where they differ. A shape without a case each way fails, too.
    """
    from ontology.marked_reader import FileInvalid  # noqa: PLC0415 - light start
    from ontology.shape_cases import read_tables  # noqa: PLC0415 - light start
    from ontology.shape_engines import GateBroken, has_fast  # noqa: PLC0415 - light start
    from ontology.shape_trials import run_tables as run  # noqa: PLC0415 - light start

    content = _content(folder)
    try:
        report = run(_shapes(content), read_tables(content), engine)
    except (FileInvalid, GateBroken) as error:
        refuse(str(error))
    faults = [words for _, words in report.faults()]
    if as_json:
        show({"passed": report.passed, "cases": len(report.results), "faults": faults})
    else:
        for words in faults:
            typer.echo(words)
        alone = "" if has_fast() else ", by pySHACL alone: the extra [fast] is not installed"
        typer.echo(f"{len(report.results)} cases, {len(faults)} faults{alone}")
    if not report.passed:
        raise typer.Exit(1)


@app.command("list")
def list_shapes(
    folder: Folder = None,
    *,
    of_type: Annotated[str, typer.Option("--type", help="Only shapes that judge this type.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say of each shape what it judges, what it refuses, what mends that, and where it stands."""
    from dataclasses import asdict  # noqa: PLC0415 - light start

    from ontology.shape_catalogue import told  # noqa: PLC0415 - light start

    known = _shapes(_content(folder))
    if of_type and of_type not in known.targets:
        refuse(f"No shape judges {of_type!r}; there are {', '.join(known.targets)}")
    found = [one for one in told(known) if not of_type or of_type in one.types]
    if as_json:
        show([asdict(one) for one in found])
        return
    for one in found:
        typer.echo(_line(one))


@app.command("compile")
def compile_file(
    file: Annotated[Path, typer.Argument(help="A YAML file of simple shapes.")],
) -> None:
    """Show the SHACL that simple shapes stand for, as Turtle."""
    from ontology.marked_reader import FileInvalid  # noqa: PLC0415 - light start
    from ontology.simple_shape_graph import compiled, turtle  # noqa: PLC0415 - light start
    from ontology.simple_shape_reader import read  # noqa: PLC0415 - light start

    try:
        text = file.read_bytes().decode()
        shapes = read(text, file=str(file))
    except OSError as error:
        refuse(f"{file}: cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        refuse(f"{file}: is no UTF-8")
    except FileInvalid as error:
        refuse(str(error))
    typer.echo(turtle(compiled(shapes)), nl=False)


@app.command("schema")
def write_schema(
    out: Annotated[
        Path | None, typer.Option("--out", help="Where to write it; shown if absent.")
    ] = None,
    *,
    cases: Annotated[
        bool, typer.Option("--cases", help="The schema of case tables, not of simple shapes.")
    ] = False,
) -> None:
    """Write the JSON Schema by which editors complete and check simple shapes or their cases."""
    from ontology.simple_shape_schema import cases_schema, shapes_schema  # noqa: PLC0415 - light
    from rules.editor_schema import written  # noqa: PLC0415 - light start

    text = written(cases_schema() if cases else shapes_schema())
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        refuse(f"{out}: cannot be written: {error.strerror}")
    typer.echo(f"{out}: {len(text) // 1024} KiB")


@app.command()
def audit(
    home: Home = None,
    *,
    types: Annotated[
        list[str] | None, typer.Option("--type", help="Only things of this type; repeat it.")
    ] = None,
    engine: Engine = GateEngine.FAST,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Processes that judge.")] = 2,
    out: Annotated[
        Path | None,
        typer.Option(help="Results as JSON lines; an audit that was cut short goes on there."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge everything that stands by the active policy's shapes; exit code 1 if any is violated.

    Acts answer only for what they bring about, so what was broken before a shape was added, or
    through time alone, stays until it is found here.
    """
    from service.cli.shape_auditing import audited  # noqa: PLC0415 - light start

    with opened(home) as world:
        tally = audited(world, types or (), engine, jobs=jobs, out=out, quiet=as_json)
    if as_json:
        show(tally.json())
    else:
        for (severity, shape), count in tally.shapes.most_common():
            typer.echo(f"{count:>8}  {severity:<9}  {shape}")
        more = f", {tally.differing} on which the engines differ" * bool(tally.differing)
        more += f", {tally.unjudged} not judged" * bool(tally.unjudged)
        typer.echo(f"{tally.judged} things judged, {tally.violations} violations{more}")
    if tally.violations or tally.unjudged:
        raise typer.Exit(1)


def _content(folder: Path | None) -> dict[str, bytes]:
    """The files of a folder of shapes by the names that they have in a policy."""
    if folder is None:
        from service.bundle import packaged  # noqa: PLC0415 - light start

        return {n: text for n, text in packaged().items() if n.startswith("/".join(_INSIDE))}
    inside = folder.joinpath(*_INSIDE)
    place = inside if inside.is_dir() else folder
    found = sorted(path for path in place.glob("*") if path.suffix in {".ttl", ".yaml"})
    if not found:
        refuse(f"{folder} holds no shapes; name a folder with .ttl or .yaml files")
    try:
        return {"/".join((*_INSIDE, path.name)): path.read_bytes() for path in found}
    except OSError as error:
        refuse(f"{error.filename}: cannot be read: {error.strerror}")


def _shapes(content: Mapping[str, bytes]) -> "Shapes":
    from ontology.shape_files import ShapesInvalid, read_shapes  # noqa: PLC0415 - light start
    from service.shape_checks import shapes_of  # noqa: PLC0415 - light start

    try:
        return read_shapes(shapes_of(content))
    except ShapesInvalid as error:
        refuse(str(error))


def _line(one: "ShapeTold") -> str:
    """A shape in lines for people."""
    points = f"  point {', '.join(one.covers)}" if one.covers else ""
    path = f" {one.path}" if one.path else ""
    return (
        f"{one.name}  ({one.severity.lower()}, {', '.join(one.types)}{path}{points})\n"
        f"    {one.refusal}\n    {one.cure}\n    {one.source}"
    )
