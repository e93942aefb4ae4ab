"""`attune replay`: a recorded feed through a replay world, or one decision made again."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

app = typer.Typer(help="Replay a recorded feed, or make a recorded decision again.")


@app.command("feed")
def feed(  # noqa: PLR0913 - what a replay needs to know
    file: Annotated[Path, typer.Argument(help="A CrisisLex T26 CSV, or signals as CSV or JSONL.")],
    *,
    incident: Annotated[str, typer.Option(help="incident/…")] = "incident/2013-ny-train",
    feed_id: Annotated[str, typer.Option("--feed", help="feed/…")] = "feed/listening",
    platform: Annotated[str, typer.Option(help="platform/…")] = "platform/twitter",
    every: Annotated[int, typer.Option(min=1, max=1440, help="Minutes a step.")] = 15,
    picture: Annotated[
        Path | None, typer.Option(help="Write the timeline as SVG (or PNG, by its ending).")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Of the picture; the file's name.")] = None,
    note: Annotated[str, typer.Option(help="Below it: what the posts are a sample of.")] = "",
    zone: Annotated[
        str, typer.Option(help="Time zone of the picture, like America/New_York.")
    ] = "UTC",
    rejects: Annotated[Path, typer.Option(help="Where bad rows go.")] = Path("rejects.jsonl"),
    url: Annotated[
        str, typer.Option(envvar="ATTUNE_URL", help="A service whose world is a replay.")
    ] = "http://127.0.0.1:8080",
    key: Annotated[
        str, typer.Option(envvar="ATTUNE_KEY", help="A key with the roles trainer and responder.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Send a feed faster than real time and ask for a decision at every step."""
    from rich.console import Console  # noqa: PLC0415 - light start
    from rich.progress import Progress  # noqa: PLC0415 - light start

    from ontology.identity import ThingId  # noqa: PLC0415 - light start
    from service.client import Client, RequestRefused, ServiceUnreachable  # noqa: PLC0415 - light start
    from service.hearing import FeedRefused, heard  # noqa: PLC0415 - light start
    from service.replaying import Step, replay  # noqa: PLC0415 - light start

    steps: list[Step] = []
    hours = _zone(zone)
    _drawable(picture)
    try:
        signals = heard(file, feed=feed_id, platform=platform, rejects=rejects)
        shown = Console(stderr=True)
        with (
            Client(url, key) as client,
            Progress(console=shown, disable=as_json, transient=True) as bar,
        ):
            task = bar.add_task(file.name, total=len(signals))
            for step in replay(
                client,
                signals,
                ThingId(incident),
                every=timedelta(minutes=every),
                progress=lambda done, _: bar.update(task, completed=done),
            ):
                if not as_json and (not steps or steps[-1].tier != step.tier):
                    typer.echo(f"{step.at:%d %b %H:%M}  {step.tier:<12} {step.heard} posts")
                steps.append(step)
    except (FeedRefused, RequestRefused, ServiceUnreachable) as error:
        refuse(str(error))
    if picture is not None:
        from service.timeline import draw  # noqa: PLC0415 - light start

        sample = f"{len(signals):,} posts of {file.name}. {note}".strip()
        draw(steps, picture, title=title or f"{file.stem}: tiers", sample=sample, zone=hours)
    if as_json:
        show([step.json() for step in steps])
    else:
        typer.echo(f"{len(signals)} posts, {len(steps)} decisions; bad rows: {rejects}")


@app.command("decision")
def decision(
    name: Annotated[str, typer.Argument(help="decision/…")],
    home: Home = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Make a recorded decision again; exit code 1 if a byte differs."""
    from knowledge.refusals import Erased  # noqa: PLC0415 - light start
    from service import desk  # noqa: PLC0415 - light start

    with opened(home) as world:
        event = world.ledger.by_id(name)
        if event is None or event.type != "decision.made":
            refuse(f"There is no decision {name[:140]!r}; ids look like decision/01jd3v5k8xq2.")
        try:
            again = desk.replay(world, event)
        except Erased as error:
            refuse(str(error))
    if as_json:
        show({"id": name, "identical": again.identical})
    else:
        typer.echo("identical" if again.identical else f"{again.recorded}\n{again.again}")
    if not again.identical:
        raise typer.Exit(1)


def _drawable(picture: Path | None) -> None:
    """Refuse a picture that can't be written, before an hour of replay."""
    if picture is None:
        return
    if picture.suffix not in {".svg", ".png"}:
        refuse(f"--picture {str(picture)!r} is no .svg or .png; write timeline.svg")
    if not picture.absolute().parent.is_dir():
        refuse(f"--picture {str(picture)!r}: there is no folder {str(picture.parent)!r}")


def _zone(name: str) -> "ZoneInfo":
    """A time zone by its IANA name."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - light start

    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError):  # unknown, a folder, or no name at all
        refuse(f"--zone {name[:80]!r} is no time zone; write America/New_York")
