"""The laws of alerts: once a cause, in any order; nothing is held back unlogged; the top never."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ontology.events import Event, Json
from ontology.identity import ThingId
from service.alert_choice import Occurrence, Share, Way, choose, slot
from service.alerts import ACTED, LOUD, REPEATED, SUPPRESSED, TIERS, Alerts

START = datetime(2026, 6, 1, 14, tzinfo=UTC)
WINDOW = timedelta(minutes=30)
TEAM = ThingId("team/care-desk")


@st.composite
def occurrences(draw: st.DrawFn) -> list[Occurrence]:
    """Some occurrences of few causes within some hours; a tier belongs to its cause."""
    drawn = draw(
        st.lists(st.tuples(st.integers(0, 4), st.integers(0, 300)), max_size=30, unique=True)
    )
    return [
        Occurrence(
            id=f"decision/{number}",
            at=START + timedelta(minutes=minute),
            cause=f"cause-{which}",
            tier=TIERS[which],
            team=TEAM,
        )
        for number, (which, minute) in enumerate(drawn)
    ]


class Desk:
    """Occurrences on their way into alerts, without a ledger."""

    def __init__(self, budget: float = 1_000.0) -> None:
        self.alerts = Alerts()
        self.budget = budget
        self.logged: list[tuple[str, str]] = []
        self.ways: Counter[Way] = Counter()

    def take(self, one: Occurrence) -> Way:
        alike = self.alerts.of_cause(one.cause)
        told = self.alerts.told(TEAM, one.at - timedelta(hours=1), one.at)
        choice = choose(one, alike, Share(told=told, budget=self.budget), WINDOW)
        self.ways[choice.way] += 1
        if choice.way is Way.RAISE:
            place = slot(one.cause, one.at, WINDOW)
            self._apply(f"alert/{one.cause}-{place}-{len(alike)}", ACTED, one)
            return choice.way
        on = choice.alert
        if choice.way is Way.OVER_BUDGET:
            on = ThingId("alert/bundle")
            if self.alerts.get(on) is None:
                self._apply(on, ACTED, one, bundle=True)
        assert on is not None
        kind = REPEATED if choice.way is Way.REPEATED else SUPPRESSED
        self._apply(on, kind, one, why=choice.way.value)
        self.logged.append((kind, one.tier))
        return choice.way

    def act(self, alert: ThingId, act: str, state: str, until: datetime | None = None) -> None:
        deadlines: list[Json] = [{"name": "wake", "due": until.isoformat()}] if until else []
        data: dict[str, Json] = {"kind": "alert", "act": act, "to": state, "deadlines": deadlines}
        self._put(alert, ACTED, START, data)

    def _apply(self, alert: str, kind: str, one: Occurrence, **more: Json) -> None:
        data: dict[str, Json] = {"decision": one.id, "tier": one.tier, **more}
        if kind == ACTED:
            data = {
                "kind": "alert",
                "act": "raise",
                "to": "raised",
                "cause": None if more.get("bundle") else one.cause,
                "properties": {"routedTo": TEAM},
                "data": {"tier": one.tier, "decision": one.id},
                **more,
            }
        self._put(ThingId(alert), kind, one.at, data)

    def _put(self, alert: ThingId, kind: str, at: datetime, data: dict[str, Json]) -> None:
        self.alerts.apply(
            Event(
                sequence=len(self.logged) + 1,
                id=f"event/{kind}",
                type=kind,
                subject=alert,
                actor=ThingId("system/attune"),
                occurred_at=at,
                recorded_at=at,
                scopes=(),
                data=data,
                governed=kind == ACTED,
                leaf=b"",
            )
        )


def counts(several: Sequence[Occurrence]) -> dict[tuple[str, int], int]:
    """How often each cause came, by window."""
    desk = Desk()
    for one in several:
        desk.take(one)
    return {
        (str(a.cause), slot(str(a.cause), a.raised_at, WINDOW)): a.count
        for a in desk.alerts.newest()
    }


@given(occurrences(), st.randoms(use_true_random=False))
def test_the_same_alerts_come_of_the_same_occurrences_in_any_order(
    several: list[Occurrence], chance: object
) -> None:
    shuffled = [*several]
    chance.shuffle(shuffled)  # type: ignore[attr-defined] # a random.Random
    assert counts(shuffled) == counts(several)


@given(occurrences())
def test_a_cause_has_one_alert_a_window_and_its_count_is_exact(several: list[Occurrence]) -> None:
    expected = Counter((one.cause, slot(one.cause, one.at, WINDOW)) for one in several)
    assert counts(several) == dict(expected)


@given(occurrences(), st.floats(0.5, 5.0))
def test_every_occurrence_is_told_or_logged(several: list[Occurrence], budget: float) -> None:
    desk = Desk(budget)
    for one in several:
        desk.take(one)
    assert desk.ways[Way.RAISE] + len(desk.logged) == len(several)
    told = [one for one in desk.alerts.newest() if not one.bundle]
    held = sum(sum(one.held.values()) for one in desk.alerts.newest())
    assert sum(one.count for one in told) + held == len(several)


@given(occurrences(), st.floats(0.5, 5.0), st.integers(0, 30))
def test_what_goes_to_executives_or_the_board_is_never_held_back(
    several: list[Occurrence], budget: float, snooze_after: int
) -> None:
    desk = Desk(budget)
    for number, one in enumerate(several):
        if number == snooze_after:
            for alert in desk.alerts.newest():
                desk.act(alert.id, "snooze", "snoozed", START + timedelta(hours=20))
        desk.take(one)
    assert not {tier for kind, tier in desk.logged if kind == SUPPRESSED} & LOUD


def occurrence(minute: int, tier: str = "frontline") -> Occurrence:
    at = START + timedelta(minutes=minute)
    return Occurrence(id=f"decision/{minute}", at=at, cause="a", tier=tier, team=TEAM)


def test_while_an_alert_is_snoozed_its_cause_is_counted_in_later_windows_too() -> None:
    desk = Desk()
    desk.take(occurrence(0))
    (alert,) = desk.alerts.newest()
    desk.act(alert.id, "snooze", "snoozed", START + timedelta(hours=3))
    assert desk.take(occurrence(100)) is Way.SNOOZED
    assert desk.take(occurrence(200)) is Way.RAISE


def test_a_cause_that_comes_back_after_it_was_handled_is_told_again() -> None:
    desk = Desk()
    desk.take(occurrence(0))
    (alert,) = desk.alerts.newest()
    desk.act(alert.id, "handle", "handled")
    assert desk.take(occurrence(1)) is Way.RAISE


def test_the_middle_tier_is_told_one_by_one_however_much_there_is() -> None:
    desk = Desk(budget=0.5)
    assert desk.take(occurrence(0, "crisis-team")) is Way.RAISE
    assert desk.take(occurrence(100, "specialist")) is Way.OVER_BUDGET
