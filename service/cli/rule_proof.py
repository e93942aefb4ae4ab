"""How well case tables prove their rules, for `attune rules test`: reckoned, shown, held to."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import Final, TypeAlias

import typer
from rich.console import Console
from rich.progress import Progress

from ontology.events import Json
from ontology.facts import catalogue
from rules.casetables import Report, read_tables, run_tables
from rules.coverage import NOTHING, Coverage, Share, coverage, total
from rules.mutation import Judged, Proof, sum_up
from rules.policy import build
from rules.suggestion import suggestions, written

_Batches: TypeAlias = Sequence[Sequence[str]]
_Judging: TypeAlias = Callable[[_Batches], Iterator[list[Judged]]]

_BATCH: Final = 8
_ENOUGH_FOR_ONE: Final = 40
"""A process that starts for fewer rules than these costs more than it saves."""

_working: list[Proof] = []
"""The proof of a process that judges, read once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """What came of a test: the cases, what they cover, and the mutants where those were asked."""

    report: Report
    covered: Sequence[Coverage]
    mutants: Mapping[str, Judged] | None

    def below(self, boundary: float, mutation: float) -> Iterator[str]:
        """What is less than was wanted, both in percent; mutants count where they were made."""
        shares = [("boundary coverage", total(self.covered).boundaries, boundary)]
        if self.mutants is not None:
            shares.append(("mutation score", _score(self.mutants), mutation))
        for what, share, least in shares:
            if 100 * share.ratio < least:
                yield f"{what} is {_said(share)}, wanted: at least {least:g} %"

    def to_json(self) -> dict[str, Json]:
        """The result as an object."""
        failed = [result for result in self.report.results if not result.passed]
        rows: list[Json] = [
            {"file": r.file, "line": r.line, "note": r.note, "differences": list(r.differences)}
            for r in failed
        ]
        found: dict[str, Json] = {
            "passed": len(self.report.results) - len(failed),
            "failed": rows,
            "unpaired": list(self.report.unpaired),
            "coverage": {
                "total": _shares(total(self.covered)),
                "books": {one.book: _shares(one) for one in self.covered},
                "gaps": [
                    {"rule": g.rule.id, "file": g.rule.file, "line": g.line, "words": g.words}
                    for one in self.covered
                    for g in one.gaps
                ],
            },
        }
        if self.mutants is not None:
            found["mutation"] = {
                "total": _share(_score(self.mutants)),
                "books": {name: _share(one.score) for name, one in self.mutants.items()},
                "survivors": [
                    {"rule": s.rule, "file": s.file, "line": s.line, "words": s.words}
                    for one in self.mutants.values()
                    for s in one.survivors
                ],
            }
        return found

    def lines(self) -> Iterator[str]:
        """The result in lines for people."""
        for result in self.report.results:
            if not result.passed:
                yield f"{result.file}:{result.line}: {result.note}"
                yield from (f"  {difference}" for difference in result.differences)
        yield from self.report.unpaired
        for gap in (gap for one in self.covered for gap in one.gaps if gap.place is not None):
            yield f"{gap.rule.file}:{gap.line}: {gap.rule.id}: {gap.words}"
        for one in () if self.mutants is None else self.mutants.values():
            for alive in one.survivors:
                yield f"{alive.file}:{alive.line}: {alive.rule}: no case notices: {alive.words}"
        yield from self._table()
        passed = sum(result.passed for result in self.report.results)
        yield f"{passed} of {len(self.report.results)} cases passed"

    def _table(self) -> Iterator[str]:
        width = max(len("all books"), *(len(one.book) for one in self.covered))
        yield _row(width, "book", "rules", "conditions", "boundaries", self._killed("mutants"))
        for one in self.covered:
            held = None if self.mutants is None else self.mutants.get(one.book)
            killed = NOTHING if held is None else held.score
            yield _row(width, one.book, *map(_said, _parts(one)), self._killed(_said(killed)))
        whole = total(self.covered)
        killed = NOTHING if self.mutants is None else _score(self.mutants)
        yield _row(width, "all books", *map(_said, _parts(whole)), self._killed(_said(killed)))

    def _killed(self, text: str) -> str:
        """A cell of the column of mutants, empty where nobody asked for them."""
        return "" if self.mutants is None else text


def prove(files: Mapping[str, bytes], *, mutation: bool, suggest: Path | None) -> Proven:
    """Run the tables of a bundle; with `mutation` judge its mutants if all cases pass.

    `suggest` is a new file for the boundary cases that are missing.

    Raises:
        Invalid: a book or a table is broken.
        OSError: the file is there already, or cannot be written.
        KeyboardInterrupt: it was stopped.
    """
    whole = build(files, catalogue())
    tables = read_tables(whole, catalogue())
    report = run_tables(whole, tables)
    if suggest is not None:
        found = suggestions(whole, tables, catalogue())
        with suggest.open("x", encoding="utf-8") as file:
            file.write(written(found, catalogue()))
        typer.echo(f"{suggest}: {len(found)} cases to judge", err=True)
    rules = [rule.id for rule in whole.rules]
    mutants = mutated(files, rules) if mutation and report.passed else None
    return Proven(report=report, covered=coverage(whole, tables), mutants=mutants)


def mutated(files: Mapping[str, bytes], rules: Sequence[str]) -> Mapping[str, Judged]:
    """Judge every mutant of some rules, on all cores, with a bar; book by book.

    Raises:
        KeyboardInterrupt: it was stopped; nothing is left running.
    """
    batches = [rules[at : at + _BATCH] for at in range(0, len(rules), _BATCH)]
    workers = max(1, min(os.cpu_count() or 1, len(rules) // _ENOUGH_FOR_ONE))
    judged: list[Judged] = []
    with _judging(files, workers) as found, Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("rules mutated", total=len(rules))
        for some in found(batches):
            judged += some
            bar.advance(task, len(some))
    return sum_up(judged)


@contextmanager
def _judging(files: Mapping[str, bytes], workers: int) -> Iterator[_Judging]:
    """What judges batches of rules in their order, here or in other processes."""
    if workers == 1:
        _prepare(files)
        yield lambda batches: map(_judge, batches)
        return
    # A pool that ends its workers at once when it is left, whatever they are doing.
    with Pool(workers, initializer=_start, initargs=(dict(files),)) as pool:
        yield lambda batches: pool.imap(_judge, batches)


def _start(files: Mapping[str, bytes]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # its parent is told, and ends it
    _prepare(files)


def _prepare(files: Mapping[str, bytes]) -> None:
    _working[:] = [Proof.of(files, catalogue())]


def _judge(rules: Sequence[str]) -> list[Judged]:
    return [_working[0].judge(rule) for rule in rules]


def _score(mutants: Mapping[str, Judged]) -> Share:
    return sum((one.score for one in mutants.values()), NOTHING)


def _parts(one: Coverage) -> Iterable[Share]:
    return (one.rules, one.conditions, one.boundaries)


def _shares(one: Coverage) -> dict[str, Json]:
    names = ("rules", "conditions", "boundaries")
    return {name: _share(share) for name, share in zip(names, _parts(one), strict=True)}


def _share(one: Share) -> dict[str, Json]:
    return {"met": one.met, "of": one.of, "percent": round(100 * one.ratio, 1)}


def _said(one: Share) -> str:
    """A share in percent, never rounded up to a whole that it is not."""
    percent = int(1000 * one.ratio) / 10
    return f"{percent:g} % of {one.of}"


def _row(width: int, *cells: str) -> str:
    name, *figures = cells
    return "  ".join([name.ljust(width), *(cell.rjust(15) for cell in figures)]).rstrip()
