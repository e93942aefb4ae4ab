"""Words of others made inert: no control, no hidden or turning characters, no markup, one line."""

import re
import unicodedata
from typing import Final, NamedTuple

MOST_MARKS: Final = 3
"""Combining marks on one letter; more are there to cover the lines around it."""

_JOINERS: Final = frozenset("\u200c\u200d")
"""Persian, the scripts of India and emoji need them; Latin letters do not."""

_HIDDEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
_FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Letters by their category that show nothing."""

_MARKUP: Final = str.maketrans({"<": "\u2039", ">": "\u203a"})
_SPACE: Final = re.compile(r"\s+")
_PILED: Final = re.compile(
    f"([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff]{{{MOST_MARKS}}})"
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff]+"
)


class Inert(NamedTuple):
    """A text that does nothing but be read, and how many characters were taken out of it."""

    text: str
    removed: int


def inert(value: str) -> Inert:
    r"""A value as it may stand in a message: NFC, one line, visible characters only.

    Angle brackets become single quotation marks, so that nothing reads them as markup. Braces
    stay as they are: a value is never a template.

    >>> inert("Ada\u202e\x07 Byron").removed
    2
    """
    spaced = "".join(" " if _breaks(one) else one for one in unicodedata.normalize("NFC", value))
    kept = [one for at, one in enumerate(spaced) if _shows(spaced, at)]
    plain = _PILED.sub(r"\1", "".join(kept))
    removed = len(spaced) - len(plain)
    return Inert(_SPACE.sub(" ", plain.translate(_MARKUP)).strip(), removed)


def _breaks(one: str) -> bool:
    return one in "\n\r\t\v\f\x85" or unicodedata.category(one) in {"Zl", "Zp"}


def _shows(text: str, at: int) -> bool:
    one = text[at]
    if one in _JOINERS:
        return any(not around.isascii() for around in (text[at - 1 : at], text[at + 1 : at + 2]))
    return unicodedata.category(one) not in _HIDDEN and one not in _FILLERS
