"""`attune press`: enquiries, briefs, embargoes and corrections, over HTTP in the name of a key."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.calling import URL, Key, Url, acted, asked, body_of, path_of, rows, texts
from service.cli.output import AsJson, show

if TYPE_CHECKING:
    from ontology.events import Json

app = typer.Typer(
    help="The press: enquiries, briefs, embargoes, corrections.", no_args_is_help=True
)

Enquiry = Annotated[str, typer.Argument(help="enquiry/…")]
_KINDS = ("enquiry", "embargo", "correction-request", "brief")


@app.command("log")
def log(
    file: Annotated[Path, typer.Argument(help="JSON as POST /v1/enquiries takes it.")],
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Log an enquiry: who asks what, by when."""
    body = body_of(file, '{"outlet": "Bronx Times", "questions": ["Why?"], …}')
    found = asked(url, key, lambda client: client.post("/v1/enquiries", body))
    _told(found, _enquiry(found), as_json=as_json)


@app.command("list")
def index(
    *,
    incident: Annotated[str | None, typer.Option(help="incident/…")] = None,
    state: Annotated[str | None, typer.Option(help="Like received, assigned, answered.")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Enquiries, the next deadline first."""
    query = {"incident": incident, "state": state}
    found = asked(url, key, lambda client: client.get("/v1/enquiries", **query))
    _told(found, "\n".join(map(_enquiry, rows(found["items"]))), as_json=as_json)


@app.command("show")
def one(enquiry: Enquiry, *, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """One enquiry: its questions, what was said beside, what others were told on its topics."""
    found = asked(url, key, lambda client: client.get(path_of(enquiry, "enquiry")))
    lines = [
        _enquiry(found),
        *(f"  asks     {one}" for one in texts(found.get("question"))),
        *map(_remark, rows(found.get("remarks"))),
        *map(_answer, rows(found.get("same_topics"))),
        f"  possible {', '.join(texts(found['possible']))}",
    ]
    _told(found, "\n".join(lines), as_json=as_json)


@app.command("note")
def note(
    enquiry: Enquiry,
    attribution: Annotated[str, typer.Argument(help="on-record, background or off-record.")],
    text: Annotated[str, typer.Argument(help="What was said.")],
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Write down what was said to the outlet, sealed with the journalist."""
    body: dict[str, Json] = {"attribution": attribution, "text": text}
    path = f"{path_of(enquiry, 'enquiry')}/remarks"
    found = asked(url, key, lambda client: client.post(path, body))
    _told(found, f"{found['id']} has {len(rows(found.get('remarks')))} remarks", as_json=as_json)


@app.command("brief")
def brief(
    about: Annotated[str, typer.Argument(help="incident/… or enquiry/…; brief/… reads it again.")],
    *,
    holder: Annotated[str | None, typer.Option(help="person/… who speaks.")] = None,
    audience: Annotated[str, typer.Option(help="press, or employees: for managers.")] = "press",
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Make a brief or managers' talking points as of now, or read one again, as Markdown."""
    kind = about.partition("/")[0]
    if kind == "brief":
        found = asked(url, key, lambda client: client.get(path_of(about, "brief")))
    else:
        path_of(about, "incident", "enquiry")
        body: dict[str, Json] = {kind: about, "audience": audience}
        body |= {"holder": holder} if holder is not None else {}
        found = asked(url, key, lambda client: client.post("/v1/briefs", body))
    _told(found, str(found["text"]).rstrip("\n"), as_json=as_json)


@app.command("embargo")
def embargo(  # noqa: PLR0913 - an embargo has that many sides
    message: Annotated[str, typer.Argument(help="message/… whose work is kept back.")],
    outlets: Annotated[list[str], typer.Argument(help="outlet/… or names: who has it before.")],
    *,
    until: Annotated[str, typer.Option(help="2026-11-24T18:00, a local time of the zone.")],
    zone: Annotated[str, typer.Option(help="Like America/New_York.")],
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Give a work to outlets before its public time."""
    body: dict[str, Json] = {"message": message, "outlets": [*outlets], "until": until}
    body |= {"time_zone": zone}
    found = asked(url, key, lambda client: client.post("/v1/embargoes", body))
    words = f"{found['id']} is {found['state']} until {found['embargoUntil']}"
    _told(found, words, as_json=as_json)


@app.command("correct")
def correct(  # noqa: PLR0913 - a correction has that many sides
    outlet: Annotated[str, typer.Argument(help="outlet/… or a name.")],
    wrong: Annotated[str, typer.Argument(help="What was published and is not so.")],
    asks_for: Annotated[str, typer.Argument(help="What the outlet is to do.")],
    *,
    link: Annotated[str | None, typer.Option(help="Where it stands.")] = None,
    claim: Annotated[str | None, typer.Option(help="claim/… of ours that it contradicts.")] = None,
    incident: Annotated[str | None, typer.Option(help="incident/…")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Write down what an outlet is asked to put right."""
    given: dict[str, Json] = {"outlet": outlet, "wrong": wrong, "asks_for": asks_for}
    given |= {"link": link, "contradicts": claim, "incident": incident}
    body = {name: value for name, value in given.items() if value is not None}
    found = asked(url, key, lambda client: client.post("/v1/correction-requests", body))
    _told(found, _correction(found), as_json=as_json)


@app.command("corrections")
def corrections(
    *,
    incident: Annotated[str | None, typer.Option(help="incident/…")] = None,
    state: Annotated[str | None, typer.Option(help="Like owed, asked, silent.")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """What outlets were asked, or are to be asked, to put right."""
    query = {"incident": incident, "state": state}
    found = asked(url, key, lambda client: client.get("/v1/correction-requests", **query))
    _told(found, "\n".join(map(_correction, rows(found["items"]))), as_json=as_json)


@app.command("act")
def act(
    thing: Annotated[str, typer.Argument(help="Like enquiry/…, embargo/… or brief/…")],
    name: Annotated[str, typer.Argument(help="Like assign, answer, decline, lift or send.")],
    data: Annotated[list[str] | None, typer.Argument(help="spokesperson=person/… …")] = None,
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Do an act to an enquiry, an embargo, a correction request or a brief."""
    found = acted(url, key, thing, name, data or [], kinds=_KINDS)
    _told(found, f"{found['thing']} is {found['to']}", as_json=as_json)


def _told(found: "dict[str, Json]", words: str, *, as_json: bool) -> None:
    if as_json:
        show(found)
    elif words:
        typer.echo(words)


def _enquiry(row: "dict[str, Json]") -> str:
    who = row.get("spokesperson", "nobody yet")
    return f"{row['id']}  {row['state']}  {row['outlet_name']} by {row['answer_by_local']}  {who}"


def _correction(row: "dict[str, Json]") -> str:
    return f"{row['id']}  {row['state']}  {row['outlet']}: {row['wrongly']} {row['asksFor']}"


def _remark(row: "dict[str, Json]") -> str:
    return f"  {row['attribution']:10} {row['text'] or '(erased)'} ({row['said_by']})"


def _answer(row: "dict[str, Json]") -> str:
    said = ", ".join(str(one.get("value", one.get("polarity"))) for one in rows(row["claims"]))
    return f"  told     {row['outlet']} on {row['topic']}: {said} ({row['message']})"
