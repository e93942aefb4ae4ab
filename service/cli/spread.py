"""`attune spread`: whether talk feeds itself."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.output import AsJson, refuse, show

if TYPE_CHECKING:  # light start
    from knowledge.spread.virality import Estimate

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
        show(_shown(found))
    elif found.factor is None or found.within is None:
        typer.echo(f"cannot tell: {found.reason}")
    else:
        typer.echo(
            f"{found.factor:.3f} (95 %: {found.low:.3f} to {found.high:.3f}),"
            f" counting answers within {found.within:.0f} s"
        )


def _shown(found: "Estimate") -> dict[str, object]:
    """The estimate as JSON; what can't be told is null."""
    known = found.low is not None and found.high is not None
    return {
        "events": found.events,
        "verdict": "estimated" if known else "cannot tell",
        "branching_factor": _rounded(found.factor),
        "interval": [_rounded(found.low), _rounded(found.high)] if known else None,
        "confidence": 0.95 if known else None,
        "answers_within_seconds": _rounded(found.within),
        "posts_from_one": _rounded(found.size),
        "reason": found.reason,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
