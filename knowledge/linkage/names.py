"""Names and handles in a form that can be compared, and the keys under which alike ones meet."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 120
MOST_TOKENS: Final = 6

_LETTERS: Final = str.maketrans(
    {
        "ß": "ss",
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "\u0131": "i",
    }
)
_TITLES: Final = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "sir", "jr", "sr", "phd"})
_WORD: Final = re.compile(r"[^\W\d_]+")
_SHORT, _START = 2, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a person or account is called: the words of a name, the letters of a handle."""

    tokens: tuple[str, ...] = ()
    handle: str = ""
    parts: tuple[str, ...] = ()


def tokens(text: str) -> tuple[str, ...]:
    """The words of a name, without accents, case, titles, digits and signs.

    >>> tokens("Dr. Zoë  O'Brien-Łukasz 🚆")
    ('zoe', 'o', 'brien', 'lukasz')
    """
    plain = unicodedata.normalize("NFKD", text[:LONGEST].casefold().translate(_LETTERS))
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    found = (word for word in _WORD.findall(bare) if word not in _TITLES)
    return tuple(found)[:MOST_TOKENS]


def customer(name: str) -> Named:
    """A customer by the name that records show."""
    return Named(tokens=tokens(name))


def account(handle: str | None, shown: str | None) -> Named:
    """An account by its handle, without its server and figures, and by the name that it shows."""
    local = (handle or "").lstrip("@").partition("@")[0].partition(".")[0]
    parts = tokens(local.replace("_", " ").replace("-", " "))
    return Named(tokens=tokens(shown or ""), handle="".join(parts), parts=parts)


def forms(words: tuple[str, ...]) -> tuple[str, ...]:
    """The handles that people make of a name: whole in both orders, or an initial and the rest.

    >>> forms(("ada", "moor"))
    ('adamoor', 'moorada', 'amoor', 'moora', 'adam')
    """
    if len(words) < _SHORT:
        return words
    first, last = words[0], words[-1]
    made = ("".join(words), last + first, first[0] + last, last + first[0], first + last[0])
    return tuple(dict.fromkeys(made))


def keys(one: Named) -> Iterator[str]:
    """Where a name is looked up: alike names share one of a handful of keys."""
    words = sorted((w for w in one.tokens if len(w) >= _SHORT), key=len, reverse=True)[:3]
    for word in words:
        others = [other[0] for other in one.tokens if other != word] or [""]
        for other in dict.fromkeys(others):
            yield f"n:{word[:3]}:{other}"
            yield f"s:{_skeleton(word)}:{other}"
    if len(one.tokens) >= _SHORT:
        for form in forms(one.tokens):
            yield f"h:{form[: _START + 1]}"
    if one.handle:
        yield f"h:{one.handle[: _START + 1]}"


def _skeleton(word: str) -> str:
    """The first letter and the consonants after it, doubled ones once: typos spare most of it.

    >>> _skeleton("tremblay"), _skeleton("trembley")
    ('trmb', 'trmb')
    """
    found = word[0]
    for letter in word[1:]:
        if letter not in "aeiouyh" and letter != found[-1]:
            found += letter
    return found[:_START]
