"""The precedent index: past cases by meaning and words, filtered, grown case by case."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final, Self

import numpy as np
from filelock import FileLock, Timeout

from knowledge.language.embedding import DIMENSIONS, Vectors, load
from knowledge.postings import typed
from knowledge.precedent_parts import (
    IndexInvalid,
    Manifest,
    stamp,
    sweep,
    write_manifest,
    write_part,
)
from knowledge.precedent_rows import Hit, Precedent, Tally, encode, text_digest
from knowledge.precedent_search import nearest, ranked
from knowledge.precedent_tidying import compacted, merged, with_graph, without
from knowledge.precedent_view import Filters, View, look

__all__ = [
    "Filters",
    "Hit",
    "IndexBusy",
    "IndexInvalid",
    "Precedent",
    "PrecedentIndex",
    "Tally",
]

BATCH: Final = 256
"""Precedents that are embedded between two durable steps: about five seconds on one thread."""
_ATTEMPTS: Final = 5

Embed = Callable[[Sequence[str]], Vectors]


class IndexBusy(Exception):
    """Another process is loading precedents into the same folder."""


class PrecedentIndex:
    """Precedents and their vectors in one folder; any number of readers, one loader at a time."""

    def __init__(self, directory: Path, embed: Embed | None = None) -> None:
        """Name the folder; `open` is the door."""
        self.directory = directory
        self._embed = embed or _packaged
        self._stamp: tuple[int, int] | None = None
        self._view = View()

    @classmethod
    def open(cls, directory: Path, *, embed: Embed | None = None) -> Self:
        """Open the index of a folder, which need not exist yet; loads no language model.

        `embed` turns n texts into unit vectors, shape (n, 384), float32; without it the packaged
        model is loaded when the first text has to be embedded.

        Raises:
            IndexInvalid: the folder holds something that this version cannot read.
        """
        index = cls(directory, embed)
        index.catch_up()
        return index

    def __len__(self) -> int:
        """How many precedents can be found."""
        return len(self._view.rows)

    def get(self, identity: str) -> Precedent | None:
        """One precedent by its id."""
        view = self.catch_up()
        place = view.rows.get(identity)
        return view.parts[place[0]].precedent(place[1]) if place else None

    def cases(self) -> Iterator[Precedent]:
        """Every precedent, in the order of loading."""
        view = self.catch_up()
        for part, row in view.rows.values():
            yield view.parts[part].precedent(row)

    def search(
        self, query: str | Vectors, top: int = 10, filters: Filters | None = None
    ) -> list[Hit]:
        """The best precedents for a text, or the nearest to a vector, best first, ties by id.

        A vector is of length one, shape (384,), and is compared by meaning alone. What another
        process has loaded meanwhile is found, too.
        """
        view = self.catch_up()
        mask = view.eligible(filters or Filters())
        if not isinstance(query, str):
            found = nearest(view, query, mask, top)
        elif mask.any() and top > 0:
            found = ranked(view, (query, self._embed([query])[0]), mask, top)
        else:
            found = []
        return [
            Hit(
                precedent=view.precedent(one.row),
                score=one.score,
                meaning=one.meaning,
                words=one.words,
            )
            for one in found
        ]

    def add(
        self,
        precedents: Iterable[Precedent],
        progress: Callable[[Tally], None] = lambda _: None,
    ) -> Tally:
        """Take precedents in; one with a known id replaces the older one, an equal one is skipped.

        Every `BATCH` new ones are durable before `progress` hears of them, so a load that was
        killed goes on where it stopped when it is run again. A text that is already embedded is
        never embedded twice.

        Raises:
            IndexBusy: another process is loading.
        """
        with self._loading():
            return self._load(iter(precedents), progress)

    @property
    def stamp(self) -> object:
        """What changes whenever cases were added or taken away, by any process."""
        return stamp(self.directory)

    def keep(self, wanted: Mapping[str, Precedent], source: str) -> bool:
        """Make the cases of a source exactly these; whether anything was to be done.

        Raises:
            IndexBusy: another process is loading.
        """
        view = self.catch_up()
        mask = view.eligible(Filters(source=frozenset({source})))
        held = {view.precedent(int(row)).id for row in np.flatnonzero(mask)}
        gone = held - set(wanted)
        fresh = [one for one in wanted.values() if not self._holds(one)]
        if gone:
            self.withdraw(gone)
        if fresh:
            self.add(fresh)
        return bool(gone or fresh)

    def absent(self, text: str) -> list[str]:
        """The words of a text that no case holds, lower case, in the order of the text."""
        view = self.catch_up()
        runs = [*zip((part.postings for part in view.parts), view.runs(view.alive), strict=False)]
        return [
            word
            for word, found in typed(text).items()
            if not any(mask[run.rows[run.of(found)]].any() for run, mask in runs)
        ]

    def facets(self, filters: Filters) -> dict[str, dict[object, int]]:
        """How many cases each value of each field would give; a field's own filter is left out."""
        return self.catch_up().counted(filters)

    def withdraw(self, identities: Iterable[str]) -> int:
        """Delete precedents, their texts included; gives how many there were. Durable on return.

        Raises:
            IndexBusy: another process is loading.
        """
        with self._loading():
            places = self.catch_up().rows
            known = {one for one in identities if one in places}
            manifest = without(self.directory, self._view, known)
            if manifest is not None:
                self._publish(manifest)
                self._tidy()
            return len(known)

    @contextmanager
    def _loading(self) -> Iterator[None]:
        self.directory.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.directory / "load.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise IndexBusy(
                f"another process is loading precedents into {self.directory}; wait for its end"
            ) from error
        try:
            sweep(self.directory, self.catch_up().manifest)
            yield
        finally:
            lock.release()

    def _load(self, stream: Iterable[Precedent], progress: Callable[[Tally], None]) -> Tally:
        vectors = self._known_vectors()
        tally = Tally()
        source = iter(stream)
        while batch := list(islice(source, BATCH)):
            tally = self._take(batch, vectors, tally)
            progress(tally)
        self._tidy()
        return tally

    def _known_vectors(self) -> dict[str, tuple[str, int]]:
        """Where the vector of each text stands, by digest of the text: name of part, row."""
        return {
            text_digest(part.precedent(row).searched): (part.name, row)
            for part in self._view.parts
            for row in range(len(part))
            if not part.gone[row]
        }

    def _take(
        self, batch: Sequence[Precedent], vectors: dict[str, tuple[str, int]], tally: Tally
    ) -> Tally:
        latest = {item.id: item for item in batch}
        fresh = [item for item in latest.values() if not self._holds(item)]
        embedded = self._store(fresh, vectors) if fresh else 0
        return Tally(
            seen=tally.seen + len(batch),
            stored=tally.stored + len(fresh),
            unchanged=tally.unchanged + len(batch) - len(fresh),
            embedded=tally.embedded + embedded,
        )

    def _holds(self, item: Precedent) -> bool:
        place = self._view.rows.get(item.id)
        return place is not None and self._view.parts[place[0]].raw(place[1]) == encode(item)

    def _store(self, fresh: Sequence[Precedent], known: dict[str, tuple[str, int]]) -> int:
        digests = [text_digest(item.searched) for item in fresh]
        by_name = {part.name: part for part in self._view.parts}
        texts = {
            digest: item.searched
            for digest, item in zip(digests, fresh, strict=True)
            if digest not in known
        }
        computed = dict(zip(texts, self._embed([*texts.values()]), strict=True)) if texts else {}
        rows = [
            computed[d] if d in computed else by_name[known[d][0]].vectors[known[d][1]]
            for d in digests
        ]
        block = np.asarray(rows, dtype=np.float32).reshape(-1, DIMENSIONS)
        name = self._append([encode(item) for item in fresh], block)
        known.update({digest: (name, row) for row, digest in enumerate(digests)})
        return len(texts)

    def _append(self, lines: Sequence[bytes], vectors: Vectors) -> str:
        """Put rows behind all others; they are durable and found when this returns."""
        manifest = self._view.manifest
        name = f"part-{manifest.following:06d}"
        stored = write_part(self.directory, name, lines, [vectors])
        self._publish(
            replace(
                manifest,
                parts={**manifest.parts, name: stored},
                following=manifest.following + 1,
            )
        )
        return name

    def _tidy(self) -> None:
        """Put small parts together, leave out rows that were replaced, let the graph catch up."""
        for step in (compacted, merged, with_graph):
            manifest = step(self.directory, self._view)
            if manifest is not None:
                self._publish(manifest)
        sweep(self.directory, self._view.manifest)

    def _publish(self, manifest: Manifest) -> None:
        write_manifest(self.directory, manifest)
        self.catch_up()

    def catch_up(self) -> View:
        """Read the manifest again if it has changed since."""
        for attempt in range(_ATTEMPTS):
            seen = stamp(self.directory)
            if seen == self._stamp:
                return self._view
            try:
                view = look(self.directory, self._view)
            except FileNotFoundError:  # merged away between the manifest and the part
                if attempt == _ATTEMPTS - 1:
                    raise
                continue
            self._view, self._stamp = view, seen
        return self._view


def _packaged(texts: Sequence[str]) -> Vectors:
    return load().embed(texts)
