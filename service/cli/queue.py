"""`attune queue`: what waits to be done, the next deadline first."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.acting import named
from service.cli.output import AsJson, Home, alike_in_words, opened, refuse, show

if TYPE_CHECKING:
    from ontology.events import Json


def command(
    home: Home = None,
    *,
    kind: Annotated[
        str | None, typer.Option(help="Only these: decision, alert, debrief …")
    ] = None,
    team: Annotated[str | None, typer.Option(help="Only what is theirs: team/…")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """What waits to be done, the next deadline first; of decisions how many cases are alike."""
    from service.assessment_view import visible  # noqa: PLC0415 - light start
    from service.founding import OPERATOR  # noqa: PLC0415 - light start
    from service.queue_listing import waiting  # noqa: PLC0415 - light start

    with opened(home) as world:
        if kind is not None and kind not in world.lifecycles:
            refuse(f"there is no kind {kind[:80]!r}; there are {', '.join(world.lifecycles)}")
        found = world.due_now().queue(
            kinds=[kind] if kind is not None else [],
            teams=[named(team, "team")] if team is not None else [],
            limit=limit,
        )
        items = [waiting(world, one, ()) for one in found if visible(world, one.thing, OPERATOR)]
    for item in items:
        del item["possible"]  # of the caller's roles, and a home has no caller
    if as_json:
        show({"items": items})
        return
    for line in map(_line, items):
        typer.echo(line)
    if not items:
        typer.echo("Nothing waits.")


def _line(item: "Mapping[str, Json]") -> str:
    """A thing that waits, in a line."""
    return "  ".join(_parts(item))


def _parts(item: "Mapping[str, Json]") -> Iterator[str]:
    yield f"{item['due'] or 'no deadline':<20}"
    yield f"{item['thing']}  {item['state']}"
    if item["overdue"]:
        yield "OVERDUE"
    if item["team"]:
        yield str(item["team"])
    if isinstance(alike := item.get("similar"), dict):
        yield alike_in_words(alike)
