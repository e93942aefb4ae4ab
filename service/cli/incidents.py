"""`attune incidents`: how incidents stand, and which are only suspected, from the command line."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from ontology.events import Json
    from service.world import World

app = typer.Typer(help="Incidents, and candidates for them.", no_args_is_help=True)


@app.command("list")
def index(
    home: Home = None,
    *,
    state: Annotated[str | None, typer.Option(help="Like candidate or open.")] = None,
    as_json: AsJson = False,
) -> None:
    """Every incident with state and tier."""
    _list(home, state, as_json=as_json)


@app.command()
def candidates(home: Home = None, *, as_json: AsJson = False) -> None:
    """What nobody has confirmed yet: topics, posts, people, confidence."""
    _list(home, "candidate", as_json=as_json)


@app.command("show")
def one(
    incident: Annotated[str, typer.Argument(help="incident/…")],
    home: Home = None,
    *,
    as_json: AsJson = False,
) -> None:
    """One incident with its spread; a candidate with growth, places and typical posts."""
    from ontology.identity import ThingId  # noqa: PLC0415 - light start
    from service.incident_listing import shown  # noqa: PLC0415 - light start
    from service.permissions import KEY_ROLES  # noqa: PLC0415 - light start

    with opened(home) as world:
        _follow(world)
        found = world.incidents.get(ThingId(incident))
        if found is None:
            refuse(
                f"there is no incident {incident[:140]!r}; `attune incidents list` has their ids"
            )
        answer = shown(world, found, KEY_ROLES)
    if as_json:
        show(answer)
        return
    typer.echo(_line(answer))
    growth, exemplars = answer.get("growth"), answer.get("exemplars")
    if isinstance(growth, dict):
        typer.echo(f"  this hour {growth['this_hour']}, hour before {growth['hour_before']} posts")
    for exemplar in exemplars if isinstance(exemplars, list) else ():
        if isinstance(exemplar, dict):
            typer.echo(f"  {exemplar.get('text', exemplar['id'])}")


def _list(home: "Home", state: str | None, *, as_json: bool) -> None:
    from service.incident_listing import listed  # noqa: PLC0415 - light start

    with opened(home) as world:
        _follow(world)
        rows = listed(world, state)
    if as_json:
        show({"items": rows})
        return
    for row in rows:
        if isinstance(row, dict):
            typer.echo(_line(row))


def _follow(world: "World") -> None:
    """Cluster all there is, and suggest what no worker has suggested yet."""
    from service.suggesting import Suggesting  # noqa: PLC0415 - light start

    while world.clustering.catch_up(world, 1_000.0):
        pass
    Suggesting(world).step()
    world.catch_up()


def _line(row: "dict[str, Json]") -> str:
    parts = [str(row["id"]), str(row.get("state", "declared")), str(row.get("name", ""))]
    growth = row.get("growth")
    if isinstance(growth, dict):
        parts.append(f"{growth['posts']} posts by {growth['people']} people")
        parts.append(f"confidence {row['confidence']}")
    return "  ".join(part for part in parts if part)
