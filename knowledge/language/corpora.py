"""Public labelled corpora are read: texts, labels and which rows are kept for validation."""

import csv
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

POSITIVE: Final = frozenset(
    {
        *("admiration", "amusement", "approval", "caring", "desire", "excitement"),
        *("gratitude", "joy", "love", "optimism", "pride", "relief"),
    }
)
NEGATIVE: Final = frozenset(
    {
        *("anger", "annoyance", "disappointment", "disapproval", "disgust", "embarrassment"),
        *("fear", "grief", "nervousness", "remorse", "sadness"),
    }
)
FRUSTRATED: Final = frozenset({"annoyance", "anger", "disappointment"})
MIXED: Final = -1
"""Sentiment label of a text with both positive and negative emotions; such rows are left out."""
FOLDS: Final = 5
LICENCES: Final = {
    "goemotions": "GoEmotions (Demszky et al. 2020), CC BY 4.0 and Apache-2.0",
    "irony": "TweetEval irony (SemEval-2018 task 3, Van Hee et al. 2018)",
    "isarcasm": "iSarcasmEval (Abu Farha et al. 2022), MIT",
    "epitome": "EPITOME (Sharma et al. 2020), with attribution",
}
MECHANISMS: Final = ("emotional_reactions", "interpretations", "explorations")
"""EPITOME's mechanisms of empathy."""
_LEVELS: Final = frozenset({"0", "1", "2"})

Labels = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


class CorpusInvalid(ValueError):
    """A corpus is missing or broken; the message names the file and, where it can, the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Texts with labels by head, and which rows are kept for validation.

    `emotions` says yes or no of each of GoEmotions' 28 emotions, (n, 28); empty elsewhere.
    """

    texts: Sequence[str]
    labels: dict[str, Labels]
    validation: Mask
    emotions: Floats = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))

    def kept(self) -> "Corpus":
        """The rows that are kept for validation, without their emotions."""
        rows = np.flatnonzero(self.validation)
        return Corpus(
            texts=[self.texts[int(row)] for row in rows],
            labels={name: labels[rows] for name, labels in self.labels.items()},
            validation=self.validation[rows],
        )


def goemotions(folder: Path) -> Corpus:
    """Reddit comments with emotions, as `sentiment` (0, 1, 2 or MIXED) and `frustration`.

    The corpus' own development part is the validation split. Its ambiguous emotions (confusion,
    curiosity, realization, surprise) count as neutral.
    """
    names = _lines(folder / "labels.txt")
    texts: list[str] = []
    emotions: list[frozenset[str]] = []
    sizes = []
    for part in ("train.tsv", "dev.tsv"):
        for number, line in enumerate(_lines(folder / part), start=1):
            text, found = _emotions(folder / part, number, line, names)
            texts.append(text)
            emotions.append(found)
        sizes.append(len(texts))
    labels = {
        "sentiment": np.asarray([_sentiment(found) for found in emotions]),
        "frustration": np.asarray([int(bool(found & FRUSTRATED)) for found in emotions]),
    }
    felt = np.asarray([[name in found for name in names] for found in emotions], dtype=np.float32)
    validation = np.arange(len(texts)) >= sizes[0]
    return Corpus(texts=texts, labels=labels, validation=validation, emotions=felt)


def irony(folder: Path) -> Corpus:
    """Tweets that are ironic (1) or not (0), with the corpus' own validation part."""
    parts = [_lines(folder / f"{part}_text.txt") for part in ("train", "val")]
    marks = [_lines(folder / f"{part}_labels.txt") for part in ("train", "val")]
    for name, part, marked in zip(("train", "val"), parts, marks, strict=True):
        if len(part) != len(marked) or not set(marked) <= {"0", "1"}:
            raise CorpusInvalid(f"{folder}: {name}_text.txt and {name}_labels.txt do not match")
    texts = parts[0] + parts[1]
    labels = {"irony": np.asarray([int(label) for label in marks[0] + marks[1]])}
    return Corpus(texts=texts, labels=labels, validation=np.arange(len(texts)) >= len(parts[0]))


def isarcasm(folder: Path) -> Corpus:
    """Tweets whose own authors said whether they are sarcastic; every fifth is for validation."""
    table = _table(folder / "train.En.csv", ("tweet", "sarcastic"))
    rows = [row for row in table if row["tweet"]]
    labels = {"irony": np.asarray([int(row["sarcastic"]) for row in rows])}
    texts = [row["tweet"] for row in rows]
    return Corpus(texts=texts, labels=labels, validation=fold(texts))


def epitome(folder: Path) -> Corpus:
    """Answers among peers, three levels of empathy; every fifth seeker is for validation."""
    tables = epitome_tables(folder)
    first = tables[MECHANISMS[0]]
    return Corpus(
        texts=[row["response_post"] for row in first],
        labels={
            name: np.asarray([int(row["level"]) for row in rows], dtype=np.int64)
            for name, rows in tables.items()
        },
        validation=fold([row["sp_id"] for row in first]),
    )


def epitome_tables(folder: Path) -> dict[str, list[dict[str, str]]]:
    """The rows of each mechanism of EPITOME, the same answers in the same order in each."""
    columns = ("sp_id", "rp_id", "response_post", "level", "rationales")
    tables = {
        name: _table(folder / f"{name.replace('_', '-')}.csv", columns) for name in MECHANISMS
    }
    first = tables[MECHANISMS[0]]
    for name, rows in tables.items():
        if [row["rp_id"] for row in rows] != [row["rp_id"] for row in first]:
            raise CorpusInvalid(f"{folder}: the rows of {name} are not those of {MECHANISMS[0]}")
        if not {row["level"] for row in rows} <= _LEVELS:
            raise CorpusInvalid(f"{folder}: a level of {name} is not 0, 1 or 2")
    return tables


READERS: Final[dict[str, Callable[[Path], Corpus]]] = {
    "goemotions": goemotions,
    "irony": irony,
    "isarcasm": isarcasm,
    "epitome": epitome,
}


def read(name: str, data: Path) -> Corpus:
    """Read the corpus `name` from its folder in `data`; `CorpusInvalid` where it is broken."""
    return READERS[name](data / name)


def _sentiment(found: frozenset[str]) -> int:
    negative, positive = bool(found & NEGATIVE), bool(found & POSITIVE)
    if negative and positive:
        return MIXED
    return 0 if negative else 2 if positive else 1


def fold(keys: Sequence[str]) -> Mask:
    """Which rows are kept for validation: every fifth key by its hash."""
    return np.asarray([zlib.crc32(key.encode()) % FOLDS == 0 for key in keys])


def _emotions(
    file: Path, number: int, line: str, names: Sequence[str]
) -> tuple[str, frozenset[str]]:
    try:
        text, ids, *_ = line.split("\t")
        return text, frozenset(names[int(one)] for one in ids.split(","))
    except (ValueError, IndexError):
        raise CorpusInvalid(
            f"{file}:{number}: {line[:80]!r} is no text, emotion numbers and id, apart by tabs"
        ) from None


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").rstrip("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusInvalid(f"{file}: cannot be read ({error})") from None


def _table(file: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CorpusInvalid(f"{file}: cannot be read ({error})") from None
    if missing:
        raise CorpusInvalid(f"{file}: has no column {', '.join(missing)}")
    return rows
