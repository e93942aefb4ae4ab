"""`attune routings`: what goes for a while to trained people of another team."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.acting import OPERATOR, By, done, named
from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from ontology.events import Json

app = typer.Typer(
    help="Temporary routing: propose, approve, push to the contact centre, roll back.",
    no_args_is_help=True,
)

Named = Annotated[str, typer.Argument(help="routing/…")]
Reason = Annotated[str, typer.Option(help="Why.")]


@app.command("list")
def index(
    home: Home = None,
    *,
    state: Annotated[str | None, typer.Option(help="Like proposed or confirmed.")] = None,
    as_json: AsJson = False,
) -> None:
    """Every temporary routing that was proposed."""
    from service.routing_listing import listed  # noqa: PLC0415 - light start

    with opened(home) as world:
        rows = listed(world, state)
    if as_json:
        show({"items": rows})
        return
    for row in rows:
        if isinstance(row, dict):
            typer.echo("\n".join(_lines(row)))


@app.command("show")
def one(routing: Named, home: Home = None, *, as_json: AsJson = False) -> None:
    """One temporary routing, as it was approved."""
    from service.routing_listing import shown  # noqa: PLC0415 - light start

    with opened(home) as world:
        found = world.temporaries.get(named(routing, "routing"))
        if found is None:
            refuse(f"nobody proposed {routing[:140]!r}; `attune routings list` has the ids")
        answer = shown(world, found)
    if as_json:
        show(answer)
    else:
        typer.echo("\n".join(_lines(answer)))


@app.command()
def propose(
    routing: Named,
    reason: Reason,
    home: Home = None,
    *,
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Put one forward; its record has to stand already."""
    named(routing, "routing")
    done(home, routing, "propose", {"reason": reason}, by=by, as_json=as_json)


@app.command()
def approve(
    routing: Named, home: Home = None, *, by: By = OPERATOR, as_json: AsJson = False
) -> None:
    """Agree to it as it stands now; somebody else than who proposed it."""
    named(routing, "routing")
    done(home, routing, "approve", {}, by=by, as_json=as_json)


@app.command()
def push(routing: Named, home: Home = None, *, by: By = OPERATOR, as_json: AsJson = False) -> None:
    """Send it to the contact centre, which has to confirm it."""
    named(routing, "routing")
    done(home, routing, "push", {}, by=by, as_json=as_json)


@app.command()
def confirm(
    routing: Named,
    home: Home = None,
    *,
    reference: Annotated[str | None, typer.Option(help="The contact centre's own.")] = None,
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Say that the contact centre routes so."""
    named(routing, "routing")
    data: dict[str, Json] = {"reference": reference} if reference else {}
    done(home, routing, "confirm", data, by=by, as_json=as_json)


@app.command("roll-back")
def roll_back(
    routing: Named,
    reason: Reason,
    home: Home = None,
    *,
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Take it back before its time."""
    named(routing, "routing")
    done(home, routing, "roll-back", {"reason": reason}, by=by, as_json=as_json)


def _lines(row: "dict[str, Json]") -> Iterator[str]:
    content = row["content"]
    yield f"{row['id']}  {row['state']} since {row['since']}"
    if isinstance(content, dict) and content:
        yield f"    to {content['toTeam']}, queue {content['external']}"
        yield f"    then {content['nextTeam']}"
        yield f"    until {content.get('expiresAt', 'nobody knows when')}"
    if "trained_on_call" in row:
        needed = f"{row['minimum']} needed"
        yield f"    trained {row['trained']}, on call {row['trained_on_call']}, {needed}"
