"""Dilemmas for alignment sessions: short cases, options with their costs, and what may follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from ontology.lifecycle_data import duration
from ontology.marked_reader import Keys, MarkedReader, root
from ontology.marked_yaml import Entry, Node, quoted

FILE: Final = "rules/dilemmas.yaml"
_FILE: Final = Keys(required=("dilemmas",))
_DILEMMA: Final = Keys(required=("title", "case", "options"))
_OPTION: Final = Keys(required=("does", "costs"), optional=("boundary",))
_BOUNDARY: Final = Keys(
    required=("topic", "says"),
    optional=("forbids_claim", "forbids_strategy", "requires", "within", "binds", "limit"),
)
_FEWEST: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """What is agreed where an option wins; beside its words what rules and gate can hold."""

    topic: str
    says: str
    forbids_claim: str | None = None
    forbids_strategy: str | None = None
    requires: str | None = None
    within: timedelta | None = None
    binds: tuple[str, ...] = ()
    limit: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way out, what it costs, and the boundary that it would set."""

    name: str
    does: str
    costs: str
    boundary: Boundary | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dilemma:
    """A short case with at least two ways out."""

    name: str
    title: str
    case: str
    options: Mapping[str, Option]


@cache
def dilemmas() -> Mapping[str, Dilemma]:
    """The dilemmas that attune ships, by name.

    >>> len(dilemmas()) >= 10
    True
    """
    return read(files("rules").joinpath("dilemmas.yaml").read_text("utf-8"))


def read(text: str, file: str = FILE) -> Mapping[str, Dilemma]:
    """Read dilemmas.

    Raises:
        FileInvalid: all that is wrong, each with line and column.
    """
    reader = _Reader()
    top = reader.keyed(root(text, file), _FILE)
    found = {e.key: reader.dilemma(e) for e in reader.parts(top.get("dilemmas"))}
    reader.finish(file)
    return MappingProxyType(found)


class _Reader(MarkedReader):
    """Turns nodes into dilemmas."""

    def dilemma(self, entry: Entry) -> Dilemma:
        given = self.keyed(entry.value, _DILEMMA)
        options = {e.key: self._option(e) for e in self.parts(given.get("options"))}
        if "options" in given and len(options) < _FEWEST:
            self.say(entry, f"{quoted(entry.key)} has fewer than {_FEWEST} options; it is none")
        return Dilemma(
            name=entry.key,
            title=self.text(given.get("title")),
            case=self.text(given.get("case")),
            options=MappingProxyType(options),
        )

    def _option(self, entry: Entry) -> Option:
        given = self.keyed(entry.value, _OPTION)
        boundary = given.get("boundary")
        return Option(
            name=entry.key,
            does=self.text(given.get("does")),
            costs=self.text(given.get("costs")),
            boundary=self._boundary(boundary) if boundary is not None else None,
        )

    def _boundary(self, node: Node) -> Boundary:
        given = self.keyed(node, _BOUNDARY)
        return Boundary(
            topic=self.text(given.get("topic")),
            says=self.text(given.get("says")),
            forbids_claim=self.text(given.get("forbids_claim")) or None,
            forbids_strategy=self.text(given.get("forbids_strategy")) or None,
            requires=self.text(given.get("requires")) or None,
            within=self._within(given.get("within")),
            binds=self.texts(given.get("binds")),
            limit=self._limit(given.get("limit")),
        )

    def _within(self, node: Node | None) -> timedelta | None:
        text = self.text(node)
        try:
            return duration(text) if text else None
        except ValueError as error:
            if node is not None:
                self.say(node, str(error))
            return None

    def _limit(self, node: Node | None) -> float | None:
        if node is None:
            return None
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            self.say(node, f"{quoted(value)} is no sum of money; write 500")
            return None
        return float(value)
