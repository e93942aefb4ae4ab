"""Whether derived regions are right is counted by feed, on a made one whose truth is known."""

from pathlib import Path

import pytest

from service.evaluations import PARTS
from service.location_evaluation import evaluate_places, everywhere, measured

HEADER = "Tweet ID, Tweet Text, Information Source, Information Type, Informativeness"
POSTS = (
    "Floods all over Sardinia",
    "Italy mourns",
    "Floods in Colorado again",
    "the rain goes on",
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    feeds = folder / "feeds/crisislex-t26"
    feeds.mkdir(parents=True)
    rows = [f'"{40_000_000 + at}","{text}",Media,Other,Related' for at, text in enumerate(POSTS)]
    (feeds / "2013_Sardinia_floods.csv").write_text("\n".join([HEADER, *rows]))
    return folder


def test_a_region_and_its_country_are_right_and_another_is_not() -> None:
    told = measured("2013_Sardinia_floods", POSTS, everywhere())
    assert (told.posts, told.told, told.right, told.close) == (4, 3, 2, 1)


def test_the_figures_are_shares_of_the_posts_that_tell(data: Path) -> None:
    rows, details = evaluate_places(data, lambda *_: None)
    assert [round(row.value, 3) for row in rows] == [0.75, 0.667, 0.333]
    assert details == [
        "2013_Sardinia_floods: 3 of 4 posts tell, 2 of the right region, 1 of none wider"
    ]


def test_it_is_a_part_of_the_evaluation() -> None:
    assert "places" in {part.name for part in PARTS}
