"""`attune slas`: service level agreements, over HTTP in the name of a key."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.calling import URL, Key, Url, acted, asked, body_of, path_of, rows, tell
from service.cli.output import AsJson

if TYPE_CHECKING:
    pass

app = typer.Typer(help="Service level agreements and their clocks.", no_args_is_help=True)


@app.command("propose")
def propose(
    file: Annotated[Path, typer.Argument(help="JSON as POST /v1/slas takes it.")],
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Propose a version; see what it would have done before two people put it in force."""
    body = body_of(file, '{"sla": "support", "targets": [{"what": "first-reply", …}], …}')
    found = asked(url, key, lambda client: client.post("/v1/slas", body))
    tell(found, _lines(found), as_json=as_json)


@app.command("list")
def index(*, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """Every version of every agreement."""
    found = asked(url, key, lambda client: client.get("/v1/slas"))
    tell(found, map(_line, rows(found["items"])), as_json=as_json)


@app.command("show")
def one(
    sla: Annotated[str, typer.Argument(help="sla/…")],
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """One version, with what it would have done to recorded cases."""
    found = asked(url, key, lambda client: client.get(path_of(sla, "sla")))
    tell(found, _lines(found), as_json=as_json)


@app.command("clocks")
def clocks(
    case: Annotated[str, typer.Argument(help="case/…")],
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """The clocks of a case."""
    path = f"{path_of(case, 'case')}/clocks"
    found = asked(url, key, lambda client: client.get(path))
    lines = [f"{row['id']}  {row['state']}" for row in rows(found["items"])]
    tell(found, [f"{case}: {found['sla'] or 'no agreement holds'}", *lines], as_json=as_json)


@app.command("act")
def act(
    sla: Annotated[str, typer.Argument(help="sla/…")],
    name: Annotated[str, typer.Argument(help="Like approve, refuse or withdraw.")],
    data: Annotated[list[str] | None, typer.Argument(help="reason=… ")] = None,
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Do an act to a version."""
    found = acted(url, key, sla, name, data or [], kinds=("sla",))
    tell(found, [f"{found['thing']} is {found['to']}"], as_json=as_json)


def _line(row: "dict[str, Any]") -> str:
    return f"{row['id']}  {row['state']}  {row['sla']} {row['number']} from {row['begins']}"


def _lines(row: "dict[str, Any]") -> Iterator[str]:
    yield _line(row)
    for one in row["says"]["targets"]:
        yield f"  {one['what']} within {one['within']} ({one['hours']})"
    trial = row["tried"]
    yield f"  tried on {trial['cases']} cases since {trial['since']}:"
    for name, both in trial["targets"].items():
        for which, told in both.items():
            yield f"    {name}, {which}: kept {_figure(told['kept'])}; {told['missed']} missed"


def _figure(said: "dict[str, Any]") -> str:
    if "withheld" in said:
        return f"withheld: {said['withheld']}"
    return f"{said['value']:.2f} ({said['low']:.2f} to {said['high']:.2f}; n = {said['n']})"
