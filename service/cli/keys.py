"""`attune keys`: give people and systems keys, rotate them in pairs, take them back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from ontology.identity import ThingId
    from service.issuing import Issuer
    from service.security import Key

app = typer.Typer(help="Keys of people and systems: who may ask, act, read.", no_args_is_help=True)

_Actor = Annotated[str, typer.Option(help="Who orders it, for the record.")]
_Expires = Annotated[
    str | None, typer.Option(help="When it ends, like 2027-01-31T00:00:00Z; else never.")
]
_Id = Annotated[str, typer.Argument(help="key/… as `attune keys list` shows it.")]


@app.command("create")
def create(  # noqa: PLR0913 - one option a side of the key
    home: Home = None,
    *,
    holder: Annotated[str, typer.Option(help="person/… or system/…")],
    role: Annotated[list[str], typer.Option(help="responder, reviewer, legal …; may recur.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="Only this, like read:decisions; may recur.")
    ] = None,
    expires: _Expires = None,
    actor: _Actor = "person/operator",
    as_json: AsJson = False,
) -> None:
    """Create a key; its text is printed this once and kept nowhere."""
    until, who = _moment(expires), _thing(holder)
    with _issuer(home, actor) as issuer:
        key, text = issuer.create(who, role, scope or (), until)
    _tell_new(key, text, as_json=as_json)


@app.command("list")
def index(
    home: Home = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Revoked and expired ones too.")] = False,
    sessions: Annotated[bool, typer.Option(help="Sessions in browsers instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """The keys there are, without their texts."""
    with opened(home) as world:
        now, there = world.clock.now(), world.keyring().keys()
        known = [key for key in there if key.session == sessions]
        found = [key for key in known if every or key.live(now)]
    if as_json:
        show([_shown(key) for key in found])
        return
    for key in found:
        ends = "revoked" if key.revoked else f"until {key.expires}" if key.expires else "no end"
        rights = ",".join(sorted(key.roles)) + (f" {','.join(sorted(key.scopes))}".rstrip())
        typer.echo(f"{key.id}  {key.pair}  {key.holder}  {rights}  {ends}")


@app.command("rotate")
def rotate(
    key: _Id,
    home: Home = None,
    *,
    expires: _Expires = None,
    actor: _Actor = "person/operator",
    as_json: AsJson = False,
) -> None:
    """Create the other key of a pair; the given one goes on until you revoke it."""
    until = _moment(expires)
    with _issuer(home, actor) as issuer:
        new, text = issuer.rotate(key, until)
    _tell_new(new, text, as_json=as_json)


@app.command("revoke")
def revoke(
    key: _Id,
    home: Home = None,
    *,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "no longer needed",
    actor: _Actor = "person/operator",
    as_json: AsJson = False,
) -> None:
    """Take a key back, at once and for good."""
    with _issuer(home, actor) as issuer:
        gone = issuer.revoke(key, reason)
    if as_json:
        show(_shown(gone))
    else:
        typer.echo(f"{gone.id} of {gone.holder} opens nothing any more")


@contextmanager
def _issuer(home: Home, actor: str) -> Iterator["Issuer"]:
    """The issuer of a home; what it refuses ends with exit code 2."""
    from knowledge.refusals import LedgerRefused  # noqa: PLC0415 - light start
    from service.issuing import Issuer, KeyUnknown  # noqa: PLC0415 - light start
    from service.security import KeyInvalid  # noqa: PLC0415 - light start

    who = _thing(actor)
    with opened(home) as world:
        try:
            yield Issuer(world.ledger, world.keys, actor=who, ids=world.ids, now=world.clock.now)
        except (KeyInvalid, KeyUnknown, LedgerRefused) as error:
            refuse(str(error))


def _thing(text: str) -> "ThingId":
    from ontology.identity import IdentityInvalid, thing_id  # noqa: PLC0415 - light start

    try:
        return thing_id(text)
    except IdentityInvalid as error:
        refuse(f"{error}; people are person/ada, systems system/crm")


def _moment(text: str | None) -> datetime | None:
    """A time with offset, as given."""
    try:
        moment = None if text is None else datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if text is not None and (moment is None or moment.tzinfo is None):
        refuse(f"{text[:80]!r} is no time with offset; write 2027-01-31T00:00:00Z")
    return moment


def _tell_new(key: "Key", text: str, *, as_json: bool) -> None:
    """Show a new key with its text, which nobody will show again."""
    if as_json:
        show({**_shown(key), "key": text})
        return
    typer.echo(f"{key.id} for {key.holder} ({', '.join(sorted(key.roles))})")
    typer.echo(text)
    typer.echo("Keep it now: attune stores only its keyed hash.", err=True)


def _shown(key: "Key") -> dict[str, object]:
    return {
        "id": key.id,
        "holder": key.holder,
        "kind": str(key.kind),
        "roles": sorted(key.roles),
        "scopes": sorted(key.scopes),
        "pair": key.pair,
        "line": key.line,
        "created": key.created.isoformat(),
        "expires": key.expires.isoformat() if key.expires else None,
        "revoked": key.revoked.isoformat() if key.revoked else None,
    }
