"""Score a series file row by row into another file that appears only when it is whole."""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from knowledge.spread.anomalies import Memory, observe
from loaders.tables import Count, read_counts
from ontology.events import Json

_HALF: Final = 0.5


def score_series(series: Path, out: Path) -> dict[str, Json]:
    """Write `timestamp,anomaly_score` for every row of a series; memory does not grow with it.

    Returns:
        rows, how many scored above 0.5, and the highest score with its time stamp.

    Raises:
        TableInvalid: a row can't be taken; then `out` is left as it was.
        OSError: `out` can't be written.
    """
    part = out.with_name(f"{out.name}.part")
    total, above, highest, when = 0, 0, 0.0, ""
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(("timestamp", "anomaly_score"))
            for row, score in _scores(read_counts(series)):
                writer.writerow((row.stamp, f"{score:.6f}"))
                total, above = total + 1, above + (score > _HALF)
                if not when or score > highest:
                    highest, when = score, row.stamp
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return {
        "rows": total,
        "above_half": above,
        "highest": {"timestamp": when, "anomaly_score": round(highest, 6)} if when else None,
        "out": str(out),
    }


def _scores(rows: Iterator[Count]) -> Iterator[tuple[Count, float]]:
    memory, before = Memory(), None
    for row in rows:
        memory, score = observe(memory, row.value, _passed(before, row.at))
        before = row.at
        yield row, score


def _passed(before: datetime | None, at: datetime) -> timedelta:
    return timedelta(0) if before is None else at - before
