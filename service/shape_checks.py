"""Whether the shapes of a bundle can be used, and do what their case tables say."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from ontology.marked_reader import FileInvalid
from ontology.shape_cases import is_cases, read_tables
from ontology.shape_engines import GateBroken
from ontology.shape_files import ShapesInvalid, is_shapes, read_shapes
from ontology.shape_soundness import unsound
from ontology.shape_trials import run_tables

FOLDER: Final = "ontology/shapes/"
_Words = tuple[tuple[str, str], ...]


def shapes_of(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a bundle that the gate judges by; the shapes of facts are not among them."""
    return {n: text for n, text in files.items() if n.startswith(FOLDER) and is_shapes(n)}


def shape_faults(files: Mapping[str, bytes]) -> _Words:
    """What is wrong with the shapes of a bundle, and with their cases: (file, words).

    Every shape needs a case in which it fires and one in which it stays quiet; both engines run
    them. Costs three seconds, once for the same files.
    """
    mine = {n: text for n, text in files.items() if n.startswith(FOLDER)}
    return _faults(tuple(sorted((n, t) for n, t in mine.items() if is_shapes(n) or is_cases(n))))


@lru_cache(maxsize=8)
def _faults(files: tuple[tuple[str, bytes], ...]) -> _Words:
    content = dict(files)
    found: list[tuple[str, str]] = []
    try:
        known = read_shapes(shapes_of(content))
    except ShapesInvalid as error:
        found += ((words.partition(":")[0], words) for words in error.errors)
    try:
        tables = read_tables(content)
    except FileInvalid as error:
        found += ((words.partition(":")[0], words) for words in error.errors)
    if found:
        return tuple(found)
    if unsafe := tuple(unsound(known)):
        return unsafe
    try:
        return tuple(run_tables(known, tables).faults())
    except GateBroken as error:
        return (("", f"no engine can run the shapes: {error}"),)
