"""Weighing: what was judged of some posts, weighed so that it speaks for those that were not."""

from collections.abc import Sequence
from typing import Final

from knowledge.spread.counters import (
    FIELDS,
    JUDGED,
    MARKED,
    MARKED_UNSCORED,
    REACH_KNOWN,
    UNSCORED,
)

_BLOCK: Final = range(JUDGED, REACH_KNOWN)


def weighed(sums: Sequence[int]) -> Sequence[float]:
    """The sums with those of judged posts weighed by what each group of posts is of the whole.

    Where there is no time to judge all, posts that the screen marked are judged more often than
    others; without weights the mood would look worse than it is. Within each of the two groups
    chance decides, so groups are weighed (post-stratified: Holt and Smith 1979), and the number
    of judged posts is what equally weighed ones would be worth (Kish 1965). Nothing is left of
    the judgements where posts of a group were left out and none of it was judged.

    With all posts judged nothing changes.
    """
    if not sums[UNSCORED]:
        return sums
    marked = [sums[MARKED + at - JUDGED] for at in _BLOCK]
    others = [sums[at] - one for at, one in zip(_BLOCK, marked, strict=True)]
    sizes = (marked[0] + sums[MARKED_UNSCORED], others[0] + sums[UNSCORED] - sums[MARKED_UNSCORED])
    groups = [one for one in zip(sizes, (marked, others), strict=True) if one[0]]
    if any(not judged[0] for _, judged in groups):
        return [0 if at in _BLOCK else sums[at] for at in range(FIELDS)]
    whole = sum(size for size, _ in groups)
    worth = whole * whole / sum(size * size / judged[0] for size, judged in groups)
    mixed = [
        worth / whole * sum(size / judged[0] * judged[at] for size, judged in groups)
        for at in range(len(_BLOCK))
    ]
    return [mixed[at - JUDGED] if at in _BLOCK else sums[at] for at in range(FIELDS)]
