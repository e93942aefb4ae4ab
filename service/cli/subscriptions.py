"""`attune subscriptions`: decisions that are made again when what they stand on changes."""

from typing import Annotated

import typer

from service.cli.acting import OPERATOR, By, done, named
from service.cli.output import AsJson, Home, opened, refuse, show

app = typer.Typer(
    help="Decisions that are made again when what they stand on changes.", no_args_is_help=True
)


@app.command("list")
def index(home: Home = None, *, as_json: AsJson = False) -> None:
    """Those that stand, the newest first."""
    from service.subscribing import shown  # noqa: PLC0415 - light start

    with opened(home) as world:
        found = [shown(one) for one in reversed(world.subscriptions_now().standing())]
    if as_json:
        show({"items": found})
        return
    for one in found:
        times = f"changed {one['changes']} times" if one["changes"] else "unchanged"
        typer.echo(f"{one['id']}  {one['current']}  {times}  until {one['until']}")


@app.command()
def add(
    decision: Annotated[str, typer.Argument(help="decision/…")],
    home: Home = None,
    *,
    hours: Annotated[int, typer.Option(min=1, max=744, help="For how long.")] = 24,
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Keep a decision up to date; the service watches it from its next look on."""
    from knowledge.refusals import Conflict  # noqa: PLC0415 - light start
    from ontology.lifecycle import Actor, ActRefused  # noqa: PLC0415 - light start
    from service.permissions import KEY_ROLES  # noqa: PLC0415 - light start
    from service.subscribing import subscribe  # noqa: PLC0415 - light start

    actor = Actor(id=named(by, "person"), roles=KEY_ROLES)
    subject = named(decision, "decision")
    with opened(home) as world:
        try:
            event = subscribe(world, subject, f"PT{hours}H", actor)
        except (ActRefused, Conflict) as error:
            refuse(str(error))
    if as_json:
        show({"id": event.subject, "state": event.data["to"]})
        return
    typer.echo(f"{event.subject}: {subject} is watched for {hours} hours")


@app.command()
def end(
    subscription: Annotated[str, typer.Argument(help="subscription/…")],
    home: Home = None,
    *,
    reason: Annotated[str, typer.Option(help="Why; it stays in the ledger.")] = "Not needed.",
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Watch it no more."""
    named(subscription, "subscription")
    done(home, subscription, "end", {"reason": reason}, by=by, as_json=as_json)
