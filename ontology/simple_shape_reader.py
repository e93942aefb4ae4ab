"""Reading simple shapes: every mistake with its place and cure, all at once."""

import re
from collections.abc import Mapping
from typing import Final

from ontology.marked_reader import FileInvalid, Keys, root
from ontology.marked_yaml import Node, quoted
from ontology.simple_shape_asks import Asking
from ontology.simple_shapes import (
    ALONE,
    LONGEST,
    MOST,
    NEEDS,
    SEVERITIES,
    SHAPE,
    SimpleShape,
)

MOST_ERRORS: Final = 50
NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
LONGEST_NAME: Final = 60
POINT: Final = re.compile(r"[1-7]\.\d{1,2}", re.ASCII)
_FILE: Final = Keys(required=("shapes",))
_REQUIRED: Final = ("id", "for", "message", "cure")
_SHAPE: Final = Keys(
    required=_REQUIRED,
    optional=(*(name for name in SHAPE if name not in _REQUIRED), *NEEDS),
)


def read(text: str, *, file: str) -> tuple[SimpleShape, ...]:
    """The shapes of a file.

    Raises:
        FileInvalid: what is wrong with it, each as `file:line:column: …`, at most 50 at once.
    """
    reader = _Reader()
    found = reader.shapes(root(text, file))
    try:
        reader.finish(file)
    except FileInvalid as error:
        kept = error.errors[:MOST_ERRORS]
        rest = len(error.errors) - len(kept)
        raise FileInvalid((*kept, *[f"{file}: and {rest} more"] * bool(rest))) from None
    return found


class _Reader(Asking):
    """Reads shapes; where a mistake was noted, what it gives is never used."""

    def shapes(self, node: Node) -> tuple[SimpleShape, ...]:
        nodes = self.nodes(self.keyed(node, _FILE).get("shapes"), "shapes")
        if len(nodes) > MOST:
            self.say(node, f"{len(nodes)} shapes; a file may have {MOST}")
        found = [shape for one in nodes[:MOST] if (shape := self._shape(one)) is not None]
        seen: dict[str, int] = {}
        for place, shape in zip(nodes, found, strict=False):
            first = seen.setdefault(shape.id, shape.line)
            if first != shape.line:
                self.say(place, f"{quoted(shape.id)} is the name of the shape in line {first}")
        return tuple(found)

    def _shape(self, node: Node) -> SimpleShape | None:
        parts = self.keyed(node, _SHAPE)
        types = self.types(parts.get("for"))
        if not types:
            return None
        asking = [name for name in NEEDS if name in parts]
        prop = self.property(types, parts["property"]) if "property" in parts else None
        self._check_asking(node, parts, asking)
        return SimpleShape(
            id=self._id(parts.get("id")),
            types=types,
            when=self.conditions(types, parts.get("when")),
            unless=self.conditions(types, parts.get("unless")),
            property=prop,
            asks=tuple(self.asked(types, prop, name, parts[name]) for name in asking),
            message=self._message(parts),
            severity=self._severity(parts.get("severity")),
            covers=self._covers(parts.get("covers")),
            also=self.properties(types, parts.get("also for")),
            line=node.line,
        )

    def _check_asking(self, node: Node, parts: Mapping[str, Node], asking: list[str]) -> None:
        """A shape asks something, of a property where that needs one, under conditions one."""
        alone = [name for name in asking if name in ALONE]
        if not asking:
            self.say(node, f"nothing is asked; write one of {', '.join(NEEDS)}")
        elif alone and (len(asking) > 1 or "property" in parts):
            self.say(node, f"{alone[0]!r} stands alone: leave out property and what else is asked")
        elif not alone and "property" not in parts:
            self.say(node, f"say of which property {asking[0]!r} is asked: property: …")
        elif len(asking) > 1 and ("when" in parts or "unless" in parts):
            words = "under conditions a shape asks one thing: write a shape for each of"
            self.say(node, f"{words} {', '.join(asking)}")

    def _id(self, node: Node | None) -> str:
        name = self.text(node)
        if node is not None and name and (not NAME.fullmatch(name) or len(name) > LONGEST_NAME):
            example = "statement-names-contact"
            self.say(node, f"{quoted(name)} is no name; write small letters, like {example}")
        return name

    def _message(self, parts: Mapping[str, Node]) -> str:
        """What is wrong and what mends it, as one sentence with a colon."""
        wrong, cure = (self._sentence(parts.get(name)) for name in ("message", "cure"))
        return f"{wrong}: {cure[:1].lower()}{cure[1:]}."

    def _sentence(self, node: Node | None) -> str:
        text = " ".join(self.text(node).split()).rstrip(".")
        if node is not None and len(text) > LONGEST:
            self.say(node, f"{len(text)} characters; write at most {LONGEST}")
        if node is not None and ": " in text:
            self.say(node, "leave out the colon: message says what is wrong, cure what mends it")
        if node is not None and ("{" in text or "}" in text):
            self.say(node, "leave out braces: engines put values in their place")
        return text

    def _severity(self, node: Node | None) -> str:
        if node is not None and node.value not in SEVERITIES:
            self.say(node, f"{quoted(node.value)} is none of {', '.join(SEVERITIES)}")
        return str(node.value) if node is not None else next(iter(SEVERITIES))

    def _covers(self, node: Node | None) -> tuple[str, ...]:
        found = self.texts(node)
        for text in found if node is not None else ():
            if node is not None and not POINT.fullmatch(text):
                self.say(node, f'{quoted(text)} is no point of the mission like "3.1"')
        return found
