from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from service.replaying import Step
from service.timeline import changes, draw

START = datetime(2013, 12, 1, 13, tzinfo=UTC)


def steps(*tiers: str) -> list[Step]:
    return [
        Step(
            at=START + timedelta(minutes=15 * place),
            heard=place % 7,
            decision=f"decision/{place}",
            tier=tier,
            routes=("team/crisis-office",),
            detections=(),
            rules=(),
            spread={"volume": place, "excess": place / 4},
        )
        for place, tier in enumerate(tiers)
    ]


def test_a_change_is_where_the_tier_is_another_than_before() -> None:
    assert [*changes(steps("specialist", "specialist", "executive", "executive"))] == [0, 2]


@pytest.mark.parametrize("length", [0, 1, 2, 40, 400])
def test_a_replay_of_any_length_becomes_a_picture(tmp_path: Path, length: int) -> None:
    picture = tmp_path / "t.svg"
    draw(steps(*["specialist"] * length), picture, title="A title", zone=ZoneInfo("Asia/Tokyo"))
    root = ET.parse(picture).getroot()  # noqa: S314 - we wrote it
    assert root.tag == "{http://www.w3.org/2000/svg}svg"


def test_the_same_steps_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        draw(steps("specialist", "executive"), tmp_path / name, title="A title", sample="Two")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_the_picture_has_no_date_and_names_no_machine(tmp_path: Path) -> None:
    draw(steps("specialist"), tmp_path / "a.svg", title="A title")
    assert "dc:date" not in (tmp_path / "a.svg").read_text()
