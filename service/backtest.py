"""The backtest of a policy: what it would have decided, before it decides for anybody."""

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from knowledge.recorded_decisions import SECRET, Range
from ontology.events import Draft, Event
from ontology.facts import catalogue
from ontology.lifecycle import ATTUNE
from rules.policy import build
from rules.vocabulary import Name, asked
from service.alert_budget import Asked as Budget
from service.alert_budget import terms
from service.backtest_checkpoint import KEPT, Checkpoint
from service.backtest_load import figures
from service.backtest_report import Asked, Backtest
from service.backtest_run import dated, run, running
from service.backtest_tally import Tally
from service.backtest_unit import Question
from service.backtest_windows import Looking, Windows
from service.blast_radius import BACKTESTED, LEAST_SPAN, Limit, tried
from service.recorded_history import HistoryInvalid, Progress, Span, seen, span
from service.world import World

_VERSION: Final = 1
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_EVER: Final = datetime(9999, 1, 1, tzinfo=UTC)


class BacktestInvalid(ValueError):
    """It can't be asked like this; the message says what would do."""


def backtest(
    world: World, asked: Asked, progress: Progress, executor: Executor | None = None
) -> Backtest:
    """Decide again what was decided. Broken off, the same question goes on where it was.

    `executor` runs the units, whose results add up in any order; by default processes of this
    machine, one a core. `progress` gets events done and all there are.

    Raises:
        BacktestInvalid: the time is empty.
        SealBroken: what is recorded was altered.
        PolicyInvalid: the books of a policy are broken.
    """
    if asked.since is not None and asked.until is not None and asked.until <= asked.since:
        raise BacktestInvalid(
            f"from {asked.since.isoformat()} to {asked.until.isoformat()} is no time;"
            " name an end after the beginning"
        )
    now, counted = world.clock.now(), terms(world, Budget(rule="", fields=()))
    looks = _span(world, asked)
    steps = _Steps(world, looks, progress)
    world.decisions.catch_up(steps.taken_in)
    question = _question(world, asked, counted.window, counted.shift)
    found, head = _counted(world, asked, question, steps, executor)
    windows = None if isinstance(looks, str) else _windows(world, asked, looks, question, steps)
    return Backtest(
        asked=asked,
        at=now,
        head=head,
        tally=found,
        windows=windows,
        without_windows=looks if isinstance(looks, str) else None,
        window=counted.window,
        shift=counted.shift,
        limit=Limit.of(world.settings),
    )


def kept(
    world: World, asked: Asked, progress: Progress, executor: Executor | None = None
) -> Backtest:
    """The same, and recorded where it counts, so that its policy can be activated."""
    found = backtest(world, asked, progress, executor)
    event = recorded(world, found)
    return replace(found, recorded=None if event is None else event.id)


def _span(world: World, asked: Asked) -> Span | str:
    """When incidents are looked at, or why not."""
    if asked.every is None:
        return "it was not asked for"
    try:
        return span(world, asked.since, asked.until, asked.every)
    except HistoryInvalid as error:
        return str(error)


class _Steps:
    """One scale for all that a backtest does: events taken in, events run again, looks."""

    def __init__(self, world: World, looks: Span | str, progress: Progress) -> None:
        known = world.decisions.ranges()
        self._had: Final = known[-1].last if known else 0
        self._head: Final = world.ledger.head()
        self._looks: Final = 0 if isinstance(looks, str) else looks.steps
        self._all: Final = max(1, 2 * self._head - self._had + self._looks)
        self._ran = 0
        self._progress: Final = progress

    def taken_in(self, done: int, _: int) -> None:
        self._told(done - self._had)

    def ran(self, unit: Range) -> None:
        self._ran += unit.last - unit.first + 1
        self._told(self._head - self._had + self._ran)

    def looked(self, done: int, _: int) -> None:
        self._told(2 * self._head - self._had + done)

    def _told(self, done: int) -> None:
        self._progress(max(0, min(done, self._all)), self._all)


def _question(world: World, wanted: Asked, window: timedelta, shift: timedelta) -> Question:
    against = None if wanted.against is None else wanted.against.content
    return Question(
        policy=wanted.policy.content,
        against=against,
        known=known(world),
        first={},
        since=_micros(wanted.since or _EPOCH),
        until=_micros(wanted.until or _EVER),
        window=window // _MICROSECOND,
        shift=shift // _MICROSECOND,
    )


def known(world: World) -> Mapping[str, frozenset[Name]]:
    """What each policy asked that was ever active: of that, attune told whatever there was."""
    found = {}
    for digest in dict.fromkeys(one.digest for one in world.policies.history):
        files = world.policies.files(digest)
        found[digest] = asked(build({n: t.encode() for n, t in files.items()}, catalogue()))
    return found


def _counted(
    world: World, wanted: Asked, question: Question, steps: _Steps, executor: Executor | None
) -> tuple[Tally, int]:
    """Run every unit that is not done yet; the sum, and the last event that counts."""
    files = world.decisions.files
    checkpoint = Checkpoint(
        world.settings.home / "backtests", world.keys.secret(SECRET), _named(wanted, question)
    )
    fits = {"erased": world.decisions.erased(), "policies": sorted(question.known)}
    now = world.clock.now()
    begun = checkpoint.begun(fits, now - KEPT)
    units, done = begun if begun is not None else (world.decisions.ranges(), {})
    if begun is None:
        checkpoint.begin(fits, now, units)
    found = Tally()
    for unit, one in done.items():
        found.add(one)
        steps.ran(unit)
    left = [unit for unit in units if unit not in done]
    with running(executor, len(left)) as pool:
        for unit, one in run(pool, files, left, dated(files, units, question, pool)):
            checkpoint.keep(unit, one)
            found.add(one)
            steps.ran(unit)
    checkpoint.drop()
    return found, units[-1].last if units else 0


def _named(wanted: Asked, question: Question) -> dict[str, Any]:
    """What a checkpoint is of."""
    return {
        "version": _VERSION,
        "policy": wanted.policy.digest,
        "against": None if wanted.against is None else wanted.against.digest,
        "time": [question.since, question.until],
        "terms": [question.window, question.shift],
    }


def _windows(
    world: World, wanted: Asked, when: Span, question: Question, steps: _Steps
) -> Windows:
    """Look at every incident under way, by both policies."""
    current = world.policies.current()
    after = build(wanted.policy.content, catalogue())
    before = (
        current.policy if wanted.against is None else build(wanted.against.content, catalogue())
    )
    looks = seen(world, current, when, steps.looked)
    return Looking(before, after, question.window).over(looks, when)


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def recorded(world: World, found: Backtest) -> Event | None:
    """Record a backtest, so that its policy can be activated; None where it does not count.

    One counts that holds against what was recorded, up to now, over four weeks or all there is.
    """
    asked = found.asked
    whole = asked.since is None or asked.since <= found.at - LEAST_SPAN
    if asked.against is not None or asked.until is not None or not whole:
        return None
    told = figures(found.tally, found.windows, found.window, found.shift)
    draft = Draft(
        id=world.ids("event"),
        type=BACKTESTED,
        subject=tried(asked.policy.digest),
        actor=ATTUNE,
        occurred_at=found.at,
        data={
            "digest": asked.policy.digest,
            "head": found.head,
            **told,
        },
        governed=False,
    )
    return world.ledger.append([draft])[0]
