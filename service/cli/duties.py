"""`attune duties`: what leaders owe their own people, by when, and how well it was said."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.acting import OPERATOR, By, done, named
from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from ontology.events import Json

app = typer.Typer(
    help="What leaders owe their own people in a crisis, and how it was met.", no_args_is_help=True
)

Named = Annotated[str, typer.Argument(help="duty/…")]
Incident = Annotated[str | None, typer.Option(help="Only about this one: incident/…")]


@app.command("list")
def index(
    home: Home = None,
    *,
    incident: Incident = None,
    state: Annotated[
        str | None, typer.Option(help="owed, informed, closing, late, met, ended")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Every duty, the newest first."""
    from service.duties import KIND  # noqa: PLC0415 - light start
    from service.duty_listing import listed  # noqa: PLC0415 - light start

    with opened(home) as world:
        known = world.lifecycles[KIND].states
        if state is not None and state not in known:
            refuse(f"there is no state {state[:80]!r}; there are {', '.join(known)}")
        about = named(incident, "incident") if incident is not None else None
        found = listed(world, incident=about, state=state)
    if as_json:
        show({"items": found["items"]})
        return
    for row in _rows(found["items"]):
        typer.echo(_line(row))


@app.command("show")
def one(duty: Named, home: Home = None, *, as_json: AsJson = False) -> None:
    """One duty with each word that was owed."""
    from service.duty_listing import shown  # noqa: PLC0415 - light start

    with opened(home) as world:
        found = shown(world, named(duty, "duty"))
    if found is None:
        refuse(f"there is no {duty[:140]!r}; `attune duties list` has the ids")
    if as_json:
        show(found)
        return
    typer.echo(_line(found))
    typer.echo("\n".join(map(_word, _rows(found["words"]))))


@app.command()
def report(home: Home = None, *, incident: Incident = None, as_json: AsJson = False) -> None:
    """By rule: how many words were owed, how many were said in time, and how fast."""
    from service.duty_listing import listed  # noqa: PLC0415 - light start

    with opened(home) as world:
        about = named(incident, "incident") if incident is not None else None
        rows = listed(world, incident=about)["report"]
    if as_json:
        show({"report": rows})
        return
    for row in _rows(rows):
        typer.echo(f"{row['rule']}: {row['duties']} duties over {row['incidents']} incidents")
        typer.echo("\n".join(_stages(row["words"])))


@app.command()
def end(
    duty: Named,
    home: Home = None,
    *,
    reason: Annotated[str, typer.Option(help="Why nothing is owed any more.")],
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """End a duty by hand, with a reason that stays in the ledger."""
    named(duty, "duty")
    done(home, duty, "end", {"reason": reason}, by=by, as_json=as_json)


def _line(row: "Mapping[str, Json]") -> str:
    due = f", {row['next']} due {row['due']}" if row["due"] else ""
    return f"{row['id']}  {row['state']}  {row['team']}{due}  {row['incident']} ({row['rule']})"


def _word(word: "Mapping[str, Json]") -> str:
    in_time = word["in_time"]
    how = "waits" if in_time is None else "in time" if in_time else "late"
    back = ", taken back" if word["taken_back"] else ""
    by = f" by {word['message']} after {word['minutes']} min" if word["message"] else ""
    return f"    {word['stage']:<8} due {word['due']}: {how}{by}{back}"


def _stages(words: "Json") -> Iterator[str]:
    for stage, row in words.items() if isinstance(words, dict) else ():
        if not isinstance(row, dict) or not row["owed"]:
            continue
        told = f"{row['in_time']} in time, {row['late']} late, {row['missed']} missed"
        fast = f"; median {row['median_minutes']} min" if row["median_minutes"] is not None else ""
        sure = ""
        if isinstance(ends := row["interval"], list):
            sure = f" (share in time {row['share_in_time']}, 95 % {ends[0]} to {ends[1]})"
        yield f"    {stage:<8} {row['owed']} owed: {told}, {row['waiting']} waiting{fast}{sure}"


def _rows(value: "Json") -> "list[Mapping[str, Json]]":
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
