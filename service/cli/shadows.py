"""`attune shadows`: let a policy decide silently beside the active one, and see what it shows."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.acting import OPERATOR, By, done, named
from service.cli.calling import rows, texts
from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ontology.events import Json

app = typer.Typer(
    help="Policies that decide silently beside the active one.", no_args_is_help=True
)

Named = Annotated[str, typer.Argument(help="shadow/…")]


@app.command()
def start(
    policy: Annotated[str, typer.Argument(help="A digest, or policy-proposal/…")],
    home: Home = None,
    *,
    reason: Annotated[str, typer.Option(help="What it is to show.")],
    days: Annotated[int, typer.Option(min=1, max=92, help="For how long.")] = 14,
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Let a policy run silently; the service does it from its next look on."""
    from knowledge.refusals import Conflict  # noqa: PLC0415 - light start
    from ontology.lifecycle import Actor, ActRefused  # noqa: PLC0415 - light start
    from service.permissions import KEY_ROLES  # noqa: PLC0415 - light start
    from service.policies import PolicyUnknown  # noqa: PLC0415 - light start
    from service.policy_sources import SourceUnknown  # noqa: PLC0415 - light start
    from service.shadows import start as started  # noqa: PLC0415 - light start

    actor = Actor(id=named(by, "person"), roles=KEY_ROLES)
    with opened(home) as world:
        try:
            event = started(world, policy, f"P{days}D", reason, actor)
        except (SourceUnknown, PolicyUnknown, ActRefused, Conflict) as error:
            refuse(str(error))
    if as_json:
        show({"id": event.subject, "state": event.data["to"]})
        return
    typer.echo(f"{event.subject}: {event.data['to']} for {days} days")


@app.command("list")
def index(home: Home = None, *, as_json: AsJson = False) -> None:
    """Every shadow, the newest first."""
    from service.shadow_report import head  # noqa: PLC0415 - light start

    with opened(home) as world:
        found = [head(one) for one in reversed(world.shadows.all())]
    if as_json:
        show({"items": found})
        return
    for one in found:
        policy = str(one["policy"])[:12]
        typer.echo(f"{one['id']}  {one['state']}  {policy}  since {one['since']}: {one['reason']}")


@app.command()
def stop(
    shadow: Named,
    home: Home = None,
    *,
    reason: Annotated[
        str, typer.Option(help="Why; it stays in the ledger.")
    ] = "It showed enough.",
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """End it; what it showed stays."""
    named(shadow, "shadow")
    done(home, shadow, "stop", {"reason": reason}, by=by, as_json=as_json)


@app.command("show")
def one(shadow: Named, home: Home = None, *, as_json: AsJson = False) -> None:
    """What it showed so far."""
    from service.shadow_report import report  # noqa: PLC0415 - light start

    with opened(home) as world:
        known = world.shadows.get(named(shadow, "shadow"))
        if known is None:
            refuse(f"there is no {shadow[:140]!r}; `attune shadows list` has the ids")
        found = report(world, known)
    if as_json:
        show(found)
        return
    for line in lines(found):
        typer.echo(line)


def lines(found: "Mapping[str, Json]") -> list[str]:
    """The report as a person reads it."""
    different = found["different"]
    told = [f"{found['id']}  {found['state']}, {found['days']} days: {found['reason']}"]
    told.append(f"{found['decisions']} decisions beside it, {found['looks']} looks that differ")
    if isinstance(different, dict):
        told.append(f"different: {_share(different)}")
    told += [
        f"    {row['active']} → {row['shadow']}: {row['decisions']}"
        for row in rows(found["tiers"])
        if row["active"] != row["shadow"]
    ]
    ways = found["ways"]
    for way, row in ways.items() if isinstance(ways, dict) else ():
        if isinstance(row, dict) and row["count"]:
            told.append(f"called {way}: {_share(row)}")
    lead = found["lead_minutes"]
    if isinstance(lead, dict):
        told.append(f"minutes earlier in the middle case: {lead['median']}")
    for row in rows(found["teams"]):
        many = row["ways"]
        said = (
            ", ".join(f"{n} {w}" for w, n in many.items() if n) if isinstance(many, dict) else ""
        )
        told.append(f"    {row['team']}: {said}")
    told += [
        f"    {row['decision']}: {row['active']} → {row['shadow']} in {_listed(row['parts'])}"
        for row in rows(found["examples"])
    ]
    return told


def _listed(parts: "Json") -> str:
    return ", ".join(texts(parts))


def _share(row: "Mapping[str, Json]") -> str:
    ends = row["interval"]
    low, high = ends if isinstance(ends, list) else (0, 1)
    return f"{row['count']} of {row['of']} (95 % {low} to {high})"
