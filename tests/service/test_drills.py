"""Drills: scenarios are checked, run in worlds of their own, survive, are scored and compared."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ontology.identity import ThingId
from ontology.lifecycle import Actor, ActRefused, Role
from ontology.marked_reader import FileInvalid
from ontology.signals import Signal
from service import acts, drill_duties
from service.api.drill_doors import LENT
from service.background import Background
from service.clock import StoppedClock
from service.drill_bodies import SaidIn
from service.drill_comparing import compare
from service.drill_files import packaged, read
from service.drill_making import FeedUnsuited, from_feed, from_precedent
from service.drill_playing import Play
from service.drill_running import DrillRunner, play_of, step_by
from service.drill_scoring import recorded, score
from service.drill_story import everything, say
from service.drill_telling import inject_now
from service.drill_worlds import WorldBroken, furnish, worlds_of
from service.drills import Drill, Part, home_of, plan
from service.world import World
from tests.conftest import Door, key_for

SMALL = """drill: small
title: A small one
purpose: Try it.
note: Invented.
starts_from: own-reply
world: empty
clock: {start: "2026-10-25T01:10:00+02:00", zone: Europe/Berlin, length: PT2H}
records:
  - {type: Team, id: team/crisis-office, properties: {name: Office, atTier: executive}}
  - {type: Region, id: region/de, properties: {name: D, jurisdiction: DE, timeZone: Europe/Berlin}}
  - type: Platform
    id: platform/twitter
    properties: {name: Twitter, status: available, access: free, lastResort: true}
  - {type: Feed, id: feed/listening, properties: {name: Posts, observes: platform/twitter}}
incident:
  id: incident/small
  properties: {name: Smoke, cluster: unknown, topic: [smoke], ownedBy: team/crisis-office}
posts:
  - {after: PT0M, by: ada, text: There is smoke, shares: 2}
  - {after: PT10M, by: bob, text: Still smoke}
injects:
  - {id: reply, after: PT5M, kind: own-reply, sender: Bot, title: B, text: Thanks!, heard: true}
  - {id: press, after: PT90M, kind: press-enquiry, sender: TV, title: TV asks, text: Why?}
expect:
  - {id: notice, phase: detect, act: said/detect, after: reply, within: PT10M, why: Ours.}
  - {id: open, phase: detect, act: incident/open, within: PT1H, who: responder, why: So.}
  - {id: sign, phase: approve, act: said/approve, within: PT1H, who: legal, why: Law.}
  - {id: say, phase: publish, act: said/publish, within: PT1H, why: Silence speaks.}
  - {id: answer, phase: care, act: said/care, after: press, within: PT10M, why: TV waits.}
reference:
  at: PT30M
  tier: executive
  routes: [team/crisis-office]
  strategy: [instruct]
  words: Please call 555.
  reasons: Harm.
  by: Us
well_said:
  answers: Where is my son?
  must: [{says: a number, any_of: ["call "]}]
  never: [{says: a non-apology, any_of: [sorry if]}]
  topics: [{id: lift, label: the lift works, words: [lift works]}]
"""
LEAD = Actor(id=ThingId("person/tess"), roles=frozenset({Role.TRAINER, Role.GOVERNANCE}))
ADA, LEE, STRANGER = ThingId("person/ada"), ThingId("person/lee"), ThingId("person/eve")
PEOPLE = {
    ADA: Part(roles=frozenset({Role.RESPONDER, Role.REVIEWER})),
    LEE: Part(roles=frozenset({Role.LEGAL}), team=ThingId("team/crisis-office")),
}


def planned(world: World, text: str = SMALL) -> Drill:
    event = plan(
        world,
        read(text, "small.yaml"),
        team=ThingId("team/crisis-office"),
        people=PEOPLE,
        within="P7D",
        actor=LEAD,
    )
    return drill_of(world, event.subject)


def drill_of(world: World, thing: ThingId) -> Drill:
    world.catch_up()
    found = world.drills.get(thing)
    assert found is not None
    return found


def act(world: World, drill: Drill, name: str, **data: Any) -> Drill:
    acts.propose(world, thing=drill.id, kind="drill", act=name, data=data, actor=LEAD)
    return drill_of(world, drill.id)


def paused(world: World, text: str = SMALL) -> Drill:
    return act(world, act(world, planned(world, text), "start"), "pause")


def there(world: World, drill: Drill) -> World:
    found = worlds_of(world).get(world, drill)
    assert found is not None
    found.catch_up()
    return found


def told(world: World, drill: Drill) -> list[str]:
    story = everything(there(world, drill))
    return [str(event.data["item"]) for event in story if event.type == "drill.told"]


def stepped(world: World, drill: Drill, minutes: int | None) -> datetime:
    by = None if minutes is None else timedelta(minutes=minutes)
    return step_by(world, drill, by, Background)


@pytest.mark.parametrize("name", sorted(packaged()))
def test_every_scenario_that_ships_is_invented_full_and_has_what_it_expects(name: str) -> None:
    scenario = packaged()[name].scenario
    assert scenario.drill == name
    assert "Invented" in scenario.note
    assert len(scenario.posts) >= 12
    assert len(scenario.injects) >= 4
    assert {one.phase for one in scenario.expect} >= {"detect", "decide", "approve", "publish"}


def test_at_least_three_scenarios_begin_with_our_own_reply_and_one_inside() -> None:
    starts = [one.scenario.starts_from for one in packaged().values()]
    assert starts.count("own-reply") >= 3
    assert "inside" in starts


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("after: PT10M", "after: PT9H", "lies after the end"),
        ("starts_from: own-reply", "starts_from: here", "small.yaml:5:14"),
        ("tier: executive", "tier: king", "'king' is no tier"),
        ("zone: Europe/Berlin", "zone: Mars/Base", "no time zone"),
        ("T01:10:00+02:00", "T02:30:00", "twice"),
        ("kind: own-reply", "kind: message", "none of kind own-reply"),
        ("after: press, within", "after: nobody, within", "'nobody', which is no inject"),
        ("id: press", "id: reply", "stands there twice"),
        ("within: PT10M", "within: soon", "'soon' is no duration"),
        ("title: A small one", "title: A\ntitle: B", "small.yaml:2:1: 'title' stands there twice"),
        ("text: Still smoke", "txt: Still smoke", "txt"),
        ("words: Please call 555.", "words: Go.", "its words do not say a number"),
        ("call 555.", "call 555. Sorry if you waited.", "say 'sorry if', which is a non-apology"),
    ],
)
def test_a_mistake_in_a_scenario_is_told_with_its_place(old: str, new: str, says: str) -> None:
    with pytest.raises(FileInvalid) as refused:
        read(SMALL.replace(old, new), "small.yaml")
    assert says in "\n".join(refused.value.errors)
    assert all(one.startswith("small.yaml:") for one in refused.value.errors)


def test_what_arrives_comes_at_its_time_and_once(world: World) -> None:
    drill = paused(world)
    began = drill.written.scenario.clock.began
    assert stepped(world, drill, None) == began + timedelta(minutes=5)
    assert told(world, drill) == ["post-0", "inject-reply"]
    assert stepped(world, drill, 5) == began + timedelta(minutes=10)
    play = play_of(world, drill, Background)  # as another process would, after a kill
    play.bring()
    play.close()
    assert told(world, drill) == ["post-0", "inject-reply", "post-1"]
    assert there(world, drill).counting.many == 4  # two posts, our reply, a share by now


def test_a_drill_reaches_neither_the_live_ledger_nor_anybody_outside(world: World) -> None:
    drill = paused(world)
    before = world.ledger.head()
    stepped(world, drill, 30)
    assert world.ledger.head() == before
    drilled = there(world, drill)
    assert not drilled.outbound
    assert drilled.settings.home != world.settings.home
    assert drilled.settings.webhook_allow == ()
    assert drilled.ledger.read(types=("webhook.created",)) == ()


def test_a_home_that_was_left_half_made_is_made_anew(world: World) -> None:
    drill = planned(world)
    home = home_of(world.settings.home, drill)
    home.mkdir(parents=True)
    (home / "ledger.db").write_bytes(b"torn")
    furnish(world, drill)
    assert there(world, drill).graph.exists(ThingId("incident/small"))


def test_a_record_that_the_gate_refuses_is_named(world: World) -> None:
    drill = planned(world, SMALL.replace("cluster: unknown", "cluster: sunny"))
    with pytest.raises(WorldBroken, match="Incident: /properties/cluster"):
        furnish(world, drill)
    running = act(world, drill, "start")
    runner = DrillRunner(world, Background)
    runner.step()
    runner.close()
    assert drill_of(world, running.id).state == "paused"


def test_of_two_workers_one_moves_a_drill_and_as_fast_as_possible_it_ends(world: World) -> None:
    drill = act(world, planned(world), "start", speed=0)
    first, second = DrillRunner(world, Background), DrillRunner(world, Background)
    first.step()
    second.step()
    assert told(world, drill) == ["post-0"]
    for _ in range(60):
        first.step()
        if drill_of(world, drill.id).state == "finished":
            break
    assert drill_of(world, drill.id).state == "finished"
    assert there(world, drill).clock.now() == drill.written.scenario.clock.ends
    first.close()
    second.close()


def test_more_drills_than_a_home_may_hold_are_refused(open_world: Callable[..., World]) -> None:
    world = open_world(drills=1)
    act(world, planned(world), "start")
    with pytest.raises(ActRefused, match="1 drills are held"):
        act(world, planned(world), "start")
    with pytest.raises(ActRefused, match="is no speed"):
        act(world, planned(world), "start", speed=-1)


def test_an_inject_comes_when_whoever_leads_wants_it_and_only_once(world: World) -> None:
    drill = paused(world)
    stepped(world, drill, 1)
    scenario = drill.written.scenario
    press = scenario.injects[1]
    assert inject_now(there(world, drill), scenario, press, LEAD.id)
    assert not inject_now(there(world, drill), scenario, press, LEAD.id)
    stepped(world, drill, 118)
    assert told(world, drill).count("inject-press") == 1


def test_a_score_tells_in_time_late_missing_and_by_whom(world: World) -> None:
    drill = paused(world)
    stepped(world, drill, 8)
    within = there(world, drill)
    say(within, SaidIn(act="detect"), STRANGER)
    say(within, SaidIn(act="detect", tier="executive", why="Our bot."), ADA)
    say(within, SaidIn(act="approve"), ADA)
    stepped(world, drill, 60)
    words = "The lift works. Sorry if you waited; call 555."
    say(within, SaidIn(act="publish", text=words), ADA)
    say(within, SaidIn(act="note", text="The lift does not work"), LEE)
    done = act(world, drill, "finish")
    found: Any = score(world, done, LEAD.id)
    assert {one["id"]: one["outcome"] for one in found["acts"]} == {
        "notice": "met",
        "open": "missing",
        "sign": "by-others",
        "say": "late",
        "answer": "not-asked",
    }
    assert found["acts"][0]["by"] == ADA
    points = {one["point"]: one for one in found["answers"]["points"]}
    assert points["tier"]["people_agree_with_reference"] is True
    assert points["strategy"]["people"] is None
    kept = {one["criterion"]: one["kept"] for one in found["words"][0]["criteria"]}
    assert kept["says a number"] is True
    assert kept["leaves out a non-apology"] is False
    assert [one["topic"] for one in found["contradictions"]] == ["lift"]
    assert found["figures"]["in_time"]["n"] == 4
    assert found["figures"]["people_agree_with_rules"]["withheld"]
    assert any(line.startswith("open: nobody") for line in found["next"])
    again = drill_of(world, done.id)
    assert (again.state, recorded(world, again)) == ("scored", found)


def test_a_drill_under_way_is_not_scored(world: World) -> None:
    with pytest.raises(ActRefused, match="finish it first"):
        score(world, paused(world), LEAD.id)


def test_a_few_runs_are_not_compared_and_the_report_says_so(world: World) -> None:
    done = paused(world)
    stepped(world, done, 119)
    score(world, act(world, done, "finish"), LEAD.id)
    report = compare(world, None, None, lambda *_: None)
    (group,) = report.groups
    assert "1 runs; a mean needs 3" in group.figures["in_time"].words()
    assert "<svg" in (report.picture() or "")
    assert next(iter(report.rows()))[0] == "who"
    assert not report.people
    asked = compare(world, None, None, lambda *_: None, participants=True)
    assert [one.team for one in asked.people] == [ADA, LEE]
    assert not compare(world, "team/legal", None, lambda *_: None).groups


def test_teams_owe_a_drill_a_quarter_and_only_one_from_our_own_reply_counts(
    open_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = open_world()
    assert drill_duties.owe_quarterly(world) == 0  # the home is younger than its quarter
    later = world.clock.now() + timedelta(days=100)
    monkeypatch.setattr(world, "clock", StoppedClock(later))
    owed = drill_duties.owe_quarterly(world)
    assert owed == len(world.roster().teams)
    assert drill_duties.owe_quarterly(world) == 0
    waiting = world.due_now().queue(kinds=["drill-duty"], limit=1_000)
    assert len(waiting) == owed
    outside = SMALL.replace("starts_from: own-reply", "starts_from: outside")
    for text, met in ((outside, "owed"), (SMALL, "met")):
        drill = paused(world, text)
        stepped(world, drill, 1)
        score(world, act(world, drill, "finish"), LEAD.id)
        rows = {one["team"]: one for one in drill_duties.standing(world)}
        assert rows["team/crisis-office"]["state"] == met
    assert rows["team/crisis-office"]["own_replies_this_year"] == 1


def test_a_lent_identity_opens_nothing_in_a_live_world(door: Door) -> None:
    answer = door.http.get("/v1/drills", environ_overrides={LENT: object()})
    assert answer.status_code == 401


def test_who_takes_no_part_reads_nothing_of_a_drill(world: World, door: Door) -> None:
    drill = paused(world)
    stepped(world, drill, 1)
    eve = replace(door, key=key_for(world, STRANGER, "responder"))
    ada = replace(door, key=key_for(world, ADA, "responder"))
    path = f"/v1/drills/{drill.local}"
    assert eve.get(f"{path}/events").status_code == 403
    assert eve.get(f"{path}/world/v1/incidents").status_code == 403
    assert ada.get(f"{path}/events").status_code == 200
    assert ada.get(f"{path}/world/v1/incidents").status_code == 200
    assert ada.get(f"{path}/world/v1/jobs").status_code == 404
    assert ada.post(f"{path}/injects", {"id": "press"}).status_code == 403
    refused = ada.post(f"{path}/world/v1/policies", {})
    assert refused.status_code in {403, 404, 405}


def test_a_recorded_feed_becomes_a_scenario_without_names() -> None:
    at = datetime(2026, 5, 4, 9, tzinfo=UTC)
    posts = [
        Signal(
            id=ThingId(f"signal/twitter-{n}"),
            platform=ThingId("platform/twitter"),
            feed=ThingId("feed/listening"),
            posted_at=at + timedelta(minutes=n),
            received_at=at,
            text='He said "smoke: yes"\nand left',
            author=ThingId("account/secret"),
        )
        for n in range(3)
    ]
    made = from_feed("Harlow feed", posts)
    scenario = read(made, "made.yaml").scenario
    assert [one.after for one in scenario.posts] == ["PT0M", "PT60S", "PT120S"]
    assert scenario.posts[0].text == posts[0].text
    assert "secret" not in made
    with pytest.raises(FeedUnsuited, match="no post"):
        from_feed("empty", [])


def test_a_past_case_becomes_a_scenario() -> None:
    from loaders.archive import own_cases

    case = next(iter(own_cases()))
    scenario = read(from_precedent(case), "made.yaml").scenario
    assert scenario.reference.words == case.said
    assert scenario.posts


def test_a_play_knows_what_is_over(world: World) -> None:
    drill = paused(world)
    play = Play(_furnished(world, drill), drill, Background)
    assert not play.over
    play.advance(drill.written.scenario.clock.ends + timedelta(days=1))
    assert play.over
    play.close()


def _furnished(world: World, drill: Drill) -> World:
    furnish(world, drill)
    return there(world, drill)


def test_scenarios_of_the_home_stand_before_those_that_ship(world: World, door: Door) -> None:
    folder: Path = world.settings.home / "scenarios"
    folder.mkdir()
    (folder / "small.yaml").write_text(SMALL)
    (folder / "broken.yaml").write_text("drill: [")
    listed: Any = door.get("/v1/drill-scenarios").json
    names = [one["scenario"] for one in listed["items"]]
    assert "small" in names
    shown: Any = door.get("/v1/drill-scenarios/small").json
    assert shown["text"] == SMALL
    assert door.get("/v1/drill-scenarios/nope").status_code == 404
