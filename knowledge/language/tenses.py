"""Whether a sentence tells of what lies ahead, or of what is over."""

import re
from typing import Final

AHEAD: Final = frozenset(
    {"will", "shall", "'ll", "ll", "plan", "plans", "expect", "expects"}
    | {"soon", "shortly", "upcoming", "forthcoming"}
)
STILL: Final = frozenset({"until", "till", "through"})
BY: Final = frozenset({"by", "before", "within"})
PAST: Final = frozenset({"was", "were", "did", "had", "been", "since", "took", "happened"})
OVER: Final = frozenset(
    {"was", "were", "did", "had", "ended", "expired", "replaced", "former", "formerly", "anymore"}
    | {"longer", "until", "withdrawn", "old", "previous", "superseded", "lapsed"}
)
_ANY_MORE: Final = re.compile(r"\bany more\b")
_BEGINNING: Final = "opens reopens closes starts begins ends expires resumes launches stops rises"
_MANY: Final = "reopen begin expire resume rise"
_SCHEDULED: Final = frozenset(_BEGINNING.split() + _MANY.split())
"""Forms that are hardly nouns: *the end of the strike on 3 May* tells of no plan."""
_TO_COME: Final = re.compile(
    r"\b(?:is|are|has|have|about|going|yet) to (?:be )?\w+|\bdue\b(?! to\b)|\bstill\b"
    r"|\bfrom\b.+\bon(?:wards)?\b"
)


def ahead(said: frozenset[str], plain: str) -> bool:
    """Whether words, and the sentence in lower case, speak of the future.

    >>> ahead(frozenset("brakes are to be fitted".split()), "brakes are to be fitted")
    True
    """
    if said & PAST and not said & {"will", "shall"}:
        return False
    return bool(said & (AHEAD | STILL | BY)) or bool(_TO_COME.search(plain))


def over(said: frozenset[str], plain: str) -> bool:
    """Whether a sentence itself says that what it names holds no more."""
    return bool(said & OVER) or bool(_ANY_MORE.search(plain))


def scheduled(said: frozenset[str]) -> bool:
    """Whether words in the present tense say what takes place at the time they name.

    >>> scheduled(frozenset({"it", "opens"})), scheduled(frozenset({"it", "opened"}))
    (True, False)
    """
    return bool(said & _SCHEDULED) and not said & PAST
