import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from knowledge.language import coefficient_files, heads
from knowledge.language.recalibration import TooFewVerdicts
from ontology.identity import ThingId
from ontology.lifecycle import Actor, Role
from ontology.signals import Scores, Signal
from service import acts
from service.bundle import COEFFICIENTS
from service.intake import take
from service.local_copy import HEADS
from service.recalibrating import recalibrate, working_copy
from service.validating import Validating
from service.working_copy import MARK
from service.world import World

ADA = Actor(id=ThingId("person/ada"), roles=frozenset({Role.ANALYST}))


def judged(world: World, many: int) -> None:
    """Posts that were asked about; every fourth is ironic, whatever the model says."""
    at = world.clock.now() - timedelta(minutes=5)
    posts = [
        Signal(
            id=ThingId(f"signal/twitter-{number}"),
            platform=ThingId("platform/twitter"),
            feed=ThingId("feed/listening"),
            posted_at=at,
            received_at=at,
            text=f"Thank you for post {number} #SpuytenDuyvil",
            scores=Scores(irony=0.7 + 0.29 * number / many, sentiment=0.5),
        )
        for number in range(many)
    ]
    take(world, posts, actor=ADA.id)
    asking = Validating(world)
    assert asking.step() == many
    asking.close()
    for number, one in enumerate(world.validations_now().newest()):
        verdict = "ironic" if number % 4 == 0 else "sincere"
        for act, data in (("claim", {}), ("judge", {"verdict": verdict})):
            acts.propose(world, thing=one.id, kind="validation", act=act, data=data, actor=ADA)


@pytest.fixture
def wide(open_world: Callable[..., Any]) -> World:
    world: World = open_world(validations_per_incident=200)
    return world


def test_verdicts_become_a_working_copy_and_nothing_is_applied(
    wide: World, tmp_path: Path
) -> None:
    judged(wide, 60)
    before, head = wide.policies.active, wide.ledger.head()
    found = recalibrate(wide)
    assert (found.report.verdicts, found.report.yes) == (60, 15)
    assert found.report.after["value"] < found.report.before["value"]
    assert found.asked.before == found.asked.posts == 60
    assert found.asked.after < found.asked.before
    assert found.threshold > wide.settings.validate_irony_from
    folder = tmp_path / "copy"
    name = working_copy(wide, found.report, folder)
    content = (folder / HEADS).read_bytes()
    assert coefficient_files.named((folder / COEFFICIENTS).read_text()) == name
    assert coefficient_files.digest(content) == name
    assert heads.unpacked(content, "copy").about["recalibrated"] is not None
    assert json.loads((folder / MARK).read_text()) == {"base": before}
    assert (wide.policies.active, wide.ledger.head()) == (before, head)


def test_few_verdicts_are_refused(wide: World) -> None:
    judged(wide, 20)
    with pytest.raises(TooFewVerdicts, match="20 verdicts on scored posts"):
        recalibrate(wide)


def test_a_folder_with_files_is_left_alone(wide: World, tmp_path: Path) -> None:
    judged(wide, 60)
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError):
        working_copy(wide, recalibrate(wide).report, tmp_path)
