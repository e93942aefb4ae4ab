"""How long a pattern may take at worst, for engines that try every way to match it."""

import re
import re._constants as c  # type: ignore[import-not-found] # no stubs; in CPython 3.11 and later
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterable
from typing import Any, Final

import re2  # type: ignore[import-untyped] # ships no types

LONGEST: Final = 200
_TEXT: Final = 4_000
"""Characters of the longest text that a record holds."""

_MOST: Final = 2e7
"""Ways that are tried in about a tenth of a second."""

_REPEATS: Final = (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT)


class PatternInvalid(ValueError):
    """A pattern is no RE2, or could take too long; the message says what to write."""


def check(pattern: str) -> None:
    """Refuse what is no RE2 pattern, and what a backtracking engine could try for long.

    Raises:
        PatternInvalid: with the cure.

    >>> check("^[A-Z]{2}(-[A-Z0-9]{1,3})?$")
    """
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
        parsed = parser.parse(pattern)
    except (re2.error, re.error) as error:
        words = error.args[0].decode() if isinstance(error.args[0], bytes) else error
        raise PatternInvalid(f"{pattern[:80]!r} is no pattern of RE2: {words}") from error
    if len(pattern) > LONGEST or _ways(parsed) > _MOST:
        raise PatternInvalid(
            f"{pattern[:80]!r} could take long on a long text; bound its repeats: write {{1,40}}"
            " for + and {0,40} for *"
        )


def _ways(parts: Iterable[Any]) -> float:
    """An upper bound of the ways to split a text among a pattern's repeats."""
    ways = 1.0
    for kind, held in parts:
        if kind in _REPEATS:
            low, high, inner = held
            most = min(int(high), _TEXT)
            ways *= max(most - int(low) + 1, 1) * min(_ways(inner), 1e9) ** min(most, 30)
        elif kind is c.SUBPATTERN:
            ways *= _ways(held[-1])
        elif kind is c.BRANCH:
            ways *= sum(_ways(branch) for branch in held[1])
        ways = min(ways, 1e30)
    return ways
