"""What a worker does between requests: warm models, follow, cluster, sweep due dates, deliver."""

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

from ontology import shape_engines
from service.alerting import Alerting
from service.briefs import Outdating
from service.campaigns import send_due
from service.case_keeping import Keeping
from service.clock import monotonic_ms, pause
from service.delivery import Outbox
from service.drill_duties import meet, owe_quarterly
from service.drill_running import DrillRunner
from service.going_out import publish_due
from service.guideline_reminders import watch as watch_owners
from service.holding import keep_back
from service.job_runner import JobRunner
from service.monthly_looks import ask_monthly
from service.observation_listing import retain
from service.owing import Owing
from service.proposing import tidy
from service.recovery_kpis import Measuring
from service.service_clocks import Clocks
from service.settling import Settling
from service.shadowing import Shadowing
from service.shutout import watch
from service.standing import StandingDecisions
from service.suggesting import Suggesting
from service.sweep import sweep
from service.validating import Validating
from service.world import World

RETENTION_EVERY_MS: Final = 3_600_000.0
SLICE_MS: Final = 200.0
BREATH_SECONDS: Final = 0.05
"""What work on many signals leaves to requests between its slices."""


class Background:
    """Daemon threads over one world; every step may fail and is tried again after a pause."""

    def __init__(self, world: World) -> None:
        """Start nothing yet."""
        self._world: Final = world
        self._outbox: Final = Outbox(world)
        self._alerting: Final = Alerting(world)
        self._outdating: Final = Outdating(world)
        self._owing: Final = Owing(world)
        self._validating: Final = Validating(world)
        self._settling: Final = Settling(world)
        self._suggesting: Final = Suggesting(world)
        self._shadowing: Final = Shadowing(world)
        self._standing: Final = StandingDecisions(world)
        self._jobs: Final = JobRunner(world)
        self._clocks: Final = Clocks(world)
        self._drills: Final = DrillRunner(world, Background)
        self._keeping: Final = Keeping(world)
        self._measuring: Final = Measuring(world)
        self._stop: Final = threading.Event()
        self._threads: Final = [
            threading.Thread(target=work, name=name, daemon=True)
            for name, work in (
                ("warm", self._warm),
                ("sweep", lambda: self._repeat("sweep", self._sweep)),
                ("deliver", lambda: self._repeat("deliver", self._outbox.step)),
                ("settle", lambda: self._repeat("settle", self._settling.step)),
                ("suggest", lambda: self._repeat("suggest", self._suggest)),
                ("owe", lambda: self._repeat("owe", self._owing.step)),
                ("alert", lambda: self._repeat("alert", self._alerting.step)),
                ("validate", lambda: self._repeat("validate", self._validating.step)),
                ("shadow", lambda: self._repeat("shadow", self._shadowing.step)),
                ("stand", lambda: self._repeat("stand", self._standing.step)),
                ("cases", lambda: self._repeat("cases", self._keeping.step)),
                ("measure", lambda: self._repeat("measure", self._measuring.step)),
                ("clocks", lambda: self._repeat("clocks", self._clocks.step)),
                ("jobs", lambda: self._repeat("jobs", self._jobs.step)),
                ("drills", lambda: self._repeat("drills", self._drills.step)),
            )
        ]
        self._next_retention = 0.0
        self._lapsed_on: date | None = None

    def start(self) -> None:
        """Start all of it."""
        for thread in self._threads:
            thread.start()

    def once(self) -> None:
        """What follows from deadlines, posts and decisions, once, for a world without threads.

        Nothing is delivered and no connector is asked.
        """
        self._sweep()
        self._suggest()
        for work in (self._owing, self._alerting, self._validating, self._standing):
            work.step()

    def stop(self) -> None:
        """Ask all of it to end and wait for what is under way."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=self._world.settings.sweep_seconds + 5)
        self.close()

    def close(self) -> None:
        """Let other workers do what this one did alone."""
        self._drills.close()
        self._outbox.close()
        self._settling.close()
        self._alerting.close()
        self._owing.close()
        self._validating.close()
        self._shadowing.close()
        self._standing.close()
        self._jobs.close()
        self._keeping.close()
        self._measuring.close()
        self._clocks.close()

    def _warm(self) -> None:
        try:
            shape_engines.warm()
            if (places := self._world.places()).above:
                places.gazetteer.warm()
            self._world.perception.warm()  # last: a worker is ready when its models are
        except Exception:
            self._world.log.exception("models are cold")

    def _sweep(self) -> None:
        self._world.catch_up()
        sweep(self._world, self._world.clock.now())
        tidy(self._world)
        self._world.validations_now()
        watch(self._world)
        watch_owners(self._world)
        publish_due(self._world)
        send_due(self._world)
        self._outdating.step()
        keep_back(self._world)
        self._world.decisions.forget()
        if (now := self._world.clock.now()).date() != self._lapsed_on:
            self._lapse(now)
        self._world.settle_lags()
        self._world.traffic.catch_up(self._world.ledger, self._world.clock.now())
        self._world.policies.current()  # compiled here, so that no request has to wait for it
        if monotonic_ms() >= self._next_retention:
            self._next_retention = monotonic_ms() + RETENTION_EVERY_MS
            self._retain()

    def _suggest(self) -> None:
        """Catch up in slices with pauses for requests, then look at the candidates."""
        world = self._world
        world.catch_up()
        while world.counting.reassign() or world.clustering.catch_up(world, SLICE_MS):
            if self._stop.wait(BREATH_SECONDS):
                return
        self._suggesting.step()

    def _lapse(self, now: datetime) -> None:
        """As a day begins: ask about the month that is over, drop what may not be kept into it."""
        ask_monthly(self._world)
        owe_quarterly(self._world)
        meet(self._world)
        self._lapsed_on = now.date()
        if lapsed := self._world.segments.lapse(now):
            self._world.log.info("signals of partners dropped", files=lapsed)

    def _retain(self) -> None:
        """Drop the words of signals that are older than they may be kept."""
        kept = timedelta(days=self._world.settings.signal_days)
        for day in self._world.segments.retain(self._world.clock.now() - kept):
            self._world.log.info("signals dropped", day=day)
        if gone := retain(self._world):
            self._world.log.info("measurements dropped", files=gone)

    def _repeat(self, name: str, work: Callable[[], object]) -> None:
        while not pause(self._world.settings.sweep_seconds, self._stop):
            try:
                work()
            except Exception:
                self._world.log.exception("background work failed", work=name)
