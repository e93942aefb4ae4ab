"""`attune connectors`: who posts on which channels; and the work of those who post by hand."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.calling import URL, Key, Url, asked, rows, texts
from service.cli.output import AsJson, refuse, show

if TYPE_CHECKING:
    from ontology.events import Json

app = typer.Typer(
    help="Connectors: registered for channels, asked to post, confirming.", no_args_is_help=True
)

Named = Annotated[str, typer.Argument(help="connector/…")]


@app.command("list")
def index(*, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """Every connector."""
    found = asked(url, key, lambda client: client.get("/v1/connectors"))
    if as_json:
        show(found)
        return
    for row in rows(found["items"]):
        typer.echo(_line(row))


@app.command()
def add(  # noqa: PLR0913 - a connector has that many sides
    connector: Named,
    holder: Annotated[str, typer.Option(help="system/… or person/… whose key confirms for it.")],
    channel: Annotated[list[str], typer.Option(help="Like website; give it once for each.")],
    *,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="region/…; none means all.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Like en; none means all.")] = None,
    address: Annotated[str | None, typer.Option(help="Its webhook; else it asks.")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Register a connector; the secret of its webhook is shown this once."""
    body: dict[str, Json] = {
        "id": connector,
        "name": name or connector.partition("/")[2],
        "holder": holder,
        "channels": [*channel],
        "regions": [*(region or ())],
        "languages": [*(language or ())],
    }
    body |= {"url": address} if address is not None else {}
    found = asked(url, key, lambda client: client.post("/v1/connectors", body))
    if as_json:
        show(found)
        return
    typer.echo(_line(found))
    if "secret" in found:
        typer.echo(f"secret  {found['secret']}  (it is shown this once)")


@app.command()
def remove(connector: Named, *, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """Ask it nothing any more; what it has not posted fails."""
    found = asked(url, key, lambda client: client.remove(_path(connector)))
    if as_json:
        show(found)
    else:
        typer.echo(f"{found['id']} is removed")


@app.command()
def work(
    connector: Named,
    *,
    limit: Annotated[int, typer.Option(min=1, max=50, help="At most so many.")] = 10,
    lease: Annotated[int, typer.Option(min=5, max=3600, help="Seconds.")] = 300,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """What is to be posted or taken down, leased to you; the key is that of its holder."""
    path = f"{_path(connector)}/work"
    query = {"limit": limit, "lease_seconds": lease}
    found = asked(url, key, lambda client: client.get(path, **query))
    if as_json:
        show(found)
        return
    for row in rows(found["items"]):
        typer.echo(f"{row['do']}  {row['placement']}  attempt {row['attempt']}  {row['channel']}")
        for name in ("subject", "text", "external_id", "url"):
            if row.get(name) is not None:
                typer.echo(f"  {row[name]}")


@app.command()
def confirm(  # noqa: PLR0913 - a receipt has that many sides
    connector: Named,
    placement: Annotated[str, typer.Argument(help="placement/…")],
    outcome: Annotated[str, typer.Argument(help="posted, failed or taken-down.")],
    *,
    external_id: Annotated[str | None, typer.Option(help="What the channel calls it.")] = None,
    link: Annotated[str | None, typer.Option(help="Where it stands, https://…")] = None,
    text: Annotated[str | None, typer.Option(help="The words as they stand there.")] = None,
    attempt: Annotated[int | None, typer.Option(min=1, help="As the work says.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why it failed.")] = None,
    final: Annotated[bool, typer.Option("--final", help="Trying again is no use.")] = False,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Confirm what became of it; exit code 1 where other words stand there than were approved."""
    from service.placements import digest_of  # noqa: PLC0415 - light start

    given: dict[str, Json] = {
        "placement": placement,
        "outcome": outcome,
        "external_id": external_id,
        "url": link,
        "digest": digest_of(text) if text is not None else None,
        "attempt": attempt,
        "reason": reason,
        "retryable": not final if outcome == "failed" else None,
    }
    body = {name: value for name, value in given.items() if value is not None}
    found = asked(url, key, lambda client: client.post(f"{_path(connector)}/receipts", body))
    if as_json:
        show(found)
    else:
        known = ", as was known" if found["known"] else ""
        typer.echo(f"{found['placement']} is {found['state']}{known}")
    if found["altered"]:
        raise typer.Exit(1)


def _path(connector: str) -> str:
    kind, _, local = connector.partition("/")
    if kind != "connector" or not local:
        refuse(f"{connector[:140]!r} is no connector; `attune connectors list` has their ids")
    return f"/v1/connectors/{local}"


def _line(row: "dict[str, Json]") -> str:
    for_ = "  ".join(
        ", ".join(texts(row[name])) or f"all {name}"
        for name in ("channels", "regions", "languages")
    )
    how = "by webhook" if row["webhook"] else "asks for its work"
    return f"{row['id']}  {row['name']}  {for_}  {how}, of {row['holder']}"
