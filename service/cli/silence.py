"""`attune silence`: where attune keeps still, going live, and how it compares with today."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.acting import OPERATOR, By, done, named
from service.cli.calling import rows
from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ontology.events import Json

app = typer.Typer(
    help="Where attune only decides and keeps still, and going live there.", no_args_is_help=True
)

Place = Annotated[str, typer.Argument(help="touchpoint/…, or home for all of it")]
Why = Annotated[str, typer.Option(help="Why; it stays in the ledger.")]


@app.command("list")
def index(home: Home = None, *, as_json: AsJson = False) -> None:
    """Every place that is silent or was so once; all others follow the home."""
    from service.silence_report import places  # noqa: PLC0415 - light start

    with opened(home) as world:
        found, live = places(world), world.silence.live(None)
    if as_json:
        show({"live": live, "items": [*found]})
        return
    typer.echo(f"home  {_state(live)}")
    for one in found:
        if not one["whole_home"]:
            typer.echo(f"{one['touchpoint']}  {_state(one['live'])} since {one['since']}")


@app.command()
def begin(
    place: Place, home: Home = None, *, reason: Why, by: By = OPERATOR, as_json: AsJson = False
) -> None:
    """Keep still from now on: decide and record, deliver nothing, raise no tier."""
    done(home, _thing(place), "silence", {"reason": reason}, by=by, as_json=as_json)


@app.command("go-live")
def go_live(
    place: Place, home: Home = None, *, reason: Why, by: By = OPERATOR, as_json: AsJson = False
) -> None:
    """Let it count from now on; two people have to say so."""
    done(home, _thing(place), "go-live", {"reason": reason}, by=by, as_json=as_json)


@app.command()
def outcome(  # noqa: PLR0913 - an outcome has that many sides
    decision: Annotated[str, typer.Argument(help="decision/…")],
    home: Home = None,
    *,
    tier: Annotated[str | None, typer.Option(help="frontline says that nobody was called")] = None,
    team: Annotated[str | None, typer.Option(help="team/…")] = None,
    person: Annotated[str | None, typer.Option(help="Who did it: person/…")] = None,
    at: Annotated[
        str | None, typer.Option(help="When, ISO 8601 with offset; now if absent.")
    ] = None,
    what: Annotated[str | None, typer.Option(help="What was done.")] = None,
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Tell what the organisation really did about what a decision was asked about."""
    from pydantic import ValidationError  # noqa: PLC0415 - light start

    from service import outcomes  # noqa: PLC0415 - light start
    from service.problems import ProblemError  # noqa: PLC0415 - light start

    said = {"tier": tier, "team": team, "by": person, "at": at, "done": what}
    try:
        body = outcomes.OutcomeIn.model_validate({n: v for n, v in said.items() if v is not None})
    except ValidationError as error:
        first = error.errors()[0]
        refuse(f"{'.'.join(map(str, first['loc']))}: {first['msg']}, not {first['input']!r}"[:300])
    with opened(home) as world:
        made = world.ledger.by_id(named(decision, "decision"))
        if made is None or made.type != "decision.made":
            refuse(f"there is no {decision[:140]!r}; `attune ledger` has the ids")
        try:
            event = outcomes.tell(world, made, body, named(by, "person"), idempotency=None)
        except ProblemError as error:
            refuse("; ".join(f"{one.pointer} {one.detail}" for one in error.faults))
        told = outcomes.shown(event, words=True)
    if as_json:
        show(told)
        return
    typer.echo(f"{decision}: told what was done")


@app.command()
def report(
    home: Home = None,
    *,
    since: Annotated[str | None, typer.Option(help="From when on, ISO 8601 with offset.")] = None,
    until: Annotated[str | None, typer.Option(help="Until when; now if absent.")] = None,
    as_json: AsJson = False,
) -> None:
    """Attune beside today's process, by touchpoint; figures, no advice."""
    from service.cli.moments import moment  # noqa: PLC0415 - light start
    from service.silence_report import report as reported  # noqa: PLC0415 - light start

    begin, end = moment("--since", since), moment("--until", until)
    with opened(home) as world:
        found = reported(world, begin, end)
    if as_json:
        show(found)
        return
    typer.echo(f"{found['since']} to {found['until']}: {found['decisions']} decisions")
    _figures("all", found)
    for row in rows(found["touchpoints"]):
        _figures(f"{row['touchpoint'] or 'no touchpoint'} ({_state(row['live'])})", row)


def _figures(name: str, row: "Mapping[str, Json]") -> None:
    ways, lead, sure = row["ways"], row["lead_minutes"], row["kappa_called"]
    typer.echo(f"{name}: {row['compared']} compared")
    for way, one in ways.items() if isinstance(ways, dict) else ():
        if isinstance(one, dict) and one["count"] and isinstance(one["interval"], list):
            low, high = one["interval"]
            typer.echo(f"    {way:<8} {one['count']} of {one['of']} (95 % {low} to {high})")
    if isinstance(lead, dict):
        typer.echo(f"    attune called {lead['median']} minutes earlier in the middle case")
    if isinstance(sure, dict) and isinstance(sure["interval"], list):
        low, high = sure["interval"]
        typer.echo(f"    agreement on calling: kappa {sure['value']} (95 % {low} to {high})")


def _thing(place: str) -> str:
    """The silence that is meant by a place."""
    from service import silence  # noqa: PLC0415 - light start

    return silence.HOME if place == "home" else silence.place(named(place, "touchpoint"))


def _state(live: object) -> str:
    return "live" if live else "silent"
