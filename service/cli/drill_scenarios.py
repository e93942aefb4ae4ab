"""`attune drills`: which scenarios there are, checking them, making them."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.output import AsJson, Home, configured, opened, refuse, show

app = typer.Typer()


@app.command()
def scenarios(home: Home = None, *, as_json: AsJson = False) -> None:
    """What can be practised: what attune ships, and HOME/scenarios."""
    from service.drill_files import known  # noqa: PLC0415 - light start
    from service.drill_view import scenario_line  # noqa: PLC0415 - light start
    from service.drills import scenarios_of  # noqa: PLC0415 - light start

    found = known(scenarios_of(configured(home=home).home))
    items = [scenario_line(found[name]) for name in sorted(found)]
    if as_json:
        show({"items": items})
        return
    for one in items:
        typer.echo(f"{one['scenario']}  ({one['starts_from']}, {one['length']})  {one['title']}")


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Scenario files.")],
) -> None:
    """Check scenario files; every mistake with line and column."""
    from ontology.marked_reader import FileInvalid  # noqa: PLC0415 - light start
    from service.drill_files import read  # noqa: PLC0415 - light start

    wrong = list[str]()
    for file in files:
        try:
            read(file.read_text("utf-8"), str(file))
        except FileInvalid as error:
            wrong += error.errors
        except (OSError, UnicodeDecodeError) as error:
            wrong.append(f"{file}: {error}")
    if wrong:
        refuse("\n".join(wrong))
    typer.echo(f"{len(files)} scenarios read well")


@app.command()
def schema() -> None:
    """The JSON Schema of a scenario, for editors."""
    from service.drill_files import schema as made  # noqa: PLC0415 - light start

    show(made())


@app.command("from-feed")
def from_feed(
    file: Annotated[Path, typer.Argument(help="Signals as CSV or JSONL, or a CrisisLex CSV.")],
    *,
    rejects: Annotated[Path, typer.Option(help="Where bad rows go.")] = Path("rejects.jsonl"),
) -> None:
    """A scenario from a recorded feed, on standard output."""
    from service.drill_making import FeedUnsuited  # noqa: PLC0415 - light start
    from service.drill_making import from_feed as made  # noqa: PLC0415 - light start
    from service.drill_recorded import numbered  # noqa: PLC0415 - light start
    from service.hearing import FeedRefused, heard  # noqa: PLC0415 - light start

    try:
        signals = heard(
            file,
            feed="feed/listening",
            platform="platform/twitter",
            rejects=rejects,
            pseudonym=numbered,
        )
        typer.echo(made(file.stem, signals), nl=False)
    except (FeedRefused, FeedUnsuited) as error:
        refuse(str(error))


@app.command("from-precedent")
def from_precedent(
    precedent: Annotated[str, typer.Argument(help="precedent/…")], home: Home = None
) -> None:
    """A scenario from a past case, on standard output."""
    from service.drill_making import from_precedent as made  # noqa: PLC0415 - light start
    from service.drill_recorded import RecordMissing, case_of  # noqa: PLC0415 - light start

    with opened(home) as world:
        try:
            case = case_of(world, precedent)
        except RecordMissing as error:
            refuse(str(error))
    typer.echo(made(case), nl=False)
