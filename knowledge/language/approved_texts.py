"""How far a text is from an approved one: words changed, and what may not change at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

from rapidfuzz.distance import Levenshtein

from knowledge.language.common_words import speakers
from knowledge.language.kept_words import Kept, kept
from knowledge.language.slot_fills import LONGEST, TYPES, fills
from knowledge.language.wording_tokens import SLOT, Token, Why, tokens, turned, why_kept

_MOST_CELLS: Final = 200_000
"""How much is searched at once for what fills slots; of longer texts, what differs."""

_NEVER: Final = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How a text differs from an approved one.

    `distance` is how many words were added, left out or replaced, by the number of words of the
    approved text, at most 1. `kept` are sentences about what may not change and did.
    """

    distance: float
    kept: tuple[str, ...] = ()


class _Block(NamedTuple):
    """A stretch that is not the same: of the approved text, and of the other one."""

    first: int
    last: int
    start: int
    end: int


def unknown_slots(text: str) -> tuple[str, ...]:
    """What stands in braces and is no slot, and braces that do not close.

    >>> unknown_slots("At {time}, {n:number} of {colour}."), unknown_slots("by { six")
    (('{colour}',), ('{',))
    """
    found = [one.written for one in tokens(text) if one.written[0] in "{}"]
    return tuple(one for one in found if not _is_slot(one))


def difference(approved: str, text: str, language: str) -> Difference:
    """How a text differs from an approved one; in a language without lists, any word is kept.

    The distance is taken by the length of the approved text alone: divided by the longer of the
    two, words that were added would bring a text that differs nearer.

    >>> difference("Trains stand. {n:number} wait.", "Trains stand. Four wait.", "en").distance
    0.0
    >>> difference("Four people wait.", "Five people wait.", "en").kept
    ("the number 'Four' is left out or replaced", "the number 'Five' is new")
    """
    words = kept(language)
    before, after = tokens(approved), tokens(text)
    left_open = [
        f"the slot {one.written} is not filled" for one in after if one.written[0] in "{}"
    ]
    after = _filled(before, after, words) if words is not None else after
    left, right = _folded(before), _folded(after)
    distance = min(1.0, Levenshtein.distance(left, right) / max(1, len(left)))
    found = tuple(dict.fromkeys([*left_open, *_kept(before, after, words)]))
    return Difference(distance=round(distance, 4), kept=found)


def _is_slot(word: str) -> bool:
    found = SLOT.fullmatch(word)
    return found is not None and found[1] in TYPES


def _folded(words: Sequence[Token]) -> list[str]:
    return [one.folded for one in words]


def _blocks(before: Sequence[Token], after: Sequence[Token]) -> Iterator[_Block]:
    """The stretches that differ; those that touch are one."""
    waiting: _Block | None = None
    for one in Levenshtein.opcodes(_folded(before), _folded(after)):
        if one.tag == "equal":
            if waiting is not None:
                yield waiting
            waiting = None
            continue
        first, start = (one.src_start, one.dest_start) if waiting is None else waiting[::2]
        waiting = _Block(first, one.src_end, start, one.dest_end)
    if waiting is not None:
        yield waiting


def _filled(before: Sequence[Token], after: Sequence[Token], words: Kept) -> tuple[Token, ...]:
    """The text with what fills a slot put back as that slot."""
    if not any(one.slot for one in before):
        return tuple(after)
    if _small(before, after):
        return tuple(_matched(before, after, words))
    whole: list[Token] = []
    done = 0
    for block in _blocks(before, after):
        left, right = before[block.first : block.last], after[block.start : block.end]
        whole += after[done : block.start]
        done = block.end
        slots = any(one.slot for one in left)
        whole += _matched(left, right, words) if slots and _small(left, right) else right
    return (*whole, *after[done:])


def _small(left: Sequence[Token], right: Sequence[Token]) -> bool:
    return (len(left) + 1) * (len(right) + 1) <= _MOST_CELLS


def _matched(left: Sequence[Token], right: Sequence[Token], words: Kept) -> list[Token]:
    """The cheapest way to read one stretch as the other, with slots filled where they can be."""
    cheapest = [[_NEVER] * (len(right) + 1) for _ in range(len(left) + 1)]
    steps: dict[tuple[int, int], tuple[int, int, bool]] = {}
    cheapest[-1][-1] = 0

    def try_(place: tuple[int, int], to: tuple[int, int], cost: int, *, slot: bool) -> None:
        whole = cheapest[to[0]][to[1]] + cost
        if whole < cheapest[place[0]][place[1]]:
            cheapest[place[0]][place[1]] = whole
            steps[place] = (*to, slot)

    for i in range(len(left), -1, -1):
        for j in range(len(right), -1, -1):
            for (to_i, to_j), cost, slot in _moves(left, right, (i, j), words):
                try_((i, j), (to_i, to_j), cost, slot=slot)
    return _read(left, right, steps)


def _moves(
    left: Sequence[Token], right: Sequence[Token], at: tuple[int, int], words: Kept
) -> Iterator[tuple[tuple[int, int], int, bool]]:
    """Where one can go on from a place of two stretches, at which cost, and whether by a slot."""
    i, j = at
    if i < len(left):
        slot = left[i].slot
        if slot is not None and slot in TYPES:
            for end in range(min(len(right), j + LONGEST), j, -1):
                if fills(slot, right[j:end], words):
                    yield (i + 1, end), 0, True
        yield (i + 1, j), 1, False
        if j < len(right):
            yield (i + 1, j + 1), int(left[i].folded != right[j].folded), False
    if j < len(right):
        yield (i, j + 1), 1, False


def _read(
    left: Sequence[Token],
    right: Sequence[Token],
    steps: dict[tuple[int, int], tuple[int, int, bool]],
) -> list[Token]:
    path = [(0, 0, False)]
    while (step := steps.get((path[-1][0], path[-1][1]))) is not None:
        path.append(step)
    found: list[Token] = []
    for (i, j, _), (_, end, slot) in pairwise(path):
        found += [left[i]] if slot else right[j:end]
    return found


def _kept(before: Sequence[Token], after: Sequence[Token], words: Kept | None) -> Iterator[str]:
    lower = _lower(before, after)
    for block in _blocks(before, after):
        old, new = before[block.first : block.last], after[block.start : block.end]
        if words is None:
            yield "in this language attune knows no denials, so that no word may change"
            return
        for side, what in ((old, "is left out or replaced"), (new, "is new")):
            yield from _of_side(side, what, words, lower)
        if (word := turned(old, new, words)) is not None:
            yield f"the negation {word!r} turns a word into its opposite"


def _of_side(
    side: Sequence[Token], what: str, words: Kept, lower: frozenset[str]
) -> Iterator[str]:
    for one in side:
        if one.slot is not None:
            yield f"the slot {one.written} is not filled"
        elif (why := why_kept(one, words, lower)) is not None:
            word = "word of time" if why is Why.NUMBER and one.folded in words.days else why.value
            yield f"the {word} {one.written!r} {what}"


def _lower(*texts: Sequence[Token]) -> frozenset[str]:
    """Words that a capital does not make a name: common ones, and those in lower case as well."""
    return _common() | {one.folded for text in texts for one in text if one.written[:1].islower()}


@cache
def _common() -> frozenset[str]:
    return frozenset(speakers())
