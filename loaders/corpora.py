"""Corpora and queries to rank: read whole, or refused with file, line, value and a cure."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loaders.rows import LONGEST_LINE, is_utf8, lines, open_text
from ontology.values import quote

DOCUMENT: Final = '{"id": "d1", "text": "A commuter train left the rails."}'
QUERY: Final = "q1<TAB>derailment of a commuter train"


class CorpusInvalid(ValueError):
    """A file of documents or queries cannot be used; the message says where and shows a cure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A document or a query: an id without white space, as a TREC run needs it, and its text."""

    id: str
    text: str


def documents(path: Path) -> list[Item]:
    """The documents of a JSON Lines file, `{"id", "text"}` a line; other fields are not read.

    Raises:
        CorpusInvalid: a line is wrong, an id stands twice, or there is none.
        OSError: the file cannot be read.
    """
    return _items(path, _document, DOCUMENT)


def queries(path: Path) -> list[Item]:
    """The queries of a file with `id<TAB>text` lines.

    Raises:
        CorpusInvalid: a line is wrong, an id stands twice, or there is none.
        OSError: the file cannot be read.
    """
    return _items(path, _query, QUERY)


def _items(path: Path, parse: Callable[[str], Item], example: str) -> list[Item]:
    """All items of a file; the first line that is wrong ends the reading."""
    found: dict[str, tuple[int, Item]] = {}
    for number, line in _kept(path):
        where = f"{path}:{number}"
        try:
            if not is_utf8(line):
                raise ValueError(f"{ascii(line)[:80]} is not UTF-8")  # noqa: TRY301 - as the rest
            item = parse(line)
        except ValueError as error:
            raise CorpusInvalid(f"{where}: {error}; a valid line is {example}") from error
        if item.id in found:
            raise CorpusInvalid(
                f"{where}: the id {quote(item.id)} stands already on line {found[item.id][0]}; "
                "give each line an id of its own"
            )
        found[item.id] = number, item
    if not found:
        raise CorpusInvalid(f"{path}:1: has no line; a valid one is {example}")
    return [item for _, item in found.values()]


def _kept(path: Path) -> Iterator[tuple[int, str]]:
    with open_text(path) as stream:
        for number, line in lines(stream):
            if line.strip():
                yield number, line


def _document(line: str) -> Item:
    if len(line) >= LONGEST_LINE:
        raise ValueError(f"the line is longer than {LONGEST_LINE} characters")
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{quote(line)} is no JSON") from error
    if not isinstance(row, dict):
        raise ValueError(f"{quote(line)} is no JSON object")  # noqa: TRY004 - of the file's content
    text = _text(row.get("text"))  # it may be empty: real corpora have such documents
    return Item(id=_id(row.get("id")), text=text)


def _query(line: str) -> Item:
    identity, tab, text = line.partition("\t")
    if not tab:
        raise ValueError(f"{quote(line)} has no tab between id and text")
    if not text.strip():
        raise ValueError(f"the query {quote(line)} has no text after the tab")
    return Item(id=_id(identity.strip()), text=_text(text))


def _id(value: object) -> str:
    """An id as text; whole numbers are taken as they are written."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if (
        not isinstance(text, str)
        or not text
        or not all(c.isprintable() for c in text)
        or " " in text
    ):
        raise ValueError(f"the id {quote(value)} is no printable text without white space")
    return text


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"the text {quote(value)} is no text")  # noqa: TRY004 - as above
    return value
