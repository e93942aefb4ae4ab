"""`attune policy`: pull the policy that decides, push a changed one, see how policies stand."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.output import AsJson, refuse, show
from service.cli.policy_backtest import policy_backtest
from service.cli.policy_blame import policy_blame, policy_log
from service.cli.policy_diff import policy_diff
from service.cli.policy_draft import app as drafts
from service.cli.policy_fairness import policy_fairness
from service.cli.policy_messages import backtest_messages

app = typer.Typer(help="Pull, push, activate, export and import policies.")

app.command("diff")(policy_diff)
app.command("fairness")(policy_fairness)
app.command("blame")(policy_blame)
app.command("log")(policy_log)
app.command("backtest-messages")(backtest_messages)
app.command("backtest")(policy_backtest)
app.add_typer(drafts, name="draft")

Url = Annotated[str, typer.Option(envvar="ATTUNE_URL", help="The service.")]
Key = Annotated[str, typer.Option(envvar="ATTUNE_KEY", help="Your key.")]
Folder = Annotated[Path, typer.Argument(help="The folder of the working copy.")]
_URL = "http://127.0.0.1:8080"


@app.command("status")
def status(
    folder: Folder = Path(), *, url: Url = _URL, key: Key = "", as_json: AsJson = False
) -> None:
    """What stands in the folder, what is proposed, what is active."""
    from service.working_copy import WorkingCopyInvalid, status_of  # noqa: PLC0415 - light start

    try:
        found = status_of(folder, url, key)
    except WorkingCopyInvalid as error:
        refuse(str(error))
    if as_json:
        show(found)
        return
    typer.echo(f"files     {found['files'] or 'no working copy here; run: attune policy pull'}")
    for proposal in found["proposals"]:
        typer.echo(
            f"proposed  {proposal['digest'][:16]} {proposal['state']} {proposal['id']}"
            f" by {proposal['by']}: {proposal['reason']}"
        )
    typer.echo(f"active    {found['active'][:16]}")
    for name in found["changed"]:
        typer.echo(f"changed   {name}")


@app.command("pull")
def pull(
    folder: Folder = Path(),
    *,
    digest: Annotated[str | None, typer.Option(help="Not the active one but this.")] = None,
    shipped: Annotated[
        bool, typer.Option("--shipped", help="What this version ships, to push over the active.")
    ] = False,
    url: Url = _URL,
    key: Key = "",
) -> None:
    """Write the active policy into a folder; files changed there are not overwritten."""
    from service.working_copy import WorkingCopyInvalid, pull_into  # noqa: PLC0415 - light start

    try:
        written, pulled = pull_into(folder, url, key, digest, shipped=shipped)
    except WorkingCopyInvalid as error:
        refuse(str(error))
    typer.echo(f"{written} files of policy {pulled[:16]} in {folder}")


@app.command("check")
def check(folder: Folder = Path(), *, as_json: AsJson = False) -> None:
    """Read every part of a folder, run its cases, try it; no service is asked."""
    from service.proposing import check as faults_of  # noqa: PLC0415 - light start
    from service.working_copy import WorkingCopyInvalid, content_of  # noqa: PLC0415 - light start

    try:
        content = content_of(folder)
    except WorkingCopyInvalid as error:
        refuse(str(error))
    faults = [*faults_of(content)]
    if as_json:
        told = [{"file": fault.pointer, "detail": fault.detail} for fault in faults]
        show({"valid": not faults, "files": len(content), "faults": told})
    else:
        for fault in faults:
            typer.echo(fault.detail, err=True)
        if not faults:
            typer.echo(f"{len(content)} files, all cases pass, both engines ran it")
    if faults:
        raise typer.Exit(2)


@app.command("push")
def push(
    folder: Folder = Path(),
    *,
    reason: Annotated[str, typer.Option(help="Why; the second person reads it.")],
    url: Url = _URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Propose the files of a folder: checked, their cases green, tried."""
    from service.working_copy import WorkingCopyInvalid, push_from  # noqa: PLC0415 - light start

    try:
        proposal = push_from(folder, url, key, reason)
    except WorkingCopyInvalid as error:
        refuse(str(error))
    if as_json:
        show(proposal)
    else:
        typer.echo(f"{proposal['id']} proposes {str(proposal['digest'])[:16]}")
        for one in proposal["findings"]["brings"]:
            where = f"{one['file']}:{one['line']}"
            typer.echo(f"{where}: {one['level']}: {one['finding']}: {one['why']}")
        typer.echo("a second person: attune policy act approve, then activate")


@app.command("act")
def act(  # noqa: PLR0913 - what an act may carry
    name: Annotated[
        str, typer.Argument(help="approve, activate, reject, rollback, break-glass …")
    ],
    proposal: Annotated[str, typer.Argument(help="policy-proposal/…")],
    *,
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
    within: Annotated[str | None, typer.Option(help="Of break-glass: PT2H.")] = None,
    finding: Annotated[str | None, typer.Option(help="Of review: what was found.")] = None,
    url: Url = _URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Do an act to a proposal."""
    from service.working_copy import WorkingCopyInvalid, act_on  # noqa: PLC0415 - light start

    said = {"reason": reason, "within": within, "finding": finding}
    data = {field: value for field, value in said.items() if value is not None}
    try:
        done = act_on(url, key, proposal, name, data)
    except WorkingCopyInvalid as error:
        refuse(str(error))
    if as_json:
        show(done)
    else:
        typer.echo(f"{proposal}: {name}, now {done['to']}")


@app.command("export")
def export(
    digest: Annotated[str, typer.Argument(help="The policy's digest.")],
    out: Annotated[Path, typer.Option(help="The file to write.")],
    *,
    url: Url = _URL,
    key: Key = "",
) -> None:
    """Write a policy as one file, signed by this organisation."""
    from service.working_copy import WorkingCopyInvalid, export_to  # noqa: PLC0415 - light start

    try:
        signer = export_to(out, url, key, digest)
    except WorkingCopyInvalid as error:
        refuse(str(error))
    typer.echo(f"{out}: signed by {signer}")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A file that `export` wrote.")],
    *,
    trust: Annotated[str, typer.Option(help="The signer's public key, in hex.")],
    reason: Annotated[str, typer.Option(help="Why; the second person reads it.")],
    url: Url = _URL,
    key: Key = "",
) -> None:
    """Propose a signed policy; an unsigned or altered one is refused."""
    from service.working_copy import WorkingCopyInvalid, import_from  # noqa: PLC0415 - light start

    try:
        proposal = import_from(file, url, key, trust, reason)
    except WorkingCopyInvalid as error:
        refuse(str(error))
    typer.echo(f"{proposal['id']} proposes {str(proposal['digest'])[:16]}")
