"""Shapes from files: Turtle, and YAML of simple shapes."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

import rdflib

from ontology.marked_reader import FileInvalid
from ontology.shape_cases import is_cases
from ontology.shape_graph import Shapes, ShapesInvalid, Target
from ontology.simple_shape_graph import compiled, named
from ontology.simple_shape_reader import read
from ontology.simple_shapes import SUFFIX

__all__ = ["Shapes", "ShapesInvalid", "Target", "is_shapes", "read_shapes", "shapes"]

_FOLDER: Final = "ontology/shapes"
_FACTS: Final = "facts.ttl"  # its shapes have no targets: they describe facts, not things
_SUBJECT: Final = re.compile(r"shape:([A-Za-z][\w-]*)\s")


def read_shapes(texts: Mapping[str, bytes]) -> Shapes:
    """Read the shapes of files, given by name and content: Turtle, and YAML of simple shapes.

    Raises:
        ShapesInvalid: a file is broken, or a shape can't be used; all errors at once.
    """
    graph = rdflib.Graph()
    lines: dict[str, str] = {}
    errors: list[str] = []
    for name, text in texts.items():
        try:
            reader = _simple if name.endswith(SUFFIX) else _turtle
            found = [*reader(name, text, graph)]
        except FileInvalid as error:
            errors += error.errors
            continue
        for shape, place in found:
            if lines.setdefault(shape, place) != place:
                errors.append(f"{place}: {shape} is the name of the shape at {lines[shape]}")
    if errors:
        raise ShapesInvalid(errors)
    return Shapes(graph, MappingProxyType(lines))


def _turtle(name: str, text: bytes, graph: rdflib.Graph) -> Iterator[tuple[str, str]]:
    """Add a Turtle file; where each of its shapes stands."""
    try:
        graph.parse(data=text, format="turtle")
    except Exception as error:  # rdflib's parser raises whatever it trips over
        raise FileInvalid((f"{name}: not Turtle: {str(error)[:200]}",)) from error
    for number, line in enumerate(text.decode(errors="replace").splitlines(), 1):
        if match := _SUBJECT.match(line):
            yield match[1], f"{name}:{number}"


def _simple(name: str, text: bytes, graph: rdflib.Graph) -> Iterator[tuple[str, str]]:
    """Add a file of simple shapes; where each of them stands."""
    try:
        shapes = read(text.decode(), file=name)
    except UnicodeDecodeError as error:
        raise FileInvalid((f"{name}: byte {error.start} is no UTF-8",)) from error
    graph += compiled(shapes)
    for shape in shapes:
        yield from ((word, f"{name}:{shape.line}") for word in named(shape))


@cache
def shapes() -> Shapes:
    """The packaged shapes, read once a process."""
    folder = files("ontology").joinpath("shapes")
    found = {f"{_FOLDER}/{entry.name}": entry.read_bytes() for entry in folder.iterdir()}
    return read_shapes({name: found[name] for name in sorted(found) if is_shapes(name)})


def is_shapes(file: str) -> bool:
    """Whether a file of the folder of shapes holds shapes of the gate, by its name.

    >>> [is_shapes(name) for name in ("a.ttl", "a.yaml", "a.cases.yaml", "facts.ttl")]
    [True, True, False, False]
    """
    if file.rpartition("/")[2] == _FACTS or is_cases(file):
        return False
    return file.endswith((SUFFIX, ".ttl"))
