"""Terms of deviations: how long teams have to answer, and how long what they grant holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from ontology.lifecycle_data import duration
from ontology.marked_reader import Keys, MarkedReader, root
from ontology.marked_yaml import Entry, Node
from ontology.schema import schema

FILE: Final = "rules/guidelines/deviations.yaml"
USUAL: Final = "crisis-team"
"""The tier of a team that states none."""

_ROOT: Final = Keys(required=("deviations", "owner", "answer", "holds"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """By tier, within what a team answers and how long its grant holds."""

    answer: Mapping[str, timedelta]
    holds: Mapping[str, timedelta]


def read(text: str, *, file: str = FILE) -> Terms:
    """Read terms; `file` is only named in errors.

    Raises:
        FileInvalid: all mistakes, each with its place.
    """
    reader = _Reader()
    given = reader.keyed(root(text, file), _ROOT)
    reader.text(given.get("deviations"))
    reader.text(given.get("owner"))
    terms = Terms(
        answer=reader.spans(given.get("answer")),
        holds=reader.spans(given.get("holds")),
    )
    reader.finish(file)
    return terms


class _Reader(MarkedReader):
    """Turns nodes into spans of time by tier."""

    def spans(self, node: Node | None) -> Mapping[str, timedelta]:
        tiers = tuple(sorted(schema().schemes["tier"]))
        if node is not None:
            self.keyed(node, Keys(required=tiers))
        return MappingProxyType({one.key: self._span(one) for one in self.parts(node)})

    def _span(self, entry: Entry) -> timedelta:
        text = self.text(entry.value)
        try:
            return duration(text) if text else timedelta(1)
        except ValueError as error:
            self.say(entry.value, str(error))
            return timedelta(1)
