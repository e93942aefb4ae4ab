"""`attune policy draft`: write a policy with others, file by file, before it is proposed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from service.cli.calling import URL, Key, Url, asked, rows
from service.cli.output import AsJson, refuse, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from ontology.events import Json
    from service.client import Client

app = typer.Typer(help="Write a policy with others before it is proposed.")

Id = Annotated[str, typer.Argument(help="policy-draft/…, as `attune policy draft list` shows it.")]
Folder = Annotated[Path, typer.Argument(help="The folder of its files.")]
Found = TypeVar("Found")


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    *,
    reason: Annotated[str, typer.Option(help="Why; whoever approves it reads this.")],
    start: Annotated[
        str, typer.Option(help="active, shipped, a digest, policy-proposal/…, policy-draft/…")
    ] = "active",
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Begin a draft."""
    body: dict[str, Json] = {"name": name, "reason": reason, "start": start}
    _told(asked(url, key, lambda client: client.post("/v1/policy-drafts", body)), as_json=as_json)


@app.command("list")
def list_(*, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """The newest drafts."""
    found = asked(url, key, lambda client: client.get("/v1/policy-drafts"))
    if as_json:
        show(found["items"])
        return
    for one in rows(found["items"]):
        typer.echo(_line(one))


@app.command("show")
def show_(draft: Id, *, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """How a draft stands, and which files of it are different."""
    from service.draft_copy import path_of  # noqa: PLC0415 - light start

    _told(asked(url, key, lambda client: client.get(path_of(draft))), as_json=as_json)


@app.command("pull")
def pull(draft: Id, folder: Folder = Path(), *, url: Url = URL, key: Key = "") -> None:
    """Write its files into a folder; files changed there are not overwritten."""
    from service.draft_copy import pull as fetch  # noqa: PLC0415 - light start

    many = _copied(url, key, lambda client: fetch(client, draft, folder))
    typer.echo(f"{many} files of {draft} in {folder}")


@app.command("push")
def push(folder: Folder = Path(), *, url: Url = URL, key: Key = "") -> None:
    """Save what was changed in a folder, unless somebody else was first."""
    from service.draft_copy import push as send  # noqa: PLC0415 - light start

    done = _copied(url, key, lambda client: send(client, folder))
    for file in done.files:
        typer.echo(f"saved   {file}")
    for one in done.diagnostics:
        typer.echo(f"{one['file']}:{one['line']}:{one['column']}: {one['detail']}", err=True)
    if not done.files:
        typer.echo("nothing was changed here")


@app.command("rebase")
def rebase(draft: Id, *, url: Url = URL, key: Key = "", as_json: AsJson = False) -> None:
    """Move it onto the policy that is active now: all of it, or nothing where files clash."""
    _posted(draft, "rebase", url, key, as_json=as_json)


@app.command("undo")
def undo(
    draft: Id,
    *,
    change: Annotated[int | None, typer.Option(help="Which save; by default the last.")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Take back a save."""
    body: dict[str, Json] = {} if change is None else {"change": change}
    _posted(draft, "undo", url, key, as_json=as_json, body=body)


@app.command("propose")
def propose(
    draft: Id,
    *,
    reason: Annotated[str | None, typer.Option(help="Why; by default what it is for.")] = None,
    url: Url = URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Propose it: checked, its cases run, tried; a second person activates it."""
    from service.draft_copy import path_of  # noqa: PLC0415 - light start

    body: dict[str, Json] = {} if reason is None else {"reason": reason}
    found = asked(url, key, lambda client: client.post(f"{path_of(draft)}/proposal", body))
    if as_json:
        show(found)
        return
    typer.echo(f"{found['id']} proposes {str(found['digest'])[:16]}")
    typer.echo("a second person: attune policy act approve, then activate")


def _posted(
    draft: str,
    what: str,
    url: str,
    key: str,
    *,
    as_json: bool,
    body: "dict[str, Json] | None" = None,
) -> None:
    from service.draft_copy import path_of  # noqa: PLC0415 - light start

    path = f"{path_of(draft)}/{what}"
    _told(asked(url, key, lambda client: client.post(path, body or {})), as_json=as_json)


def _copied(url: str, key: str, call: "Callable[[Client], Found]") -> "Found":
    """What comes of a copy; refuses where the service or the folder does."""
    from service.working_copy import WorkingCopyInvalid  # noqa: PLC0415 - light start

    try:
        return asked(url, key, call)
    except (WorkingCopyInvalid, OSError) as error:
        refuse(str(error))


def _told(draft: "dict[str, Json]", *, as_json: bool) -> None:
    if as_json:
        show(draft)
        return
    typer.echo(_line(draft))
    for one in rows(draft["files"]):
        if one["is"] != "same":
            typer.echo(f"{one['is']:<8} {one['file']}")


def _line(draft: "dict[str, Json]") -> str:
    lock = draft["lock"]
    held = f", {lock['by']} edits it" if isinstance(lock, dict) else ""
    old = ", on a policy that is active no longer" if draft["stale"] else ""
    return f"{draft['id']} {draft['state']} {draft['name']}: {draft['reason']}{old}{held}"
