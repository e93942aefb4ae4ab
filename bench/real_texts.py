"""Real texts of many kinds: posts, comments, questions to a bank, replies to peers, abstracts."""

import csv
import os
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.posts import texts as posts

_DATA: Final = Path(os.environ.get("ATTUNE_SHARED", "/nowhere")) / "data"
_COLUMNS: Final = (
    ("retrieval/banking77/train.csv", ("text",)),
    ("language/isarcasm/train.En.csv", ("tweet", "rephrase")),
    ("language/epitome/*.csv", ("seeker_post", "response_post")),
)
_ABSTRACTS: Final = re.compile(r"<text>(.*?)</text>", re.DOTALL)


def texts() -> list[str]:
    """Every different text once, in a fixed random order; without ATTUNE_SHARED a few hundred."""
    found = sorted({one.strip() for one in _all() if one.strip()})
    random.Random(7).shuffle(found)  # noqa: S311 - the same order each time
    return found


def _all() -> Iterator[str]:
    yield from posts()
    for file in sorted(_DATA.glob("language/goemotions/*.tsv")):
        yield from (line.partition("\t")[0] for line in file.read_text("utf-8").splitlines())
    for file in sorted(_DATA.glob("language/irony/*_text.txt")):
        yield from file.read_text("utf-8").splitlines()
    for pattern, columns in _COLUMNS:
        for file in sorted(_DATA.glob(pattern)):
            with file.open(newline="", encoding="utf-8") as stream:
                for row in csv.DictReader(stream):
                    yield from (row[name] or "" for name in columns)
    for file in sorted(_DATA.glob("retrieval/cranfield/cran.all.1400.xml")):
        yield from (" ".join(one.split()) for one in _ABSTRACTS.findall(file.read_text("utf-8")))
