"""Checking a draft while it is written: everything that can be told in about a second."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ontology.events import Json
from ontology.facts import catalogue
from ontology.marked_reader import FileInvalid
from ontology.shape_cases import read_tables
from ontology.shape_files import ShapesInvalid, read_shapes
from rules.casetables import read_tables as read_case_tables
from rules.diagnostics import Diagnostic, Invalid
from rules.policy import build
from service.bundle import faults
from service.proposing import unworded
from service.shape_checks import FOLDER, shapes_of
from service.wording_checks import unknown

MOST_TOLD: Final = 200
_PLACED: Final = re.compile(
    r"(?P<file>[^:\s]+):(?P<line>\d+):(?P<column>\d+): (?P<words>.*)", re.DOTALL
)


def diagnosed(content: Mapping[str, bytes], first: str | None = None) -> list[Json]:
    """What is wrong with the files of a draft, those of the file named `first` before others.

    Cases and the trial are left to a job: they take longer than a person who types waits.
    """
    found = [*_diagnosed(content)]
    found.sort(key=lambda one: (one["file"] != first, str(one["file"]), _line(one)))
    return [*found[:MOST_TOLD]]


def _diagnosed(content: Mapping[str, bytes]) -> Iterator[dict[str, Json]]:
    broken = [_of_words(file, words) for file, words in [*faults(content), *_shapes(content)]]
    yield from broken
    try:
        policy = build(content, catalogue())
        read_case_tables(policy, catalogue())
    except Invalid as error:
        yield from map(_of_diagnostic, error.diagnostics)
        return
    if not broken:
        yield from map(_of_diagnostic, [*unworded(content), *unknown(policy, content)])


def _shapes(content: Mapping[str, bytes]) -> Sequence[tuple[str, str]]:
    try:
        read_shapes(shapes_of(content))
        read_tables({n: text for n, text in content.items() if n.startswith(FOLDER)})
    except (ShapesInvalid, FileInvalid) as error:
        return [(words.partition(":")[0], words) for words in error.errors]
    return []


def _of_words(file: str, words: str) -> dict[str, Json]:
    """A diagnostic of a part that tells its place in words."""
    placed = _PLACED.fullmatch(words)
    if placed is None:
        return {"file": file, "line": None, "column": None, "detail": words[:1_000]}
    return {
        "file": placed["file"],
        "line": int(placed["line"]),
        "column": int(placed["column"]),
        "detail": placed["words"][:1_000],
    }


def _of_diagnostic(one: Diagnostic) -> dict[str, Json]:
    told: dict[str, Json] = {
        "file": one.file,
        "line": one.line,
        "column": one.column,
        "detail": one.reason,
        "value": one.offending[:120],
    }
    if one.nearest is not None:
        told["meant"] = one.nearest
    if one.example is not None:
        told["example"] = one.example
    return told


def _line(one: Mapping[str, Json]) -> int:
    line = one["line"]
    return line if isinstance(line, int) else 0
