"""Writes XML: a tree of tags becomes an indented document."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape, quoteattr

_UNFIT: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Tag:
    """An element: either with text or with others in it; attributes of None are left out."""

    name: str
    attributes: Mapping[str, str | None] = field(default_factory=dict)
    inside: "str | Sequence[Tag]" = ()


def document(root: Tag) -> str:
    """The document, in UTF-8 by its declaration.

    Raises:
        ValueError: a text holds a character that XML has not.
    """
    return "".join(['<?xml version="1.0" encoding="UTF-8"?>\n', *_lines(root, "")])


def _lines(tag: Tag, indent: str) -> Iterator[str]:
    pairs = {key: value for key, value in tag.attributes.items() if value is not None}
    first = tag.name + "".join(f" {k}={quoteattr(_fit(v))}" for k, v in pairs.items())
    if isinstance(tag.inside, str):
        yield f"{indent}<{first}>{escape(_fit(tag.inside))}</{tag.name}>\n"
    elif not tag.inside:
        yield f"{indent}<{first}/>\n"
    else:
        yield f"{indent}<{first}>\n"
        for one in tag.inside:
            yield from _lines(one, indent + "  ")
        yield f"{indent}</{tag.name}>\n"


def _fit(text: str) -> str:
    found = _UNFIT.search(text)
    if found is not None:
        raise ValueError(f"{text[:80]!r} holds a character that XML has not: {found[0]!r}")
    return text
