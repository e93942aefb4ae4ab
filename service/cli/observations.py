"""`attune observations`: outside measurements: load them, see what is there, forget some."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.moments import moment
from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from knowledge.measures.observation_forms import Kind
    from ontology.events import Json

app = typer.Typer(help="Outside measurements: what is there, and forgetting.")

File = Annotated[Path, typer.Argument(help="Rows as CSV, JSON Lines or XLSX.")]
Mapped = Annotated[
    Path | None, typer.Option("--map", metavar="MAP.yaml", help="What the file's words mean.")
]
Rejected = Annotated[Path, typer.Option("--rejects", help="Where bad rows go.")]
_REJECTS = Path("rejects.jsonl")

LOADED = {
    "survey": "survey",
    "churn": "relationship",
    "revenue": "revenue",
    "resolutions": "resolution",
    "responses": "response",
    "reach": "reach",
    "replies": "reply",
    "load": "load",
    "pulse": "pulse",
}
"""The command of `attune load` for each kind."""


@app.callback(invoke_without_command=True)
def overview(context: typer.Context, home: Home = None, *, as_json: AsJson = False) -> None:
    """Outside measurements: what is there, and forgetting."""
    if context.invoked_subcommand is None:
        listed(home, as_json=as_json)


@app.command("list")
def listed(home: Home = None, *, as_json: AsJson = False) -> None:
    """Show what is there of each kind."""
    from knowledge.measures.observation_files import ObservationsBroken  # noqa: PLC0415 - light start
    from service.observation_listing import listed as told  # noqa: PLC0415 - light start

    with opened(home) as world:
        try:
            items = told(world)
        except ObservationsBroken as error:
            refuse(str(error))
    if as_json:
        show({"items": items})
        return
    for item in items:
        for line in _lines(item):
            typer.echo(line)


@app.command("forget")
def forget(
    kind: Annotated[str, typer.Argument(help="Of which kind, for example survey.")],
    before: Annotated[str, typer.Option(metavar="TIME", help="With offset; rows before it go.")],
    home: Home = None,
) -> None:
    """Drop all rows of a kind before a time; what was recorded of their files stays."""
    from service.founding import OPERATOR  # noqa: PLC0415 - light start
    from service.observation_listing import forget as drop  # noqa: PLC0415 - light start

    found, until = _kind(kind), moment("--before", before)
    with opened(home) as world:
        if until is None or until > world.clock.now():
            refuse(f"{before[:80]!r} lies ahead of this world's clock")
        many = drop(world, found, until, actor=OPERATOR)
    typer.echo(f"files dropped or written anew: {many}")


def loading(name: str) -> "Callable[..., None]":
    """The command of `attune load` that loads a kind."""

    def load(
        file: File,
        home: Home = None,
        *,
        mapped: Mapped = None,
        rejects: Rejected = _REJECTS,
        as_json: AsJson = False,
    ) -> None:
        from service.cli.journeys import counting  # noqa: PLC0415 - light start
        from service.founding import OPERATOR  # noqa: PLC0415 - light start
        from service.observation_loading import MeasurementsRefused  # noqa: PLC0415 - light start
        from service.observation_loading import load as load_file  # noqa: PLC0415 - light start

        with opened(home) as world, counting("rows read", as_json) as progress:
            try:
                done = load_file(
                    world,
                    _kind(LOADED[name]),
                    file,
                    mapped=mapped,
                    rejects=rejects,
                    actor=OPERATOR,
                    progress=progress,
                )
            except MeasurementsRefused as error:
                refuse(str(error))
        figures: dict[str, Json] = {
            "new": done.taken.new,
            "known": done.taken.known,
            "corrected": done.taken.corrected,
            "rejected": done.rejected,
            "rejects": str(rejects),
        }
        if as_json:
            show(figures)
        else:
            typer.echo(", ".join(f"{what} {value}" for what, value in figures.items()))

    load.__doc__ = f"Load measurements of the kind {LOADED[name]}; twice changes nothing."
    return load


def _kind(name: str) -> "Kind":
    from knowledge.measures.observation_kinds import KINDS  # noqa: PLC0415 - light start

    found = KINDS.get(name)
    if found is None:
        refuse(f"{name[:80]!r} is no kind; it is one of {', '.join(KINDS)}")
    return found


def _lines(item: "Mapping[str, Json]") -> "Iterator[str]":
    """One kind for people."""
    yield f"{item['kind']:<13}{item['rows']:>9} rows  {item['summary']}"
    if item["rows"]:
        yield f"{'':<13}from {item['from']} to {item['to']}, {item['files']} files"
        if isinstance(gap := item.get("gap"), dict):
            yield f"{'':<13}longest gap {gap['hours']} h, from {gap['from']} to {gap['to']}"
    if item["rejected"]:
        yield f"{'':<13}{item['rejected']} rows were rejected"
