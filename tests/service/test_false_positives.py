from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ontology.identity import ThingId
from ontology.lifecycle import Actor, Role
from ontology.signals import Scores, Signal
from service import acts
from service.cli import build
from service.false_positive_acceptance import AcceptanceInvalid, accepted
from service.false_positive_cures import cures
from service.false_positives import findings, log, of_rules, of_words
from service.intake import take
from service.validating import Validating
from service.working_copy import MARK
from service.world import World
from tests.conftest import Door

ADA = Actor(id=ThingId("person/ada"), roles=frozenset({Role.ANALYST, Role.RESPONDER}))
FALSE = {"reason": "They mean cake.", "keyword": "urgently"}


def decided(door: Door, urgency: float) -> ThingId:
    facts = {"signal": {"judged": True, "urgency": urgency}}
    answer = door.post("/v1/decisions", {"facts": facts, "precedents": 0})
    assert answer.status_code == 201, answer.get_json()
    return ThingId(str(answer.get_json()["id"]))


def done(world: World, thing: ThingId, act: str, **data: str) -> None:
    kind = thing.partition("/")[0]
    acts.propose(world, thing=thing, kind=kind, act=act, data=dict(data), actor=ADA)


@pytest.fixture
def rule_is_wrong(door: Door, world: World) -> None:
    """One in need is found ten times; only the surest was somebody in need."""
    for number in range(9):
        done(world, decided(door, 0.7 + number / 100), "false-positive", reason="A film title.")
    done(world, decided(door, 0.95), "accept")


@pytest.fixture
def word_is_wrong(world: World) -> None:
    at = world.clock.now() - timedelta(minutes=5)
    posts = [
        Signal(
            id=ThingId(f"signal/twitter-{number}"),
            platform=ThingId("platform/twitter"),
            feed=ThingId("feed/listening"),
            posted_at=at,
            received_at=at,
            text=f"More cake, and urgently, says table {number} #SpuytenDuyvil",
            scores=Scores(irony=0.9, sentiment=0.5),
        )
        for number in range(6)
    ]
    take(world, posts, actor=ADA.id)
    asking = Validating(world)
    asking.step()
    asking.close()
    for one in world.validations_now().newest():
        done(world, one.id, "claim")
        done(world, one.id, "judge", verdict="ironic" if one.signal == posts[0].id else "sincere")
        if one.signal != posts[0].id:
            done(world, one.id, "false-positive", **FALSE)


@pytest.mark.usefixtures("rule_is_wrong")
def test_a_rule_is_right_as_often_as_people_say(world: World) -> None:
    found = {one.name: one for one in of_rules(findings(world))}["one-in-need"]
    assert (found.true, found.false) == (1, 9)
    low, high = found.interval
    assert low < 0.1 < high < 0.5
    assert len(log(world)) == 9


@pytest.mark.usefixtures("rule_is_wrong")
def test_a_raised_threshold_drops_the_false_ones_and_keeps_the_true_one(world: World) -> None:
    (cure,) = cures(world, findings(world))
    assert cure.what == "one-in-need: urgency at least 0.95 instead of 0.7"
    assert (cure.found, cure.after, cure.lost) == (10, 1, ())


def test_a_rule_that_is_right_half_of_the_time_is_left_alone(door: Door, world: World) -> None:
    for number in range(8):
        act = ("accept", {}) if number % 2 else ("false-positive", {"reason": "A joke."})
        done(world, decided(door, 0.8), act[0], **act[1])
    assert cures(world, findings(world)) == []


@pytest.mark.usefixtures("rule_is_wrong")
def test_an_accepted_cure_is_a_working_copy_and_says_which_cases_object(
    world: World, tmp_path: Path
) -> None:
    found, active = cures(world, findings(world)), world.policies.active
    folder = tmp_path / "copy"
    said = accepted(world, found, [1], folder)
    assert "urgency: at least 0.95" in (folder / "rules/books/detection.yaml").read_text()
    assert (folder / MARK).exists()
    assert any("detection.cases.yaml" in one for one in said.objections)
    assert world.policies.active == active
    with pytest.raises(AcceptanceInvalid, match="numbered from 1"):
        accepted(world, found, [2], tmp_path / "other")


@pytest.mark.usefixtures("word_is_wrong")
def test_a_word_that_misleads_is_counted_and_its_phrase_removed(world: World) -> None:
    judged = findings(world)
    words = {one.name: one for one in of_words(world, judged)}
    assert (words["word: urgently"].true, words["word: urgently"].false) == (1, 5)
    assert words["urgency: asked for at once"].false == 5
    judged = [one for one in judged if not one.true]
    (cure,) = [one for one in cures(world, judged) if one.file.endswith("urgency.yaml")]
    assert cure.what == "urgency: remove 'urgently'"
    assert "- urgently\n" not in cure.text


@pytest.mark.usefixtures("rule_is_wrong")
def test_the_command_lists_and_proposes(world: World, home: Path, tmp_path: Path) -> None:
    world.close()
    listed = CliRunner().invoke(build(), ["false-positives", "list", "--home", str(home)])
    assert "one-in-need  right 1 of 10, 10% [2%, 40%]" in listed.output
    folder = tmp_path / "copy"
    words = ["false-positives", "propose", "--home", str(home), "--accept", "1"]
    proposed = CliRunner().invoke(build(), [*words, "--out", str(folder)])
    assert "finds 1 instead of 10; true ones lost: none" in proposed.output
    assert f"attune policy push {folder}" in proposed.output
