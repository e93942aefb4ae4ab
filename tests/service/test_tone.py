"""The tone audit on a made month: what was planted is found, the rest is left, nobody is named."""

import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from knowledge.measures.estimates import Estimate, Unsuited
from knowledge.measures.observation_kinds import KINDS
from service.founding import OPERATOR
from service.observation_loading import take
from service.problems import ProblemError
from service.tone_exemplars import exemplars
from service.tone_kinds import ToneIn, tone
from service.tone_report import Tone
from service.world import World
from tests.docs.examples import ROOT

WARM = (
    "I am so sorry that your boiler failed twice.",
    "I understand how hard these cold nights are.",
    "What would help you most until the engineer comes?",
    "I am sorry that you had to call us again.",
)
PLAIN = (
    "Your ticket has been opened.",
    "An engineer will be there on Monday.",
    "The part is in our depot.",
    "We have changed the date.",
)
COLD = ("Per policy no refund is possible.", "Consult the applicable terms and conditions.")


def replies(month: int, cold: str | None) -> Iterator[object]:
    """Three teams of six agents, twelve replies each; one team may have turned cold."""
    chance = np.random.default_rng(month)
    for team in ("legal", "safety", "operations"):
        for agent in range(6):
            for number in range(12):
                warm = WARM[chance.integers(4)], PLAIN[chance.integers(4)]
                turned = COLD[chance.integers(2)], PLAIN[chance.integers(4)], COLD[number % 2]
                said = turned if team == cold else warm
                yield {
                    "at": f"2026-{month:02d}-{number + 1:02d}T10:{agent:02d}:00Z",
                    "text": f"{' '.join(said)} Case {team} {agent} {number}.",
                    "agent": f"{team}-{agent}",
                    "team": f"team/{team}",
                    "channel": "mail",
                    "language": "en",
                }


def told(world: World, **more: Any) -> Tone:
    body = ToneIn.model_validate({"month": "2026-10", "against": "2026-09-01", **more})
    found = tone(world, body, lambda _done, _all: None)
    assert isinstance(found, Tone)
    return found


def loaded(world: World, cold: str | None) -> None:
    rows = [*replies(9, None), *replies(10, cold)]
    _, faults = take(world, KINDS["reply"], rows, system="desk", actor=OPERATOR)
    assert not faults


def test_the_team_that_turned_cold_is_found_and_the_others_are_left(world: World) -> None:
    loaded(world, "operations")
    found = told(world)
    assert (found.texts, found.before) == (216, 216)
    drifted = {(one.name, one.score) for one in found.drifts if one.verdict == "drifted"}
    assert {("team/operations", "sound"), ("team/operations", "empathy")} <= drifted
    assert not {name for name, _ in drifted} & {"team/legal", "team/safety"}
    differs = {
        (one.names[0], one.score): one.figure
        for one in found.differences
        if one.by == "team" and one.names[1] is None and one.verdict == "differs"
    }
    less = differs["team/operations", "empathy"]
    assert isinstance(less, Estimate)
    assert less.high < 0
    assert "policy" in {one.word for one in found.words}
    assert "operations-1" not in json.dumps(found.to_json())
    lines = [*found.lines()]
    assert "operations-1" not in "\n".join(lines)
    assert lines[0].startswith("Drifted: everybody (sound")
    assert "team/operations (sound, empathy, grade)" in lines[0]
    assert "of 18 agents" in lines[2]


def test_a_month_like_the_one_before_shows_no_drift_and_every_form_is_whole(world: World) -> None:
    loaded(world, None)
    found = told(world)
    assert not [one for one in found.drifts if one.verdict == "drifted"]
    lines = [*found.lines()]
    assert lines[0] == "No drift is shown"
    told_once = [line for line in lines if "5 groups of several texts would do" in line]
    assert len(told_once) == 3
    assert any(line.startswith("  channels: withheld: 1 group of 216 texts") for line in lines)
    assert ET.fromstring(found.picture()).tag.endswith("svg")  # noqa: S314 - our own picture
    widths = {len(row) for row in found.rows()}
    assert widths == {10}
    assert found.picture() == told(world).picture()
    json.dumps(found.to_json(), allow_nan=False)


def test_too_few_replies_are_refused_with_what_would_do(world: World) -> None:
    with pytest.raises(Unsuited, match="50"):
        told(world)


@pytest.mark.parametrize(
    "wrong", [{"month": "October"}, {"against": "2026-10-05"}, {"since": "2026-10-01"}]
)
def test_a_time_that_is_none_is_refused(world: World, wrong: dict[str, str]) -> None:
    with pytest.raises(ProblemError):
        told(world, **wrong)


def test_the_picture_of_the_page_shows_the_team_that_turned_cold(world: World) -> None:
    loaded(world, "operations")
    drawn, shown = told(world).picture(), (ROOT / "docs" / "tone.svg").read_text("utf-8")
    assert drawn is not None
    assert _labels(drawn) == _labels(shown)  # places may differ in the last digit by processor


def _labels(picture: str) -> list[str]:
    tree = ET.fromstring(picture)  # noqa: S314 - our own picture
    return [one.text or "" for one in tree.iter() if one.tag.endswith("}text")]


def test_an_audit_names_the_exemplars_it_was_held_to_and_the_policy_they_stand_in(
    world: World,
) -> None:
    loaded(world, None)
    held = told(world).to_json()["held_to"]
    assert held == exemplars(world).version.json()
    assert held["policy"] == world.policies.current().policy.digest
    assert held["wordings"] > 20
    line = exemplars(world).version.words()
    assert line in [*told(world).lines()]
