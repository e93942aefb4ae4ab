"""The nearest wording that admits nothing: a suggestion for a person, never put in by itself."""

import functools
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Final

from ontology.marked_reader import Keys, MarkedReader, root
from ontology.marked_yaml import Node

_ANY: Final = "*"
_OBJECT: Final = "{object}"
_LONGEST_OBJECT: Final = 8
_OWN: Final = {"our": "the", "we": "us", "my": "the"}


def reworded(kind: str, said: Sequence[str], after: Sequence[str]) -> str:
    """A rewording of `kind` for the words that a rule found and those that follow in the clause.

    >>> reworded("failed-to", ["we", "failed", "to", "maintain"], ["the", "brakes"])
    'The brakes failed; we are investigating why.'
    """
    wordings = _wordings()[kind]
    verb = next((one for one in reversed(said) if one in wordings), _ANY)
    named = [_OWN.get(one, one) for one in after if one.isalnum()][:_LONGEST_OBJECT]
    wording = wordings[verb]
    if _OBJECT in wording and not named:
        wording = wordings[_ANY]
    wording = wording.replace(_OBJECT, " ".join(named))
    return wording[:1].upper() + wording[1:]


@functools.cache
def _wordings() -> Mapping[str, Mapping[str, str]]:
    name = "rewordings.yaml"
    reader = _Reader()
    text = (files(__package__) / "disclosure" / name).read_text(encoding="utf-8")
    found = reader.wordings(root(text, name))
    reader.finish(name)
    return found


class _Reader(MarkedReader):
    def wordings(self, node: Node) -> dict[str, dict[str, str]]:
        given = self.keyed(node, Keys(required=("rewordings",)))
        listed = given["rewordings"].value if "rewordings" in given else ()
        found: dict[str, dict[str, str]] = {}
        for one in listed if isinstance(listed, tuple) else ():
            if isinstance(one, Node):
                told = self.keyed(one, Keys(required=("id", "verbs")))
                found[self.text(told.get("id"))] = {
                    verb: self.text(entry.value)
                    for entry in self.parts(told.get("verbs"))
                    for verb in entry.key.split("/")
                }
        return found
