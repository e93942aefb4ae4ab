"""Words of texts as postings: which text holds which word how often, and scores by BM25."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

K1: Final = 0.9
B: Final = 0.4
"""How soon a repeated word counts no more, and how much a long text counts less (Robertson)."""

_TOKEN: Final = re.compile(r"[^\W_]+")
_COMMON: Final = """
    a an and any are as at be been but by can do does for from had has have how i if
    in into is it me my no not of on or such that the their then there these they
    this to was were what when which will with
"""
_STOP: Final = frozenset(_COMMON.split())
_ENDINGS: Final = ("ingly", "edly", "ings", "ing", "ies", "ied", "ed", "es", "ly", "s")
_SHORTEST_STEM: Final = 3

Scores = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Postings:
    """The words of a run of texts: word w stands in the texts `rows[starts[w]:starts[w + 1]]`.

    `words` numbers the words; `counts` says how often each stands there; `lengths` has the
    number of words of each text.
    """

    words: Mapping[str, int]
    starts: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int32]
    counts: npt.NDArray[np.float32]
    lengths: npt.NDArray[np.float32]

    def of(self, word: str) -> slice:
        """Where the texts that hold a word stand in `rows`; an empty run where none does."""
        at = self.words.get(word)
        return slice(0, 0) if at is None else slice(int(self.starts[at]), int(self.starts[at + 1]))


def words(text: str) -> list[str]:
    """The words of a text that count, lower case, common English ones out, endings cut.

    >>> words("The refunds are delayed again")
    ['refund', 'delay', 'again']
    """
    return [stem(word) for word in _TOKEN.findall(text.lower()) if word not in _STOP]


def typed(text: str) -> dict[str, str]:
    """Each word of a text that counts, as it is typed but lower case, with what is looked up.

    >>> typed("Refunds? The refunds!")
    {'refunds': 'refund'}
    """
    return {word: stem(word) for word in _TOKEN.findall(text.lower()) if word not in _STOP}


def stem(word: str) -> str:
    """A lower-case word without its ending."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending) + ("y" if ending in {"ies", "ied"} else "")
    return word


def build(texts: Sequence[str]) -> Postings:
    """Read the words of all texts."""
    found: dict[str, list[tuple[int, int]]] = {}
    lengths = np.zeros(len(texts), dtype=np.float32)
    for row, text in enumerate(texts):
        tokens = words(text)
        lengths[row] = len(tokens)
        for word, count in Counter(tokens).items():
            found.setdefault(word, []).append((row, count))
    ordered = sorted(found)
    pairs = np.asarray([pair for word in ordered for pair in found[word]]).reshape(-1, 2)
    sizes = np.cumsum([0, *(len(found[word]) for word in ordered)])
    return Postings(
        words={word: number for number, word in enumerate(ordered)},
        starts=sizes.astype(np.int64),
        rows=pairs[:, 0].astype(np.int32),
        counts=pairs[:, 1].astype(np.float32),
        lengths=lengths,
    )


def shared(runs: Sequence[tuple[Postings, Mask]], query: str) -> Scores:
    """For each text of all runs the share of the query's words that it holds, 0 to 1.

    Words are weighed by rarity (BM25 over what a text would score that holds each endlessly
    often). Only the texts of a run's mask count and are scored; others have 0. However the texts
    are divided into runs, the scores are the same.
    """
    count = sum(int(mask.sum()) for _, mask in runs)
    held = sum(float(run.lengths[mask].sum(dtype=np.float64)) for run, mask in runs)
    usual = held / count if held else 1.0
    scores = [np.zeros(len(mask), dtype=np.float32) for _, mask in runs]
    most = 0.0
    for word in words(query):
        places = [list(_holding(run, mask, word)) for run, mask in runs]
        found = sum(len(rows) for place in places for rows, _ in place)
        if not found:
            continue
        rarity = math.log(1 + (count - found + 0.5) / (found + 0.5))
        most += rarity
        for (run, _), place, into in zip(runs, places, scores, strict=True):
            for rows, often in place:
                length = run.lengths[rows] / np.float32(usual)
                into[rows] += np.float32(rarity) * often / (often + K1 * (1 - B + B * length))
    total: Scores = np.concatenate(scores) if scores else np.zeros(0, dtype=np.float32)
    return total / np.float32(most) if most else total


def _holding(
    run: Postings, mask: Mask, word: str
) -> Iterator[tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]]:
    place = run.of(word)
    rows, often = run.rows[place], run.counts[place]
    kept = mask[rows]
    if kept.any():
        yield (rows, often) if kept.all() else (rows[kept], often[kept])
