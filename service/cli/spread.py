"""`attune spread`: whether talk feeds itself."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.output import AsJson, refuse, show

app = typer.Typer(help="Whether talk feeds itself.", no_args_is_help=True)


@app.callback()
def _spread() -> None:
    """Whether talk feeds itself."""


@app.command()
def estimate(
    events: Annotated[
        Path, typer.Option("--in", metavar="EVENTS.csv", help="A column `time`, in seconds.")
    ],
    *,
    sampling_rate: Annotated[
        float, typer.Option(min=0, max=1, help="Share of all posts that the file holds.")
    ] = 1.0,
    as_json: AsJson = False,
) -> None:
    """How many further posts one post brings about, with its 95 % interval, or "cannot tell"."""
    from knowledge.spread.virality import estimate as estimated  # noqa: PLC0415 - light start
    from loaders.tables import TableInvalid, read_times  # noqa: PLC0415 - light start

    try:
        found = estimated(read_times(events), sampling_rate)
    except TableInvalid as error:
        refuse(str(error))
    if as_json:
        show(_shown(found.events, found.factor, found.low, found.high, found.reason))
    elif found.factor is None or found.low is None or found.high is None:
        typer.echo(f"cannot tell: {found.reason}")
    else:
        typer.echo(f"{found.factor:.3f} (95 %: {found.low:.3f} to {found.high:.3f})")


def _shown(
    events: int,
    factor: float | None,
    low: float | None,
    high: float | None,
    reason: str | None,
) -> dict[str, object]:
    """The estimate as JSON; `branching_factor` and `interval` are null where it can't be told."""
    known = factor is not None and low is not None and high is not None
    return {
        "events": events,
        "verdict": "estimated" if known else "cannot tell",
        "branching_factor": None if factor is None else round(factor, 4),
        "interval": [round(low, 4), round(high, 4)]
        if low is not None and high is not None
        else None,
        "confidence": 0.95 if known else None,
        "reason": reason,
    }
