"""YAML 1.2 as plain nodes that know their line and column, bounded in size and depth."""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

MAX_CHARACTERS: Final = 512_000
MAX_DEPTH: Final = 24
MAX_QUOTED: Final = 80
_KEPT: Final = 128
_KEPT_CHARACTERS: Final = 65_536
"""A policy is 70 files, read again with every proposal although one or two of them changed."""

_TRUTH: Final = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,18}", re.ASCII)


class YamlInvalid(ValueError):
    """A text is no YAML that attune reads; `line` and `column` count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        """Keep the place beside the words."""
        super().__init__(message)
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One pair of a mapping: its key, where the key stands, and its value."""

    key: str
    line: int
    column: int
    value: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A scalar (`str`, `bool`, `int`, `None`), a list of nodes, or the entries of a mapping.

    `line` and `column` count from 1. Mappings are tuples of entries so that a key written twice
    is still there for the reader to complain about.
    """

    value: "str | bool | int | tuple[Node, ...] | tuple[Entry, ...] | None"
    kind: str
    line: int
    column: int


def quoted(value: object) -> str:
    """A value as error messages quote it: its repr, at most 80 characters.

    >>> quoted("open")
    "'open'"
    """
    text = repr(value)
    return text if len(text) <= MAX_QUOTED else text[: MAX_QUOTED - 1] + "…"


def parse(text: str) -> Node:
    """Parse one document.

    Aliases are refused (a few of them can stand for gigabytes), so are tags, a second document,
    more than 512,000 characters and more than 24 levels. Only `true` and `false` are booleans.

    Raises:
        YamlInvalid: with line and column.

    >>> parse("no").value
    'no'
    """
    if len(text) > MAX_CHARACTERS:
        raise YamlInvalid(f"{len(text)} characters; a file may have {MAX_CHARACTERS}", 1, 1)
    return _kept(text) if len(text) <= _KEPT_CHARACTERS else _parsed(text)


def _parsed(text: str) -> Node:
    """One document, read anew."""
    try:
        return _document(iter(YAML(typ="safe", pure=True).parse(text)))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise YamlInvalid(f"{error.problem or error.context}", line, column) from error
    except YAMLError as error:
        raise YamlInvalid(str(error).splitlines()[0], 1, 1) from error


_kept = functools.lru_cache(_KEPT)(_parsed)


def _document(events: Iterator[Event]) -> Node:
    """The only document of a stream."""
    root: Node | None = None
    for event in events:
        if isinstance(event, DocumentStartEvent):
            if root is not None:
                raise _at(event, "a second document begins; write one document a file")
            root = _node(next(events), events, 1)
    if root is None:
        raise YamlInvalid("the file is empty", 1, 1)
    return root


def _node(event: Event, events: Iterator[Event], depth: int) -> Node:
    """The node that begins with one event."""
    if depth > MAX_DEPTH:
        raise _at(event, f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(event, AliasEvent):
        raise _at(event, f"*{event.anchor} is an alias; write the value out")
    tag = getattr(event, "tag", None)
    if tag not in {None, "!"}:
        raise _at(event, f"{quoted(str(tag))} is a tag; leave it out")
    if isinstance(event, MappingStartEvent):
        return _placed(event, "mapping", _entries(events, depth))
    if isinstance(event, SequenceStartEvent):
        return _placed(event, "list", _items(events, depth))
    assert isinstance(event, ScalarEvent)  # noqa: S101 - the parser has no fifth kind of node
    return _scalar(event)


def _entries(events: Iterator[Event], depth: int) -> tuple[Entry, ...]:
    """The pairs of a mapping up to its end."""
    entries: list[Entry] = []
    for event in events:
        if isinstance(event, MappingEndEvent):
            break
        if not isinstance(event, ScalarEvent):
            raise _at(event, "a key is a word, not a list or a mapping")
        line, column = _place(event)
        value = _node(next(events), events, depth + 1)
        entries.append(Entry(key=event.value, line=line, column=column, value=value))
    return tuple(entries)


def _items(events: Iterator[Event], depth: int) -> tuple[Node, ...]:
    """The members of a list up to its end."""
    items: list[Node] = []
    for event in events:
        if isinstance(event, SequenceEndEvent):
            break
        items.append(_node(event, events, depth + 1))
    return tuple(items)


def _scalar(event: ScalarEvent) -> Node:
    """A scalar: quoted ones are text, plain ones may be null, a boolean or an integer."""
    text = str(event.value)
    if event.style is not None:
        return _placed(event, "text", text)
    if text in {"", "~", "null", "Null", "NULL"}:
        return _placed(event, "nothing", None)
    if text in _TRUTH:
        return _placed(event, "boolean", _TRUTH[text])
    if _INTEGER.fullmatch(text):
        return _placed(event, "integer", int(text))
    return _placed(event, "text", text)


def _placed(
    event: Event,
    kind: str,
    value: "str | bool | int | tuple[Node, ...] | tuple[Entry, ...] | None",
) -> Node:
    """A node at the place where its event began."""
    line, column = _place(event)
    return Node(value=value, kind=kind, line=line, column=column)


def _place(event: Event) -> tuple[int, int]:
    """Line and column of an event, from 1."""
    return event.start_mark.line + 1, event.start_mark.column + 1


def _at(event: Event, message: str) -> YamlInvalid:
    """An error where an event began."""
    line, column = _place(event)
    return YamlInvalid(message, line, column)
