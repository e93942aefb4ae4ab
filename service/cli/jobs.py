"""`attune jobs`: long work of a running service, asked for, followed, fetched, ended."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.calling import URL, Key, Url, asked, body_of, rows
from service.cli.output import AsJson, refuse, show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ontology.events import Json
    from service.client import Client

app = typer.Typer(help="Long work: ask for it, follow it, fetch what it found, end it.")

Id = Annotated[str, typer.Argument(help="job/…, as `attune jobs list` shows it.")]
Out = Annotated[Path | None, typer.Option(help="Write the result to this file.")]
INTERRUPTED = 130


@app.command("kinds")
def kinds(*, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """The kinds of work: what each takes, and who may ask."""
    found = asked(url, key, lambda client: client.get("/v1/jobs/kinds"))
    if as_json:
        show(found["items"])
        return
    for one in rows(found["items"]):
        example = one["example"]
        given = example.items() if isinstance(example, dict) else ()
        words = " ".join(f"{name}={value}" for name, value in given if name != "kind")
        typer.echo(f"{one['kind']:<12} {one['summary']}\n{'':<12} {words}")


@app.command("start")
def start(  # noqa: PLR0913 - what a job may carry
    kind: Annotated[str, typer.Argument(help="What to do; `attune jobs kinds` lists them.")],
    words: Annotated[
        list[str] | None, typer.Argument(help="What it takes: policy=active; values may be JSON.")
    ] = None,
    *,
    body: Annotated[Path | None, typer.Option(help="A JSON file with what it takes.")] = None,
    wait: Annotated[bool, typer.Option(help="Follow it until it is over.")] = True,
    out: Out = None,
    url: Url = URL,
    key: Key = "",
) -> None:
    """Ask for long work and follow it; interrupted, it goes on."""
    given = {} if body is None else body_of(body, '{"policy": "active"}')
    request = {**given, **_given(words or []), "kind": kind}
    job = asked(url, key, lambda client: client.post("/v1/jobs", request))
    if not wait:
        typer.echo(f"{job['id']}; come back with: attune jobs follow {job['id']}")
        return
    _write(followed(url, key, str(job["id"])), out)


@app.command("list")
def list_(*, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """The newest jobs of the kinds that are for you."""
    found = asked(url, key, lambda client: client.get("/v1/jobs"))
    if as_json:
        show(found["items"])
        return
    for one in rows(found["items"]):
        typer.echo(_line(one))


@app.command("show")
def show_(job: Id, *, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """How one job stands."""
    from service.job_following import path_of  # noqa: PLC0415 - light start

    found = asked(url, key, lambda client: client.get(path_of(job)))
    if as_json:
        show(found)
    else:
        typer.echo(_line(found))


@app.command("follow")
def follow(job: Id, *, out: Out = None, url: Url = URL, key: Key = "") -> None:
    """Show how far a job is until it is over, then what it found; interrupted, it goes on."""
    _write(followed(url, key, job), out)


@app.command("result")
def result(job: Id, *, out: Out = None, url: Url = URL, key: Key = "") -> None:
    """What a job found."""
    from service.job_following import path_of  # noqa: PLC0415 - light start

    _write(asked(url, key, lambda client: client.get(f"{path_of(job)}/result")), out)


@app.command("cancel")
def cancel(job: Id, *, url: Url = URL, key: Key = "") -> None:
    """End a job: one that waits at once, one that runs within seconds."""
    from service.job_following import path_of  # noqa: PLC0415 - light start

    found = asked(url, key, lambda client: client.post(f"{path_of(job)}/cancel"))
    typer.echo(_line(found))


def followed(url: str, key: str, job: str) -> "dict[str, Json]":
    """What a job found, once it is over; its progress is shown on standard error meanwhile."""
    from service.job_following import JobFailed, following, found  # noqa: PLC0415 - light start

    def call(client: "Client") -> "dict[str, Json]":
        return found(client, _shown(following(client, job)))

    try:
        return asked(url, key, call)
    except JobFailed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2 if error.state == "failed" else 1) from error
    except KeyboardInterrupt:
        typer.echo(f"{job} goes on; come back with: attune jobs follow {job}", err=True)
        raise typer.Exit(INTERRUPTED) from None


def _shown(looks: "Iterable[dict[str, Json]]") -> "dict[str, Json]":
    """The last look at a job, each of them drawn as a bar."""
    from rich.console import Console  # noqa: PLC0415 - light start
    from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415 - light start

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[left]}"))
    last: dict[str, Json] = {}
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, left="")
        for last in looks:
            steps = last.get("progress")
            told = steps if isinstance(steps, dict) else {}
            seconds = told.get("seconds_left")
            left = f"{seconds:.0f} s left" if isinstance(seconds, int | float) else ""
            done, of = told.get("done"), told.get("of")
            bar.update(
                task,
                description=f"{last['kind']} {last['state']}",
                completed=done if isinstance(done, int) else 0,
                total=of if isinstance(of, int) else None,
                left=left,
            )
    return last


def _given(words: list[str]) -> "dict[str, Json]":
    """Members of a body as people write them; a value that is JSON is taken as such."""
    import orjson  # noqa: PLC0415 - light start

    given: dict[str, Json] = {}
    for word in words:
        name, sign, text = word.partition("=")
        if not sign:
            refuse(f"{word[:140]!r} says nothing; write <name>=<value> like policy=active")
        try:
            given[name] = orjson.loads(text)
        except orjson.JSONDecodeError:
            given[name] = text
    return given


def _line(job: "dict[str, Json]") -> str:
    steps, problem = job.get("progress"), job.get("problem")
    far = f" {steps['done']}/{steps['of']}" if isinstance(steps, dict) else ""
    why = f": {problem['detail']}" if isinstance(problem, dict) else ""
    asked_for = f"asked {job['asked_at']} by {job['by']}"
    return f"{job['id']} {job['kind']} {job['state']}{far}, {asked_for}{why}"


def _write(found: "dict[str, Json]", out: Path | None) -> None:
    if out is None:
        show(found)
        return
    import json  # noqa: PLC0415 - light start

    try:
        out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        refuse(f"{out}: {error.strerror}")
    typer.echo(str(out))
