"""`attune load`: signals, customer records and the sample world from files into the home."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli import load_payloads
from service.cli.journeys import load as load_journeys
from service.cli.observations import LOADED, loading
from service.cli.output import AsJson, Home, opened, refuse, show

app = typer.Typer(help="Load files; bad rows go to a file with line and reason.")

Rejected = Annotated[Path, typer.Option("--rejects", help="Where bad rows go.")]
_REJECTS = Path("rejects.jsonl")


@app.command("signals")
def signals(
    file: Annotated[Path, typer.Argument(help="A CrisisLex T26 CSV, or signals as CSV or JSONL.")],
    home: Home = None,
    *,
    feed: Annotated[str, typer.Option(help="feed/…")] = "feed/listening",
    platform: Annotated[str, typer.Option(help="platform/…")] = "platform/twitter",
    rejects: Rejected = _REJECTS,
    as_json: AsJson = False,
) -> None:
    """Load posts; loading twice changes nothing."""
    from rich.console import Console  # noqa: PLC0415 - light start
    from rich.progress import track  # noqa: PLC0415 - light start

    from service.founding import OPERATOR  # noqa: PLC0415 - light start
    from service.hearing import FeedRefused, heard  # noqa: PLC0415 - light start
    from service.intake import SignalRefused, file_under, take  # noqa: PLC0415 - light start

    new = known = 0
    with opened(home) as world:
        try:
            file_under(world, feed=feed, platform=platform)
            found = heard(
                file,
                feed=feed,
                platform=platform,
                rejects=rejects,
                pseudonym=world.keys.pseudonym,
                received_at=world.clock.now(),
            )
        except (FeedRefused, SignalRefused) as error:
            refuse(str(error))
        world.perception.warm()
        starts = range(0, len(found), 1_000)
        aside = Console(stderr=True)
        for start in track(starts, file.name, console=aside, disable=as_json, transient=True):
            taken = take(world, found[start : start + 1_000], actor=OPERATOR, in_full=True)
            new, known = new + taken.new, known + taken.known
    _told({"read": len(found), "new": new, "known": known, "rejects": str(rejects)}, as_json)


@app.command("crm")
def crm(
    file: Annotated[Path, typer.Argument(help="Customers or cases as CSV.")],
    home: Home = None,
    *,
    system: Annotated[str, typer.Option(help="The system the keys belong to.")] = "zendesk",
    rejects: Rejected = _REJECTS,
    as_json: AsJson = False,
) -> None:
    """Load customers or cases; loading twice changes nothing."""
    from service.founding import OPERATOR  # noqa: PLC0415 - light start
    from service.registering import FileRefused, register_crm  # noqa: PLC0415 - light start

    with opened(home) as world:
        try:
            done = register_crm(world, file, system=system, rejects=rejects, actor=OPERATOR)
        except FileRefused as error:
            refuse(str(error))
    _told(
        {"new": done.new, "known": done.known, "rejected": done.rejected, "rejects": str(rejects)},
        as_json,
    )


@app.command("records")
def records(
    file: Annotated[
        Path, typer.Argument(help="Record bodies as JSON Lines, as the API takes them.")
    ],
    home: Home = None,
    *,
    rejects: Rejected = _REJECTS,
    as_json: AsJson = False,
) -> None:
    """Load any records; loading twice changes nothing."""
    from service.founding import OPERATOR  # noqa: PLC0415 - light start
    from service.registering import FileRefused, register_records  # noqa: PLC0415 - light start

    with opened(home) as world:
        try:
            done = register_records(world, file, rejects=rejects, actor=OPERATOR)
        except FileRefused as error:
            refuse(str(error))
    _told(
        {"new": done.new, "known": done.known, "rejected": done.rejected, "rejects": str(rejects)},
        as_json,
    )


app.command("journeys")(load_journeys)
for _name in LOADED:
    app.command(_name)(loading(_name))
for _command in (load_payloads.zendesk, load_payloads.salesforce, load_payloads.mastodon):
    app.command()(_command)
app.command()(load_payloads.bluesky)
app.command()(load_payloads.listening)


def _told(figures: dict[str, int | str], as_json: bool) -> None:  # noqa: FBT001 - the option
    if as_json:
        show(figures)
    else:
        typer.echo(", ".join(f"{name} {value}" for name, value in figures.items()))
