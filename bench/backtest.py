"""The backtest of a million recorded decisions, beside deciding each of them again by itself."""

import resource
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from bench.measuring import Figure, resident_mb
from bench.recorded import Drawn, parts
from bench.worlds import sample_world
from knowledge.recorded_decisions import ROWS, PartFiles, Range
from ontology.facts import catalogue
from rules.combine import decide
from rules.policy import Policy, build
from rules.strata import Engines
from rules.vocabulary import asked
from service.backtest_run import run, running
from service.backtest_tally import Tally
from service.backtest_unit import Question
from service.clock import elapsed_ms, monotonic_ms
from service.rerun_facts import facts_of

DECISIONS: Final = 1_000_000
_SAMPLE: Final = 400
_BOOK: Final = "rules/books/detection.yaml"
_OLD: Final = b"spread: {window: PT1H, excess: at least 3, volume: at least 10}"
_NEW: Final = b"spread: {window: PT1H, excess: at least 2, volume: at least 10}"
_KEY: Final = bytes(32)


def measure(decisions: int = DECISIONS) -> Iterator[Figure]:
    """Draw decisions by the shipped policy; run a changed one over them, in processes."""
    folder = Path(tempfile.mkdtemp(prefix="attune-bench-"))
    try:
        with sample_world() as world:
            policy = world.policies.current().policy
            roster = world.roster().facts(world.clock.now(), "en")
        files = PartFiles(folder, _KEY)
        for first, part in parts(Drawn(roster=roster, policy=policy), decisions, ROWS):
            files.write(Range(first=first, last=first + part.decisions.num_rows - 1), part)
        yield from _measured(files, policy, decisions)
    finally:
        shutil.rmtree(folder)


def _measured(files: PartFiles, policy: Policy, decisions: int) -> Iterator[Figure]:
    units = files.ranges()
    found, started, cpu = Tally(), monotonic_ms(), _cpu()
    with running(None, len(units)) as pool:
        for _, one in run(pool, files, units, _question(policy)):
            found.add(one)
    wall, cpu = elapsed_ms(started) / 1000, _cpu() - cpu
    if found.counts["compared"] != decisions:
        raise RuntimeError(f"{found.counts['compared']} of {decisions} were compared")
    naive = _naive(files, policy)
    named = f"{decisions:,} decisions, {len(policy.rules)} rules"
    aim = "≤ 60 s on 2 quiet cores"
    yield Figure(name=f"backtest of {named}", value=wall, unit="s wall", aim=aim)
    yield Figure(
        name="the same",
        value=cpu,
        unit="s CPU",
        against="deciding one by one",
        ratio=cpu / decisions / naive,
    )
    yield Figure(name="deciding one again, facts at hand", value=naive * 1e6, unit="µs CPU")
    yield Figure(name="decisions that changed", value=found.counts["changed"], unit="decisions")
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3
    yield Figure(name="most memory of one process", value=max(children, resident_mb()), unit="MB")
    size = sum(file.stat().st_size for file in files.folder.glob("*.part"))
    yield Figure(name="columns on disk, a decision", value=size / decisions, unit="bytes")


def _question(policy: Policy) -> Question:
    changed = {**policy.files, _BOOK: policy.files[_BOOK].replace(_OLD, _NEW)}
    if changed[_BOOK] == policy.files[_BOOK]:
        raise RuntimeError(f"{_BOOK} no longer says {_OLD.decode()}")
    return Question(
        policy=changed,
        against=None,
        known={policy.digest: asked(policy)},
        first={},
        since=0,
        until=1 << 61,
        window=30 * 60_000_000,
        shift=8 * 3_600_000_000,
    )


def _naive(files: PartFiles, policy: Policy) -> float:
    """CPU seconds of deciding one recorded situation with the compiled engine."""
    part = files.read(Range(first=1, last=_SAMPLE))
    made = build(_files(policy), catalogue())
    engines, times = Engines.compiled(made), part.decisions["at"].to_pylist()
    situations = [facts_of(part, row) for row in range(_SAMPLE)]
    started = time.process_time()
    for facts, at in zip(situations, times, strict=True):
        decide(facts, made, at, engines)
    return (time.process_time() - started) / _SAMPLE


def _files(policy: Policy) -> Mapping[str, bytes]:
    return _question(policy).policy


def _cpu() -> float:
    """CPU seconds of this process and of those that it started and that have ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)
