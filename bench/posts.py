"""Posts for floods: real texts over and over, each time under a fresh id."""

import csv
import json
import os
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

_AUTHORS = 50_000
_FEEDS = Path(os.environ.get("ATTUNE_SHARED", "/nowhere")) / "data" / "feeds" / "crisislex-t26"


def texts() -> list[str]:
    """All posts of CrisisLex T26 in a fixed random order; without it, of the sample's cases."""
    found = [text for file in sorted(_FEEDS.glob("*.csv")) for text in _column(file)]
    if not found:
        lines = files("loaders").joinpath("samples", "precedents.jsonl").read_text("utf-8")
        told = (json.loads(line)["text"] for line in lines.splitlines())
        found = [part.strip()[:140] for text in told for part in text.split(". ")]
    random.Random(1).shuffle(found)  # noqa: S311 - the same order each time
    return found


def rows(
    said: Sequence[str], first: int, many: int, at: datetime, rate: float
) -> list[dict[str, object]]:
    """Posts as the door takes them, posted at so many a second up to a moment."""
    return [
        {
            "id": f"flood-{number}",
            "platform": "platform/twitter",
            "feed": "feed/listening",
            "posted_at": (at - timedelta(seconds=(first + many - number) / rate)).isoformat(),
            "text": said[number % len(said)],
            "author": {"system": "twitter", "key": f"u{number * 7919 % _AUTHORS}"},
            "reach": number * 37 % 5_000,
        }
        for number in range(first, first + many)
    ]


def _column(file: Path) -> list[str]:
    with file.open(newline="", encoding="utf-8") as stream:
        return [row[1] for row in list(csv.reader(stream))[1:] if len(row) > 1 and row[1].strip()]
