"""Answers of EPITOME as passages with their levels, and the attacks that must not move them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from knowledge.language import corpora
from knowledge.language.corpora import Mask, fold
from knowledge.language.empathy_passages import Passage, heard, passages

PADDED: Final = 0.6
MOST_PADDING: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer: its passages, its levels and those of each passage.

    `levels` has three numbers, `own` three a passage; a passage of -1 says nothing either way.
    """

    seeker: str
    text: str
    parts: tuple[str, ...]
    levels: tuple[int, ...]
    own: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """All answers, and which are kept for validation, by hash of the seeker."""

    rows: Sequence[Answer]
    validation: Mask


def read(data: Path) -> Answers:
    """Read EPITOME with what people marked as carrying a level; `CorpusInvalid` where broken."""
    tables = corpora.epitome_tables(data / "epitome")
    rows = [_answer(three) for three in zip(*tables.values(), strict=True)]
    return Answers(rows=rows, validation=fold([one.seeker for one in rows]))


def padded(row: Answer, padding: Sequence[str], chance: np.random.Generator) -> Answer:
    """The answer as it is shown in one epoch: with neutral passages, or as it stands."""
    if chance.random() >= PADDED:
        return row
    drawn = chance.integers(len(padding), size=int(chance.integers(1, MOST_PADDING + 1)))
    more = tuple(padding[int(one)] for one in drawn)
    return replace(row, parts=row.parts + more, own=row.own + ((0, 0, 0),) * len(more))


def _answer(three: Sequence[dict[str, str]]) -> Answer:
    text = three[0]["response_post"]
    cut = passages(text)
    levels = tuple(int(row["level"]) for row in three)
    marked = [
        _own(text, cut, level, row["rationales"]) for level, row in zip(levels, three, strict=True)
    ]
    return Answer(
        seeker=three[0]["sp_id"],
        text=text,
        parts=tuple(heard(one.words) for one in cut),
        levels=levels,
        own=tuple(zip(*marked, strict=True)),
    )


def _own(text: str, cut: Sequence[Passage], level: int, rationales: str) -> list[int]:
    """The level of each passage: the answer's where people marked most of it."""
    if level == 0:
        return [0] * len(cut)
    spans = _spans(text, rationales)
    if not spans:
        return [-1] * len(cut)
    found = []
    for one in cut:
        shared = [min(one.end, end) - max(one.start, start) for start, end in spans]
        enough = [
            2 * each >= min(one.end - one.start, end - start)
            for each, (start, end) in zip(shared, spans, strict=True)
        ]
        found.append(level if any(enough) else -1 if max(shared) > 0 else 0)
    return found if max(found) > 0 else [-1] * len(cut)


def _spans(text: str, rationales: str) -> list[tuple[int, int]]:
    marks = [mark.strip() for mark in rationales.split("|")]
    places = [(text.find(mark), len(mark)) for mark in marks if mark]
    return [(start, start + length) for start, length in places if start >= 0]
