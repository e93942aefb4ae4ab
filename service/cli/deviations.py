"""`attune deviations`: who asks to say other words, and what people deviate from most."""

from typing import Annotated, Final

import typer

from service.cli.calling import URL, Key, Url, asked, rows
from service.cli.output import AsJson, show

app = typer.Typer(
    help="Deviations from approved words: what waits, what was granted, what to mend.",
    no_args_is_help=True,
)

_MOST: Final = 200
State = Annotated[str | None, typer.Option(help="requested, granted, refused or lapsed.")]
Team = Annotated[str | None, typer.Option(help="Asked of this one: team/…")]
Incident = Annotated[str | None, typer.Option(help="incident/…")]


@app.command("list")
def index(
    *,
    state: State = None,
    team: Team = None,
    incident: Incident = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Who asked to say other words, of whom, and until when what was granted holds."""
    query = {"state": state, "team": team, "incident": incident}
    found = asked(url, key, lambda client: client.get("/v1/deviations", **query, limit=_MOST))
    if as_json:
        show(found)
        return
    for row in rows(found["items"]):
        until = f" until {row['validUntil']}" if row.get("validUntil") else ""
        typer.echo(
            f"{row['id']}  {row['state']}{until}  {row['proposes']} instead of"
            f" {row['deviatesFrom']}, asked of {row['routedTo']} by {row['requester']}"
        )


@app.command()
def templates(
    *,
    state: State = None,
    team: Team = None,
    incident: Incident = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """What people asked not to say, the most asked first: mend these."""
    query = {"state": state, "team": team, "incident": incident}
    path = "/v1/deviations/templates"
    found = asked(url, key, lambda client: client.get(path, **query, limit=_MOST))
    if as_json:
        show(found)
        return
    for row in rows(found["items"]):
        states = row["states"]
        ended = states.items() if isinstance(states, dict) else ()
        told = ", ".join(f"{number} {name}" for name, number in ended)
        typer.echo(f"{row['asked']:>5}  {row['deviatesFrom']}  {told}")
