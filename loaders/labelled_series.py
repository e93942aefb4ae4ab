"""A folder of labelled series, as the Numenta benchmark keeps them: one CSV each, windows.json."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from knowledge.spread.nab import Labelled
from loaders.tables import TableInvalid, read_counts

_EXAMPLE: Final = '{"series.csv": [["2015-03-03 04:37:53", "2015-03-04 13:37:53"]]}'


def read_labelled(folder: Path) -> list[Labelled]:
    """The series that `windows.json` names, in its order, with their windows.

    Raises:
        TableInvalid: a file is missing or broken, a window doesn't begin and end in a row.
    """
    path = folder / "windows.json"
    try:
        windows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TableInvalid(f"{path.name}: can't be read ({error}); it is {_EXAMPLE}") from error
    if not isinstance(windows, Mapping) or not windows:
        raise TableInvalid(f"{path.name}: names no series; it is {_EXAMPLE}")
    series = [_labelled(folder / name, spans) for name, spans in windows.items()]
    if not any(each.windows for each in series):
        raise TableInvalid(f"{path.name}: names no window; it is {_EXAMPLE}")
    return series


def _labelled(path: Path, spans: object) -> Labelled:
    rows = [*read_counts(path)]
    places = {row.at: place for place, row in enumerate(rows)}
    return Labelled(
        name=path.stem,
        stamps=tuple(row.stamp for row in rows),
        seconds=tuple((row.at - rows[0].at).total_seconds() for row in rows),
        counts=tuple(row.value for row in rows),
        windows=tuple(_window(path, span, places) for span in _listed(path, spans)),
    )


def _listed(path: Path, spans: object) -> list[object]:
    if not isinstance(spans, list):
        raise TableInvalid(f"windows.json: {path.name} has {spans!r}; it is {_EXAMPLE}")
    return spans


def _window(path: Path, span: object, places: Mapping[datetime, int]) -> tuple[int, int]:
    try:
        first, last = (places[datetime.fromisoformat(str(end))] for end in _listed(path, span))
    except (KeyError, ValueError) as error:
        raise TableInvalid(
            f"windows.json: {span!r} doesn't begin and end in a row of {path.name}; "
            f"it is {_EXAMPLE}"
        ) from error
    if first >= last:
        raise TableInvalid(f"windows.json: {span!r} of {path.name} ends before it begins")
    return first, last
