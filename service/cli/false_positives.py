"""`attune false-positives`: what was found and was nothing, and what would have kept it away."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.output import AsJson, Home, opened, refuse, show

if TYPE_CHECKING:
    from service.false_positives import Precision

app = typer.Typer(help="False positives: the log, the precision, the cures.", no_args_is_help=True)


@app.command("list")
def listed(home: Home = None, *, as_json: AsJson = False) -> None:
    """The log, and how often each word and each rule is right where people looked."""
    from service.false_positives import findings, log, of_rules, of_words  # noqa: PLC0415

    with opened(home) as world:
        lines, judged = log(world), findings(world)
        precision = {"words": of_words(world, judged), "rules": of_rules(judged)}
    if as_json:
        rows = {name: [_row(one) for one in several] for name, several in precision.items()}
        told = [{**asdict(one), "at": one.at.isoformat()} for one in lines]
        show({"log": told, "findings": len(judged), **rows})
        return
    for one in lines:
        named = ", ".join(part for part in (one.keyword, one.rule) if part)
        typer.echo(f"{one.at:%F %H:%M}  {one.thing}  {named or '-'}  {one.reason}")
    for name, several in precision.items():
        typer.echo(f"{name}, of {len(judged)} findings that people judged:")
        for each in several:
            typer.echo(f"  {_line(each)}")


@app.command()
def propose(
    home: Home = None,
    *,
    accept: Annotated[
        list[int] | None, typer.Option(help="Number of a cure to take over; may be given again.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="A new folder for the changed policy, to be pushed.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Cures with their expected effect; accepted ones become a working copy to be pushed."""
    from service.false_positive_cures import cures  # noqa: PLC0415 - light start
    from service.false_positives import findings  # noqa: PLC0415 - light start

    with opened(home) as world:
        found = cures(world, findings(world))
        base = None
        if accept and out is not None:
            from service.false_positive_acceptance import (  # noqa: PLC0415 - light start
                AcceptanceInvalid,
                accepted,
            )

            try:
                base = accepted(world, found, accept, out)
            except (AcceptanceInvalid, FileExistsError) as error:
                refuse(str(error))
    if as_json:
        rows = [{k: v for k, v in asdict(one).items() if k != "text"} for one in found]
        show(
            {"cures": rows, "base": base and base.base, "objections": base and [*base.objections]}
        )
        return
    for number, one in enumerate(found, start=1):
        lost = ", ".join(one.lost) or "none"
        typer.echo(f"{number}. {one.what}  ({one.file})")
        typer.echo(f"   finds {one.after} instead of {one.found}; true ones lost: {lost}")
    if not found:
        typer.echo("nothing is wrong often enough to be changed")
    if base is not None:
        for words in base.objections:
            typer.echo(f"  a case objects: {words}")
        typer.echo(f"nothing is applied yet; propose it: attune policy push {out}")


def _row(one: "Precision") -> dict[str, object]:
    low, high = one.interval
    return {**asdict(one), "low": round(low, 3), "high": round(high, 3)}


def _line(one: "Precision") -> str:
    low, high = one.interval
    of = one.true + one.false
    return f"{one.name}  right {one.true} of {of}, {one.true / of:.0%} [{low:.0%}, {high:.0%}]"
