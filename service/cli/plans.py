"""`attune messages plan`: what went out in one act, and what has become of it on each channel."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.calling import URL, Key, Url, asked, rows, texts
from service.cli.output import AsJson, refuse, show

if TYPE_CHECKING:
    from ontology.events import Json

_AWRY = ("incomplete", "going-out", "taking-back")


def command(
    plan: Annotated[str | None, typer.Argument(help="plan/…; without it, all are listed.")] = None,
    *,
    state: Annotated[str | None, typer.Option(help="Only those, like incomplete.")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """A plan with its channels, or all plans; exit code 1 where one channel is missing."""
    if plan is not None:
        _one(plan, url, key, as_json=as_json)
        return
    query = {"limit": 200} | ({"state": state} if state is not None else {})
    found = asked(url, key, lambda client: client.get("/v1/plans", **query))
    if as_json:
        show(found)
        return
    for row in rows(found["items"]):
        typer.echo(_line(row))


def channel_lines(found: "dict[str, Json]") -> Iterator[str]:
    """What became of a message on its channels, a line each."""
    names = ("state", "channel", "connector", "url", "reason")
    for row in rows(found.get("channels")):
        told = "  ".join(str(row[name]) for name in names if row.get(name) is not None)
        altered = "  altered" if row.get("altered") else ""
        yield f"channel   {told}  asked {row['attempts']}x, {row['placement']}{altered}"


def _one(plan: str, url: str, key: str, *, as_json: bool) -> None:
    kind, _, local = plan.partition("/")
    if kind != "plan" or not local:
        refuse(f"{plan[:140]!r} is no plan; `attune messages plan` has their ids")
    found = asked(url, key, lambda client: client.get(f"/v1/plans/{local}"))
    if as_json:
        show(found)
    else:
        typer.echo(_line(found))
        for message in rows(found["messages"]):
            said = "  ".join(
                str(message[n]) for n in ("channel", "language", "region") if n in message
            )
            typer.echo(f"{message['message']}  {message['state']}  {said}")
            for line in channel_lines(message) if message["channels"] else ("no connector",):
                typer.echo(f"  {line}")
        for act in rows(found["acts"]):
            typer.echo(
                f"{act['at']}  {act['act']} by {act['by']}  {act.get('reason', '')}".rstrip()
            )
        typer.echo(f"possible  {', '.join(texts(found['possible']))}")
    if found["missing"]:
        raise typer.Exit(1)


def _line(row: "dict[str, Json]") -> str:
    due = f", until {row['due']}" if row["due"] and row["state"] in _AWRY else ""
    owner = f", {row['team']}" if row["team"] else ""
    return f"{row['id']}  {row['state']}  rule {row['rule']}{due}{owner}"
