"""What shapes must not do, though SHACL lets them: told before anybody relies on them."""

import re
from collections.abc import Callable, Iterator
from typing import Final

import rdflib

from ontology import vocabulary as v
from ontology.pattern_cost import PatternInvalid
from ontology.pattern_cost import check as check_pattern
from ontology.shape_catalogue import uncured
from ontology.shape_graph import Shapes

_SH: Final = rdflib.SH
_QUOTED: Final = re.compile(
    r"""\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
    r"""|<[^<>"{}|^`\\\s]*>|\#[^\n]*""",
    re.DOTALL,
)
_REMOTE: Final = re.compile(r"(?<![\w:?$-])(SERVICE|FROM)(?![\w:-])", re.IGNORECASE)
_ESCAPE: Final = re.compile(r"\\[uU]")

Fault = tuple[str, str]
"""The file, empty where it is not known, and the words."""


def unsound(known: Shapes) -> Iterator[Fault]:
    """Refusals without a cure, queries that ask other servers, patterns that could take long."""
    yield from uncured(known)
    for look in _LOOKS:
        for predicate, node, words in look(known.graph):
            place = known.source(node) or known.source(_around(known.graph, predicate, node))
            name = str(node).removeprefix(v.SHAPES)
            shown = f"{place}: {name}" if place else name
            yield place.rpartition(":")[0], f"{shown} {words}"


_Found = Iterator[tuple[rdflib.URIRef, rdflib.term.Node, str]]


def _remote(graph: rdflib.Graph) -> _Found:
    """Queries that reach out: rdflib fetches what FROM names, engines ask what SERVICE names."""
    for node, select in graph.subject_objects(_SH.select):
        text = str(select)
        if found := _REMOTE.search(_QUOTED.sub(" ", text)):
            yield _SH.sparql, node, f"asks another server by {found[1]}; ask only what is here"
        elif _ESCAPE.search(text):
            yield _SH.sparql, node, "spells a character as \\u…; write the character itself"


def _costly(graph: rdflib.Graph) -> _Found:
    for node, pattern in graph.subject_objects(_SH.pattern):
        try:
            check_pattern(str(pattern))
        except PatternInvalid as error:
            yield _SH.property, node, f"has a pattern that can't stay: {error}"


def _around(graph: rdflib.Graph, predicate: rdflib.URIRef, node: rdflib.term.Node) -> object:
    return next(graph.subjects(predicate, node), "")


_LOOKS: Final[tuple[Callable[[rdflib.Graph], _Found], ...]] = (_remote, _costly)
