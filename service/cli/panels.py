"""`attune panels`: customer advisory panels, over HTTP in the name of a key."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.calling import URL, Key, Url, acted, asked, body_of, path_of, rows, tell
from service.cli.output import AsJson

if TYPE_CHECKING:
    from ontology.events import Json

app = typer.Typer(help="Customer advisory panels and their votes.", no_args_is_help=True)

Named = Annotated[str, typer.Argument(help="panel/…")]
Vote = Annotated[str, typer.Argument(help="panel-vote/…")]


@app.command("plan")
def plan(
    file: Annotated[Path, typer.Argument(help="JSON as POST /v1/panels takes it.")],
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Lay down a panel: seats, quotas, term."""
    body = body_of(file, '{"name": "Riders", "team": "team/…", "seats": 9, "quotas": […]}')
    found = asked(url, key, lambda client: client.post("/v1/panels", body))
    tell(found, _lines(found), as_json=as_json)


@app.command("list")
def index(*, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """Every panel."""
    found = asked(url, key, lambda client: client.get("/v1/panels"))
    tell(found, map(_line, rows(found["items"])), as_json=as_json)


@app.command("show")
def one(panel: Named, *, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """One panel: its draws with seed and gaps, how many sit."""
    found = asked(url, key, lambda client: client.get(path_of(panel, "panel")))
    tell(found, _lines(found), as_json=as_json)


@app.command("seats")
def seats(panel: Named, *, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """Whom to invite."""
    found = asked(url, key, lambda client: client.get(f"{path_of(panel, 'panel')}/seats"))
    lines = [f"{row['seat']}  {row['state']}  {row['customer']}" for row in rows(found["items"])]
    tell(found, lines, as_json=as_json)


@app.command("answer")
def answer(
    panel: Named,
    seat: Annotated[int, typer.Argument(help="The number of the seat.")],
    said: Annotated[str, typer.Argument(help="accept or decline")],
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Record what somebody who was drawn said; tells the code they vote by, once."""
    path = f"{path_of(panel, 'panel')}/seats/{seat}/answers"
    found = asked(url, key, lambda client: client.post(path, {"answer": said}))
    code = f"; its code is {found['code']}" if found["code"] else ""
    tell(found, [f"seat {seat}: {said}{code}"], as_json=as_json)


@app.command("ask")
def ask(
    panel: Named,
    file: Annotated[Path, typer.Argument(help="JSON as POST /v1/panels/…/votes takes it.")],
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Put a question to the seats."""
    body = body_of(file, '{"question": "…", "on": "guideline-version/…", "options": […], …}')
    path = f"{path_of(panel, 'panel')}/votes"
    found = asked(url, key, lambda client: client.post(path, body))
    tell(found, _result(found), as_json=as_json)


@app.command("vote")
def vote(  # noqa: PLR0913 - one option a part of a ballot
    vote: Vote,
    *,
    seat: Annotated[int, typer.Option(help="The number of the seat.")],
    code: Annotated[str, typer.Option(help="The code that was told when it was accepted.")],
    choice: Annotated[str, typer.Option(help="The option's short name.")],
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Cast a seat's ballot, sealed until the vote is closed."""
    body: dict[str, Json] = {"seat": seat, "code": code, "choice": choice}
    body |= {"reason": reason} if reason else {}
    path = f"{path_of(vote, 'panel-vote')}/ballots"
    found = asked(url, key, lambda client: client.post(path, body))
    tell(found, [f"{vote}: seat {seat} has voted"], as_json=as_json)


@app.command("result")
def result(vote: Vote, *, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """A vote; once it is closed its shares with intervals, and the dissent."""
    found = asked(url, key, lambda client: client.get(path_of(vote, "panel-vote")))
    tell(found, _result(found), as_json=as_json)


@app.command("act")
def act(
    thing: Annotated[str, typer.Argument(help="panel/… or panel-vote/…")],
    name: Annotated[str, typer.Argument(help="Like draw, seat, fill; close, lay-before.")],
    data: Annotated[list[str] | None, typer.Argument(help="reason=… ")] = None,
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Do an act to a panel or a vote."""
    found = acted(url, key, thing, name, data or [], kinds=("panel", "panel-vote"))
    tell(found, [f"{found['thing']} is {found['to']}"], as_json=as_json)


def _line(row: "dict[str, Any]") -> str:
    states = ", ".join(f"{many} {state}" for state, many in row["seats"].items()) or "none drawn"
    return f"{row['id']}  {row['state']}  {row['name']!r}: {row['says']['seats']} seats, {states}"


def _lines(row: "dict[str, Any]") -> Iterator[str]:
    yield _line(row)
    for one in row["draws"]:
        yield f"  drawn {one['drawn']} of {one['candidates']} by the seed {one['seed'][:16]}…"
        for quota in one["quotas"]:
            gap = f"; {quota['short']} short" if quota["short"] else ""
            yield f"    {quota['by']} {quota['value']}: at least {quota['seats']}{gap}"
        for why, many in one["out"].items():
            yield f"    out: {many} {why}"


def _result(row: "dict[str, Any]") -> Iterator[str]:
    yield f"{row['id']}  {row['state']}  {row['question']!r} on {row['on']}"
    yield f"  {row['voted']} of {row['sitting']} have voted, the quorum is {row['quorum']}"
    found = row["result"]
    if found is not None:
        yield f"  decided: {found['decided'] or 'nothing'}"
        for option, one in found["shares"].items():
            yield f"  {option}: {one['value']:.2f} ({one['low']:.2f} to {one['high']:.2f})"
        for one in found["dissent"]:
            yield f"  dissent: {one['choice']}: {one['reason'] or 'no reason'}"
