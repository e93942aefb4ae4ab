"""Who is affected by traces: posts of known accounts, and contacts that other systems measured."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from knowledge.measures.observation_kinds import KINDS
from ontology.identity import ThingId
from ontology.signals import Signal
from service.campaign_bodies import AffectedIn
from service.campaign_people import affected
from service.clock import StoppedClock
from service.observation_loading import take
from service.world import World
from tests.service.test_messages import LATE, WRITER, prepared, put, world

__all__ = ["prepared", "world"]

FENCE = "geofence/river"
DESK = "touchpoint/desk"


def measured_one(world: World) -> ThingId:
    """The customer whom the other system calls t2."""
    return world.keys.pseudonym("customer", "desk", "t2")


@pytest.fixture
def traced(world: World, clock: StoppedClock) -> World:
    """Three customers: one posts about it, one from the fence, one was in contact elsewhere."""
    put(world, "Incident", LATE, name="Late", ownedBy="team/crisis-office", topic=["delay"])
    for n in range(3):
        who = f"customer/t{n}" if n < 2 else measured_one(world)
        put(world, "Customer", who, since="2020-01-01")
    put(
        world,
        "Touchpoint",
        DESK,
        name="Desk",
        touchpointKind="store",
        ownedBy="team/communications",
    )
    for n in range(2):
        put(world, "Account", f"account/t{n}", handle=f"@t{n}", accountOf=f"customer/t{n}")
    at = clock.now() - timedelta(hours=1)
    posts = (
        ("t0", "The delay again #delay", ()),
        ("t1", "Nice river", (ThingId(FENCE),)),
        ("nobody", "Another #delay", ()),
    )
    signals = [
        Signal(
            id=ThingId(f"signal/x-{who}"),
            platform=ThingId("platform/x"),
            feed=ThingId("feed/x"),
            posted_at=at,
            received_at=at,
            text=text,
            author=ThingId(f"account/{who}"),
            topics=("delay",) if "#" in text else (),
            fences=fences,
        )
        for who, text, fences in posts
    ]
    world.segments.commit(signals, actor=ThingId("person/ada"), id=world.ids, at=clock.now())
    row = {"subject": "t2", "opened": at.isoformat(), "case": "k1", "touchpoint": DESK}
    _, faults = take(world, KINDS["resolution"], [row], system="desk", actor=WRITER.id)
    assert not [*faults]
    world.catch_up()
    return world


def found(world: World, **said: Any) -> dict[str, tuple[str, ...]]:
    return {one.id: one.why for one in affected(world, AffectedIn.model_validate(said), ())}


def test_whoever_posted_about_it_is_affected_and_strangers_are_not(traced: World) -> None:
    assert found(traced, incident=LATE) == {}
    assert found(traced, incident=LATE, posted=True) == {
        "customer/t0": (f"posted about {LATE}",),
    }


def test_whoever_posted_from_a_fence_is_affected_within_the_time(
    traced: World, clock: StoppedClock
) -> None:
    assert found(traced, posted_in=[FENCE]) == {"customer/t1": (f"posted from {FENCE}",)}
    assert found(traced, posted_in=["geofence/other"]) == {}
    assert found(traced, posted_in=[FENCE], since=clock.now().isoformat()) == {}


def test_whoever_was_in_contact_elsewhere_is_affected_once_it_is_asked_for(traced: World) -> None:
    assert found(traced, touchpoints=[DESK]) == {}
    assert found(traced, touchpoints=[DESK], measured=True) == {
        measured_one(traced): (f"a contact about {DESK} (resolution)",)
    }


def test_several_traces_are_told_together_each_once(traced: World) -> None:
    put(traced, "Customer", "customer/t0", affectedBy=[LATE])
    traced.catch_up()
    both = found(traced, incident=LATE, posted=True)["customer/t0"]
    assert both == (f"affected by {LATE}", f"posted about {LATE}")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"posted": True, "touchpoints": [DESK]},
        {"measured": True, "living_in": ["region/x"]},
        {"posted_in": ["region/x"]},
    ],
)
def test_traces_of_nothing_that_is_named_are_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AffectedIn.model_validate(said)
