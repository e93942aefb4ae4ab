"""`attune assessments`: leadership assessments and the reply to them, in the name of a key."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.calling import URL, Key, Url, asked, body_of, path_of, rows
from service.cli.output import AsJson, show

if TYPE_CHECKING:
    from ontology.events import Json

app = typer.Typer(help="Leadership assessments, with a right of reply.", no_args_is_help=True)

Named = Annotated[str, typer.Argument(help="assessment/…")]


@app.command("draft")
def draft(
    file: Annotated[Path, typer.Argument(help="JSON as POST /v1/assessments takes it.")],
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Work out the figures of one person and period, for an assessor."""
    example = '{"person": "person/ada", "assessor": "person/…", "second": "person/…", "since": …}'
    body = body_of(file, example)
    found = asked(url, key, lambda client: client.post("/v1/assessments", body))
    _told(found, _lines(found), as_json=as_json)


@app.command("list")
def index(*, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """The assessments that you may see."""
    found = asked(url, key, lambda client: client.get("/v1/assessments"))
    _told(found, map(_line, rows(found["items"])), as_json=as_json)


@app.command("show")
def one(assessment: Named, *, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """One assessment: figures, events, what was said, the reply."""
    found = asked(url, key, lambda client: client.get(path_of(assessment, "assessment")))
    _told(found, _lines(found), as_json=as_json)


@app.command("event")
def event(
    assessment: Named,
    sequence: Annotated[int, typer.Argument(help="Its number in the ledger.")],
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """One event that it stands on."""
    path = f"{path_of(assessment, 'assessment')}/events/{sequence}"
    found = asked(url, key, lambda client: client.get(path))
    _told(found, [f"{name}: {value}" for name, value in found.items()], as_json=as_json)


@app.command("act")
def act(  # noqa: PLR0913 - one option a part of an act
    assessment: Named,
    name: Annotated[
        str, typer.Argument(help="write, show, reply, contest, review, finalise or withdraw")
    ],
    *,
    text: Annotated[str, typer.Option(help="Your words; sealed.")] = "",
    verdict: Annotated[
        str, typer.Option(help="Of a review: stands, partly or does-not-stand.")
    ] = "",
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Do one step, as the one whose step it is."""
    given: dict[str, Json] = {
        field: value for field, value in (("text", text), ("verdict", verdict)) if value
    }
    body: dict[str, Json] = {"act": name, "data": given}
    path = f"{path_of(assessment, 'assessment')}/acts"
    found = asked(url, key, lambda client: client.post(path, body))
    _told(found, [_line(found)], as_json=as_json)


def _line(row: "dict[str, Json]") -> str:
    until = f"  reply until {row['reply_until']}" if row.get("reply_until") else ""
    return f"{row['id']}  {row['state']}  {row.get('person') or 'erased'}{until}"


def _lines(found: "dict[str, Any]") -> Iterator[str]:
    yield _line(found)
    report = found.get("report") or {}
    for one in report.get("figures", []):
        yield f"  {one['name']}: {_figure(one)}"
    for one in report.get("events", []):
        marks = ", ".join(map(str, one["sequences"]))
        good = {True: "in time", False: "not in time", None: ""}[one.get("good")]
        yield f"  {one['topic']}  {one['thing']}  {good}  events {marks}"
    for one in found.get("words", []):
        yield f"{one['at']}  {one['by']}  {one['act']}: {one['text']}"


def _figure(one: "dict[str, Any]") -> str:
    if "withheld" in one:
        return f"withheld: {one['withheld']} (n = {one['n']})"
    return f"{one['value']:.3f} ({one['low']:.3f} to {one['high']:.3f}; n = {one['n']})"


def _told(found: "dict[str, Json]", lines: Iterable[str], *, as_json: bool) -> None:
    if as_json:
        show(found)
    else:
        for line in lines:
            typer.echo(line)
