"""Reading marked nodes into typed values: every mistake is noted with its place, none stops it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ontology.marked_yaml import Entry, Node, YamlInvalid, parse, quoted


class Mistake(NamedTuple):
    """One thing that is wrong in the file, where (from 1), in words."""

    line: int
    column: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Which keys a mapping has."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


class FileInvalid(ValueError):
    """A file is not what it should be; `errors` has each mistake as `file:line:column: …`."""

    def __init__(self, errors: tuple[str, ...]) -> None:
        """Join them, one a line."""
        self.errors = errors
        super().__init__("\n".join(errors))


def root(text: str, file: str) -> Node:
    """The document of a text; `file` is only named in errors.

    Raises:
        FileInvalid: the text is no YAML that attune reads.
    """
    try:
        return parse(text)
    except YamlInvalid as error:
        words = f"{file}:{error.line}:{error.column}: is no YAML: {error}"
        raise FileInvalid((words,)) from None


class MarkedReader:
    """Checks the form of nodes; what does not fit is noted and read as if it were left out."""

    def __init__(self) -> None:
        """Start without mistakes."""
        self.mistakes: list[Mistake] = []

    def say(self, where: Node | Entry, message: str) -> None:
        """Note a mistake."""
        self.mistakes.append(Mistake(where.line, where.column, message))

    def finish(self, file: str) -> None:
        """End reading: raises `FileInvalid` where anything was noted."""
        if self.mistakes:
            raise FileInvalid(
                tuple(f"{file}:{one.line}:{one.column}: {one.message}" for one in self.mistakes)
            )

    def keyed(self, node: Node, keys: Keys) -> Mapping[str, Node]:
        """The values of a mapping by key; unknown and missing keys are noted."""
        entries = self.entries(node)
        known = (*keys.required, *keys.optional)
        for entry in entries:
            if entry.key not in known:
                self.say(entry, f"{quoted(entry.key)} is no key here; write {', '.join(known)}")
        names = {entry.key for entry in entries}
        for name in keys.required:
            if name not in names:
                self.say(node, f"{name} is missing")
        return {entry.key: entry.value for entry in entries if entry.key in known}

    def parts(self, node: Node | None) -> tuple[Entry, ...]:
        """The entries of a mapping that may be left out."""
        return self.entries(node) if node is not None else ()

    def entries(self, node: Node) -> tuple[Entry, ...]:
        """The entries of a mapping, each key once."""
        found: dict[str, Entry] = {}
        entries = node.value if node.kind == "mapping" and isinstance(node.value, tuple) else ()
        if node.kind != "mapping":
            self.say(node, f"a {node.kind} stands where a mapping belongs")
        for entry in entries:
            if not isinstance(entry, Entry):  # a mapping has nothing else
                continue
            if entry.key in found:
                first = found[entry.key].line
                self.say(entry, f"{quoted(entry.key)} stands here twice, first in line {first}")
            found[entry.key] = entry
        return tuple(found.values())

    def text(self, node: Node | None) -> str:
        """A text; empty where the key was left out."""
        if node is None:
            return ""
        if isinstance(node.value, str) and node.value.strip():
            return node.value
        self.say(node, f"a {node.kind} stands where a text belongs")
        return ""

    def texts(self, node: Node | None) -> tuple[str, ...]:
        """A list of texts; empty where the key was left out."""
        if node is None:
            return ()
        if node.kind != "list" or not isinstance(node.value, tuple) or not node.value:
            self.say(node, "write a list with at least one name, like [open]")
            return ()
        return tuple(self.text(item) for item in node.value if isinstance(item, Node))

    def flag(self, node: Node | None, *, usual: bool) -> bool:
        """A truth value; `usual` where the key was left out."""
        if node is None:
            return usual
        if not isinstance(node.value, bool):
            self.say(node, f"{quoted(node.value)} is neither true nor false")
            return usual
        return node.value
