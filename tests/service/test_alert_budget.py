"""Alert budgets of a world that heard a small feed, compared with what its decisions did."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ontology.identity import ThingId
from ontology.signals import Signal
from service import desk
from service.alert_budget import Asked, RuleUnknown, budget, looked, on_trial
from service.alert_choice import slot
from service.alert_references import Reference
from service.app import create
from service.backtest import backtest
from service.backtest_report import Asked as Backtested
from service.budget_choice import ChoiceInvalid, choose, write
from service.budget_picture import picture
from service.budget_table import lines
from service.finding_query import Query
from service.findings import find
from service.policy_sources import Source, source
from service.recorded_history import HistoryInvalid, seen, span
from service.replaying import Step, replay
from service.settings import Settings, WorldKind
from service.working_copy import MARK
from service.world import World
from tests.conftest import Door, key_for

START = datetime(2030, 6, 3, 14, tzinfo=UTC)  # later than the home was founded
EVERY = timedelta(minutes=15)
BRAKES = ThingId("incident/brakes")
DETECTION = "rules/books/detection.yaml"
SURGE = "spread: {window: PT1H, excess: at least 3, volume: at least 10}"
ASKED = Asked(
    rule="surge",
    fields=("spread.excess",),
    values=((2.0, 3.0, 5.0, 8.0),),
    reference=Reference.PEAK,
)
RECORD = {
    "type": "Incident",
    "id": BRAKES,
    "properties": {
        "name": "Brakes that fail",
        "cluster": "accidental",
        "severity": "severe",
        "certainty": "likely",
        "ownedBy": "team/crisis-office",
        "topic": ["brakes"],
        "onPlatform": ["platform/twitter"],
        "onset": START.isoformat(),
    },
}


def quietly(*_: object) -> None:
    """No progress."""


def post(quarter: int, number: int) -> Signal:
    at = START + quarter * EVERY + timedelta(seconds=20 * number + 7)
    return Signal(
        id=ThingId(f"signal/twitter-{quarter}-{number}"),
        platform=ThingId("platform/twitter"),
        feed=ThingId("feed/listening"),
        posted_at=at,
        received_at=at,
        text=f"My brakes failed, says {number} of {quarter}.",
    )


QUARTERS = (1, 0, 1, 2, 3, 9, 22, 40, 31, 12, 5, 2, 1, 1, 0, 1)
FEED = [post(quarter, number) for quarter, many in enumerate(QUARTERS) for number in range(many)]


@dataclass(frozen=True)
class Inside:
    """The client that replaying uses, without a network."""

    door: Door

    def post(self, path: str, body: object) -> dict[str, Any]:
        answer = self.door.post(path, json=body)
        assert answer.status_code < 300, answer.get_json()
        return dict(answer.get_json())

    def get(self, path: str) -> dict[str, Any]:
        return dict(self.door.get(path).get_json())


def door_of(world: World) -> Door:
    app = create(world.settings, world=world)
    return Door(http=app.test_client(), key=world.settings.operator_key.read_text().strip())


@pytest.fixture(scope="module")
def heard(
    founded: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, tuple[Step, ...]]:
    """A replay home that heard the feed and was asked at every quarter of an hour."""
    home = Path(shutil.copytree(founded, tmp_path_factory.mktemp("replayed") / "home"))
    world = World.open(Settings(home=home, language=False, world=WorldKind.REPLAY, start=START))
    inside = Inside(door_of(world))
    inside.post("/v1/clock", {"at": START.isoformat()})
    inside.post("/v1/records", RECORD)
    inside.post("/v1/incidents/brakes/acts", {"act": "open"})
    steps = (*replay(inside, FEED, BRAKES, every=EVERY, progress=quietly),)  # type: ignore[arg-type] # speaks as the client does
    world.close()
    return home, steps


Replayed = tuple[World, Door, tuple[Step, ...]]


@pytest.fixture
def replayed(heard: tuple[Path, tuple[Step, ...]], tmp_path: Path) -> Iterator[Replayed]:
    """A copy of it."""
    home = Path(shutil.copytree(heard[0], tmp_path / "home"))
    world = World.open(Settings(home=home, language=False, world=WorldKind.REPLAY, start=START))
    yield world, door_of(world), heard[1]
    world.close()


def test_at_the_present_threshold_the_curve_fires_where_decisions_did(
    replayed: Replayed,
) -> None:
    world, _, steps = replayed
    policy = world.policies.current()
    trial = on_trial(policy, ASKED)
    when = span(world, None, None, EVERY)
    found = looked(seen(world, policy, when, quietly), trial, when)
    fired = [one.at for one in found.said if any(height >= 3.0 for (height,) in one.sure)]
    decided = [one.at for one in steps if "surge" in one.rules]
    assert decided
    assert fired == decided
    teams = ["team/communications", "team/crisis-office"]
    window = timedelta(minutes=world.settings.alert_window_minutes)
    causes = [f"{BRAKES}|crisis-team|{team}" for team in teams]
    pages = {(cause, slot(cause, at, window)) for cause in causes for at in decided}
    assert budget(world, ASKED, quietly).present.pages == len(pages)


def test_decisions_made_again_from_what_was_recorded_fire_at_the_same_moments(
    replayed: Replayed,
) -> None:
    world, _, _ = replayed
    events = world.ledger.read(types=("decision.made",), limit=1_000)
    again = [event for event in events if desk.replay(world, event).identical]
    assert len(again) == len(events) == len(QUARTERS)
    fired = {
        desk.stored(event).at
        for event in again
        if any(firing.rule == "surge" for firing in desk.stored(event).firings)
    }
    policy, when = world.policies.current(), span(world, None, None, EVERY)
    found = looked(seen(world, policy, when, quietly), on_trial(policy, ASKED), when)
    assert {one.at for one in found.said if any(h >= 3.0 for (h,) in one.sure)} == fired


def test_what_is_recorded_later_changes_no_earlier_look(
    replayed: Replayed,
) -> None:
    world, _, _ = replayed
    policy, whole = world.policies.current(), span(world, None, None, EVERY)
    early = replace(whole, until=START + 8 * EVERY)

    def looks(when: Any) -> list[Any]:
        return [
            (one.incident, one.at, sorted(fact.canonical() for fact in one.facts), one.blind)
            for one in seen(world, policy, when, quietly)
            if one.at <= early.until
        ]

    assert looks(whole) == looks(early)


def test_an_incident_warns_from_its_first_page_to_its_moment(
    replayed: Replayed,
) -> None:
    world, _, steps = replayed
    peak = max(steps, key=lambda one: int(str(one.spread["volume"]))).at
    first = next(one.at for one in steps if "surge" in one.rules)
    curve = budget(world, ASKED, quietly)
    assert curve.history.references == {BRAKES: peak}
    assert curve.present.minutes[0] == (peak - first) / timedelta(minutes=1) > 0


def test_a_person_who_escalates_sets_the_moment_and_attune_does_not(
    replayed: Replayed,
) -> None:
    world, door, _ = replayed
    asked = replace(ASKED, reference=Reference.ESCALATED)
    before = budget(world, asked, quietly)
    assert before.history.references == {}
    assert BRAKES in before.history.without
    act = {"act": "escalate", "data": {"tier": "executive", "reason": "The mayor has called."}}
    assert door.post("/v1/incidents/brakes/acts", json=act).status_code == 201
    at = world.clock.now()
    assert budget(world, asked, quietly).history.references == {BRAKES: at}


def test_opening_sets_the_moment_too_where_it_lies_in_what_is_looked_at(
    replayed: Replayed,
) -> None:
    world, door, _ = replayed
    opened, at = replace(ASKED, reference=Reference.OPENED), world.clock.now()
    doors = {**RECORD, "id": "incident/doors"}
    assert door.post("/v1/records", json=doors).status_code == 201
    assert door.post("/v1/incidents/doors/acts", json={"act": "open"}).status_code == 201
    door.post("/v1/clock", json={"at": (at + EVERY).isoformat()})
    curve = budget(world, opened, quietly)
    assert curve.history.references == {"incident/doors": at}
    assert BRAKES in curve.history.without  # it was opened before the first post was recorded
    assert curve.present.missed == 1  # before it was opened nobody could be told of it


def test_a_feed_that_fell_silent_is_no_answer(replayed: Replayed) -> None:
    world, door, _ = replayed
    curve = budget(world, ASKED, quietly)
    later = {"at": (world.clock.now() + timedelta(days=1)).isoformat()}
    assert door.post("/v1/clock", json=later).status_code == 200
    silent = budget(world, ASKED, quietly)
    assert silent.history.blind > curve.history.blind
    assert silent.present.unsure > curve.present.unsure
    assert silent.present.pages == curve.present.pages
    assert silent.present.at_most > silent.present.pages


def test_two_thresholds_are_tried_together(replayed: Replayed) -> None:
    world, _, _ = replayed
    both = replace(
        ASKED, fields=("spread.excess", "spread.volume"), values=((3.0, 5.0), (10.0, 60.0))
    )
    alone, curve = budget(world, ASKED, quietly), budget(world, both, quietly)
    assert len(curve.points) == 4
    assert curve.present.pages == alone.present.pages
    assert curve.of((5.0, 60.0)).pages <= curve.of((3.0, 60.0)).pages < curve.present.pages


def test_a_rule_that_nobody_has_and_a_home_that_heard_nothing_are_refused(world: World) -> None:
    with pytest.raises(RuleUnknown, match="did you mean 'surge'"):
        budget(world, replace(ASKED, rule="surgee"), quietly)
    with pytest.raises(HistoryInvalid, match="attune replay feed"):
        budget(world, ASKED, quietly)


def test_a_time_without_looks_and_one_with_too_many_are_refused(
    replayed: Replayed,
) -> None:
    world, door, _ = replayed
    with pytest.raises(HistoryInvalid, match="no time that has passed"):
        budget(world, replace(ASKED, until=START - EVERY), quietly)
    door.post("/v1/clock", json={"at": (START + timedelta(days=60)).isoformat()})
    with pytest.raises(HistoryInvalid, match="more than 50000"):
        budget(world, replace(ASKED, since=START, every=timedelta(minutes=1)), quietly)


def test_a_chosen_point_names_the_figures_and_its_cases_follow(
    replayed: Replayed, tmp_path: Path
) -> None:
    world, _, _ = replayed
    curve = budget(world, ASKED, quietly)
    choice = choose(world, curve, (5.0,), "Nights are called out for nothing.")
    assert choice.reason.startswith("Nights are called out for nothing. surge: spread.excess at")
    assert f"{curve.rate(curve.of((5.0,)).pages):.2f} pages a shift" in choice.reason
    assert any("excess 3 → 5" in one for one in choice.cases)
    assert any("domain.cases.yaml" in one for one in choice.objections)
    folder = tmp_path / "changed"
    write(world, choice, folder)
    assert "excess: at least 5, volume" in (folder / "rules/books/detection.yaml").read_text()
    assert (folder / MARK).exists()


@pytest.mark.parametrize(
    ("at", "reason", "words"),
    [
        ((4.0,), "Too many.", "was not tried; choose one of"),
        ((3.0,), "Too many.", "nothing would change"),
        ((5.0,), " ", "say why"),
    ],
)
def test_a_choice_without_point_or_reason_is_refused(
    replayed: Replayed, at: tuple[float, ...], reason: str, words: str
) -> None:
    world, _, _ = replayed
    with pytest.raises(ChoiceInvalid, match=words):
        choose(world, budget(world, ASKED, quietly), at, reason)


def test_the_picture_says_in_words_what_it_shows(
    replayed: Replayed,
) -> None:
    world, _, _ = replayed
    curve = budget(world, ASKED, quietly)
    drawn = picture(curve, 1.0)
    assert 'role="img" aria-labelledby="t d"' in drawn
    assert "Present: spread.excess at least 3" in drawn
    assert "Budget: 1 pages a shift and team." in drawn
    assert drawn.count("<circle") == len(curve.points) + 1  # the present one has a ring


def test_the_table_says_what_is_recommended_or_that_nothing_fits(
    replayed: Replayed,
) -> None:
    world, _, _ = replayed
    curve = budget(world, ASKED, quietly)
    assert any(one.startswith("recommended for 99") for one in lines(curve, 99.0))
    assert any(one.startswith("no point keeps to 0.01") for one in lines(curve, 0.01))


def query(**more: object) -> dict[str, object]:
    given = {"rule": "surge", "fields": "spread.excess", "values": "2,3,5,8", "reference": "peak"}
    return given | more


def test_the_curve_is_paged_over_http(replayed: Replayed) -> None:
    _, door, _ = replayed
    first = door.get("/v1/alert-budget", query_string=query(limit=3)).get_json()
    assert [one["at"] for one in first["points"]] == [[2.0], [3.0], [5.0]]
    rest = door.get("/v1/alert-budget", query_string=query(cursor=first["cursor"])).get_json()
    assert [one["at"] for one in rest["points"]] == [[8.0]]
    assert rest["cursor"] is None


@pytest.mark.parametrize(
    ("more", "status", "words"),
    [
        ({"rule": "surgee"}, 404, "There is no rule"),
        ({"fields": "spread.exces"}, 422, "did you mean"),
        ({"fields": "spread.excess,spread.excess"}, 422, "move one threshold"),
        ({"values": "-1"}, 422, "less than"),
        ({"values": "1;2"}, 422, "values for 2 thresholds"),
        ({"values": "..,1"}, 422, "could not convert"),
        ({"until": "2020-01-01T00:00:00Z"}, 422, "no time that has passed"),
        ({"every_minutes": 0}, 422, "greater than"),
    ],
)
def test_what_can_not_be_worked_out_is_a_problem_with_its_cure(
    replayed: Replayed, more: dict[str, object], status: int, words: str
) -> None:
    _, door, _ = replayed
    answer = door.get("/v1/alert-budget", query_string=query(**more))
    assert answer.status_code == status
    assert words in answer.get_data(as_text=True)


@pytest.fixture
def as_role(replayed: Replayed) -> Callable[[str], Door]:
    world, door, _ = replayed

    def one(role: str) -> Door:
        return Door(http=door.http, key=key_for(world, f"person/{role}", role))

    return one


def test_analysts_read_it_and_only_governance_proposes(
    as_role: Callable[[str], Door],
) -> None:
    assert as_role("responder").get("/v1/alert-budget", query_string=query()).status_code == 403
    analyst = as_role("analyst")
    assert analyst.get("/v1/alert-budget", query_string=query()).status_code == 200
    chosen = query(at=[5.0], reason="Too many.")
    assert analyst.post("/v1/alert-budget/choices", json=chosen).status_code == 403


def test_a_choice_over_http_waits_for_a_second_person(
    replayed: Replayed, as_role: Callable[[str], Door]
) -> None:
    world, _, _ = replayed
    active = world.policies.active
    chosen = query(
        fields="spread.volume", values="10,20", at=[20.0], reason="Ten posts are one family."
    )
    answer = as_role("governance").post("/v1/alert-budget/choices", json=chosen)
    assert answer.status_code == 201, answer.get_json()
    world.catch_up()
    proposal = world.policies.proposals[answer.get_json()["proposal"]]
    assert (proposal.state, proposal.by) == ("proposed", "person/governance")
    assert "Ten posts are one family. surge: spread.volume at least 20" in proposal.reason
    assert world.policies.active == active


def test_a_choice_to_which_cases_object_is_refused_with_each_of_them(
    as_role: Callable[[str], Door],
) -> None:
    chosen = query(at=[5.0], reason="Too many.")
    answer = as_role("governance").post("/v1/alert-budget/choices", json=chosen)
    assert answer.status_code == 422
    assert "domain.cases.yaml" in answer.get_data(as_text=True)


def test_windows_are_found_as_decisions_saw_them(replayed: Replayed) -> None:
    world, _, steps = replayed
    query = Query(
        source="windows",
        where=(("window", "PT1H"), ("excess", "at least 3")),
        facets=("incident",),
        every=EVERY,
        limit=3,
        bucket="hour",
    )
    found = find(world, query, frozenset(), quietly)
    when = span(world, None, None, EVERY)
    loud = [
        one.at
        for one in seen(world, world.policies.current(), when, quietly)
        for fact in one.facts
        if fact.kind == "spread"
        and fact.values["window"] == "PT1H"
        and float(str(fact.values.get("excess", 0))) >= 3
    ]
    assert found.matched == len(loud) > 3
    assert found.facets[0].values == ((BRAKES, len(loud)),)
    listed: list[object] = []
    while True:
        listed += [item["at"] for item in found.items]
        if found.cursor is None:
            break
        found = find(world, replace(query, cursor=found.cursor), frozenset(), quietly)
    assert len(listed) == len({*listed}) == len(loud)
    assert listed == sorted(listed, key=str, reverse=True)
    assert len(steps) == len(QUARTERS)


def test_windows_that_are_looked_at_too_often_are_refused(replayed: Replayed) -> None:
    world, _, _ = replayed
    query = Query(
        source="windows",
        since=START - timedelta(days=400),
        until=START + timedelta(days=9),
        every=timedelta(seconds=1),
        bucket="month",
    )
    with pytest.raises(HistoryInvalid, match="look less often"):
        find(world, query, frozenset(), quietly)


def calmer(world: World) -> Source:
    """The active policy that sees no surge before it is ten times the usual hour."""
    files = dict(source(world, "active").files)
    assert SURGE in files[DETECTION]
    higher = SURGE.replace("at least 3", "at least 10")
    return Source.of("calmer", files | {DETECTION: files[DETECTION].replace(SURGE, higher)})


def test_a_backtest_looks_at_incidents_as_they_stood_and_shows_who_is_called_less(
    replayed: Replayed,
) -> None:
    world, _, _ = replayed
    found = backtest(world, Backtested(policy=calmer(world), every=EVERY), quietly).to_json()
    windows = found["windows"]
    assert windows["looks"] >= len(QUARTERS)
    assert 0 < windows["changed_looks"] < windows["looks"]
    brakes = windows["incidents"][BRAKES]
    assert brakes["minutes_earlier"] == 0  # an open incident is read along from its first hour
    assert brakes["pages"]["before"] > brakes["pages"]["after"] >= 1


def test_no_look_is_another_one_by_the_same_policy(replayed: Replayed) -> None:
    world, _, _ = replayed
    asked = Backtested(policy=source(world, "active"), every=EVERY)
    assert backtest(world, asked, quietly).to_json()["windows"]["changed_looks"] == 0
