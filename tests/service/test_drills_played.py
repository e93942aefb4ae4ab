"""Every scenario that ships is played from its start to its score, as its reference would."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from ontology.facts import catalogue
from ontology.identity import ThingId
from rules.cases import read_cases
from rules.casetables import run_on
from rules.policy import build
from service import acts, draft_editing
from service.drill_files import packaged
from service.drill_proposing import propose
from service.drill_scoring import score, scored
from service.drill_story import everything
from service.drills import Drill, plan
from service.problems import ProblemError
from service.settings import Settings
from service.world import World
from tests.service.drill_playing import PEOPLE, played
from tests.service.test_drills import LEAD, act, drill_of


@pytest.fixture(scope="module")
def live(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = copytree(founded, tmp_path_factory.mktemp("played") / "home")
    world = World.open(Settings(home=home, language=False))
    yield world
    world.close()


@pytest.mark.parametrize("name", sorted(packaged()))
def test_whoever_does_as_the_reference_plays_a_scenario_to_a_full_score(
    live: World, name: str
) -> None:
    drill = _planned(live, name)
    play = played(live, drill)
    found: Any = scored(play.world, drill)
    play.close()
    assert {one["outcome"] for one in found["acts"]} == {"met"}
    for point in found["answers"]["points"]:
        assert point["people_agree_with_reference"]
        assert point["rules"], found["answers"]["rules"]
    assert all(row["kept"] is not False for one in found["words"] for row in one["criteria"])
    assert found["contradictions"] == found["refusals"] == found["next"] == []
    _everything_arrived_and_was_done(play.world, drill)


def _planned(live: World, name: str) -> Drill:
    event = plan(
        live,
        packaged()[name],
        team=ThingId("team/crisis-office"),
        people=PEOPLE,
        within="P7D",
        actor=LEAD,
    )
    return drill_of(live, event.subject)


def _everything_arrived_and_was_done(world: World, drill: Drill) -> None:
    scenario = drill.written.scenario
    told = [event.data["item"] for event in everything(world) if event.type == "drill.told"]
    injects = {f"inject-{one.id}" for one in scenario.injects}
    posts = {f"post-{number}" for number in range(len(scenario.posts))}
    assert sorted(map(str, told)) == sorted(injects | posts)
    heard = len(posts) + sum(one.shares for one in scenario.posts)
    assert world.counting.many == heard + sum(one.heard for one in scenario.injects)
    for one in (each for inject in scenario.injects for each in inject.does):
        if one.put is not None:
            assert world.graph.exists(ThingId(one.put.id))
        else:
            assert one.act in {past.act for past in acts.history(world, ThingId(str(one.to)))}


def test_a_disagreement_of_a_played_drill_is_a_policy_draft_that_decides_as_people_did(
    live: World,
) -> None:
    drill = _planned(live, "bot-answers-a-mother")
    act(live, act(live, drill, "start"), "pause")
    played(live, drill).close()
    drill = act(live, drill, "finish")
    score(live, drill, LEAD.id)
    drill = drill_of(live, drill.id)
    made = propose(live, drill, "tier", "Our own reply hurt a mother: \U0001f494", LEAD)
    assert made.rule == "drill-bot-answers-a-mother-tier"
    files = draft_editing.files_of(live.policies, draft_editing.one(live, made.draft))
    assert "Our own reply hurt a mother" in files["rules/books/drills-escalate.yaml"]
    bundle = {name: text.encode() for name, text in files.items()}
    policy = build(bundle, catalogue())
    cases = read_cases(
        files["rules/books/drills-escalate.cases.yaml"], file="made", catalogue=catalogue()
    )
    assert all(result.passed for result in run_on(policy, cases, file="made"))
    with pytest.raises(ProblemError, match="1 thing is wrong"):
        propose(live, drill, "routes", "They agree in this one.", LEAD)
