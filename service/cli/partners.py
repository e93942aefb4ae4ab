"""`attune partners`: systems that send under an agreement, their secrets, their standing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from ontology.identity import ThingId
    from service.enrolling import Enrolled
    from service.partners import Partner
    from service.world import World

app = typer.Typer(help="Partners that send data under an agreement.", no_args_is_help=True)

_Partner = Annotated[str, typer.Argument(help="system/… as its agreement names it.")]
_Actor = Annotated[str, typer.Option(help="Who orders it, for the record.")]


@app.command("add")
def add(
    partner: _Partner,
    home: Home = None,
    *,
    agreement: Annotated[str, typer.Option(help="agreement/… that names the partner.")],
    actor: _Actor = "person/operator",
    as_json: AsJson = False,
) -> None:
    """Enrol a partner; its signing secret is printed, hand it over safely."""
    from service.enrolling import add as enrol  # noqa: PLC0415 - light start

    with _ordered(home, partner, actor) as (world, name, who):
        done = enrol(world, name, _thing(agreement), actor=who)
    _tell(done, as_json=as_json)


@app.command("rotate-secret")
def rotate(
    partner: _Partner,
    home: Home = None,
    *,
    overlap_hours: Annotated[
        float, typer.Option(min=0, max=720, help="How long the old secret still signs.")
    ] = 24,
    actor: _Actor = "person/operator",
    as_json: AsJson = False,
) -> None:
    """Give a partner a new secret; the old one signs for a while, so that nothing is lost."""
    from service.enrolling import rotate as renew  # noqa: PLC0415 - light start

    with _ordered(home, partner, actor) as (world, name, who):
        done = renew(world, name, actor=who, overlap=timedelta(hours=overlap_hours))
    _tell(done, as_json=as_json)


@app.command("suspend")
def suspend(
    partner: _Partner,
    home: Home = None,
    *,
    reason: Annotated[str, typer.Option(help="Why, for the record.")],
    resume: Annotated[bool, typer.Option("--resume", help="Take it on again.")] = False,
    actor: _Actor = "person/operator",
    as_json: AsJson = False,
) -> None:
    """Take nothing more from a partner, or take it on again."""
    from service.enrolling import stand  # noqa: PLC0415 - light start

    with _ordered(home, partner, actor) as (world, name, who):
        found = stand(world, name, suspended=not resume, reason=reason, actor=who)
    if as_json:
        show(_shown(found))
    else:
        typer.echo(f"{found.id} is {'suspended' if found.suspended else 'taken on again'}")


@app.command("list")
def index(home: Home = None, *, as_json: AsJson = False) -> None:
    """The partners there are, and whether they may send now."""
    with opened(home) as world:
        found = world.partners.all()
        world.traffic.catch_up(world.ledger, world.clock.now())
        seen = {one.id: world.traffic.of(one.id).last_seen for one in found}
    rows = [
        _shown(one) | {"last_seen": at.isoformat() if (at := seen[one.id]) is not None else None}
        for one in found
    ]
    if as_json:
        show(rows)
        return
    for one, row in zip(found, rows, strict=True):
        stands = "suspended" if one.suspended else "may send"
        heard = f"last seen {row['last_seen'] or 'never'}"
        number = one.secrets[-1].number
        typer.echo(f"{one.id}  {one.agreement}  secret {number}  {stands}  {heard}")


@contextmanager
def _ordered(
    home: Home, partner: str, actor: str
) -> Iterator[tuple["World", "ThingId", "ThingId"]]:
    """The world of a home, the partner and who orders; what is refused ends with exit code 2."""
    from knowledge.refusals import LedgerRefused  # noqa: PLC0415 - light start
    from service.partners import PartnerRefused  # noqa: PLC0415 - light start

    name, who = _thing(partner), _thing(actor)
    if not name.startswith("system/"):
        refuse(f"{partner[:80]!r} is no system; write system/listening-co")
    with opened(home) as world:
        try:
            yield world, name, who
        except (PartnerRefused, LedgerRefused) as error:
            refuse(str(error))


def _thing(text: str) -> "ThingId":
    from ontology.identity import IdentityInvalid, thing_id  # noqa: PLC0415 - light start

    try:
        return thing_id(text)
    except IdentityInvalid as error:
        refuse(str(error))


def _tell(done: "Enrolled", *, as_json: bool) -> None:
    """Show a partner with its newest secret."""
    if as_json:
        show({**_shown(done.partner), "secret": done.secret})
        return
    typer.echo(f"{done.partner.id} under {done.partner.agreement}")
    typer.echo(done.secret)
    typer.echo("Hand it over safely: who has it can send in the partner's name.", err=True)


def _shown(one: "Partner") -> dict[str, object]:
    return {
        "id": one.id,
        "agreement": one.agreement,
        "suspended": one.suspended,
        "secrets": [
            {"number": each.number, "until": each.until.isoformat() if each.until else None}
            for each in one.secrets
        ],
        "since": one.since.isoformat(),
    }
