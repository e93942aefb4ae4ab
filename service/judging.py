"""A file of texts is judged in batches; the result appears whole or not at all."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from ontology.events import Json
from ontology.signals import Scores

if TYPE_CHECKING:
    from knowledge.language.indicators import Judge, Judged

EXAMPLE: Final = '{"id": "7", "text": "Third call, no answer", "context": "How can we help?"}'
MECHANISMS: Final = ("emotional_reactions", "interpretations", "explorations")
_QUOTED: Final = 80


class LineInvalid(ValueError):
    """A line is no text to judge; the message names file and line and shows a valid one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One text as the file gives it; `id` is a string or a whole number and is handed back."""

    id: str | int
    text: str
    context: str | None
    language: str | None


def lines(file: Path) -> Iterator[Line]:
    """The texts of a JSON Lines file, one at a time; blank lines are passed over.

    `LineInvalid` at the first line that is none, `OSError` where the file cannot be read.
    """
    with file.open("rb") as stream:
        for number, raw in enumerate(stream, start=1):
            line = raw.removeprefix(b"\xef\xbb\xbf").strip()
            if line:
                yield _line(f"{file}:{number}", line)


def check(file: Path) -> int:
    """How many texts the file holds; raises as `lines` does, before anything is judged."""
    return sum(1 for _ in lines(file))


def paired(texts: Path, scores: Path) -> tuple[list[str], list[bool]]:
    """Texts that were judged, and whether something was found in each; raises as `lines` does."""
    from knowledge.language.screen_fitting import finds  # noqa: PLC0415 - scipy comes with it

    names = {field.name for field in fields(Scores)}
    said: list[str] = []
    found: list[bool] = []
    with scores.open(encoding="utf-8") as stream:
        for line, told in zip(lines(texts), map(json.loads, stream), strict=True):
            if told.get("id") != line.id:
                raise _invalid(str(scores), f"is not of {texts.name}, where {line.id!r}", told)
            if told.get("sentiment") is not None:
                said.append(line.text)
                found.append(finds(Scores(**{name: told.get(name) for name in names})))
    return said, found


class FileJudge:
    """Judges files with one judge; None serves for files without texts."""

    def __init__(self, judge: "Judge | None", *, replies: bool = False) -> None:
        """Keep the judge; with `replies` every text was said to somebody, known words or not."""
        self._judge = judge
        self._replies = replies

    def run(
        self, source: Path, out: Path, *, batch: int, advance: Callable[[int], None]
    ) -> dict[str, Json]:
        """Judge `source` into `out`, in order; returns counts of texts, judged and languages.

        Memory is bounded by `batch`. The result is written beside `out` and renamed at the end.
        """
        partial = out.with_name(f"{out.name}.partial")
        counted: Counter[str] = Counter()
        judged = total = 0
        try:
            with partial.open("w", encoding="utf-8", newline="\n") as stream:
                texts = lines(source)
                while several := list(islice(texts, batch)):
                    found = self._judged(several, stream)
                    counted.update(one.language or "unknown" for one in found)
                    judged += sum(one.judged for one in found)
                    total += len(several)
                    advance(len(several))
            partial.replace(out)
        finally:
            partial.unlink(missing_ok=True)
        languages: dict[str, Json] = {**dict(sorted(counted.items()))}
        return {"texts": total, "judged": judged, "languages": languages}

    def _judged(self, several: list[Line], stream: TextIO) -> "list[Judged]":
        if self._judge is None:
            return []
        texts, tags = [one.text for one in several], [one.language for one in several]
        found = self._judge.score(texts, [one.context for one in several], tags)
        if self._replies:
            shows = self._judge.shown(texts, tags)
            found = [
                one if read is None else replace(one, empathy=read.empathy, carried=read.carried)
                for one, read in zip(found, shows, strict=True)
            ]
        shown_lines = (shown(line, one) for line, one in zip(several, found, strict=True))
        stream.writelines(json.dumps(one) + "\n" for one in shown_lines)
        return found


def shown(line: Line, judged: "Judged") -> dict[str, Json]:
    """One line of the result; the levels of empathy, and the words that carry them, if asked."""
    result: dict[str, Json] = {"id": line.id, "language": judged.language}
    result |= asdict(judged.scores)
    result["evidence"] = {name: list(groups) for name, groups in judged.evidence.items()}
    if line.context is not None or judged.empathy is not None:
        result |= {name: getattr(judged.empathy, name, None) for name in MECHANISMS}
        result["carried"] = {name: one.words for name, one in judged.carried.items()}
    return result


def _line(where: str, raw: bytes) -> Line:
    try:
        given = json.loads(raw)
    except (ValueError, RecursionError):
        raise _invalid(where, "is no JSON", raw.decode(errors="replace")) from None
    if not isinstance(given, dict):
        raise _invalid(where, "is no JSON object", given)
    key = given.get("id")
    if isinstance(key, bool) or not isinstance(key, str | int):
        raise _invalid(where, '"id" is no string or whole number', key)
    if not isinstance(given.get("text"), str):
        raise _invalid(where, '"text" is no string', given.get("text"))
    for name in ("context", "language"):
        if not isinstance(given.get(name), str | None):
            raise _invalid(where, f'"{name}" is no string', given.get(name))
    return Line(
        id=key, text=given["text"], context=given.get("context"), language=given.get("language")
    )


def _invalid(where: str, reason: str, value: object) -> LineInvalid:
    quoted = repr(value)
    short = quoted if len(quoted) <= _QUOTED else f"{quoted[:_QUOTED]}…"
    return LineInvalid(f"{where}: {reason}: {short}; a valid line: {EXAMPLE}")
