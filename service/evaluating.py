"""Every published figure measured again: parts that read data, kept results, one page."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from knowledge.spread.volume_evaluation import Row
from service.clock import elapsed_ms, monotonic_ms

Advance = Callable[[str, int, int], None]
"""Told what is measured, how much of it is done, and of how much."""

Found = tuple[Sequence[Row], Sequence[str]]
"""Figures, and lines that list what no figure shows."""


class EvaluationInvalid(ValueError):
    """What was asked can't be measured; the message says what there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One subject: where its data lie below the folder of all data (none: it makes its own)."""

    name: str
    heading: str
    about: str
    folders: tuple[str, ...]
    measure: Callable[[Path, Advance], Found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a part gave; `lacking` names the folders without which it was not measured."""

    part: Part
    rows: Sequence[Row]
    details: Sequence[str]
    seconds: float
    lacking: tuple[str, ...]
    kept: bool


def chosen(names: Sequence[str], parts: Sequence[Part]) -> Sequence[Part]:
    """The parts of these names, all where none is named.

    Raises:
        EvaluationInvalid: there is no part of a name.
    """
    known = {part.name: part for part in parts}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise EvaluationInvalid(f"{unknown[0]!r} is no part; there are {', '.join(known)}")
    return [known[name] for name in names] or parts


def evaluate(
    parts: Sequence[Part], data: Path, work: Path, *, anew: bool, advance: Advance
) -> Iterator[Result]:
    """Measure each part; what `work` keeps of the same data and code is not measured again.

    Each result is on disk before the next part begins, so an interrupted run goes on there.
    """
    for part in parts:
        lacking = tuple(name for name in part.folders if not (data / name).is_dir())
        if lacking:
            yield Result(part=part, rows=(), details=(), seconds=0.0, lacking=lacking, kept=False)
            continue
        file = work / f"{part.name}-{_key(part, data)}.json"
        known = None if anew else _read(part, file)
        yield known or _measured(part, data, file, advance)


def page(results: Sequence[Result]) -> Iterator[str]:
    """The lines of a Markdown page of all results."""
    for result in results:
        yield f"## {result.part.heading}"
        yield result.part.about
        yield ""
        if result.lacking:
            yield f"Not measured: {', '.join(result.lacking)} is not at hand."
            yield ""
            continue
        yield "| data | split | figure | value | 95 % interval | baseline |"
        yield "| --- | --- | --- | --- | --- | --- |"
        yield from map(_line, result.rows)
        yield ""
        if result.details:
            yield from (f"- {line}" for line in result.details)
            yield ""


def shown(result: Result) -> dict[str, object]:
    """A result as JSON."""
    return {
        "part": result.part.name,
        "rows": [asdict(row) for row in result.rows],
        "details": list(result.details),
        "seconds": round(result.seconds, 1),
        "lacking": list(result.lacking),
    }


def _measured(part: Part, data: Path, file: Path, advance: Advance) -> Result:
    started = monotonic_ms()
    rows, details = part.measure(data, advance)
    result = Result(
        part=part,
        rows=tuple(rows),
        details=tuple(details),
        seconds=elapsed_ms(started) / 1000.0,
        lacking=(),
        kept=False,
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    partial.write_text(json.dumps(shown(result), ensure_ascii=False, indent=1), encoding="utf-8")
    partial.replace(file)
    return result


def _read(part: Part, file: Path) -> Result | None:
    """What is kept; None where nothing whole is."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        rows = tuple(_row(one) for one in said["rows"])
        details, seconds = tuple(said["details"]), float(said["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Result(part=part, rows=rows, details=details, seconds=seconds, lacking=(), kept=True)


def _row(said: dict[str, object]) -> Row:
    interval = said["interval"]
    low_high = (float(interval[0]), float(interval[1])) if isinstance(interval, list) else None
    return Row(
        data=str(said["data"]),
        split=str(said["split"]),
        figure=str(said["figure"]),
        value=float(str(said["value"])),
        interval=low_high,
        baseline=str(said["baseline"]),
    )


_CODE: Final = ("knowledge", "ontology", "loaders", "service/evaluation_parts.py")
_READ: Final = frozenset({".py", ".yaml", ".npz", ".csv", ".txt"})


def _key(part: Part, data: Path) -> str:
    """Another one where a file of the data changes, or the code that measures."""
    root = Path(__file__).parent.parent
    read = [path for name in part.folders for path in (data / name).rglob("*") if path.is_file()]
    code = [path for name in _CODE for path in ((root / name), *(root / name).rglob("*"))]
    sha = hashlib.sha256()
    for path in (*sorted(read), *sorted(one for one in code if one.suffix in _READ)):
        sha.update(f"{path.name} {path.stat().st_size}\n".encode())
        sha.update(path.read_bytes())
    return sha.hexdigest()[:24]


def _line(row: Row) -> str:
    interval = (
        "" if row.interval is None else f"{_number(row.interval[0])} to {_number(row.interval[1])}"
    )
    cells = (row.data, row.split, row.figure, _number(row.value), interval, row.baseline)
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _number(value: float) -> str:
    """Three digits that count.

    >>> _number(0.87234), _number(84.241), _number(12000.0)
    ('0.872', '84.2', '12000')
    """
    digits = 3 - len(f"{abs(value):.0f}") if abs(value) >= 1 else 3
    return f"{value:.{max(0, digits)}f}"
