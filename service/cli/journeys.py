"""`attune journeys`: logs of contacts in, zones of risk and a picture out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from ontology.events import Json
    from service.journey_zones import Zones
    from service.world import World

app = typer.Typer(help="Touchpoints where people get hurt.", no_args_is_help=True)

Log = Annotated[Path, typer.Argument(help="Contacts as CSV or JSON Lines.")]
Mapped = Annotated[
    Path | None, typer.Option("--map", metavar="MAP.yaml", help="What the log's words mean.")
]
Rejected = Annotated[Path, typer.Option("--rejects", help="Where bad rows go.")]
At = Annotated[
    str | None, typer.Option("--as-of", metavar="TIME", help="What was known then, with offset.")
]
QuietDays = Annotated[
    int, typer.Option(min=1, max=3650, help="Days of silence that end a journey well.")
]
Least = Annotated[
    int, typer.Option(min=2, max=100_000, help="Journeys without which nothing is said.")
]
Samples = Annotated[int, typer.Option(min=100, max=10_000, help="Bootstrap samples.")]
Seed = Annotated[int, typer.Option(min=0, max=2**31 - 1, help="What the samples follow from.")]
_REJECTS = Path("rejects.jsonl")


@app.command("load")
def load(
    log: Log,
    home: Home = None,
    *,
    mapped: Mapped = None,
    rejects: Rejected = _REJECTS,
    as_json: AsJson = False,
) -> None:
    """Load a log of contacts; loading twice changes nothing."""
    from service.founding import OPERATOR  # noqa: PLC0415 - light start
    from service.journey_loading import LogRefused  # noqa: PLC0415 - light start
    from service.journey_loading import load as load_log  # noqa: PLC0415 - light start

    with opened(home) as world, counting("contacts read", as_json) as progress:
        try:
            done = load_log(
                world, log, mapped=mapped, rejects=rejects, actor=OPERATOR, progress=progress
            )
        except LogRefused as error:
            refuse(str(error))
    figures = {
        "new": done.new,
        "known": done.known,
        "rejected": done.rejected,
        "rejects": str(rejects),
    }
    if as_json:
        show(figures)
    else:
        typer.echo(", ".join(f"{name} {value}" for name, value in figures.items()))


@app.command("zones")
def zones(  # noqa: PLR0913 - each is an option
    home: Home = None,
    *,
    record: Annotated[
        bool, typer.Option("--record", help="Record the findings, so that rules see them.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why they are recorded now.")] = "",
    by: Annotated[str, typer.Option(help="Who records them: person/…")] = "person/operator",
    as_of: At = None,
    quiet_days: QuietDays = 30,
    least: Least = 30,
    samples: Samples = 1_000,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Find the touchpoints that surely carry more than their share of risk."""
    from knowledge.journeys.zones import Method  # noqa: PLC0415 - light start

    if record and (not reason.strip() or as_of):
        refuse("--record needs --reason, like --reason 'Third quarter', and goes without --as-of.")
    method = Method(quiet_days=quiet_days, least=least, samples=samples, seed=seed)
    with opened(home) as world:
        found = _found(world, as_of, method, as_json=as_json)
        answer = found.json()
        done = _recorded(world, found, reason, by) if record else {}
    if as_json:
        show({**answer, **({"record": done} if record else {})})
    else:
        for line in [*_lines(found), *_record_lines(done)]:
            typer.echo(line)
    if done.get("refused"):
        raise typer.Exit(1)


@app.command("picture")
def picture(
    out: Annotated[Path, typer.Option("--out", metavar="FILE.svg", help="Where it goes.")],
    home: Home = None,
    *,
    as_of: At = None,
) -> None:
    """Draw the journey graph: flows, ends, zones of risk."""
    from knowledge.journeys.zones import Method  # noqa: PLC0415 - light start
    from service.journey_picture import draw  # noqa: PLC0415 - light start

    with opened(home) as world:
        found = _found(world, as_of, Method(), as_json=False)
    try:
        out.write_bytes(draw(found.study))
    except OSError as error:
        refuse(f"{out}: can't be written ({error.strerror}); name a file in an existing folder.")
    typer.echo(f"{out}: {len(found.study.zones())} zones of risk")


@app.command("forget")
def forget(
    before: Annotated[str, typer.Option(metavar="TIME", help="With offset; files that end then.")],
    home: Home = None,
) -> None:
    """Drop the files of contacts that all lie before a time; what was recorded stays."""
    from service.journey_loading import logs_of  # noqa: PLC0415 - light start

    with opened(home) as world:
        gone = logs_of(world).forget(_moment(before, world.clock.now()))
    typer.echo(f"files dropped: {gone}")


def _found(world: "World", as_of: str | None, method: object, *, as_json: bool) -> "Zones":
    from knowledge.journeys.logs import LogBroken  # noqa: PLC0415 - light start
    from knowledge.journeys.zones import LogUnusable, Method  # noqa: PLC0415 - light start
    from service.journey_zones import Studies  # noqa: PLC0415 - light start

    at = None if as_of is None else _moment(as_of, world.clock.now())
    how = method if isinstance(method, Method) else Method()
    with counting("journeys studied", as_json) as progress:
        try:
            return Studies().zones(world, at, how, progress)
        except (LogBroken, LogUnusable) as error:
            refuse(str(error))


def _recorded(world: "World", found: "Zones", reason: str, by: str) -> "dict[str, Json]":
    from ontology.identity import IdentityInvalid, kind_of, thing_id  # noqa: PLC0415 - light start
    from ontology.lifecycle import Actor, Role  # noqa: PLC0415 - light start
    from service.journey_zones import record  # noqa: PLC0415 - light start

    try:
        person = thing_id(by)
    except IdentityInvalid as error:
        refuse(f"--by: {error}")
    if kind_of(person) != "person":
        refuse(f"--by {by[:80]!r} is no person; write an id like person/ada")
    actor = Actor(id=person, roles=frozenset({Role.ANALYST}))
    return record(world, found, reason=reason, actor=actor).json()


def _record_lines(done: "dict[str, Json]") -> Iterator[str]:
    """What became of the findings, for people."""
    for what, things in done.items():
        if isinstance(things, dict):
            yield from (f"{what:<12} {thing}  {why}" for thing, why in things.items())
        elif isinstance(things, list):
            yield from (f"{what:<12} {thing}" for thing in things)


def _moment(text: str, now: datetime) -> datetime:
    """A moment that is not ahead, with offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        refuse(f"{text[:80]!r} is no time; write one like 2026-11-23T08:00:00Z")
    if moment.utcoffset() is None:
        refuse(f"{text[:80]!r} has no offset; write one like 2026-11-23T08:00:00Z")
    if moment > now:
        refuse(f"{text[:80]!r} lies ahead of this world's clock, {now.isoformat()}")
    return moment


@contextmanager
def counting(what: str, quiet: bool) -> Iterator[Callable[[int], None]]:  # noqa: FBT001 - the option
    """A count on standard error while something goes on; nothing where JSON is asked for."""
    from rich.console import Console  # noqa: PLC0415 - light start
    from rich.progress import Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - light start

    columns = (TextColumn("{task.completed:,} {task.description}"), TimeElapsedColumn())
    aside = Console(stderr=True)
    with Progress(*columns, console=aside, disable=quiet, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda many: bar.advance(task, many)


def _lines(found: "Zones") -> Iterator[str]:
    """The findings for people: zones first, each with its explanation."""
    from knowledge.journeys.words import explained  # noqa: PLC0415 - light start

    study = found.study
    yield (
        f"{study.journeys:,} journeys, {found.kept.contacts:,} contacts; "
        f"silence of more than {study.method.quiet_days} days counts as a good end"
    )
    for one in study.findings:
        yield f"{one.verdict:<12} {one.place.id}"
        yield f"    {explained(one)}"
