"""`attune init`: a home with keys, the packaged policy and, if wanted, the sample world."""

from contextlib import suppress
from typing import Annotated

import typer

from service.cli.output import AsJson, Home, opened, show


def command(
    home: Home = None,
    *,
    sample: Annotated[
        bool, typer.Option("--sample", help="Load the sample world: a railway and one crisis.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Create what the home lacks; doing it twice changes nothing."""
    from rich.console import Console  # noqa: PLC0415 - light start
    from rich.progress import Progress, TaskID  # noqa: PLC0415 - light start

    from knowledge.precedents import IndexBusy  # noqa: PLC0415 - light start
    from loaders.archive import own_cases  # noqa: PLC0415 - light start
    from service.founding import found  # noqa: PLC0415 - light start

    aside = Console(stderr=True)
    with (
        opened(home, create=True) as world,
        Progress(console=aside, disable=as_json, transient=True) as bar,
    ):
        tasks: dict[str, TaskID] = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        founded = found(world, with_sample=sample, progress=progress)
        cases = 0
        if sample:
            own = list(own_cases())
            with suppress(IndexBusy):  # another init loads the same ones
                tally = world.perception.precedents().add(
                    own, lambda so_far: progress("precedents", so_far.seen, len(own))
                )
                cases = tally.stored
    if as_json:
        show(
            {
                "home": str(world.settings.home),
                "policy": founded.policy,
                "key_file": str(founded.key_file),
                "key_made": founded.key_made,
                "records_added": founded.records,
                "precedents_added": cases,
            }
        )
        return
    typer.echo(f"home       {world.settings.home}")
    typer.echo(f"policy     {founded.policy[:16]}… is active")
    typer.echo(f"records    {founded.records} added, {cases} precedents added")
    made = "made now" if founded.key_made else "as before"
    typer.echo(f"first key  {founded.key_file} ({made}; every role: give people their own keys)")
