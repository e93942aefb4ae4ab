"""`attune find`: filter, count and chart what is recorded; keep queries under names."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from service.cli import find_rule
from service.cli.acting import OPERATOR, By
from service.cli.find_terminal import progress, refusing, split
from service.cli.moments import moment
from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from service.finding_answer import Found
    from service.finding_bodies import FindingIn
    from service.saved_findings import Reader
    from service.world import World

app = typer.Typer(
    help="Find recorded signals, windows and decisions: filter, count, chart, save.",
    no_args_is_help=True,
)
_Kind = Literal["signals", "windows", "decisions"]
_WIDE: Final = 50
_PATIENCE_MS: Final = 3_600_000

Where = Annotated[
    list[str] | None,
    typer.Option(help="A field and a test, as books say it: 'frustration: at least 0.7'."),
]
Facet = Annotated[list[str] | None, typer.Option(help="A field whose values are counted.")]
Since = Annotated[str | None, typer.Option(help="From when on, ISO 8601; 28 days if absent.")]
Until = Annotated[str | None, typer.Option(help="Until when, ISO 8601; now if absent.")]
Zone = Annotated[str, typer.Option(help="Whose clocks: an IANA zone like Europe/Berlin.")]
Bucket = Annotated[str, typer.Option(help="minute, hour, 6 hours, day, week, month, auto.")]
Chart = Annotated[Path | None, typer.Option(help="Write the chart as SVG.")]
Limit = Annotated[int, typer.Option(min=0, max=200, help="How many rows are listed.")]
Every = Annotated[int, typer.Option(min=1, max=1440, help="Windows: minutes between looks.")]
Cursor = Annotated[str | None, typer.Option(help="Where a list goes on.")]
Save = Annotated[str | None, typer.Option(help="Save the query under this name.")]
Shared = Annotated[bool, typer.Option("--shared", help="With --save: for others, too.")]


def _command(source: _Kind) -> None:
    @app.command(source, help=f"Recorded {source} that fit a filter.")
    def find(  # noqa: PLR0913 - what a query says
        home: Home = None,
        *,
        where: Where = None,
        facet: Facet = None,
        since: Since = None,
        until: Until = None,
        zone: Zone = "UTC",
        bucket: Bucket = "auto",
        every: Every = 60,
        limit: Limit = 10,
        cursor: Cursor = None,
        chart: Chart = None,
        save: Save = None,
        shared: Shared = False,
        by: By = OPERATOR,
        as_json: AsJson = False,
    ) -> None:
        body = asked(
            source=source,
            where=dict(map(split, where or ())),
            facets=facet or [],
            since=moment("--since", since),
            until=moment("--until", until),
            zone=zone,
            bucket=bucket,
            every_minutes=every,
            limit=limit,
            cursor=cursor,
        )
        _run(home, body, chart=chart, save=(save, shared), by=by, as_json=as_json)


for _source in ("signals", "windows", "decisions"):
    _command(_source)


app.command("rule")(find_rule.command)


@app.command("fields")
def known(source: _Kind, *, as_json: AsJson = False) -> None:
    """What can be asked of a source."""
    from service.finding_desk import fields  # noqa: PLC0415 - light start
    from service.permissions import KEY_ROLES  # noqa: PLC0415 - light start

    rows = [*fields(source, KEY_ROLES)]
    if as_json:
        show({"items": rows})
        return
    for row in rows:
        allowed = row["allowed"]
        names = (
            f" ({', '.join(map(str, allowed))})" if isinstance(allowed, list) and allowed else ""
        )
        typer.echo(f"{row['name']:<28} {row['type']:<9} {row['means']}{names}")


@app.command("saved")
def index(
    name: Annotated[str | None, typer.Argument(help="One of them, to be asked again.")] = None,
    home: Home = None,
    *,
    chart: Chart = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove it.")] = False,
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Saved queries; with a name, what that query finds now."""
    from service.finding_bodies import FindingIn  # noqa: PLC0415 - light start
    from service.saved_findings import every, saved  # noqa: PLC0415 - light start
    from service.saved_findings import remove as drop  # noqa: PLC0415 - light start

    with opened(home) as world:
        reader = _reader(by)
        rows = [one.to_json() for one in every(world, reader)] if name is None else []
        with refusing():
            found = saved(world, name, reader) if name is not None else None
            if name is not None and found is None:
                refuse(f"no query {name[:80]!r} is saved; `attune find saved` lists them")
            if name is not None and remove:
                drop(world, name, reader)
    if remove and name is not None:
        typer.echo(f"{name} is removed; the ledger keeps what it said")
    elif found is not None:
        body = FindingIn.model_validate(dict(found.query))
        _run(home, body, chart=chart, save=(None, False), by=by, as_json=as_json)
    elif as_json:
        show({"items": rows})
    else:
        for row in rows:
            typer.echo(
                f"{row['name']}  version {row['version']} by {row['owner']}: {row['query']}"
            )


def asked(**given: object) -> "FindingIn":
    """A query from options; refuses what can be none."""
    from pydantic import ValidationError  # noqa: PLC0415 - light start

    from service.finding_bodies import FindingIn  # noqa: PLC0415 - light start

    try:
        return FindingIn.model_validate({n: v for n, v in given.items() if v is not None})
    except ValidationError as error:
        first = error.errors()[0]
        refuse(f"{'.'.join(map(str, first['loc']))} {str(first['input'])[:80]!r}: {first['msg']}")


def _run(
    home: Path | None,
    body: "FindingIn",
    *,
    chart: Path | None,
    save: tuple[str | None, bool],
    by: str,
    as_json: bool,
) -> None:
    if chart is not None and chart.suffix != ".svg":
        refuse(f"--chart {str(chart)!r} is no .svg; write found.svg")
    with opened(home) as world:
        found = _found(world, body, by)
        if save[0] is not None:
            _saved(world, save[0], body, by, shared=save[1])
    if chart is not None:
        _drawn(found, chart)
    if as_json:
        show(found.to_json())
    else:
        typer.echo("\n".join(lines(found)))


def _found(world: "World", body: "FindingIn", by: str) -> "Found":
    from service.finding_desk import Asker, answered  # noqa: PLC0415 - light start
    from service.permissions import KEY_ROLES  # noqa: PLC0415 - light start

    reader = _reader(by)
    asker = Asker(id=reader.id, roles=KEY_ROLES, patience_ms=_PATIENCE_MS)
    with refusing(), progress() as told:
        return answered(world, body.query(), asker, told)


def _saved(world: "World", name: str, body: "FindingIn", by: str, *, shared: bool) -> None:
    from service.saved_findings import save  # noqa: PLC0415 - light start

    with refusing():
        query = body.model_dump(mode="json", exclude_unset=True)
        kept = save(world, name, query, _reader(by), shared=shared)
    typer.echo(f"saved as {kept.name}, version {kept.version}", err=True)


def _drawn(found: "Found", path: Path) -> None:
    from service.finding_picture import picture  # noqa: PLC0415 - light start

    try:
        path.write_text(picture(found), encoding="utf-8")
    except OSError as error:
        refuse(f"--chart {str(path)!r}: {error.strerror}")


def lines(found: "Found") -> Iterator[str]:
    """What is found, for people."""
    if found.matched is not None:
        yield f"{found.matched} of {found.of} {found.query.source}"
    yield from _counts(found)
    yield from _columns(found)
    for item in found.items:
        yield "  ".join(f"{name}={_words(value)}" for name, value in item.items())
    if found.cursor:
        yield f"more: --cursor {found.cursor}"
    if found.withheld:
        yield f"of {found.withheld} decisions about people only the outcome was looked at"
    yield from (f"could not be read: {one}" for one in found.lost)


def _words(value: object) -> str:
    """A value of an item in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_words(one)}" for name, one in value.items()) + "}"
    return ", ".join(map(_words, value)) if isinstance(value, list) else str(value)


def _counts(found: "Found") -> Iterator[str]:
    for facet in found.facets:
        yield f"{facet.field} ({facet.many} different)"
        for value, many in facet.values:
            yield f"  {many:>9}  {'(none)' if value is None else value}"
        if facet.others:
            yield f"  {facet.others:>9}  (others)"


def _columns(found: "Found") -> Iterator[str]:
    highest = max([one.count or 0 for one in found.chart] + [1])
    for bar in found.chart:
        if bar.count is None:
            why = "no longer kept" if bar.dropped else f"silent: {', '.join(bar.silent)}"
            yield f"{bar.at}          ?  {why}"
        else:
            silent = f"  (silent: {', '.join(bar.silent)})" if bar.silent else ""
            yield f"{bar.at}  {bar.count:>9}  {'█' * round(_WIDE * bar.count / highest)}{silent}"


def _reader(by: str) -> "Reader":
    from ontology.identity import IdentityInvalid, thing_id  # noqa: PLC0415 - light start
    from service.permissions import KEY_ROLES  # noqa: PLC0415 - light start
    from service.saved_findings import Reader  # noqa: PLC0415 - light start

    try:
        return Reader(id=thing_id(by), roles=KEY_ROLES)
    except IdentityInvalid as error:
        refuse(f"--by {error}")
