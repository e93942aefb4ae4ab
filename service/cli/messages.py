"""`attune messages`: drafted, submitted, signed, published, over HTTP and in the name of a key."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import plans
from service.cli.calling import URL, Key, Url, acted, asked, body_of, texts
from service.cli.glossary import lines
from service.cli.output import AsJson, refuse, show

if TYPE_CHECKING:
    from ontology.events import Json

app = typer.Typer(help="Messages: drafted, signed, published, taken back.", no_args_is_help=True)

Message = Annotated[str, typer.Argument(help="message/…")]
_ACTED = ("message", "approval", "promise", "pathway", "deviation", "plan", "placement")

app.command("plan")(plans.command)


@app.command("list")
def index(  # noqa: PLR0913 - one option a filter
    *,
    incident: Annotated[str | None, typer.Option(help="incident/…")] = None,
    state: Annotated[str | None, typer.Option(help="Like draft, submitted or live.")] = None,
    signer: Annotated[str | None, typer.Option(help="team/… that has to sign now.")] = None,
    region: Annotated[str | None, typer.Option(help="region/… with all that lies in it.")] = None,
    language: Annotated[str | None, typer.Option(help="Like de, or fr-CA.")] = None,
    channel: Annotated[str | None, typer.Option(help="Like website or mail.")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Messages with state, channel, language and version."""
    place = {"region": region, "language": language, "channel": channel}
    query = {"incident": incident, "state": state, "signer": signer, **place, "limit": 200}
    found = asked(url, key, lambda client: client.get("/v1/messages", **query))
    if as_json:
        show(found)
        return
    items = found["items"]
    for one in items if isinstance(items, list) else ():
        typer.echo(_line(one))


@app.command("show")
def one(message: Message, *, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """One message: its text, what it claims and promises, who has signed, what may follow."""
    found = asked(url, key, lambda client: client.get(_path(message)))
    if as_json:
        show(found)
        return
    typer.echo(_line(found))
    typer.echo(str(found.get("text", "(withheld)")))
    _tell(found, "claims", ("claimTopic", "polarity", "value", "measuredIn"))
    _tell(found, "promises", ("state", "dueAt", "sentence"))
    _tell(found, "approvals", ("requirement", "state", "routedTo", "approver"))
    for line in plans.channel_lines(found):
        typer.echo(line)
    possible = found["possible"]
    typer.echo(f"possible  {', '.join(map(str, possible if isinstance(possible, list) else ()))}")


@app.command("draft")
def draft(
    file: Annotated[Path, typer.Argument(help="JSON as POST /v1/messages takes it.")],
    *,
    change: Annotated[str | None, typer.Option(help="message/… that this replaces.")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Write a message down from a file, or change the whole of one that is still a draft."""
    body = body_of(file, '{"kind": "statement", "text": "…"}')
    if change is None:
        found = asked(url, key, lambda client: client.post("/v1/messages", body))
    else:
        found = asked(url, key, lambda client: client.replace(_path(change), body))
    _done(found, as_json=as_json)


@app.command("submit")
def submit(message: Message, *, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """Fix the text and ask those who must approve it."""
    path = f"{_path(message)}/submission"
    found = asked(url, key, lambda client: client.post(path))
    _done(found, as_json=as_json)
    if not as_json:
        _tell(found, "approvals", ("requirement", "state", "routedTo"))


@app.command("refusals")
def refusals(message: Message, *, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """What would refuse the message if it went out now; exit code 1 where anything would."""
    found = asked(url, key, lambda client: client.get(f"{_path(message)}/refusals"))
    items = found["items"]
    rows = [row for row in items if isinstance(row, dict)] if isinstance(items, list) else []
    if as_json:
        show(found)
    for row in rows if not as_json else ():
        typer.echo(f"{row['severity']}: {row['message']} ({row.get('source', 'the act')})")
    if any(row["severity"] == "Violation" for row in rows):
        raise typer.Exit(1)
    if not as_json:
        typer.echo("nothing would refuse it")


@app.command("pathways")
def pathways(message: Message, *, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """Whether a message is inside each pre-approved pathway, and by what it is outside."""
    found = asked(url, key, lambda client: client.get(f"{_path(message)}/pathways"))
    if as_json:
        show(found)
        return
    items = found["items"]
    for row in items if isinstance(items, list) else ():
        typer.echo("\n".join(_compared(row)))
    if not items:
        typer.echo("no pathway was ever proposed; POST /v1/pathways does that")


@app.command("deviate")
def deviate(  # noqa: PLR0913 - a request has that many sides
    message: Message,
    instead_of: Annotated[str, typer.Argument(help="A template, or message/….")],
    reason: Annotated[str, typer.Argument(help="Why the approved words do not do.")],
    *,
    team: Annotated[str | None, typer.Option(help="team/…; else the one above yours.")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Ask to say a draft instead of a template or of an approved message."""
    _path(message)
    body: dict[str, Json] = {"message": message, "instead_of": instead_of, "reason": reason}
    body |= {"team": team} if team is not None else {}
    found = asked(url, key, lambda client: client.post("/v1/deviations", body))
    if as_json:
        show(found)
    else:
        typer.echo(f"{found['id']} is {found['state']} of {found['routedTo']}")


@app.command("act")
def act(
    thing: Annotated[str, typer.Argument(help="Like message/…, approval/… or pathway/…")],
    name: Annotated[str, typer.Argument(help="Like publish, withdraw, grant, refuse or keep.")],
    data: Annotated[list[str] | None, typer.Argument(help="reason=… wait=PT2H …")] = None,
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Do an act to a message, a signature that it needs, a promise that it made, or a pathway."""
    found = acted(url, key, thing, name, data or [], kinds=_ACTED)
    if as_json:
        show(found)
    else:
        typer.echo(f"{found['thing']} is {found['to']}")


@app.command("publish")
def publish(  # noqa: PLR0913 - a plan has that many sides
    messages: Annotated[list[str], typer.Argument(help="message/… of one plan.")],
    *,
    rule: Annotated[
        str, typer.Option(help="If a channel does not confirm: complete or compensate.")
    ] = "complete",
    within: Annotated[str | None, typer.Option(help="By when all must confirm: PT15M.")] = None,
    team: Annotated[str | None, typer.Option(help="team/… that is alerted.")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Let several messages go out together, or none of them."""
    given: dict[str, Json] = {
        "messages": [*messages],
        "rule": rule,
        "within": within,
        "team": team,
    }
    body = {name: value for name, value in given.items() if value is not None}
    found = asked(url, key, lambda client: client.post("/v1/messages/publication", body))
    _each(found, as_json=as_json)
    if not as_json:
        for one in texts(found["unconnected"]):
            typer.echo(f"{one} is for no connector; people see to it")
        typer.echo(f"{found['plan']} waits for its channels: attune messages plan {found['plan']}")


@app.command("hold")
def hold(
    *,
    reason: Annotated[str, typer.Option(help="Why; everybody whose message waits reads it.")],
    incident: Annotated[str | None, typer.Option(help="Only of this one: incident/…")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Hold everything that could go out."""
    body: dict[str, Json] = {"reason": reason}
    body |= {"incident": incident} if incident is not None else {}
    found = asked(url, key, lambda client: client.post("/v1/messages/hold", body))
    _each(found, as_json=as_json)
    if not as_json:
        typer.echo(f"{found['hold']} stands until somebody releases it")


@app.command("read")
def reading(message: Message, *, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """What a machine reads in it: what it admits, claims and promises; people confirm it."""
    found = asked(url, key, lambda client: client.get(f"{_path(message)}/reading"))
    if as_json:
        show(found)
        return
    told = "  ".join(f"{name} {found[name]}" for name in ("admission", "harm", "non_apology"))
    typer.echo(f"{told}  {'a person must read it' if found['needs_person'] else ''}".rstrip())
    _tell(found, "findings", ("about", "says", "why", "suggestion"))
    _tell(found, "claims", ("topic", "polarity", "value", "sentence"))
    _tell(found, "promises", ("due", "sentence"))
    glossary = found["glossary"]
    for line in lines(glossary) if isinstance(glossary, dict) else ():
        typer.echo(line)


@app.command("posted")
def posted(
    file: Annotated[Path, typer.Argument(help="JSON lines: link, channel, posted_at, text.")],
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Load what was said elsewhere; exit code 1 where something was nobody's."""
    from service.postings import MOST  # noqa: PLC0415 - light start

    given = _lines(file)
    items: list[Json] = []
    for start in range(0, len(given), MOST):
        told = _sent(url, key, {"postings": given[start : start + MOST]})["items"]
        items += told if isinstance(told, list) else []
    rows = [row for row in items if isinstance(row, dict)]
    if as_json:
        show({"items": rows})
    for row in rows if not as_json else ():
        near = f"  {row['message']} ({row['distance']})" if row.get("message") else ""
        typer.echo(f"{row['found']:9} {row['link']}{near}")
    if any(row["found"] != "approved" for row in rows):
        raise typer.Exit(1)


def _sent(url: str, key: str, body: "dict[str, Json]") -> "dict[str, Json]":
    return asked(url, key, lambda client: client.post("/v1/postings", body))


def _lines(file: Path) -> "list[Json]":
    import orjson  # noqa: PLC0415 - light start

    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        refuse(f"{file}: {error.strerror}")
    found: list[Json] = []
    for number, line in enumerate(lines, start=1):
        try:
            found += [orjson.loads(line)] if line.strip() else []
        except orjson.JSONDecodeError as error:
            refuse(f"{file}:{number}: no JSON: {error.msg}")
    return found


def _each(found: "dict[str, Json]", *, as_json: bool) -> None:
    if as_json:
        show(found)
        return
    items = found["items"]
    for row in items if isinstance(items, list) else ():
        if isinstance(row, dict):
            why = f" ({row['why']})" if row.get("why") else ""
            typer.echo(f"{row['thing']} is {row['to']}{why}")


def _path(message: str) -> str:
    kind, _, local = message.partition("/")
    if kind != "message" or not local:
        refuse(f"{message[:140]!r} is no message; `attune messages list` has their ids")
    return f"/v1/messages/{local}"


def _line(row: object) -> str:
    if not isinstance(row, dict):
        return str(row)
    where = row.get("forRegion", "everywhere")
    return (
        f"{row['id']}  {row['state']}  {row['messageKind']} on {row['onChannel']}"
        f" in {row['language']} for {where}, version {row['versionNumber']} of {row['versionOf']}"
    )


def _tell(found: "dict[str, Json]", part: str, names: tuple[str, ...]) -> None:
    rows = found.get(part)
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict):
            told = "  ".join(str(row[name]) for name in names if row.get(name) is not None)
            typer.echo(f"{part[:-1]:9} {row.get('id', '')}  {told}")


def _compared(row: object) -> list[str]:
    if not isinstance(row, dict):
        return [str(row)]
    covers, outside = row["covers"], row["outside"]
    named = ", ".join(map(str, covers if isinstance(covers, list) else ()))
    where = "inside" if row["inside"] else "outside"
    reasons = (
        [one for one in outside if isinstance(one, dict)] if isinstance(outside, list) else []
    )
    line = f"{where:8} {row['pathway']}  {row['distance']} of {row['maximumDistance']}  {named}"
    return [line, *(f"         {one['why']}" for one in reasons)]


def _done(found: "dict[str, Json]", *, as_json: bool) -> None:
    if as_json:
        show(found)
    else:
        typer.echo(f"{found['id']} is {found['state']}")
        guided = found.get("guideline")
        notices = guided.get("notices") if isinstance(guided, dict) else None
        for notice in notices if isinstance(notices, list) else ():
            typer.echo(f"note: {notice}")
