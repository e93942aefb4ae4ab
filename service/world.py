"""A world: one ledger, one clock, one way out, and every fold that answers from them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, Self

from knowledge.due import Due
from knowledge.graph import Graph
from knowledge.ledger import Ledger
from knowledge.recorded_decisions import RecordedDecisions
from knowledge.refusals import DatabaseUnavailable
from knowledge.sealing import KeyStore
from knowledge.segments import Segments
from knowledge.spread.assignment import IncidentScope
from knowledge.spread.windows import Windows
from ontology.events import Event
from ontology.identity import ThingId
from ontology.lifecycle_file import lifecycles
from rules.snoozing import KIND as SNOOZE
from service.acknowledging import Acknowledgements
from service.alerts import Alerts
from service.beside_acts import guards, joints
from service.blast_radius import Limit
from service.clock import Clock, Ids, StoppedClock, new_id
from service.clustering import Clustering
from service.committing import Guard, Joint
from service.connectors import Connectors
from service.counting import HEARD, Counting
from service.drills import KIND as DRILL
from service.drills import DrillGuard, Drills
from service.duty_history import DutyHistory
from service.folds import BATCH, Followed, View
from service.guidelines import Guidelines
from service.guidelines import concerns as guides
from service.incidents import Incidents
from service.logs import logger
from service.measurements import Measurements
from service.opening import ADVANCED, advanced, opened
from service.partners import Partners
from service.perception import Perception
from service.places import Places, concerned
from service.policies import Policies
from service.policy_drafts import PolicyDrafts
from service.roster import Roster, concerns
from service.security import Keyring
from service.settings import Settings, WorldKind
from service.shadow_fold import KIND as SHADOW
from service.shadow_fold import ShadowGuard, Shadows
from service.silence import Silence
from service.skills import Skills
from service.skills import concerns as unsettles
from service.snooze_guard import SnoozeGuard
from service.snoozes import Snoozes
from service.subscriptions import KIND as SUBSCRIPTION
from service.subscriptions import SubscriptionGuard, Subscriptions
from service.temporary import Temporaries
from service.traffic import Traffic
from service.validations import Validations

_FAR: Final = 500
"""Governed events that take longer to fold than a snapshot takes to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What worlds over one ledger can share: the graph, the signals, the models."""

    graph: Graph
    segments: Segments
    perception: Perception

    @classmethod
    def of(cls, settings: Settings, ledger: Ledger, keys: KeyStore) -> Self:
        """The parts of a world of its own."""
        return cls(
            graph=Graph(ledger, settings.snapshots_path, keys),
            segments=Segments(settings.segments_path, ledger, keys),
            perception=Perception(settings),
        )


class World:
    """What a worker serves from; `open` is the door.

    Requests fold what is governed, and the segments, before they answer. Due dates follow behind,
    because every decision has one. All folds can be dropped: the ledger rebuilds them.
    """

    _declared: Roster | None = None

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        keys: KeyStore,
        clock: Clock,
        parts: Parts | None = None,
    ) -> None:
        """Join the parts, its own where none are given; nothing is folded yet."""
        own = parts or Parts.of(settings, ledger, keys)
        self.settings: Final = settings
        self.ledger: Final = ledger
        self.keys: Final = keys
        self.clock: Final = clock
        self.ids: Ids = new_id
        self.log: Final = logger()
        self.lifecycles: Final = lifecycles()
        self.graph: Final = own.graph
        self.segments: Final = own.segments
        self.policies, self.silence, self.shadows = Policies(), Silence(), Shadows()
        self.temporaries, self.snoozes = Temporaries(), Snoozes()
        self.policy_drafts, self.drills = PolicyDrafts(), Drills()
        self.guards: Final[Mapping[str, Guard]] = guards(
            ledger=ledger,
            graph=own.graph,
            clock=clock,
            policies=self.policies,
            limit=Limit.of(settings),
            alerts=self.alerts_now,
            skills=self.skills,
        ) | {
            SHADOW: ShadowGuard(self.shadows, self.policies, settings.shadows),
            DRILL: DrillGuard(self.drills, settings.drills),
            SNOOZE: SnoozeGuard(self.policies, own.graph, clock, self.snoozes),
            SUBSCRIPTION: SubscriptionGuard(
                ledger, self.subscriptions_now, settings.subscriptions
            ),
        }
        self.joints: Final[Mapping[str, Joint]] = joints(self.guidelines)
        self.incidents, self.connectors, self.partners = Incidents(), Connectors(), Partners()
        self.traffic: Final = Traffic()
        self.perception: Final = own.perception
        self.clustering: Final = Clustering()
        self.counting: Final = Counting(ledger, own.segments, self.scopes, self.log, clock.now())
        self._alerts: Final = Followed(Alerts(), ledger)
        self._validations: Final = Followed(Validations(), ledger)
        self._due: Final = Followed(Due(self.lifecycles), ledger, outlines=True)
        self._keyring: Final = Keyring(keys.secret("api-keys"))
        self._folding: Final = self.counting.lock
        self._roster: Final = View(self._read_roster, concerns, self._folding)
        self._places: Final = View(self._read_places, concerned, self._folding)
        self._folded = self._governed = self._validated = 0
        self._kept = self.graph.sequence

    @classmethod
    def open(cls, settings: Settings, *, create: bool = False) -> Self:
        """The world that the settings name, folded up to now.

        Raises:
            HomeRefused: the home was never initialised (and `create` is false), or it is a
                replay's or drill's, and the settings say live.
        """
        ledger, keys, clock = opened(settings, create=create)
        world = cls(settings, ledger, keys, clock)
        world.catch_up()
        return world

    @property
    def kind(self) -> WorldKind:
        """Live, replay or drill."""
        return self.settings.world

    @property
    def stopped(self) -> bool:
        """Whether the clock stands until someone moves it."""
        return isinstance(self.clock, StoppedClock)

    @property
    def outbound(self) -> bool:
        """Whether anything may leave: replays and drills page nobody."""
        return self.kind is WorldKind.LIVE

    def keyring(self) -> Keyring:
        """The keys that open doors, as of now."""
        self.catch_up()
        return self._keyring

    def keys_now(self) -> Keyring:
        """The same for who only brings posts, and does not wait for those of others to count."""
        self.catch_up_governed()
        return self._keyring

    def waiting(self) -> int:
        """How many signals this worker has still to count or to cluster, of those it knows of."""
        return max(0, self.counting.many - self.clustering.many)

    def catch_up_governed(self) -> None:
        """Fold governed events only: enough for who brings posts."""
        if self.ledger.marks(HEARD)[0] != self._governed:
            with self._folding:
                self._fold_governed()

    def catch_up_soon(self) -> None:
        """The same as `catch_up`, unless another thread is at it: that one sees to the rest."""
        if self._folding.acquire(blocking=False):
            try:
                self.catch_up()
            finally:
                self._folding.release()

    def catch_up(self) -> None:
        """Fold what this worker has not seen: governed events and segments."""
        governed, heard = self.ledger.marks(HEARD)
        if governed != self._governed or heard > self.counting.mark:
            with self._folding:
                self._fold_governed()
                self.counting.catch_up()

    @contextmanager
    def listening(self) -> Iterator[Windows]:
        """The windows, held still while they are read, and `fenced`: posts by geofence."""
        with self._folding:
            roster = self.roster()
            if self._declared is not roster:
                self.counting.windows.declare(roster.feed_infos())
                self._declared = roster
            yield self.counting.windows

    def roster(self) -> Roster:
        """Teams, shifts and agreements, read again only after a governed change."""
        return self._roster.now()

    def places(self) -> Places:
        """Geofences, regions and their names, read again only after a change of them."""
        return self._places.now()

    def scopes(self) -> Sequence[IncidentScope]:
        """What signals are assigned to now."""
        return self.incidents.scopes(self.roster().within, self.places().beside)

    def skills(self) -> Skills:
        """Who is on call and what they have passed, read again only after a change of them."""
        return self._skills.now()

    def guidelines(self) -> Guidelines:
        """All versions of all guidelines, read again only after a change of them."""
        return self._guidelines.now()

    def acknowledgements_now(self) -> Acknowledgements:
        """Who has read which guideline, folded up to the head."""
        return self._acknowledgements.now()

    def settle_lags(self) -> None:
        """Measure how long what decisions have counted had waited for them."""
        self.counting.lags.settle()

    def due_now(self) -> Due:
        """What is open and due, folded up to the head."""
        return self._due.now()

    def alerts_now(self) -> Alerts:
        """Every alert, folded up to the head."""
        return self._alerts.now()

    def validations_now(self) -> Validations:
        """Every question to people, folded up to the head."""
        return self._validations.now()

    def duty_history_now(self) -> DutyHistory:
        """Every word that was owed to our own people, folded up to the head."""
        return self._duty_history.now()

    def subscriptions_now(self) -> Subscriptions:
        """Every decision that stays subscribed, folded up to the head."""
        return self._subscriptions.now()

    def measurements_now(self) -> Measurements:
        """Every measurement of a KPI, folded up to the head."""
        return self._measurements.now()

    def validations_known(self) -> Validations:
        """The same for a decision: read again only after a governed change.

        Doubts that were merely counted follow with the sweep, within a second.
        """
        if self._validated != self._governed:
            governed = self._governed
            self.validations_now()
            self._validated = governed
        return self._validations.fold

    @cached_property
    def decisions(self) -> RecordedDecisions:
        """Every recorded decision as columns, for analyses; catch it up before reading."""
        return RecordedDecisions(self.settings.decisions_path, self.ledger, self.keys)

    @cached_property
    def _skills(self) -> View[Skills]:
        return View(self._read_skills, unsettles, self._folding)

    @cached_property
    def _guidelines(self) -> View[Guidelines]:
        return View(self._read_guidelines, guides, self._folding)

    @cached_property
    def _acknowledgements(self) -> Followed[Acknowledgements]:
        return Followed(Acknowledgements(), self.ledger)

    @cached_property
    def _measurements(self) -> Followed[Measurements]:
        return Followed(Measurements(), self.ledger)

    @cached_property
    def _subscriptions(self) -> Followed[Subscriptions]:
        return Followed(Subscriptions(), self.ledger, outlines=True)

    @cached_property
    def _duty_history(self) -> Followed[DutyHistory]:
        return Followed(DutyHistory(), self.ledger)

    def lag(self) -> int:
        """How many governed events this worker has not folded."""
        return len(self.ledger.read(self._governed, governed=True, limit=BATCH))

    def advance(self, to: datetime, *, actor: ThingId) -> None:
        """Move a stopped clock forward for every worker.

        Raises:
            TypeError: the world is live.
        """
        if not isinstance(self.clock, StoppedClock):
            raise TypeError("a live world's clock can't be moved")
        self.clock.advance(to)
        draft = advanced(to, actor=actor, event=self.ids("event"))
        self.ledger.append([draft])
        self.catch_up()

    def readiness(self) -> Mapping[str, bool]:
        """What must be true before requests are welcome."""
        return {
            "policy": self.policies.active is not None,
            "folds": self._governed >= self.ledger.governed_head(),
            **self.perception.readiness(),
        }

    def close(self) -> None:
        """Let go of files and connections; a graph that moved far is kept for the next start."""
        self.perception.close()
        if self.graph.sequence - self._kept >= _FAR:
            try:
                self.graph.save_snapshot()
            except (OSError, DatabaseUnavailable) as error:
                self.log.warning("graph not kept for the next start", why=str(error))
        self.segments.close()
        self.ledger.close()

    def _fold_governed(self) -> None:
        folds = (
            self.policies,
            self.incidents,
            self.partners,
            self.connectors,
            self._keyring,
            self._roster,
            self._places,
            self._skills,
            self._guidelines,
            self.temporaries,
            self.snoozes,
            self.silence,
            self.policy_drafts,
            self.shadows,
            self.drills,
        )
        while events := self.ledger.read(self._folded, governed=True, limit=BATCH):
            for event in events:
                for fold in folds:
                    fold.apply(event)
                self._set_clock(event)
            self._folded = events[-1].sequence
        self.graph.catch_up()
        # INVARIANT: last, because a thread to which this says so reads on without the lock.
        self._governed = self._folded

    def _read_roster(self) -> Roster:
        return Roster.read(self.graph)

    def _read_skills(self) -> Skills:
        return Skills.read(self.graph)

    def _read_guidelines(self) -> Guidelines:
        return Guidelines.read(self.graph)

    def _read_places(self) -> Places:
        return Places.read(self.graph)

    def _set_clock(self, event: Event) -> None:
        if event.type == ADVANCED and isinstance(self.clock, StoppedClock):
            self.clock.advance(datetime.fromisoformat(str(event.data["to"])))
