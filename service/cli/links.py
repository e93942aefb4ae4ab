"""`attune links`: accounts that may be customers', suggested by name, joined by people only."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from ontology.events import Json

app = typer.Typer(help="Accounts that may be customers', by name.", no_args_is_help=True)

Named = Annotated[str, typer.Argument(help="link/…")]
Reason = Annotated[str, typer.Option(help="From what you know it.")]
By = Annotated[str, typer.Option(help="Who does it: person/…")]
Least = Annotated[float, typer.Option(min=50, max=100, help="Points from which a pair counts.")]
_OPERATOR = "person/operator"
_SHOWN = (98.0, 95.0, 90.0, 85.0, 80.0, 75.0)


@app.command("suggest")
def suggest(home: Home = None, *, least: Least = 85.0, as_json: AsJson = False) -> None:
    """Put accounts and customers that are called alike before a person; nothing is joined."""
    from dataclasses import asdict  # noqa: PLC0415 - light start

    from service.linking import suggest as find  # noqa: PLC0415 - light start

    with opened(home) as world:
        done = asdict(find(world, least=least))
    if as_json:
        show(done)
    else:
        typer.echo(", ".join(f"{name} {value}" for name, value in done.items()))


@app.command("list")
def index(home: Home = None, *, as_json: AsJson = False) -> None:
    """The links that wait for a person."""
    from service.linking import shown  # noqa: PLC0415 - light start
    from service.permissions import KEY_ROLES  # noqa: PLC0415 - light start

    with opened(home) as world:
        waiting = world.due_now().queue(kinds=("link",), limit=200)
        rows: list[Json] = [shown(world, one.thing, KEY_ROLES) for one in waiting]
    if as_json:
        show({"items": rows})
        return
    for row in rows:
        if isinstance(row, dict):
            typer.echo(f"{row['id']}  {row['score']} by {row['by']}")
            typer.echo(f"    {row.get('account', 'erased')}  {row.get('customer', 'erased')}")


@app.command("accept")
def accept(link: Named, home: Home = None, *, reason: Reason, by: By = _OPERATOR) -> None:
    """They are the same person: the account names the customer from now on."""
    _done(home, link, "accept", reason, by)


@app.command("reject")
def reject(link: Named, home: Home = None, *, reason: Reason, by: By = _OPERATOR) -> None:
    """They are two people, or nobody can tell; the pair is not suggested again."""
    _done(home, link, "reject", reason, by)


@app.command("measure")
def measure(*, seed: Annotated[int, typer.Option()] = 7, as_json: AsJson = False) -> None:
    """Measure suggestions on made names and variants: precision and recall by threshold."""
    from knowledge.linkage.made_names import make  # noqa: PLC0415 - light start
    from knowledge.linkage.measured import measure as find  # noqa: PLC0415 - light start
    from loaders.world import sample  # noqa: PLC0415 - light start

    pool = []
    for one in sample():
        properties = one["properties"]
        if one["type"] == "Customer" and isinstance(properties, dict):
            pool.append(str(properties.get("displayName", "")))
    rows, kinds = find(make(pool, seed=seed), _SHOWN)
    if as_json:
        show(
            {
                "thresholds": [
                    {"least": r.least, "precision": r.precision, "recall": r.recall} for r in rows
                ],
                "kinds": kinds,
            }
        )
        return
    for row in rows:
        typer.echo(f"{row.least:5.0f}  precision {row.precision:.3f}  recall {row.recall:.3f}")


def _done(home: object, link: str, act: str, reason: str, by: str) -> None:
    from pathlib import Path  # noqa: PLC0415 - light start

    from knowledge.refusals import Conflict  # noqa: PLC0415 - light start
    from ontology.identity import IdentityInvalid, thing_id  # noqa: PLC0415 - light start
    from ontology.lifecycle import Actor, Role  # noqa: PLC0415 - light start
    from service.acts import ActRefused, GateRefused, propose  # noqa: PLC0415 - light start

    try:
        thing, person = thing_id(link), thing_id(by)
    except IdentityInvalid as error:
        refuse(str(error))
    actor = Actor(id=person, roles=frozenset({Role.RESPONDER, Role.REVIEWER}))
    with opened(home if isinstance(home, Path) else None) as world:
        try:
            event = propose(
                world, thing=thing, kind="link", act=act, data={"reason": reason}, actor=actor
            )
        except (ActRefused, GateRefused, Conflict) as error:
            refuse(str(error))
    typer.echo(f"{thing}: {event.data['to']}")
