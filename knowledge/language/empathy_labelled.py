"""Passages that the authors wrote and labelled for empathy: in service words, and neutral ones."""

import functools
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Final

from knowledge.language.empathy_passages import heard, passages
from knowledge.language.empathy_rows import Answer

NEUTRAL: Final = "neutral_passages.txt"
FRAGMENTS: Final = "neutral_fragments.txt"
SERVICE: Final = "service_passages.txt"
_LINE: Final = re.compile(r"([012-]) ([012-]) ([012-]) (\S.*)")


@functools.cache
def neutral() -> tuple[str, ...]:
    """Passages that show nobody any empathy, as the network reads them."""
    return tuple(heard(part.words) for line in _lines(NEUTRAL) for part in passages(line))


def fragments() -> list[str]:
    """Fragments and notices without a person in them; they measure, none teaches."""
    return [*_lines(FRAGMENTS)]


def service() -> tuple[Answer, ...]:
    """Passages in the words of service, each an answer of its own; they measure, none teaches."""
    return tuple(_row(line) for line in _lines(SERVICE))


def _row(line: str) -> Answer:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(
            f"{SERVICE}: {line!r} is no row, such as '1 0 0 I am sorry that you wait.'"
        )
    *marks, text = match.groups()
    levels = tuple(-1 if mark == "-" else int(mark) for mark in marks)
    parts = tuple(heard(one.words) for one in passages(text))
    return Answer(seeker=text, text=text, parts=parts, levels=levels, own=(levels,) * len(parts))


def _lines(name: str) -> Iterator[str]:
    for line in (files(__package__) / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line
