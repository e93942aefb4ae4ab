"""Feeds of CrisisLex T26 with their labels: when each post was written, whether it is related."""

import csv
from pathlib import Path
from typing import Final

from knowledge.spread.interleaving import Feed, LabelledPost
from loaders.tables import TableInvalid

_COLUMNS: Final = ("Tweet ID", "Tweet Text", "Informativeness")
_UNRELATED: Final = ("Not related", "Not applicable")
_TWITTER_EPOCH_MS: Final = 1_288_834_974_657
_EXAMPLE: Final = (
    '"407132226753921024","A train has derailed.",Media,Other,Related and informative'
)


def read_labelled_feeds(folder: Path) -> list[Feed]:
    """The feeds of a folder, one CSV each, by name; each with its posts by time.

    Raises:
        TableInvalid: there is none, or one can't be read.
    """
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise TableInvalid(f"{folder.name}: has no feed; a line of one is {_EXAMPLE}")
    return [Feed(name=file.stem, posts=tuple(_posts(file))) for file in files]


def _posts(file: Path) -> list[LabelledPost]:
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            rows = [*csv.DictReader(stream, skipinitialspace=True)]
        return sorted((_post(row) for row in rows), key=lambda post: (post.at, post.id))
    except (OSError, KeyError, ValueError, csv.Error) as error:
        raise TableInvalid(
            f"{file.name}: can't be read ({error}); a line is {_EXAMPLE}"
        ) from error


def _post(row: dict[str, str]) -> LabelledPost:
    number, text, label = (row[name] for name in _COLUMNS)
    milliseconds = (int(number) >> 22) + _TWITTER_EPOCH_MS
    return LabelledPost(
        id=number,
        at=milliseconds / 1000,
        text=text,
        related=label not in _UNRELATED,
    )
