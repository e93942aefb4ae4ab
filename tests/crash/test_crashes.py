import random
import time
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from knowledge import merkle
from knowledge.ledger import Ledger
from knowledge.refusals import LedgerRefused
from knowledge.sealing import KeyStore
from knowledge.segments import Segments

Nursery = Any
Disk = Any

KILLS = 100
WORKS = ("events", "events", "signals")


def now() -> datetime:
    return datetime(2026, 11, 22, tzinfo=UTC)


def url_of(home: Path) -> str:
    return f"sqlite:///{home / 'ledger.db'}"


class Survivor:
    """Checks a home after each crash against all that it held and acknowledged before."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.size = 0
        self._root = merkle.EMPTY_ROOT
        self._fold: dict[str, tuple[int, str]] = {}
        self._leaves: dict[int, tuple[str, bytes]] = {}

    def check(self, notes: Path, *, whole: bool) -> None:
        """Nothing acknowledged is lost, the old tree is a prefix; `whole` rereads everything."""
        acknowledged = [line.split() for line in notes.read_text().splitlines() if "event" in line]
        with ExitStack() as stack:
            keys = stack.enter_context(closing(KeyStore.open(self._home / "keys")))
            ledger = stack.enter_context(
                closing(Ledger.open(url_of(self._home), keys=keys, now=now))
            )
            self._check_growth(ledger)
            for name, sequence, leaf in acknowledged:
                assert self._leaves.get(int(sequence)) == (name, bytes.fromhex(leaf)), name
            if whole:
                self._check_whole(ledger, Segments(self._home / "segments", ledger, keys))

    def _check_growth(self, ledger: Ledger) -> None:
        size = ledger.head()
        path = ledger.consistency(self.size, size)
        assert merkle.extends(self.size, self._root, size, ledger.root(size), path)
        self._take(ledger, self.size)
        assert len(self._leaves) == size
        self.size, self._root = size, ledger.root(size)

    def _take(self, ledger: Ledger, after: int) -> None:
        while page := ledger.read(after):
            for event in page:
                self._fold[event.subject] = (event.sequence, str(event.data))
                self._leaves[event.sequence] = (event.id, event.leaf)
            after = page[-1].sequence

    def _check_whole(self, ledger: Ledger, segments: Segments) -> None:
        found = ledger.verify()
        assert (found.problems, found.size, found.root) == ((), self.size, self._root)
        assert segments.verify() == ()
        heard = [signal.id for signal in segments.scan()]
        assert len(heard) == len(set(heard))
        piecewise = dict(self._fold)
        self._take(ledger, 0)
        assert self._fold == piecewise


def crash(nursery: Nursery, home: Path, notes: Path, chance: random.Random, **more: Any) -> None:
    """Start writers and kill each at a moment of its own, one time in five while it opens."""
    writers = [
        nursery.ask(
            home=str(home),
            url=url_of(home),
            notes=str(notes),
            name=f"{notes.stem}-{n}",
            work=work,
            **more,
        )
        for n, work in enumerate(WORKS)
    ]
    chance.shuffle(writers)
    opening = chance.random() < 1 / 5
    while not opening and notes.read_text().count("ready") < len(writers):
        time.sleep(0.002)
    for pid in writers:
        time.sleep(chance.random() / 20)
        nursery.ask(kill=pid)


def test_nothing_acknowledged_is_lost_when_writers_are_killed(
    plain_nursery: Nursery, tmp_path: Path
) -> None:
    home, chance = tmp_path / "home", random.Random(1)  # noqa: S311 - when to kill, no secret
    home.mkdir()
    survivor = Survivor(home)
    for kill in range(KILLS // len(WORKS) + 1):
        notes = tmp_path / f"k{kill}"
        notes.touch()
        crash(plain_nursery, home, notes, chance)
        survivor.check(notes, whole=kill % 10 == 0)
    assert survivor.size > KILLS


def test_nothing_acknowledged_is_lost_when_unsynced_pages_are(
    nursery: Nursery, disk: Disk, tmp_path: Path
) -> None:
    chance = random.Random(2)  # noqa: S311 - when to kill, no secret
    survivor = Survivor(disk.home)
    for kill in range(KILLS // len(WORKS) + 1):
        notes = tmp_path / f"p{kill}"
        notes.touch()
        disk.settle()
        crash(nursery, disk.home, notes, chance)
        disk.lose_power(chance, kept=chance.choice([0.0, 0.5]))
        survivor.check(notes, whole=kill % 10 == 0)
    assert survivor.size > KILLS


def test_the_proof_fails_when_the_database_does_not_sync(
    nursery: Nursery, disk: Disk, tmp_path: Path
) -> None:
    chance = random.Random(3)  # noqa: S311 - when to kill, no secret
    survivor = Survivor(disk.home)
    with pytest.raises((AssertionError, LedgerRefused, merkle.ProofImpossible)):  # noqa: PT012 - any round may show it
        for kill in range(10):
            notes = tmp_path / f"c{kill}"
            notes.touch()
            disk.settle()
            crash(nursery, disk.home, notes, chance, lossy=True)
            disk.lose_power(chance, kept=0.0)
            survivor.check(notes, whole=True)


def test_of_conflicting_proposals_exactly_one_wins(plain_nursery: Nursery, tmp_path: Path) -> None:
    notes = [tmp_path / f"w{n}" for n in range(3)]
    told = {"home": str(tmp_path), "url": url_of(tmp_path), "work": "proposals", "count": 100}
    writers = [plain_nursery.ask(**told, name=n.name, notes=str(n)) for n in notes]
    for pid in writers:
        plain_nursery.ask(wait=pid)
    lines = [
        line for note in notes for line in note.read_text().splitlines() if "incident" in line
    ]
    assert len(lines) == 300
    winners = sorted(line.split()[0] for line in lines if line.endswith("won"))
    assert winners == sorted(f"incident/i{n}" for n in range(100))
    with (
        closing(KeyStore.open(tmp_path / "keys")) as keys,
        closing(Ledger.open(url_of(tmp_path), keys=keys, now=now)) as ledger,
    ):
        assert ledger.head() == 100
        assert ledger.verify().ok
