"""How the reference quotes: what the checker says, values, answers in a word, parts of a file."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from docs.reference import table


def says(words: str) -> str:
    """What the checker says, as the reference quotes it."""
    return f"`{words}`" if "`" not in words else f"`` {words} ``"


def yes(answer: bool) -> str:  # noqa: FBT001 - it is what is asked
    """An answer in a word."""
    return "yes" if answer else "no"


def compact(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    """A value as JSON on one line."""
    return f"`{orjson.dumps(value).decode()}`"


def parted(members: Mapping[str, str], needed: Iterable[str] = ()) -> str:
    """The parts of something, with those that must be there."""
    rows = [(f"`{n}`", "must" if n in needed else "", words) for n, words in members.items()]
    return table(("part", "", "what it says"), rows)
