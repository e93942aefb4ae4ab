"""Guidelines from files: Markdown that begins with YAML between two lines of ---."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from ontology.events import Json
from ontology.marked_yaml import Entry, Node, YamlInvalid, parse

KEYS: Final = (
    "guideline",
    "name",
    "owner",
    "languages",
    "regions",
    "audiences",
    "channels",
    "teams",
    "effective_from",
    "effective_until",
    "review_by",
    "acknowledge_within",
    "because",
    "revises",
)
"""What a file can say of a guideline beside its text."""

LARGEST: Final = 100_000
_FENCE: Final = "---"
_EXAMPLE: Final = (
    "---\nguideline: guideline/house\nname: How we speak\nowner: team/communications\n---"
)
_LINE: Final = re.compile(r"line (\d+): ")


class GuidelineFileInvalid(ValueError):
    """A file is no guideline; the message has file, line, column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a file says, as POST /v1/guidelines takes it, and the line of each of its parts."""

    body: Mapping[str, Json]
    file: str
    lines: Mapping[str, int]

    def place(self, pointer: str, words: str) -> str:
        """A refusal by JSON pointer, with the line of the file that it is about."""
        name = pointer.strip("/").partition("/")[0]
        line = self.lines.get(name, 1)
        if name == "text":
            return "\n".join(self._in_text(words))
        return f"{self.file}:{line}: {words}"

    def _in_text(self, words: str) -> Iterator[str]:
        """The problems of a text, whose lines count from where it begins."""
        for one in words.split("; line "):
            told = one if one.startswith("line ") else f"line {one}"
            found = _LINE.match(told)
            line = self.lines["text"] - 1 + int(found[1]) if found else self.lines["text"]
            rest = told[found.end() :] if found else one
            yield f"{self.file}:{line}: {rest}"


def read(text: str, file: str) -> Written:
    """Read a file.

    Raises:
        GuidelineFileInvalid: it does not begin so, or its YAML is none; the service says the rest.
    """
    if len(text) > LARGEST:
        raise GuidelineFileInvalid(f"{file}:1:1: {len(text)} characters; {LARGEST} are allowed")
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    ends = [n for n, line in enumerate(lines) if line.rstrip() == _FENCE]
    if len(ends) < 2 or ends[0] != 0:  # noqa: PLR2004 - it begins and it ends
        raise GuidelineFileInvalid(f"{file}:1:1: begin with what it is, like\n{_EXAMPLE}")
    try:
        root = parse("".join(lines[1 : ends[1]]))
    except YamlInvalid as error:
        raise GuidelineFileInvalid(f"{file}:{error.line + 1}:{error.column}: {error}") from error
    entries = dict(_entries(root, file))
    rest = lines[ends[1] + 1 :]
    blank = next((n for n, line in enumerate(rest) if line.strip()), 0)
    body = {name: _plain(entry.value) for name, entry in entries.items()}
    places = {name: entry.line + 1 for name, entry in entries.items()}
    return Written(
        body={**body, "text": "".join(rest[blank:]).rstrip()},
        file=file,
        lines={**places, "text": ends[1] + 2 + blank},
    )


def sample() -> Iterator[Written]:
    """The guidelines of the sample world, the general one first.

    >>> [one.body["guideline"] for one in sample()]
    ['guideline/house', 'guideline/de-de', 'guideline/fr']
    """
    folder = files("loaders").joinpath("samples")
    for name in ("house", "de-de", "fr"):
        file = f"guideline-{name}.md"
        yield read(folder.joinpath(file).read_text("utf-8"), file)


def _entries(root: Node, file: str) -> Iterator[tuple[str, Entry]]:
    seen: set[str] = set()
    for entry in root.value if isinstance(root.value, tuple) else ():
        if not isinstance(entry, Entry):
            break
        place = f"{file}:{entry.line + 1}:{entry.column}"
        if entry.key not in KEYS:
            words = f"{entry.key[:80]!r} is none of {', '.join(KEYS)}"
            raise GuidelineFileInvalid(f"{place}: {words}")
        if entry.key in seen:
            raise GuidelineFileInvalid(f"{place}: {entry.key} is said twice")
        seen.add(entry.key)
        yield entry.key, entry
    if not seen:
        raise GuidelineFileInvalid(f"{file}:2:1: says nothing of what it is; write\n{_EXAMPLE}")


def _plain(node: Node) -> Json:
    """A scalar or a list as JSON; what is deeper the service refuses by its text."""
    if isinstance(node.value, tuple):
        return [_plain(one) for one in node.value if isinstance(one, Node)]
    return node.value
