"""Recorded decisions as columns: derived from the ledger, grown with it, rebuilt when deleted."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from shutil import rmtree
from typing import Final

import orjson
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs
import pyarrow.compute as pc  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.decision_parts import Part, decode, encode, joined
from knowledge.durable import replace_whole
from knowledge.ledger import Ledger
from knowledge.part_writing import PartWriter
from knowledge.refusals import SealBroken
from knowledge.sealing import KeyStore
from knowledge.turnstile import Turnstile
from knowledge.verification import silent
from ontology.events import Event
from ontology.facts import catalogue

MADE: Final = "decision.made"
ROWS: Final = 32_768
"""How many decisions a part holds at most."""

SECRET: Final = "decisions"  # noqa: S105 - the name of a secret
_TYPES: Final = (MADE,)
_GONE: Final = ("subject.erased",)
_PAGE: Final = 500
_WAIT_SECONDS: Final = 600
_VERSION: Final = 1


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Range:
    """Sequences from one to another, both included."""

    first: int
    last: int


class RecordedDecisions:
    """The decisions of one ledger; safe between threads and processes that share the directory.

    Parts of sealed columns, named by the sequences that they cover. What erasure destroyed is
    taken out of them by the next `catch_up`; who reads catches up first.
    """

    def __init__(self, directory: Path, ledger: Ledger, keys: KeyStore) -> None:
        """Keep parts in `directory`; nothing is read yet."""
        self._directory: Final = directory
        self._ledger: Final = ledger
        self._files: Final = PartFiles(directory, keys.secret(SECRET))
        self._lock: Final = Turnstile(
            directory.with_name(f"{directory.name}.lock"), wait_seconds=_WAIT_SECONDS
        )

    def catch_up(self, progress: Callable[[int, int], None] = silent) -> int:
        """Take in what was decided and erased since; the last sequence that is covered.

        `progress` gets sequences done and the ledger's head. What was taken in is kept where it
        raises.

        Raises:
            SealBroken: a decision was altered, or belongs to another key store.
        """
        with self._lock.held():
            head = self._ledger.head()
            self._usable(head)
            self._forget()
            known = self._files.ranges()
            done = known[-1].last if known else 0
            while done < head:
                done = self._take(done, head)
                progress(done, head)
        return head

    def forget(self) -> None:
        """Take out who was erased, without taking in what is new."""
        if self._directory.exists() and self._erasures():
            with self._lock.held():
                self._forget()

    def ranges(self) -> Sequence[Range]:
        """What the parts cover, in order and without gaps."""
        return self._files.ranges()

    def read(self, wanted: Range) -> Part:
        """The decisions of some sequences, wherever they stand by now.

        Raises:
            SealBroken: a part was altered, or belongs to another key store.
        """
        return self._files.read(wanted)

    @property
    def files(self) -> "PartFiles":
        """The same parts for another process, which can neither catch up nor write the ledger."""
        return self._files

    def erased(self) -> int:
        """The sequence of the last erasure that the parts know of, 0 for none."""
        return self._files.marked()

    def _take(self, done: int, head: int) -> int:
        """Write the next part; the last sequence that it covers."""
        writer, last = PartWriter(catalogue()), head
        for event in islice(self._events(done, head), ROWS):
            writer.add(event)
        if writer.rows == ROWS:
            last = writer.last
        self._files.write(Range(first=done + 1, last=last), writer.part())
        self._merge()
        return last

    def _events(self, after: int, until: int) -> Iterator[Event]:
        while events := self._ledger.read(after, until, types=_TYPES, limit=_PAGE):
            yield from events
            after = events[-1].sequence

    def _merge(self) -> None:
        """Join the last parts while that makes few of them: each row is joined a few times."""
        ranges = [*self._files.ranges()]
        while len(ranges) > 1:
            earlier, later = (self._files.read(one) for one in ranges[-2:])
            sizes = earlier.decisions.num_rows, later.decisions.num_rows
            if sum(sizes) > ROWS or sizes[0] > 2 * sizes[1]:
                return
            whole = Range(first=ranges[-2].first, last=ranges[-1].last)
            self._files.write(whole, joined([earlier, later]))
            for one in ranges[-2:]:
                self._files.drop(one)
            ranges[-2:] = [whole]

    def _erasures(self) -> list[tuple[int, str]]:
        """Who was erased since the parts last heard of it."""
        found: list[tuple[int, str]] = []
        after = self._files.marked()
        while events := self._ledger.read(after, types=_GONE, limit=_PAGE):
            found += [(event.sequence, event.subject) for event in events]
            after = events[-1].sequence
        return found

    def _forget(self) -> None:
        """Write every part anew in which somebody stands whose key was destroyed.

        Decisions about them that were made after that stand under a new key, and stay.
        """
        gone = self._erasures()
        if not gone:
            return
        subjects = pa.array(sorted({subject for _, subject in gone}), pa.string())
        for one in self._files.ranges():
            part = self._files.read(one)
            if pc.any(pc.is_in(part.decisions["subject"], subjects)).as_py():
                self._files.write(one, self._again(one))
        self._files.mark(gone[-1][0])

    def _again(self, wanted: Range) -> Part:
        """A part as the ledger gives it now."""
        writer = PartWriter(catalogue())
        for event in self._events(wanted.first - 1, wanted.last):
            writer.add(event)
        return writer.part()

    def _usable(self, head: int) -> None:
        """Drop parts of another ledger or another form; they are derived."""
        root = self._ledger.root(min(head, 1)).hex()
        mark = self._directory / "form.json"
        form = orjson.dumps({"version": _VERSION, "root": root})
        ranges = self._files.ranges()
        fits = not ranges or ranges[-1].last <= head
        if head and fits and mark.exists() and mark.read_bytes() == form:
            with suppress(SealBroken):
                for one in ranges[-1:]:
                    self._files.read(one)
                return
        rmtree(self._directory, ignore_errors=True)
        self._directory.mkdir(parents=True)
        if head:
            replace_whole(mark, form)


class PartFiles:
    """The files of the parts; it can be sent to another process."""

    def __init__(self, directory: Path, key: bytes) -> None:
        """Read and write there, under a key."""
        self.folder: Final = directory
        self._key: Final = key

    def ranges(self) -> list[Range]:
        """What files cover; one that lies within another, left by a crash, does not count."""
        found = sorted(
            (_range(file) for file in self.folder.glob("*-*.part")),
            key=lambda one: (one.first, -one.last),
        )
        kept: list[Range] = []
        for one in found:
            if not kept or one.last > kept[-1].last:
                kept.append(one)
        return kept

    def read(self, wanted: Range) -> Part:
        """The decisions of some sequences; tried again where a part was joined meanwhile."""
        for _ in range(3):
            with suppress(FileNotFoundError):
                return self._read(wanted)
        return self._read(wanted)

    def write(self, covered: Range, part: Part) -> None:
        """Write a part, whole or not at all."""
        name = _name(covered)
        replace_whole(self.folder / name, encode(part, self._key, name))

    def drop(self, covered: Range) -> None:
        """Drop a part whose decisions stand in another."""
        (self.folder / _name(covered)).unlink()

    def mark(self, erased: int) -> None:
        """Note the last erasure that all parts know of."""
        replace_whole(self.folder / "erased.json", orjson.dumps(erased))

    def marked(self) -> int:
        """The last erasure that all parts know of, 0 for none."""
        with suppress(OSError, ValueError):
            return int(orjson.loads((self.folder / "erased.json").read_bytes()))
        return 0

    def _read(self, wanted: Range) -> Part:
        parts = [
            decode((self.folder / name).read_bytes(), self._key, name)
            for one in self.ranges()
            if one.last >= wanted.first and one.first <= wanted.last
            for name in [_name(one)]
        ]
        if not parts:
            return PartWriter(catalogue()).part()
        whole = parts[0] if len(parts) == 1 else joined(parts)
        return whole.between(wanted.first, wanted.last)


def _name(covered: Range) -> str:
    return f"{covered.first:012}-{covered.last:012}.part"


def _range(file: Path) -> Range:
    first, _, last = file.stem.partition("-")
    return Range(first=int(first), last=int(last))
