"""`attune activities`: paid posts, offers and surveys, over HTTP in the name of a key."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.calling import URL, Key, Url, acted, asked, body_of, path_of, rows, tell
from service.cli.output import AsJson

if TYPE_CHECKING:
    from ontology.events import Json

app = typer.Typer(help="Paid posts, offers and surveys, and holds.", no_args_is_help=True)


@app.command("plan")
def plan(
    file: Annotated[Path, typer.Argument(help="JSON as POST /v1/activities takes it.")],
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Let something go out at its time."""
    body = body_of(file, '{"kind": "paid-post", "name": "Winter fares", …}')
    found = asked(url, key, lambda client: client.post("/v1/activities", body))
    tell(found, [_line(found)], as_json=as_json)


@app.command("list")
def index(
    *,
    state: Annotated[str | None, typer.Option(help="Like planned, running or held.")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Activities with kind, state and time."""
    found = asked(url, key, lambda client: client.get("/v1/activities", state=state))
    tell(found, [*map(_line, rows(found["items"]))], as_json=as_json)


@app.command("show")
def one(
    activity: Annotated[str, typer.Argument(help="activity/…")],
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """One activity, and the holds that stand over whom it reaches."""
    found = asked(url, key, lambda client: client.get(path_of(activity, "activity")))
    over = [f"  {row['hold']} stands: {row['why']}" for row in rows(found["holds"])]
    tell(found, [_line(found), *over], as_json=as_json)


@app.command("holds")
def holds(*, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """Every hold, with its reason."""
    found = asked(url, key, lambda client: client.get("/v1/holds"))
    lines = [
        f"{row['id']}  {row['state']}  {row.get('aboutIncident', 'everything')}:"
        f" {row['heldBecause']}"
        for row in rows(found["items"])
    ]
    tell(found, lines, as_json=as_json)


@app.command("act")
def act(
    thing: Annotated[str, typer.Argument(help="activity/… or hold/…")],
    name: Annotated[str, typer.Argument(help="Like release, cancel or end.")],
    data: Annotated[list[str] | None, typer.Argument(help="reason=… ")] = None,
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Do an act to an activity or a hold."""
    found = acted(url, key, thing, name, data or [], kinds=("activity", "hold"))
    tell(found, [f"{found['thing']} is {found['to']}"], as_json=as_json)


def _line(row: "dict[str, Json]") -> str:
    ends = f" until {row['endsAt']}" if row.get("endsAt") else ""
    return (
        f"{row['id']}  {row['state']}  {row['activityKind']} {row['name']!r}"
        f" from {row['startsAt']}{ends}"
    )
