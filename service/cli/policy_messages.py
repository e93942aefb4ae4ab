"""`attune policy backtest-messages`: other shapes and templates on recorded messages."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.calling import rows, texts
from service.cli.output import AsJson, Home, opened, refuse, show
from service.cli.rule_files import moment_of

if TYPE_CHECKING:
    from datetime import datetime

    from ontology.events import Json
    from service.messages_backtest import MessagesBacktest
    from service.world import World


def backtest_messages(
    policy: Annotated[
        str, typer.Argument(help="A folder, active, shipped, a digest, a proposal.")
    ],
    home: Home = None,
    *,
    since: Annotated[str | None, typer.Option(help="From when on (ISO 8601, offset).")] = None,
    until: Annotated[str | None, typer.Option(help="Until when (ISO 8601, offset).")] = None,
    as_json: AsJson = False,
) -> None:
    """Which recorded messages other shapes would have refused or let through, by whom, about what.

    Every draft, change and act is judged again on the graph as it was then. Of drafts made from
    templates that change it says what no longer stands in them, and which pathways they leave.
    """
    first = None if since is None else moment_of(since, "--since")
    last = None if until is None else moment_of(until, "--until")
    with opened(home) as world:
        world.catch_up()
        found = _tried(world, policy, first, last)
    if as_json:
        show(found.to_json())
        return
    typer.echo("\n".join(_lines(found.to_json())))


def _tried(
    world: "World", policy: str, since: "datetime | None", until: "datetime | None"
) -> "MessagesBacktest":
    from rich.console import Console  # noqa: PLC0415 - light start
    from rich.progress import Progress  # noqa: PLC0415 - light start

    from ontology.shape_graph import ShapesInvalid  # noqa: PLC0415 - light start
    from rules.diagnostics import Invalid  # noqa: PLC0415 - light start
    from service.messages_backtest import backtest_messages as tried  # noqa: PLC0415 - light start
    from service.policies import PolicyUnknown  # noqa: PLC0415 - light start
    from service.policy_sources import SourceUnknown, anywhere  # noqa: PLC0415 - light start
    from service.working_copy import WorkingCopyInvalid  # noqa: PLC0415 - light start

    try:
        files = anywhere(world, policy).content
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("looking at messages", total=None)

            def progress(done: int, every: int) -> None:
                bar.update(task, completed=done, total=every)

            return tried(world, files, since, until, progress)
    except (SourceUnknown, PolicyUnknown, WorkingCopyInvalid, Invalid, ShapesInvalid) as error:
        refuse(str(error))
    except KeyboardInterrupt:
        typer.echo("Stopped; nothing was recorded.", err=True)
        raise typer.Exit(130) from None


def _lines(found: "dict[str, Json]") -> Iterator[str]:
    counts = found["counts"] if isinstance(found["counts"], dict) else {}
    said = ", ".join(f"{count} {what}" for what, count in counts.items()) or "nothing otherwise"
    yield f"{found['attempts']} attempts, {found['judged']} under other shapes: {said}"
    for row in rows(found["shapes"]):
        shapes = ", ".join(str(one["shape"]) for one in rows(row["shapes"]))
        who = f"{row['message']} {row['act']} by {row['by']}"
        yield f"{row['at']} {who}: {row['would']} ({shapes})"
        yield f"  about {row['incident']}" + (f"; {row['why']}" if "why" in row else "")
    for row in rows(found["drafts"]):
        yield f"{row['message']} of {row['template']}, {row['state']}, about {row['incident']}"
        yield from (f"  {line}" for line in _of_draft(row))


def _of_draft(row: "dict[str, Json]") -> Iterator[str]:
    if "gone" in row:
        yield str(row["gone"])
        return
    for name, words in (
        ("says_no_longer_in_template", "says what the template no longer says"),
        ("lacks_of_template", "lacks what the template says now"),
        ("slots_lost", "loses the slot"),
        ("slots_gained", "gains the slot"),
        ("pathways_left", "in the new words it would lie out of"),
    ):
        yield from (f"{words}: {one}" for one in texts(row[name]))
