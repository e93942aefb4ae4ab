"""`attune snoozes`: rules whose conclusions are set aside for one thing, for a while."""

from datetime import timedelta
from typing import Annotated

import typer

from service.cli.acting import OPERATOR, By, done, named
from service.cli.output import AsJson, Home, opened, refuse, show

app = typer.Typer(
    help="Snooze a rule for an incident, customer, touchpoint, region or feed.",
    no_args_is_help=True,
)

Named = Annotated[str, typer.Argument(help="snooze/…")]
Reason = Annotated[str, typer.Option(help="Why.")]
Within = Annotated[str, typer.Option(help="How long from now on, like PT12H; at most P7D.")]


@app.command()
def begin(  # noqa: PLR0913 - what a snooze says
    rule: Annotated[str, typer.Argument(help="A rule of the active policy, like surge.")],
    about: Annotated[str, typer.Argument(help="Like incident/2013-ny-train.")],
    reason: Reason,
    within: Within,
    home: Home = None,
    *,
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Set aside what a rule concludes for one thing; it still fires, and is told."""
    from service.clock import new_id  # noqa: PLC0415 - light start

    data = {"rule": rule, "about": about, "within": within, "reason": reason}
    done(home, new_id("snooze"), "begin", data, by=by, as_json=as_json)


@app.command()
def renew(
    snooze: Named,
    reason: Reason,
    within: Within,
    home: Home = None,
    *,
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Let one hold on, for so long from now on."""
    named(snooze, "snooze")
    data = {"within": within, "reason": reason}
    done(home, snooze, "renew", data, by=by, as_json=as_json)


@app.command()
def end(
    snooze: Named,
    reason: Reason,
    home: Home = None,
    *,
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Let the rule count again from now on."""
    named(snooze, "snooze")
    done(home, snooze, "end", {"reason": reason}, by=by, as_json=as_json)


@app.command("list")
def index(
    home: Home = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """What is snoozed now."""
    from service.snoozing import shown  # noqa: PLC0415 - light start

    with opened(home) as world:
        now = world.clock.now()
        rows = [shown(o, now) for o in world.snoozes.all() if every or o.holds(now)]
    if as_json:
        show({"items": rows})
        return
    for row in rows:
        typer.echo(f"{row['id']}  {row['rule']} for {row['about']}, {row['state']}")
        typer.echo(f"    until {row['until']}, by {row['by']}: {row['reason']}")


@app.command()
def rules(home: Home = None, *, as_json: AsJson = False) -> None:
    """Which rules can be snoozed, and why others can't."""
    from service.policies import PolicyUnknown  # noqa: PLC0415 - light start
    from service.snoozing import snoozable  # noqa: PLC0415 - light start

    with opened(home) as world:
        try:
            found = snoozable(world)
        except PolicyUnknown as error:
            refuse(str(error))
    if as_json:
        show({"items": [{"rule": name, "refusal": why} for name, why in found.items()]})
        return
    for name, why in found.items():
        typer.echo(f"{name}  {'can be snoozed' if why is None else why}")


@app.command()
def report(
    home: Home = None,
    *,
    days: Annotated[int, typer.Option(min=1, max=3660, help="How many days back.")] = 90,
    as_json: AsJson = False,
) -> None:
    """How often each rule was snoozed; one that is snoozed often needs changing."""
    from service.snoozing import report as made  # noqa: PLC0415 - light start

    with opened(home) as world:
        now = world.clock.now()
        found = made(world, now - timedelta(days=days), now, lambda *_: None)
    if as_json:
        show(found.to_json())
        return
    for one in found.rules:
        typer.echo(
            f"{one.rule}: {one.snoozes} snoozes, {one.renewals} renewals, {one.hours:.1f} hours,"
            f" {one.things} things, {one.people} people; set aside in {one.set_aside} decisions"
        )
        typer.echo(f"    what its thresholds cost: attune alerts budget {one.rule} --field …")
