"""How alike an account and a customer are called, from 0 to 100, and by what."""

from typing import Final, NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from knowledge.linkage.names import Named, forms

_BY_HANDLE: Final = 0.95
_BY_INITIAL: Final = 0.86
"""What a handle of an initial and a surname proves less: many people share it."""

_BOTH: Final = 5.0
_ALIKE: Final = 80.0
_WHOLE_FORMS: Final = 2
_FEW: Final = 2
_SHORT: Final = 5


class Score(NamedTuple):
    """How alike two names are, and by what: `name`, `handle` or `both`."""

    points: float
    by: str


def score(account: Named, customer: Named) -> Score:
    """The score of a pair, 0 to 100; a single word proves nothing by itself.

    >>> from knowledge.linkage.names import account, customer
    >>> score(account("@ada_moor83", "Ada Móor"), customer("Ada Moor"))
    Score(points=100.0, by='both')
    """
    named, called = _names(account, customer), _handles(account, customer)
    if named >= _ALIKE and called >= _ALIKE:
        return Score(min(100.0, max(named, called) + _BOTH), "both")
    return Score(named, "name") if named >= called else Score(called, "handle")


def _names(account: Named, customer: Named) -> float:
    """By the name that is shown: the words in any order, the weaker of whole and single words."""
    mine, theirs = account.tokens, customer.tokens
    if len(mine) < _FEW or len(theirs) < _FEW:
        return 0.0
    whole = fuzz.ratio(" ".join(sorted(mine)), " ".join(sorted(theirs)))
    fewer, more = sorted((mine, theirs), key=len)
    single = [max(_word(word, other) for other in more) for word in fewer]
    return min(100.0, 0.5 * whole + 0.5 * min(single))


def _word(one: str, other: str) -> float:
    """How alike two words are; an initial fits its word, but proves little."""
    if len(one) == 1 or len(other) == 1:
        return 75.0 if one[0] == other[0] else 0.0
    return 100.0 * JaroWinkler.normalized_similarity(one, other)


def _handles(account: Named, customer: Named) -> float:
    """By the handle: how near it comes to what people make of such a name."""
    if len(account.handle) < _SHORT or len(customer.tokens) < _FEW:
        return 0.0
    points = [
        fuzz.ratio(account.handle, form) * (_BY_HANDLE if place < _WHOLE_FORMS else _BY_INITIAL)
        for place, form in enumerate(forms(customer.tokens))
        if len(form) >= _SHORT
    ]
    return max(points, default=0.0)
