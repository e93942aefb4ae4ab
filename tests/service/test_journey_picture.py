"""The journey picture: boxes apart, words inside, the flows that matter drawn."""

from itertools import combinations

import numpy as np
import pytest

from knowledge.journeys.graph import Place
from knowledge.journeys.simulation import drawn, simulate
from knowledge.journeys.steps import settled
from knowledge.journeys.zones import Method, Study, study
from ontology.identity import ThingId
from service.journey_layout import BOX, MOST_BAD, MOST_FLOWS, laid_out, largest_flows
from service.journey_picture import draw

STAGES = (None, "purchase", "use", "support", "complaint")


def studied(touchpoints: int, stages: int) -> Study:
    chain = drawn(np.random.default_rng(touchpoints), touchpoints, leads_to=4)
    steps = settled(simulate(np.random.default_rng(stages), chain, 2_000))
    places = [
        Place(
            id=ThingId(f"touchpoint/t{n}"),
            name=f"Befragungsportal für Kundenzufriedenheit {n}",
            stage=STAGES[n % stages],
        )
        for n in range(touchpoints)
    ]
    return study([steps], places, Method(samples=100), until=10**15)


@pytest.mark.parametrize("stages", [1, 2, 5])
@pytest.mark.parametrize("touchpoints", [4, 9, 30])
def test_no_box_lies_on_another_or_beyond_the_page(touchpoints: int, stages: int) -> None:
    found = studied(touchpoints, stages)
    layout = laid_out(found, largest_flows(found))
    boxes = list(layout.nodes.values())
    assert len(boxes) == touchpoints + 2
    for one, other in combinations(boxes, 2):
        beside = one.left + BOX < other.left or other.left + BOX < one.left
        below = one.bottom < other.top or other.bottom < one.top
        assert beside or below, (one.name, other.name)
    assert all(box.left >= 0 and box.left + BOX <= layout.width for box in boxes)
    assert all(box.top >= 0 and box.bottom <= layout.height for box in boxes)


def test_a_crowded_picture_is_no_wider_than_a_page_turned_and_keeps_the_bad_ends() -> None:
    found = studied(30, 1)
    layout = laid_out(found, largest_flows(found))
    assert layout.width < 12.5
    picture = draw(found).decode()
    flows = sum(move.to not in {move.start, "resolved"} for move in found.moves)
    assert f"{flows - MOST_FLOWS - MOST_BAD} of {flows} flows" in picture
    assert "<!-- Complained in public -->" in picture


def test_the_same_study_gives_the_same_bytes() -> None:
    assert draw(studied(9, 5)) == draw(studied(9, 5))
