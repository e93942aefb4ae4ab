"""Answers of EPITOME as passages with their levels, and the attacks that must not move them."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from knowledge.language.corpora import CorpusInvalid, Mask, fold
from knowledge.language.empathy_passages import Passage, passages
from knowledge.language.empathy_reader import MECHANISMS

ASKED: Final = 0.5
"""How often a statement of an answer is shown with a question mark, its levels unchanged."""
UNASKED: Final = 0.15
PADDED: Final = 0.6
MOST_PADDING: Final = 3

NEUTRAL: Final = (
    "Please quote your reference number in all further messages to our office.",
    "Our lines are open from eight to six, on Sundays from ten.",
    "This mailbox is read in the order of arrival.",
    "Thank you for contacting us.",
    "We value our customers.",
    "Your call may be recorded for training and quality.",
    "The form has four pages and must be signed by the account holder.",
    "Refunds are paid to the card that was used for the order.",
    "The meeting was moved to Thursday at ten in the second room.",
    "Trains to the airport leave every twenty minutes from platform six.",
    "You can find more information on our website.",
    "Are you there?",
    "Best regards, the support team.",
    "Kind regards",
    "Hello, and welcome to our support.",
    "The update will be installed overnight and takes about ten minutes.",
    "Your ticket number is 48213.",
    "We have received your message.",
    "A specialist will review your case within five working days.",
    "Do you accept the terms and conditions?",
    "Prices include value added tax.",
    "The library opens at nine and closes at seven in the evening.",
    "Water boils at a lower temperature in the mountains.",
    "The committee approved the minutes of the previous meeting.",
    "Delivery takes two to four days, depending on where you live.",
    "Which browser and which version are in use?",
    "The parcel was handed to the carrier on Monday.",
    "Is there anything else?",
    "In the settings, choose account, then security, then reset password.",
    "The report has three chapters and an appendix with tables.",
    "Lorem ipsum dolor sit amet.",
    "Dear customer",
    "Our records show that the invoice was paid on the third of May.",
    "Have a nice day!",
    "The museum shows paintings of the nineteenth century.",
    "Add two eggs and a cup of flour, then stir until it is smooth.",
    "The road is closed between the bridge and the market until Friday.",
    "To unsubscribe, click on the link at the end of this message.",
    "All rights reserved.",
    "The team won the second half by three points.",
)
"""Sentences that say nothing of anybody's feelings; attacks that measure use other ones."""


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
    tables = [_table(data / "epitome" / f"{name.replace('_', '-')}.csv") for name in MECHANISMS]
    if len({tuple(row["rp_id"] for row in rows) for rows in tables}) > 1:
        raise CorpusInvalid(f"{data / 'epitome'}: the three tables have other rows")
    rows = [_answer(three) for three in zip(*tables, strict=True)]
    return Answers(rows=rows, validation=fold([one.seeker for one in rows]))


def attacked(row: Answer, chance: np.random.Generator) -> Answer:
    """The answer as it is shown in one epoch: padded, asked, or as it stands; same levels."""
    parts, own = list(row.parts), list(row.own)
    for place, part in enumerate(parts):
        if part.endswith("?"):
            if chance.random() < UNASKED:
                parts[place] = part.rstrip("? ")
        elif chance.random() < ASKED / min(len(parts), 3):
            parts[place] = f"{part.rstrip('.! ')}{'?' * int(chance.integers(1, 4))}"
    if chance.random() < PADDED:
        for _ in range(int(chance.integers(1, MOST_PADDING + 1))):
            parts.append(NEUTRAL[int(chance.integers(len(NEUTRAL)))])
            own.append((0, 0, 0))
    return replace(row, parts=tuple(parts), own=tuple(own))


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
        parts=tuple(one.words for one in cut),
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


def _table(file: Path) -> list[dict[str, str]]:
    columns = ("sp_id", "rp_id", "response_post", "level", "rationales")
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
