"""`attune campaigns`: recovery campaigns, over HTTP in the name of a key."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.calling import URL, Key, Url, acted, asked, body_of, path_of, rows, tell
from service.cli.output import AsJson, show

if TYPE_CHECKING:
    pass

app = typer.Typer(help="Recovery campaigns, from draft to measured.", no_args_is_help=True)

Named = Annotated[str, typer.Argument(help="campaign/…")]


@app.command("draft")
def draft(
    file: Annotated[Path, typer.Argument(help="JSON as POST /v1/campaigns takes it.")],
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Work a campaign out and seal it; two others approve it."""
    body = body_of(file, '{"name": "After the derailment", "affected": {…}, "offers": […], …}')
    found = asked(url, key, lambda client: client.post("/v1/campaigns", body))
    tell(found, _lines(found), as_json=as_json)


@app.command("list")
def index(
    *,
    state: Annotated[str | None, typer.Option(help="Like drafted, running or held.")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Campaigns with state, people and money."""
    found = asked(url, key, lambda client: client.get("/v1/campaigns", state=state))
    tell(found, map(_line, rows(found["items"])), as_json=as_json)


@app.command("show")
def one(campaign: Named, *, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """One campaign: who is in and out, what each offer gets, what went out."""
    found = asked(url, key, lambda client: client.get(path_of(campaign, "campaign")))
    tell(found, _lines(found), as_json=as_json)


@app.command("why")
def why(
    campaign: Named,
    customer: Annotated[str, typer.Argument(help="customer/…")],
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Why one customer is in, or out."""
    path = f"{path_of(campaign, 'campaign')}/people/{customer.partition('/')[2]}"
    found = asked(url, key, lambda client: client.get(path))
    stands = f"in ({found['arm']})" if found["in"] else f"out: {found['out']}"
    reasons = found["why"]
    told = ", ".join(map(str, reasons)) if isinstance(reasons, list) else ""
    tell(found, [f"{customer} is {stands}", *([f"  {told}"] if told else [])], as_json=as_json)


@app.command("share")
def share(
    campaign: Named,
    day: Annotated[int, typer.Argument(help="Which day, from 0.")],
    *,
    out: Annotated[Path | None, typer.Option(help="Write CSV there.")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """What goes out on a day, for whoever sends it, as CSV."""
    path = f"{path_of(campaign, 'campaign')}/shares/{day}"
    found = asked(url, key, lambda client: client.get(path))
    if as_json:
        show(found)
        return
    from service.reported import table  # noqa: PLC0415 - light start

    items = rows(found["items"])
    names = ("customer", "offer", "send")
    text = table([names, *([str(one[name]) for name in names] for one in items)])
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, "utf-8", newline="")
        typer.echo(f"{out}: {len(items)} people")


@app.command("act")
def act(
    campaign: Named,
    name: Annotated[str, typer.Argument(help="Like approve, hold, release, end or measure.")],
    data: Annotated[list[str] | None, typer.Argument(help="reason=… ")] = None,
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Do an act to a campaign."""
    found = acted(url, key, campaign, name, data or [], kinds=("campaign",))
    tell(found, [f"{found['thing']} is {found['to']}"], as_json=as_json)


def _line(row: "dict[str, Any]") -> str:
    people = row.get("people", {})
    return (
        f"{row['id']}  {row['state']}  {row['name']!r}: {people.get('in', 0)} of"
        f" {people.get('affected', 0)} affected, {row.get('served', 0)} get something for"
        f" {row.get('spent', 0):g}"
    )


def _lines(row: "dict[str, Any]") -> Iterator[str]:
    yield _line(row)
    for name, many in row["people"]["why"].items():
        yield f"  in: {many}  {name}"
    for name, many in row["people"]["out"].items():
        yield f"  out: {many}  {name}: {row['out_means'].get(name, name)}"
    for name, many in row["arms"].items():
        yield f"  {name}: {many}"
    for one in row["offers"]:
        yield f"  {one['id']} ({one['name']}): {one['people']} people, {one['spent']:g}"
    for one in row["groups"]:
        yield f"  {one['group']}: {one['served']} of {one['reachable']} get something"
    for one in row["shares"]:
        skipped = ", ".join(f"{many} {why}" for why, many in one["skipped"].items())
        more = f"; not any more: {skipped}" if skipped else ""
        yield f"  day {one['day']}, {one['at']}: {one['people']} people{more}"
