"""Lists of messages hold what was asked for, page by page."""

from typing import Any

import pytest

from ontology.identity import ThingId
from service import submitting
from service.message_content import approvals
from service.message_listing import Wanted, listed
from service.world import World
from tests.service import test_messages as messages
from tests.service.test_messages import HURT, LATE, LAWYER, WRITER, act, drafted, put

prepared = messages.prepared
world = messages.world
ZONE = {"timeZone": "America/New_York"}


@pytest.fixture
def four(world: World) -> list[ThingId]:
    """Two for New York, in French and in English, one for everywhere and one of another crisis."""
    put(world, "Region", "region/us", name="US", jurisdiction="US", **ZONE)
    inside = {"jurisdiction": "US-NY", "withinRegion": "region/us", **ZONE}
    put(world, "Region", "region/us-ny", name="New York", **inside)
    world.catch_up()
    return [
        drafted(world, language="fr-CA", region="region/us-ny"),
        drafted(world, region="region/us-ny", channel="social"),
        drafted(world),
        drafted(world, incident=HURT, acknowledges_harm=True, admission="harm"),
    ]


def found(world: World, **wanted: Any) -> set[ThingId]:
    return {*listed(world, Wanted(**wanted), after="", limit=200)}


def test_each_filter_leaves_what_it_names(world: World, four: list[ThingId]) -> None:
    french, social, everywhere, hurt = four
    assert found(world) == {*four}
    assert found(world, incident=LATE) == {french, social, everywhere}
    assert found(world, channel="social") == {social}
    assert found(world, language="fr") == found(world, language="fr-CA") == {french}
    assert found(world, language="f") == set()
    assert found(world, state="live") == set()
    assert found(world, region="region/us-ny", language="en") == {social}
    assert found(world, incident=HURT, state="draft") == {hurt}


def test_a_region_has_what_is_for_a_place_in_it(world: World, four: list[ThingId]) -> None:
    assert found(world, region="region/us") == {*four[:2]}
    assert found(world, region="region/none") == set()


def test_whoever_has_to_sign_sees_what_waits_for_them_and_no_more(
    world: World, four: list[ThingId]
) -> None:
    hurt = four[3]
    submitting.submit(world, hurt, WRITER)
    world.catch_up()
    assert found(world, signer="team/legal") == {hurt}
    assert found(world, signer="team/legal", incident=LATE) == set()
    assert found(world, signer="team/localisation") == set()
    for approval, shown in approvals(world.graph, hurt).items():
        if shown["routedTo"] == ("team/legal",):
            act(world, approval, "grant", LAWYER)
    world.catch_up()
    assert found(world, signer="team/legal") == set()


def test_pages_follow_one_another(world: World, four: list[ThingId]) -> None:
    first = listed(world, Wanted(), after="", limit=3)
    rest = listed(world, Wanted(), after=first[-1], limit=3)
    assert [*first, *rest] == sorted(four)
