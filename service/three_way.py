"""Three-way merges: what two people made of one text, line by line, or where they clash."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

MOST_LINES: Final = 5_000
"""Lines, between what all three share at both ends, that are compared; longer texts clash."""

_Lines = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Lines that both changed, each in its own way; `line` counts from 1 in what we have."""

    line: int
    base: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The merged text, or None with every clash."""

    text: str | None
    clashes: tuple[Clash, ...] = ()


def merge(base: str, ours: str, theirs: str) -> Merged:
    r"""What both made of a text.

    >>> merge("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n").text
    'A\nb\nC\n'
    """
    if theirs in {ours, base}:
        return Merged(text=ours)
    if ours == base:
        return Merged(text=theirs)
    texts = [text.splitlines(keepends=True) for text in (base, ours, theirs)]
    same = _shared(texts)
    if max(map(len, texts)) - same > MOST_LINES:
        whole = Clash(line=1, base=base, ours=ours, theirs=theirs)
        return Merged(text=None, clashes=(whole,))
    parts = [*_parts([lines[same:] for lines in texts], same)]
    clashes = tuple(part for part in parts if isinstance(part, Clash))
    if clashes:
        return Merged(text=None, clashes=clashes)
    said = [part for part in parts if isinstance(part, str)]
    return Merged(text="".join([*texts[0][:same], *said]))


def _shared(texts: Sequence[_Lines]) -> int:
    """How many lines all have in common at the beginning."""
    count = 0
    for lines in zip(*texts, strict=False):
        if len({*lines}) > 1:
            break
        count += 1
    return count


def _parts(texts: Sequence[_Lines], above: int) -> Iterator[str | Clash]:
    """The merge from top to bottom: texts to take over, and clashes; `above` lines precede it."""
    base, ours, theirs = texts
    at, mine, other = 0, 0, 0
    for start, a, b, length in _anchors(base, ours, theirs):
        yield from _between(base[at:start], ours[mine:a], theirs[other:b], above + mine)
        yield "".join(base[start : start + length])
        at, mine, other = start + length, a + length, b + length


def _between(base: _Lines, ours: _Lines, theirs: _Lines, line: int) -> Iterator[str | Clash]:
    """What lies between two stretches that all three share."""
    texts = "".join(base), "".join(ours), "".join(theirs)
    before, mine, other = texts
    if mine in (other, before):
        yield other
    elif other == before:
        yield mine
    else:
        yield Clash(line=line + 1, base=before, ours=mine, theirs=other)


def _anchors(base: _Lines, ours: _Lines, theirs: _Lines) -> Iterator[tuple[int, int, int, int]]:
    """Stretches that all three share, in order: where in each, how long; the ends come last."""
    a = SequenceMatcher(None, base, ours, autojunk=False).get_matching_blocks()
    b = SequenceMatcher(None, base, theirs, autojunk=False).get_matching_blocks()
    i = j = 0
    while i < len(a) and j < len(b):
        start = max(a[i].a, b[j].a)
        end = min(a[i].a + a[i].size, b[j].a + b[j].size)
        if start < end:
            yield start, a[i].b + start - a[i].a, b[j].b + start - b[j].a, end - start
        if a[i].a + a[i].size <= b[j].a + b[j].size:
            i += 1
        else:
            j += 1
    yield len(base), len(ours), len(theirs), 0
