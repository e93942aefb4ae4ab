"""`attune kpis`: who answers for which figure of empathy, how it stands, what is missing."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.acting import OPERATOR, By, named
from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from datetime import datetime

    from ontology.events import Json

app = typer.Typer(help="Figures of empathy: owners, values, gaps.", no_args_is_help=True)

Named = Annotated[str, typer.Argument(help="kpi/…")]


@app.command("list")
def index(home: Home = None, *, as_json: AsJson = False) -> None:
    """Every KPI with its owner, target and newest value."""
    from service.ownership import figures, shown  # noqa: PLC0415 - light start

    with opened(home) as world:
        rows = [shown(one, world.clock.now()) for one in figures(world)]
    if as_json:
        show({"items": rows})
        return
    for row in rows:
        typer.echo(_line(row))


@app.command("show")
def one(kpi: Named, home: Home = None, *, as_json: AsJson = False) -> None:
    """One KPI with its measurements."""
    from service.ownership import figure, measured, shown  # noqa: PLC0415 - light start

    thing = named(kpi, "kpi")
    with opened(home) as world:
        if not world.graph.exists(thing):
            refuse(f"there is no KPI {kpi[:140]!r}; `attune kpis list` has their ids")
        known, at = world.measurements_now(), world.clock.now()
        answer = shown(figure(world, thing, known, at), at)
        history: list[Json] = [measured(each) for each in reversed(known.of(thing))]
    if as_json:
        show(answer | {"measurements": history})
        return
    typer.echo(_line(answer))
    for row in history:
        if isinstance(row, dict):
            typer.echo(f"    {row['as_of']}  {row['value']}  of {row['sample']}")


@app.command()
def measure(  # noqa: PLR0913 - one option a side of a measurement
    kpi: Named,
    home: Home = None,
    *,
    value: Annotated[float | None, typer.Option(help="The value itself.")] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--input", help="name=12 or name=1,2,3; may recur."),
    ] = None,
    sample: Annotated[int | None, typer.Option(help="How many it was measured on.")] = None,
    as_of: Annotated[str | None, typer.Option(help="Like 2026-11-22T00:00:00Z; else now.")] = None,
    source: Annotated[str | None, typer.Option(help="Where it comes from.")] = None,
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Append a measurement; with inputs, the formula gives the value."""
    from ontology.lifecycle import Actor  # noqa: PLC0415 - light start
    from ontology.record_values import RecordInvalid  # noqa: PLC0415 - light start
    from ontology.values import ValueInvalid  # noqa: PLC0415 - light start
    from service.committing import ThingUnknown  # noqa: PLC0415 - light start
    from service.measurements import Said  # noqa: PLC0415 - light start
    from service.measurements import measure as append  # noqa: PLC0415 - light start
    from service.permissions import KEY_ROLES  # noqa: PLC0415 - light start

    actor = Actor(id=named(by, "person"), roles=KEY_ROLES)
    inputs = dict(map(_input, given)) if given else None
    with opened(home) as world:
        try:
            moment = _moment(as_of)
            said = Said(as_of=moment, value=value, inputs=inputs, sample=sample, source=source)
            event = append(world, named(kpi, "kpi"), said, actor=actor)
        except (RecordInvalid, ThingUnknown, ValueInvalid) as error:
            refuse(str(error))
    if as_json:
        show({"kpi": event.subject, **event.data})
    else:
        typer.echo(f"{event.subject}: {event.data['value']} as of {event.data['as_of']}")


@app.command()
def gaps(home: Home = None, *, as_json: AsJson = False) -> None:
    """What is missing, and what would mend it."""
    from service.ownership_gaps import gaps as lacking  # noqa: PLC0415 - light start

    with opened(home) as world:
        found = lacking(world)
    if as_json:
        show({"items": [gap.json() for gap in found]})
        return
    for gap in found:
        typer.echo(f"{gap.gap:<22}{gap.detail}; {gap.cure}")


@app.command()
def raci(
    home: Home = None,
    *,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: AsJson = False,
) -> None:
    """Who is responsible, accountable, consulted and informed."""
    from service import raci as matrix  # noqa: PLC0415 - light start

    with opened(home) as world:
        text, table = matrix.as_csv(world), matrix.as_json(world)
    if as_csv:
        typer.echo(text, nl=False)
    elif as_json:
        show(table)
    else:
        rows = table["rows"]
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict) and isinstance(cells := row["cells"], dict):
                typer.echo(f"{row['kpi']}  {row['name']}")
                for who, letters in cells.items():
                    typer.echo(f"    {letters!s:<4}{who}")


def _input(text: str) -> "tuple[str, Json]":
    """`name=12`, or `name=1,2,3` for a measure."""
    name, mark, numbers = text.partition("=")
    try:
        several: list[Json] = [float(one) for one in numbers.split(",")]
    except ValueError:
        several = []
    if not mark or not several:
        refuse(f"{text[:80]!r} is no input; write name=12, or name=1,2,3 for a measure")
    return name.strip(), several if len(several) > 1 else several[0]


def _moment(text: str | None) -> "datetime | None":
    from datetime import UTC, datetime  # noqa: PLC0415 - light start

    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        refuse(f"{text[:80]!r} is no moment; write one like 2026-11-22T00:00:00Z")
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _line(row: "dict[str, Json]") -> str:
    current = row["current"]
    value = f"{current['value']}" if isinstance(current, dict) else "not measured"
    stale = ", stale" if row["stale"] else ""
    owners = row["accountable"]
    who = ", ".join(map(str, owners)) if isinstance(owners, list) and owners else "nobody"
    target = f"target {row['direction'] or ''} {row['target']} {row['unit'] or ''}".strip()
    return f"{row['id']}  {value}{stale}  {target}  {who}"
