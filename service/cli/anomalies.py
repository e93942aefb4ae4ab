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
    alarms_a_month: Annotated[
        float, typer.Option(metavar="NUMBER", help="About how many alarms are wanted.")
    ] = 4.0,
    memory: Annotated[
        Path | None,
        typer.Option(metavar="FILE.json", help="Go on from it, if it is there; left for later."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Score each count from 0 (usual) to 1, online: no row looks at a later one.

    A score above 0.5 is an alarm. One burst is one alarm.
    """
    from knowledge.spread.anomalies import CountInvalid  # noqa: PLC0415 - light start
    from knowledge.spread.memories import MemoryInvalid  # noqa: PLC0415 - light start
    from loaders.tables import TableInvalid  # noqa: PLC0415 - light start
    from service.scoring import score_series  # noqa: PLC0415 - light start

    try:
        scored = score_series(series, out, alarms_a_month=alarms_a_month, memory=memory)
    except (CountInvalid, MemoryInvalid, TableInvalid) as error:
        refuse(str(error))
    except OSError as error:
        name = error.filename or out
        refuse(f"{name}: can't be written ({error.strerror}); name a file in an existing folder.")
    if as_json:
        show({**scored.json(), "out": str(out)})
    else:
        found = len(scored.alarms)
        typer.echo(f"{scored.rows} rows scored, {found} above 0.5, in {out}")
        for alarm in scored.alarms:
            typer.echo(str(alarm))
