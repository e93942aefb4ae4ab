"""`attune guidelines`: proposed, approved, read and reviewed, over HTTP and in a key's name."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.calling import URL, Key, Url, acted, asked, path_of, rows, texts
from service.cli.guideline_lines import line, source
from service.cli.output import AsJson, refuse, show

if TYPE_CHECKING:
    from ontology.events import Json

app = typer.Typer(
    help="Guidelines: how we speak, where, and who has read it.", no_args_is_help=True
)

Guideline = Annotated[str, typer.Argument(help="guideline/…")]
Number = Annotated[int | None, typer.Option("--version", help="Else the one in force.")]
At = Annotated[str | None, typer.Option(help="As of then, like 2026-11-23T09:00:00Z; else now.")]


@app.command("list")
def index(*, at: At = None, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """Every guideline with the version that is in force, and what waits."""
    found = asked(url, key, lambda client: client.get("/v1/guidelines", at=at))
    if as_json:
        show(found)
        return
    for row in rows(found["items"]):
        waiting = ", ".join(texts(row["waiting"]))
        more = f"; waiting: {waiting}" if waiting else ""
        typer.echo(f"{line(row)}{more}")


@app.command("show")
def one(  # noqa: PLR0913 - one option a side of a question
    guideline: Guideline,
    *,
    version: Number = None,
    at: At = None,
    as_file: Annotated[
        bool, typer.Option("--source", help="As a file for `propose`, to change it.")
    ] = False,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """A guideline: the text of one version, and all its versions."""
    path, query = path_of(guideline, "guideline"), {"version": version, "at": at}
    found = asked(url, key, lambda client: client.get(path, **query))
    shown = found["shown"]
    if as_json:
        show(found)
    elif not isinstance(shown, dict):
        refuse(f"no version of {guideline} is in force; name one with --version")
    elif as_file:
        typer.echo("\n".join(source(shown)))
    else:
        typer.echo(f"{shown['id']}  {shown['state']}  {shown['name']}")
        typer.echo(f"digest {shown['contentDigest']}\n\n{shown['guidance']}\n")
        for row in rows(found["versions"]):
            typer.echo(line(row))


@app.command("holds")
def holds(  # noqa: PLR0913 - one option a side of what is written
    language: Annotated[str, typer.Argument(help="Like de or pt-BR.")],
    *,
    region: Annotated[str | None, typer.Option(help="region/…")] = None,
    audience: Annotated[str | None, typer.Option(help="Like public or customer.")] = None,
    channel: Annotated[str | None, typer.Option(help="Like mail or social.")] = None,
    at: At = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Which version holds for what is written, and why; exit code 1 where none does."""
    place = {"language": language, "region": region, "audience": audience, "channel": channel}
    found = asked(url, key, lambda client: client.get("/v1/guidelines/holding", **place, at=at))
    chosen = found["holds"]
    if as_json:
        show(found)
    else:
        name = chosen["version"] if isinstance(chosen, dict) else "none"
        typer.echo(f"{name}  {found['why']}")
    if chosen is None:
        raise typer.Exit(1)


@app.command("propose")
def propose(
    file: Annotated[Path, typer.Argument(help="Markdown that begins with what it is.")],
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Put a version forward from a file; somebody else approves it."""
    from loaders.guidelines import GuidelineFileInvalid, read  # noqa: PLC0415 - light start
    from service.client import (  # noqa: PLC0415 - light start
        Client,
        RequestRefused,
        ServiceUnreachable,
    )

    try:
        written = read(file.read_text("utf-8"), str(file))
    except OSError as error:
        refuse(f"{file}: {error.strerror}")
    except UnicodeDecodeError as error:
        refuse(f"{file}: byte {error.start} is no UTF-8")
    except GuidelineFileInvalid as error:
        refuse(str(error))
    try:
        with Client(url, key) as client:
            found = client.post("/v1/guidelines", written.body)
    except RequestRefused as error:
        errors = rows(error.problem.get("errors"))
        told = [written.place(str(row["pointer"]), str(row["detail"])) for row in errors]
        refuse("\n".join(told) or str(error))
    except ServiceUnreachable as error:
        refuse(str(error))
    if as_json:
        show(found)
    else:
        typer.echo(f"{found['id']} is {found['state']}; somebody else does the act approve")


@app.command("act")
def act(
    version: Annotated[str, typer.Argument(help="guideline-version/…")],
    name: Annotated[str, typer.Argument(help="Like approve, refuse, review or withdraw.")],
    data: Annotated[list[str] | None, typer.Argument(help="reason=… reviewBy=…")] = None,
    *,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Approve a version, refuse it, review it, or withdraw it."""
    found = acted(url, key, version, name, data or [], kinds=("guideline-version",))
    if as_json:
        show(found)
    else:
        typer.echo(f"{found['thing']} is {found['to']}")


@app.command("acknowledge")
def acknowledge(
    guideline: Guideline,
    *,
    digest: Annotated[
        str | None, typer.Option(help="Of the text that you read; else that of the one in force.")
    ] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Say that you have read the version in force and write by it."""
    found = asked(url, key, lambda client: client.get(path_of(guideline, "guideline")))
    shown = found["shown"]
    if not isinstance(shown, dict):
        refuse(f"no version of {guideline} is in force, so there is nothing to acknowledge")
    given: dict[str, Json] = {"digest": digest or shown["contentDigest"]}
    path = f"{path_of(guideline, 'guideline')}/acknowledgements"
    done = asked(url, key, lambda client: client.post(path, given))
    if as_json:
        show(done)
    else:
        typer.echo(f"{done['person']} has acknowledged {done['version']} ({done['digest']})")


@app.command("acknowledgements")
def acknowledgements(
    guideline: Guideline,
    *,
    version: Number = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Who has acknowledged a version, and who still owes that."""
    path = f"{path_of(guideline, 'guideline')}/acknowledgements"
    found = asked(url, key, lambda client: client.get(path, version=version))
    if as_json:
        show(found)
        return
    typer.echo(f"{found['version']}, due by {found['by']}")
    for row in rows(found["acknowledged"]):
        typer.echo(f"read  {row['person']}  {row['at']}  {row['digest']}")
    for row in rows(found["owing"]):
        typer.echo(f"owes  {row['person']}  {row['team'] or ''}".rstrip())


@app.command("diff")
def diff(
    guideline: Guideline,
    *,
    old: Annotated[int | None, typer.Option(help="Else the one that the new one revises.")] = None,
    new: Annotated[int | None, typer.Option(help="Else the newest.")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """What changed from one version to another."""
    path = f"{path_of(guideline, 'guideline')}/difference"
    found = asked(url, key, lambda client: client.get(path, old=old, new=new))
    if as_json:
        show(found)
        return
    typer.echo(f"{found['from']} → {found['to']}: {found['because'] or 'nobody says why'}")
    for row in rows(found["fields"]):
        before, after = (", ".join(texts(row[name])) for name in ("before", "after"))
        typer.echo(f"{row['name']}: {before} → {after}")
    lines = found["lines"]
    for each in lines if isinstance(lines, list) else ():
        typer.echo(str(each))


@app.command("due")
def due(
    *,
    person: Annotated[str | None, typer.Option(help="Only what this one has to read.")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """What is to be read and to be reviewed, the most urgent first."""
    found = asked(url, key, lambda client: client.get("/v1/guidelines/due", person=person))
    if as_json:
        show(found)
        return
    for row in rows(found["items"]):
        late = "overdue" if row["overdue"] else ""
        whom = ", ".join(texts(row["people"])) or row["owner"]
        typer.echo(f"{row['by']}  {late:7}  {row['due']} of {row['version']} by {whom}")


@app.command("check")
def check(*, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """Where none holds, which are stale or unread; exit code 1 where there is any such gap."""
    found = asked(url, key, lambda client: client.get("/v1/guidelines/gaps"))
    if as_json:
        show(found)
    for row in rows(found["items"]) if not as_json else ():
        typer.echo(f"{row['gap']:<15}{row['about']}: {row['detail']}; {row['cure']}")
    if found["items"]:
        raise typer.Exit(1)
    if not as_json:
        typer.echo("no gaps")
