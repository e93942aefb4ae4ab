"""`attune debriefs`: what is due, agenda, minutes, lessons, and who does what until when."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.acting import OPERATOR, By, done, named
from service.cli.moments import moment
from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from ontology.events import Json

app = typer.Typer(
    help="Debriefs: due within 72 hours, agenda, minutes, actions.", no_args_is_help=True
)

Named = Annotated[str, typer.Argument(help="debrief/…")]
Done = Annotated[str, typer.Argument(help="action/…")]
State = Annotated[str | None, typer.Option(help="due, overdue, suspended, held")]


@app.command("list")
def index(home: Home = None, *, state: State = None, as_json: AsJson = False) -> None:
    """Every debrief, what is due first."""
    from service.debrief_view import debriefs  # noqa: PLC0415 - light start

    with opened(home) as world:
        rows = debriefs(world, state)
    if as_json:
        show({"items": rows})
        return
    for row in rows:
        if isinstance(row, dict):
            typer.echo(
                f"{row['id']}  {row['state']}  due {row['due']}  {row['team'] or ''}".rstrip()
            )


@app.command("show")
def one(debrief: Named, home: Home = None, *, as_json: AsJson = False) -> None:
    """One debrief: its agenda from the ledger, its minutes, its actions."""
    from service.committing import ThingUnknown  # noqa: PLC0415 - light start
    from service.debrief_lines import lines  # noqa: PLC0415 - light start
    from service.debrief_view import shown  # noqa: PLC0415 - light start
    from service.permissions import KEY_ROLES  # noqa: PLC0415 - light start

    with opened(home) as world:
        try:
            said = shown(world, named(debrief, "debrief"), KEY_ROLES)
        except ThingUnknown:
            refuse(f"there is no {debrief[:140]!r}; `attune debriefs list` has the ids")
    if as_json:
        show(said)
    else:
        typer.echo("\n".join(lines(said)))


@app.command()
def convene(
    debrief: Named,
    home: Home = None,
    *,
    at: Annotated[str, typer.Option(help="When, with its offset: 2026-12-01T10:00:00+01:00")],
    person: Annotated[list[str], typer.Option(help="Who takes part: person/…")],
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Say when it is held, and who takes part."""
    people: list[Json] = [named(one, "person") for one in person]
    data: dict[str, Json] = {"startsAt": _moment(at, "--at"), "participants": people}
    done(home, named(debrief, "debrief"), "convene", data, by=by, as_json=as_json)


@app.command()
def hold(  # noqa: PLR0913 - a debrief has that many sides
    debrief: Named,
    home: Home = None,
    *,
    at: Annotated[str, typer.Option(help="When it was held, with its offset.")],
    person: Annotated[list[str], typer.Option(help="Who was there: person/…")],
    minutes: Annotated[str, typer.Option(help="What was said.")],
    lesson: Annotated[str, typer.Option(help="What was learnt; it flows into the precedent.")],
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Record that it was held."""
    people: list[Json] = [named(one, "person") for one in person]
    data: dict[str, Json] = {
        "heldAt": _moment(at, "--at"),
        "present": people,
        "minutes": minutes,
        "lesson": lesson,
    }
    done(home, named(debrief, "debrief"), "hold", data, by=by, as_json=as_json)


@app.command()
def assign(  # noqa: PLR0913 - an action has that many sides
    debrief: Named,
    home: Home = None,
    *,
    task: Annotated[str, typer.Option(help="What is to be done.")],
    owner: Annotated[str, typer.Option(help="The one person who does it: person/…")],
    due: Annotated[str, typer.Option(help="By when, with its offset.")],
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Give one person one thing to do."""
    from pydantic import ValidationError  # noqa: PLC0415 - light start

    from knowledge.refusals import Conflict  # noqa: PLC0415 - light start
    from ontology.lifecycle import Actor, ActRefused  # noqa: PLC0415 - light start
    from service.debrief_actions import ActionIn  # noqa: PLC0415 - light start
    from service.debrief_actions import assign as give  # noqa: PLC0415 - light start
    from service.permissions import KEY_ROLES  # noqa: PLC0415 - light start

    actor = Actor(id=named(by, "person"), roles=KEY_ROLES)
    try:
        said = ActionIn.model_validate(
            {"task": task, "owner": named(owner, "person"), "due": _moment(due, "--due")}
        )
        with opened(home) as world:
            event = give(world, named(debrief, "debrief"), said, actor)
    except (ActRefused, Conflict) as error:
        refuse(str(error))
    except ValidationError as error:
        refuse(str(error.errors()[0]["msg"]))
    if as_json:
        show({"action": event.subject, "state": event.data["to"]})
    else:
        typer.echo(f"{event.subject}: {event.data['to']}")


@app.command()
def actions(home: Home = None, *, state: State = None, as_json: AsJson = False) -> None:
    """Actions of all debriefs, what is due first."""
    from service.debrief_view import actions as found  # noqa: PLC0415 - light start

    with opened(home) as world:
        rows = found(world, state=state)
    if as_json:
        show({"items": rows})
        return
    for row in rows:
        if isinstance(row, dict):
            typer.echo(
                f"{row['id']}  {row['state']}  due {row['due']}  {row['owner']}  {row['task']}"
            )


@app.command()
def finish(
    action: Done,
    home: Home = None,
    *,
    note: Annotated[str, typer.Option(help="How it can be seen.")],
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Say that an action is done."""
    done(home, named(action, "action"), "finish", {"note": note}, by=by, as_json=as_json)


def _moment(text: str, option: str) -> str:
    found = moment(option, text)
    return found.isoformat() if found is not None else text
