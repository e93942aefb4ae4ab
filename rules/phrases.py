"""What an author likely meant: tests in words that the language does not have, and their cures."""

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from rules.diagnostics import near

_QUOTES: Final = str.maketrans(dict.fromkeys(map(chr, (*range(0x2018, 0x2020), 0xAB, 0xBB)), '"'))
_VALUE: Final = r"(\S.*?)"
_LOW: Final = r"(?:more than|over|above|greater than|at least|from|>=?)"
_HIGH: Final = r"(?:less than|under|below|at most|up to|<=?)"
SAID: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str], str], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), said, example)
    for pattern, said, example in (
        (
            rf"({_LOW})\s*{_VALUE}\s*(?:and|but|,)\s*({_HIGH})\s*{_VALUE}",
            lambda m: f"{_open(m[1])}{m[2]}..{m[4]}{_close(m[3])}",
            "> 4 and < 9",
        ),
        (
            rf"(?:greater|bigger|higher|larger|longer|later) than\s+{_VALUE}",
            lambda m: f"more than {m[1]}",
            "greater than 4",
        ),
        (
            rf"(?:lower|smaller|fewer|shorter|earlier) than\s+{_VALUE}",
            lambda m: f"less than {m[1]}",
            "fewer than 4",
        ),
        (
            rf"(?:minimum|min\.?|no less than|not less than|from)\s+{_VALUE}",
            lambda m: f"at least {m[1]}",
            "no less than 4",
        ),
        (
            rf"(?:maximum|max\.?|no more than|not more than|up to|until)\s+{_VALUE}",
            lambda m: f"at most {m[1]}",
            "max. 4",
        ),
        (
            rf"{_VALUE}\s*(?:or|and) (?:more|higher|longer|above|over)",
            lambda m: f"at least {m[1]}",
            "4 or more",
        ),
        (
            rf"{_VALUE}\s*(?:or|and) (?:less|fewer|lower|below)",
            lambda m: f"at most {m[1]}",
            "4 or less",
        ),
        (rf"({_HIGH}|{_LOW})(\d\S*)", lambda m: f"{m[1]} {m[2]}", "over4"),
        (
            r"(\d[\d.]*)\s*(?:-|\u2013|\.\.\.?|to|bis)\s*(\d[\d.]*)",
            lambda m: f"from {m[1]} to {m[2]}",
            "4-9",
        ),
        (r"(\d{1,3})(?:[ ,'](\d{3}))+", lambda m: re.sub(r"\D", "", m[0]), "1 000"),
        (r"none|nothing|missing|empty|absent|undefined", lambda _: "not given", "missing"),
        (r"(?:is|equals|equal to|==?)\s+(\S.*)", lambda m: m[1], "equal to 4"),
    )
)
"""Patterns of tests that there are not, what was meant by them, and an example of each."""
_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {word: word for word in ("at least", "at most", "more than", "less than")}
)


LONGEST_PHRASE: Final = 200


def meant(text: str, words: tuple[str, ...] = ()) -> str | None:
    """A test that the language has, for one that it has not, or None; `words` are allowed names.

    >>> meant("greater than 4"), meant("4 or more"), meant("> 4 and < 9"), meant("at lest 4")
    ('more than 4', 'at least 4', '(4..9)', 'at least 4')
    """
    if len(text) > LONGEST_PHRASE:
        return None
    plain = text.translate(_QUOTES).strip()
    if plain != text.strip():
        return plain.strip('"')
    several = re.split(r"\s+or\s+|\s*;\s*|\s*/\s*", plain)
    if len(several) > 1 and words and all(one.lower() in words for one in several):
        return ", ".join(one.lower() for one in several)
    for pattern, said, _ in SAID:
        found = pattern.fullmatch(plain)
        if found is not None:
            return said(found)
    return _misspelt(plain)


def _misspelt(text: str) -> str | None:
    """`at lest 4` for `at least 4`, `giben` for `given`."""
    parts = text.split(maxsplit=2)
    if len(parts) == 1:
        return next(iter(get_close_matches(text, ("given",), n=1, cutoff=0.8)), None)
    if len(parts) != 3:  # noqa: PLR2004 - two words and a value
        return None
    likely = near(" ".join(parts[:2]), _WORDS)
    return f"{likely} {parts[2]}" if likely else None


def _open(word: str) -> str:
    return "[" if word in {"at least", "from", ">="} else "("


def _close(word: str) -> str:
    return "]" if word in {"at most", "up to", "<="} else ")"
