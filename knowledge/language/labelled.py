"""Texts that the authors labelled for urgency and betrayal, as docs/labelling.md says."""

import csv
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal, TypeAlias

INDICATORS: Final = ("urgency", "betrayal")
Half: TypeAlias = Literal["development", "test"]
_ANSWERS: Final = {"0": False, "1": True}


class LabelsInvalid(ValueError):
    """A file of labels is broken; the message names the file and the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether a text is urgent, or betrayed: two passes, and what stands after them.

    `kind` names the sort of urgency or betrayal, empty where the answer is no; `reason` says why
    the answer stands, where the passes differ.
    """

    first: bool
    second: bool
    final: bool
    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One labelled text; `text` is None for a public one whose corpus is not at hand.

    `source` is "written" (by the authors) or the name of a public corpus. `stratum` says how a
    public text was drawn, empty for a written one. `digest` is the SHA-256 of the text.
    """

    text: str | None
    digest: str
    source: str
    stratum: str
    register: str
    answers: Mapping[str, Answer]

    @property
    def half(self) -> Half:
        """Development or test: fixed by the digest, so no edit of the files moves a text."""
        return "development" if int(self.digest[0], 16) % 2 else "test"

    def asked(self, indicator: str) -> bool:
        """Whether the text counts for an indicator: not where it was drawn for the other one."""
        return self.stratum in {"", "random"} or self.stratum.endswith(indicator)


def read(data: Path | None = None) -> list[Labelled]:
    """All labelled texts, those of public corpora with their words where `data` holds them.

    The corpora stand in folders of `data`, or one level below; a text whose digest differs from
    the labelled one counts as not at hand.
    """
    return [*written(), *public(data)]


def written() -> list[Labelled]:
    """The texts that the authors wrote."""
    return [
        Labelled(
            text=row["text"],
            digest=_digest(row["text"]),
            source="written",
            stratum="",
            register=row["register"],
            answers=answers,
        )
        for row, answers in _rows("written.csv")
    ]


def public(data: Path | None = None) -> list[Labelled]:
    """The texts of public corpora, known by id and digest only: none of them is stored here."""
    known: dict[str, Mapping[str, str]] = {}
    found = []
    for row, answers in _rows("public.csv"):
        corpus = row["corpus"]
        if corpus not in known:
            known[corpus] = _texts(corpus, data)
        text = known[corpus].get(row["id"])
        kept = text is not None and _digest(text) == row["sha256"]
        found.append(
            Labelled(
                text=text if kept else None,
                digest=row["sha256"],
                source=corpus,
                stratum=row["stratum"],
                register=row["register"],
                answers=answers,
            )
        )
    return found


def _rows(name: str) -> Iterator[tuple[dict[str, str], dict[str, Answer]]]:
    text = (files(__package__) / "labels" / name).read_text(encoding="utf-8")
    for number, row in enumerate(csv.DictReader(text.splitlines(keepends=True)), start=2):
        try:
            yield row, {name: _answer(row, name) for name in INDICATORS}
        except (KeyError, AttributeError) as error:
            raise LabelsInvalid(
                f"labels/{name}, row {number}: {str(error)[:80]} is no answer; valid: 0, 1"
            ) from None


def _answer(row: Mapping[str, str], indicator: str) -> Answer:
    return Answer(
        first=_ANSWERS[row[f"{indicator}_first"]],
        second=_ANSWERS[row[f"{indicator}_second"]],
        final=_ANSWERS[row[indicator]],
        kind=row[f"{indicator}_kind"],
        reason=row[f"{indicator}_reason"],
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _texts(corpus: str, data: Path | None) -> Mapping[str, str]:
    if data is None:
        return {}
    folders = [data / corpus, *sorted(data.glob(f"*/{corpus}"))]
    here = next((folder for folder in folders if folder.is_dir()), None)
    return dict(_READERS[corpus](here)) if here else {}


def _goemotions(folder: Path) -> Iterator[tuple[str, str]]:
    for file in _there(folder, ("train.tsv", "dev.tsv")):
        for line in file.read_text(encoding="utf-8").rstrip("\n").split("\n"):
            text, _, known_as = line.split("\t")
            yield known_as, text


def _crisislex(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream, skipinitialspace=True):
                yield row["Tweet ID"], row["Tweet Text"]


def _epitome(folder: Path) -> Iterator[tuple[str, str]]:
    # INVARIANT: the first row of a seeker stands, as it did when the texts were drawn.
    seen: dict[str, str] = {}
    for row in _table(folder, "emotional-reactions.csv"):
        seen.setdefault(row["sp_id"], row["seeker_post"])
    yield from seen.items()


def _numbered(file: str, column: str) -> Callable[[Path], Iterator[tuple[str, str]]]:
    def texts(folder: Path) -> Iterator[tuple[str, str]]:
        for number, row in enumerate(_table(folder, file)):
            yield str(number), row[column]

    return texts


def _table(folder: Path, name: str) -> Iterator[dict[str, str]]:
    for file in _there(folder, (name,)):
        with file.open(encoding="utf-8", newline="") as stream:
            yield from csv.DictReader(stream)


def _there(folder: Path, names: Sequence[str]) -> list[Path]:
    return [folder / name for name in names if (folder / name).is_file()]


_READERS: Final[Mapping[str, Callable[[Path], Iterator[tuple[str, str]]]]] = {
    "goemotions": _goemotions,
    "crisislex-t26": _crisislex,
    "epitome": _epitome,
    "banking77": _numbered("train.csv", "text"),
    "isarcasm": _numbered("train.En.csv", "tweet"),
}
