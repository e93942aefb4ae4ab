"""Sentences that the authors labelled for disclosure and claims, as docs/disclosure.md says."""

import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, Literal, TypeAlias

from knowledge.language.labelled import Answer, LabelsInvalid
from knowledge.language.topics import ClaimTopic

LABELS: Final = ("harm", "fault", "non_apology")
OWN: Final = ("Corvane",)
"""The name of the organisation in whose voice some sentences are written."""
Split: TypeAlias = Literal["development", "test", "fresh"]
SPLITS: Final[tuple[Split, ...]] = ("development", "test", "fresh")
"""The half to tune on, the half to quote, and sentences written when the rules stood."""
_FILES: Final[Mapping[str, Split | None]] = {
    "disclosure.csv": None,
    "disclosure-second.csv": "development",
    "disclosure-last.csv": "fresh",
}
"""Each file with its split; None where the digest of a sentence decides."""
_ANSWERS: Final = {"0": False, "1": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One labelled sentence (some are two or three); `kind` is its class."""

    text: str
    split: Split
    sector: str
    register: str
    clauses: str
    kind: str
    answers: Mapping[str, Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One labelled sentence for claims and promises: what stands, and what each pass said."""

    text: str
    split: Split
    kind: str
    claims: tuple[frozenset[str], frozenset[str], frozenset[str]]
    promises: tuple[frozenset[str], frozenset[str], frozenset[str]]
    reason: str


def sentences() -> list[Sentence]:
    """All sentences labelled for disclosure."""
    found = []
    for name, split in _FILES.items():
        for number, row in enumerate(_rows(name), start=2):
            try:
                answers = {label: _answer(row, label) for label in LABELS}
            except KeyError as error:
                raise LabelsInvalid(
                    f"labels/{name}, row {number}: {str(error)[:80]} is no answer; valid: 0, 1"
                ) from None
            found.append(
                Sentence(
                    text=row["text"],
                    split=split or half(row["text"]),
                    sector=row["sector"],
                    register=row["register"],
                    clauses=row["clauses"],
                    kind=row["kind"],
                    answers=answers,
                )
            )
    return found


def stated() -> list[Stated]:
    """All sentences labelled for claims and promises."""
    return [
        Stated(
            text=row["text"],
            split=half(row["text"]),
            kind=row["kind"],
            claims=_passes(row, "claims"),
            promises=_passes(row, "promises"),
            reason=row["reason"],
        )
        for row in _rows("claims.csv")
    ]


def topics() -> tuple[ClaimTopic, ...]:
    """The topics about which claims are labelled."""
    return tuple(
        ClaimTopic(
            id=row["id"],
            label=row["label"],
            words=_several(row["words"]),
            opposites=_several(row["opposites"]),
            values=frozenset(_several(row["values"])),
        )
        for row in _rows("claim-topics.csv")
    )


def half(text: str) -> Split:
    """Development or test: fixed by the digest, so that no edit of the files moves a sentence."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return "development" if int(digest[0], 16) % 2 else "test"


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files(__package__) / "labels" / name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines(keepends=True))


def _answer(row: Mapping[str, str], label: str) -> Answer:
    return Answer(
        first=_ANSWERS[row[f"{label}_first"]],
        second=_ANSWERS[row[f"{label}_second"]],
        final=_ANSWERS[row[label]],
        kind=row["kind"],
        reason=row["reason"],
    )


def _passes(
    row: Mapping[str, str], name: str
) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    first, second, final = (
        frozenset(_several(row[column])) for column in (f"{name}_first", f"{name}_second", name)
    )
    return first, second, final


def _several(said: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in said.split(";") if one.strip())
