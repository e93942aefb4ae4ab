"""`attune alerts`: what a team should look at now, from the command line."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import alert_budget
from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from ontology.events import Json
    from ontology.identity import ThingId
    from service.world import World

app = typer.Typer(help="What a team should look at now, and how often.", no_args_is_help=True)
app.command("budget")(alert_budget.command)

Named = Annotated[str, typer.Argument(help="alert/…")]
By = Annotated[str, typer.Option(help="Who does it: person/…")]
_OPERATOR = "person/operator"


@app.command("list")
def index(
    home: Home = None,
    *,
    state: Annotated[str | None, typer.Option(help="Like raised or snoozed.")] = None,
    team: Annotated[str | None, typer.Option(help="team/…")] = None,
    tier: Annotated[str | None, typer.Option(help="Like specialist.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    as_json: AsJson = False,
) -> None:
    """Alerts, the newest first; what was decided and heard meanwhile is followed before."""
    from service.alert_listing import Wanted, listed, told  # noqa: PLC0415 - light start
    from service.permissions import KEY_ROLES  # noqa: PLC0415 - light start

    with opened(home) as world:
        _follow(world)
        found, _ = listed(world, Wanted(state=state, team=team, tier=tier), None, limit)
        rows: list[Json] = [told(world, one, KEY_ROLES) for one in found]
    if as_json:
        show({"items": rows})
        return
    for row in rows:
        if isinstance(row, dict):
            typer.echo("\n".join(_line(row)))


@app.command("show")
def one(alert: Named, home: Home = None, *, as_json: AsJson = False) -> None:
    """One alert with its context, as a reader with every role sees it."""
    from service.alert_listing import shown  # noqa: PLC0415 - light start
    from service.permissions import KEY_ROLES  # noqa: PLC0415 - light start

    with opened(home) as world:
        _follow(world)
        found = world.alerts_now().get(_id(alert, "alert"))
        if found is None:
            refuse(f"there is no alert {alert[:140]!r}; `attune alerts list` has their ids")
        answer = shown(world, found, KEY_ROLES)
    if as_json:
        show(answer)
    else:
        typer.echo("\n".join([*_line(answer), *_context(answer)]))


@app.command("ack")
def acknowledge(
    alert: Named, home: Home = None, *, by: By = _OPERATOR, as_json: AsJson = False
) -> None:
    """Say that you look at it; some alerts wait for a second person."""
    _done(home, alert, by, "acknowledge", {}, as_json=as_json)


@app.command("snooze")
def snooze(
    alert: Named,
    home: Home = None,
    *,
    within: Annotated[str, typer.Option("--for", help="How long, like PT1H; 24 hours at most.")],
    reason: Annotated[str, typer.Option(help="Why it can wait.")],
    by: By = _OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Put it off until a set time, with a reason; executives' and the board's can't be."""
    _done(home, alert, by, "snooze", {"within": within, "reason": reason}, as_json=as_json)


def _done(
    home: object, alert: str, by: str, act: str, data: "dict[str, Json]", *, as_json: bool
) -> None:
    from pathlib import Path  # noqa: PLC0415 - light start

    from knowledge.refusals import Conflict  # noqa: PLC0415 - light start
    from ontology.lifecycle import Actor, Role  # noqa: PLC0415 - light start
    from service.acts import ActRefused, GateRefused, propose  # noqa: PLC0415 - light start

    actor = Actor(id=_id(by, "person"), roles=frozenset({Role.RESPONDER, Role.REVIEWER}))
    thing = _id(alert, "alert")
    with opened(home if isinstance(home, Path) else None) as world:
        try:
            event = propose(world, thing=thing, kind="alert", act=act, data=data, actor=actor)
        except (ActRefused, GateRefused, Conflict) as error:
            refuse(str(error))
    waiting = event.data.get("waiting_for", 0)
    if as_json:
        show({"thing": thing, "state": event.data["to"], "waiting_for": waiting})
        return
    more = f"; waits for {waiting} more" if waiting else ""
    typer.echo(f"{thing}: {event.data['to']}{more}")


def _follow(world: "World") -> None:
    from service.alerting import Alerting  # noqa: PLC0415 - light start

    alerting = Alerting(world)
    try:
        alerting.step()
    finally:
        alerting.close()


def _id(text: str, kind: str) -> "ThingId":
    from ontology.identity import IdentityInvalid, kind_of, thing_id  # noqa: PLC0415 - light start

    try:
        found = thing_id(text)
    except IdentityInvalid as error:
        refuse(str(error))
    if kind_of(found) != kind:
        refuse(f"{text[:80]!r} is no {kind}; write an id like {kind}/5f1c9a")
    return found


def _line(row: "dict[str, Json]") -> Iterator[str]:
    often = f", {row['count']} times" if row["count"] != 1 else ""
    yield f"{row['id']}  {row['state']}, {row['tier']}, {row.get('team', 'no team')}{often}"
    yield f"    {row['raised_at']}  {row.get('reason', '')}"


def _context(answer: "dict[str, Json]") -> Iterator[str]:
    """Each part of a context on its own line."""
    for part in ("customer", "place", "post", "cases", "consent", "history", "similar"):
        if answer.get(part) is not None:
            yield f"    {part:<12}{_flat(answer[part])}"
    recommended = answer.get("recommended")
    if isinstance(recommended, dict):
        yield from (f"    {n:<12}{_flat(v)}" for n, v in recommended.items() if n != "links")
    withheld = answer.get("withheld")
    for one in withheld if isinstance(withheld, list) else []:
        if isinstance(one, dict):
            yield f"    withheld    {one['field']} ({one['why']})"


def _flat(value: "Json") -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_flat(one)}" for name, one in value.items())
    if isinstance(value, list):
        return "; ".join(map(_flat, value)) or "none"
    return str(value)
