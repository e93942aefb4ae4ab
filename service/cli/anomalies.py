"""`attune anomalies`: how surprising each count of a series is."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.output import AsJson, refuse, show

app = typer.Typer(help="Volume alarms on a series of counts.", no_args_is_help=True)


@app.callback()
def _anomalies() -> None:
    """Volume alarms on a series of counts."""


@app.command()
def score(
    series: Annotated[
        Path, typer.Option("--in", metavar="SERIES.csv", help="timestamp,value; times rising.")
    ],
    out: Annotated[
        Path,
        typer.Option("--out", metavar="SCORES.csv", help="timestamp,anomaly_score is written."),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Score each count from 0 (usual) to 1 (never seen), online: no row looks at a later one."""
    from loaders.tables import TableInvalid  # noqa: PLC0415 - light start
    from service.scoring import score_series  # noqa: PLC0415 - light start

    try:
        summary = score_series(series, out)
    except TableInvalid as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{out}: can't be written ({error.strerror}); name a file in an existing folder.")
    if as_json:
        show(summary)
    else:
        typer.echo(f"{summary['rows']} rows scored, {summary['above_half']} above 0.5, in {out}")
