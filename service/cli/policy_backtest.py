"""`attune policy backtest`: what a policy would have decided, before it decides for anybody."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.moments import moment
from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from service.backtest_report import Asked, Backtest
    from service.world import World

_RECORDED = "recorded"


def policy_backtest(  # noqa: PLR0913 - what a backtest depends on
    policy: Annotated[
        str, typer.Argument(help="A folder, active, shipped, a digest, policy-proposal/…")
    ],
    home: Home = None,
    *,
    against: Annotated[
        str, typer.Option(help="recorded, or another policy that is run on the same facts.")
    ] = _RECORDED,
    since: Annotated[str | None, typer.Option(help="From when on, ISO 8601.")] = None,
    until: Annotated[str | None, typer.Option(help="Until when, ISO 8601.")] = None,
    every: Annotated[
        int, typer.Option(min=0, max=1440, help="Minutes between looks at incidents; 0: none.")
    ] = 15,
    picture: Annotated[Path | None, typer.Option(help="Write the matrices as SVG.")] = None,
    as_json: AsJson = False,
) -> None:
    """Decide again what was decided: what changes, for whom, and how much more each team gets.

    Broken off, the same question goes on where it was. One of all that is recorded lets the
    policy be activated, as far as it keeps to the limit.
    """
    if picture is not None and (
        picture.suffix != ".svg" or not picture.absolute().parent.is_dir()
    ):
        refuse(
            f"--picture {str(picture)!r} is no .svg in a folder that is there; write matrix.svg"
        )
    with opened(home) as world:
        found = _found(world, _asked(world, (policy, against), (since, until), every))
    report = found.to_json()
    if picture is not None:
        _draw(report, picture)
    if as_json:
        show(report)
    else:
        typer.echo("\n".join(_lines(report)))


def _asked(
    world: "World", names: tuple[str, str], times: tuple[str | None, str | None], every: int
) -> "Asked":
    from service.backtest_report import Asked  # noqa: PLC0415 - light start
    from service.policies import PolicyUnknown  # noqa: PLC0415 - light start
    from service.policy_sources import SourceUnknown, anywhere  # noqa: PLC0415 - light start
    from service.working_copy import WorkingCopyInvalid  # noqa: PLC0415 - light start

    policy, against = names
    try:
        return Asked(
            policy=anywhere(world, policy),
            against=None if against == _RECORDED else anywhere(world, against),
            since=moment("--since", times[0]),
            until=moment("--until", times[1]),
            every=timedelta(minutes=every) if every else None,
        )
    except (SourceUnknown, PolicyUnknown, WorkingCopyInvalid) as error:
        refuse(str(error))


def _found(world: "World", asked: "Asked") -> "Backtest":
    from knowledge.refusals import LedgerRefused  # noqa: PLC0415 - light start
    from rules.diagnostics import Invalid  # noqa: PLC0415 - light start
    from service.backtest import BacktestInvalid, kept  # noqa: PLC0415 - light start

    try:
        with _progress() as progress:
            return kept(world, asked, progress)
    except (BacktestInvalid, Invalid, LedgerRefused) as error:
        refuse(str(error))


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console  # noqa: PLC0415 - light start
    from rich.progress import Progress  # noqa: PLC0415 - light start

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("deciding again", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _draw(report: Mapping[str, Any], path: Path) -> None:
    from service.backtest_picture import picture  # noqa: PLC0415 - light start

    try:
        path.write_text(picture(report), encoding="utf-8")
    except OSError as error:
        refuse(f"--picture {str(path)!r}: {error.strerror}")


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    counts = report["counts"]
    yield f"policy        {report['policy']['name']} ({report['policy']['digest'][:12]})"
    told = ", ".join(f"{counts[n]} {n}" for n in ("changed", "raised", "lowered", "rerouted"))
    yield f"decisions     {counts['decisions']}, {counts['compared']} compared: {told}"
    yield from (f"note          {note}" for note in report["notes"])
    for before, row in report["tiers"].items():
        yield from (f"tier          {before} → {after}: {many}" for after, many in row.items())
    for side in ("gained", "lost"):
        for name, entries in report[side].items():
            yield from (f"{side:13} {name}: {one} {many}" for one, many in entries.items())
    for team, load in report["teams"].items():
        cases, pages = load["cases"], load["pages"]
        if cases["before"] != cases["after"] or pages["before"] != pages["after"]:
            yield (
                f"team          {team}: cases {cases['before']} → {cases['after']},"
                f" pages {pages['before']} → {pages['after']}"
                f" ({load['pages_added_per_shift']:+g} a shift)"
            )
    for cell, rows in report["examples"].items():
        yield f"changed       {cell}: {', '.join(row['id'] for row in rows)}"
    yield from _incidents("incident", report["incidents"])
    windows = report["windows"]
    if windows is None:
        yield f"not looked    {report['without_windows']}"
    else:
        yield f"looked        {windows['looks']} times, {windows['changed_looks']} otherwise"
        yield from _incidents("unasked", windows["incidents"])
    yield from _limit(report["limit"])


def _incidents(label: str, incidents: Mapping[str, Any]) -> Iterator[str]:
    for name, row in incidents.items():
        pages, first = row["pages"], row["first"]
        if pages["before"] != pages["after"] or first["before"] != first["after"]:
            earlier = row["minutes_earlier"]
            when = "" if earlier is None else f", the first {earlier:g} minutes earlier"
            yield f"{label:13} {name}: pages {pages['before']} → {pages['after']}{when}"


def _limit(limit: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"over limit    {words}" for words in limit["exceeded"])
    if limit["recorded"] and not limit["exceeded"]:
        yield "within limit  it may be activated once a second person has approved it"
