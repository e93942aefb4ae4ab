"""Pathways: what legal approved beforehand goes out at once; what is outside says by what."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from knowledge.refusals import IdempotencyMismatch
from ontology.identity import ThingId
from ontology.lifecycle import Actor, ActRefused, Role
from ontology.record_values import RecordInvalid
from service import pathway_proposing, pathways, submitting
from service.clock import StoppedClock
from service.committing import GateRefused
from service.message_content import approvals, read
from service.pathway_bodies import PathwayIn
from service.sweep import sweep
from service.world import World
from tests.service import test_messages as messages
from tests.service.conftest import START
from tests.service.test_messages import HURT, LAWYER, WRITER, act, drafted, put, state

prepared = messages.prepared
world = messages.world
TEXT = "A train left the rails near {place}. {hurt:number} people were hurt. We think of them."
SAID = "A train left the rails near Harmon. 12 people were hurt. We think of them."
HARM: dict[str, Any] = {"incident": HURT, "acknowledges_harm": True, "admission": "harm"}


def body(**changes: Any) -> PathwayIn:
    said = {
        "name": "First hour",
        "text": TEXT,
        "language": "en",
        "max_distance": 0.2,
        "covers": ["legal-approval"],
        "channels": ["website"],
        "audiences": ["public"],
        "strategies": ["adjust"],
        "topics": ["claim-topic/injured"],
        "valid_from": START.isoformat(),
        "valid_until": (START + timedelta(days=90)).isoformat(),
    }
    return PathwayIn.model_validate(said | changes)


def proposed(world: World, actor: Actor = WRITER, **changes: Any) -> ThingId:
    event = pathway_proposing.propose(world, body(**changes), actor)
    world.catch_up()
    return event.subject


def approved(world: World, **changes: Any) -> ThingId:
    pathway = proposed(world, **changes)
    act(world, pathway, "approve", LAWYER)
    world.catch_up()
    return pathway


def outside(world: World, pathway: ThingId, message: ThingId) -> str:
    (found,) = pathways.compared(world, read(world.graph, message), [pathway], world.clock.now())
    return "; ".join(one.why for one in found.outside)


def needs(world: World, message: ThingId) -> set[str]:
    world.catch_up()
    return {str(one["requirement"][0]) for one in approvals(world.graph, message).values()}


def test_what_is_inside_needs_no_signature_that_the_pathway_covers(world: World) -> None:
    without = drafted(world, **HARM, text=SAID)
    submitting.submit(world, without, WRITER)
    asked = needs(world, without)
    assert "legal-approval" in asked
    pathway = approved(world, covers=sorted(asked))
    message = drafted(world, **HARM, text=SAID)
    submitting.submit(world, message, WRITER)
    assert needs(world, message) == set()
    assert state(world, message) == "approved"
    assert world.graph.get(message, "underPathway") == pathway


def test_signatures_that_it_does_not_cover_are_still_asked_for(world: World) -> None:
    pathway = approved(world, covers=["legal-approval"])
    message = drafted(world, **HARM, text=SAID)
    submitting.submit(world, message, WRITER)
    assert "legal-approval" not in needs(world, message)
    assert needs(world, message) == set() or state(world, message) == "submitted"
    assert world.graph.get(message, "underPathway") == pathway


def test_a_pathway_that_covers_nothing_that_is_asked_is_not_named(world: World) -> None:
    approved(world, covers=["local-check"])
    message = drafted(world, **HARM, text=SAID)
    submitting.submit(world, message, WRITER)
    assert "legal-approval" in needs(world, message)
    assert world.graph.get(message, "underPathway") is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"text": SAID + " Our hotline is open all night for whoever asks."}, "its distance"),
        ({"text": SAID.replace("were hurt", "were not hurt")}, "negation 'not' is new"),
        ({"text": SAID.replace("12", "Many")}, "slot {hurt:number} is not filled"),
        ({"admission": "fault"}, "admits fault"),
        ({"admission": None}, "nobody has judged"),
        ({"admission": "not-judged"}, "nobody has judged"),
        ({"channel": "press"}, "the channel press is not covered"),
        ({"audience": "press"}, "the audience press is not covered"),
        ({"language": "fr"}, "the language fr is not covered"),
        ({"strategies": ["deny"]}, "the strategy deny is not covered"),
        (
            {"claims": [{"topic": "claim-topic/brakes", "polarity": "denied"}]},
            "the claim topic claim-topic/brakes is not covered",
        ),
        ({"subject": "What we know of the accident on the line so far"}, "its distance"),
    ],
)
def test_what_is_outside_says_by_what_and_is_signed(
    world: World, changes: dict[str, Any], why: str
) -> None:
    pathway = approved(world, covers=["legal-approval"])
    message = drafted(world, **(HARM | {"text": SAID} | changes))
    assert why in outside(world, pathway, message)
    submitting.submit(world, message, WRITER)
    world.catch_up()
    assert world.graph.get(message, "underPathway") is None


def test_a_region_is_covered_with_all_that_lies_in_it(world: World) -> None:
    zone = {"jurisdiction": "US-NY", "timeZone": "America/New_York"}
    put(world, "Region", "region/xx", name="X", **zone)
    put(world, "Region", "region/xx-a", name="A", withinRegion="region/xx", **zone)
    put(world, "Region", "region/yy", name="Y", **zone)
    pathway = approved(world, regions=["region/xx"])
    for region, why in (
        ("region/xx-a", ""),
        ("region/yy", "the region region/yy is not covered"),
        (None, "it is for everywhere, which is more than is covered"),
    ):
        message = drafted(world, **HARM, text=SAID, region=region)
        assert outside(world, pathway, message) == why


def test_it_holds_neither_before_nor_after_its_time(world: World, clock: StoppedClock) -> None:
    later = START + timedelta(days=30)
    pathway = approved(world, valid_from=later.isoformat())
    message = drafted(world, **HARM, text=SAID)
    assert "it holds from" in outside(world, pathway, message)
    clock.advance(START + timedelta(days=91))
    assert "it held until" in outside(world, pathway, message)
    sweep(world, clock.now())
    assert state(world, pathway) == "expired"
    assert "it is expired, not approved" in outside(world, pathway, message)


def test_one_that_was_withdrawn_holds_no_more(world: World) -> None:
    pathway = approved(world)
    act(world, pathway, "withdraw", LAWYER, reason="The investigators ask for silence.")
    message = drafted(world, **HARM, text=SAID)
    assert "it is withdrawn, not approved" in outside(world, pathway, message)
    submitting.submit(world, message, WRITER)
    assert "legal-approval" in needs(world, message)


def test_what_was_approved_by_a_pathway_does_not_go_out_once_it_is_withdrawn(
    world: World,
) -> None:
    plain = drafted(world, **HARM, text=SAID)
    submitting.submit(world, plain, WRITER)
    pathway = approved(world, covers=sorted(needs(world, plain)))
    message = drafted(world, **HARM, text=SAID)
    submitting.submit(world, message, WRITER)
    assert state(world, message) == "approved"
    act(world, pathway, "withdraw", LAWYER, reason="The investigators ask for silence.")
    with pytest.raises(ActRefused, match="holds no more"):
        act(world, message, "publish")
    act(world, message, "recall")
    submitting.submit(world, message, WRITER)
    assert "legal-approval" in needs(world, message)
    assert world.graph.get(message, "underPathway") is None
    assert read(world.graph, message).one("text") == SAID


def test_what_is_inside_goes_out(world: World) -> None:
    plain = drafted(world, **HARM, text=SAID)
    submitting.submit(world, plain, WRITER)
    approved(world, covers=sorted(needs(world, plain)))
    message = drafted(world, **HARM, text=SAID)
    submitting.submit(world, message, WRITER)
    inside: dict[str, Any] = {
        "kind": "internal-message",
        "audience": "employees",
        "channel": "intranet",
    }
    first = drafted(world, **HARM, text=SAID, **inside)
    submitting.submit(world, first, WRITER)
    act(world, first, "publish")
    act(world, message, "publish")
    assert state(world, message) == "live"


def test_only_legal_approves_and_not_its_author(world: World) -> None:
    both = Actor(id=LAWYER.id, roles=frozenset({Role.LEGAL, Role.RESPONDER}))
    own = proposed(world, both)
    with pytest.raises(ActRefused, match="propose"):
        act(world, own, "approve", both)
    with pytest.raises(ActRefused, match="legal"):
        act(world, proposed(world), "approve", WRITER)


def test_one_that_nobody_read_in_time_expires(world: World, clock: StoppedClock) -> None:
    pathway = proposed(world)
    clock.advance(START + timedelta(days=8))
    sweep(world, clock.now())
    assert state(world, pathway) == "expired"


@pytest.mark.parametrize(
    ("changes", "pointer", "words"),
    [
        ({"text": "Near {somewhere}."}, "/text", "is no slot"),
        ({"covers": ["legal-approval", "board-approval"]}, "/covers/1", "can't waive"),
        (
            {
                "valid_from": "2001-01-01T00:00:00Z",
                "valid_until": "2002-01-01T00:00:00Z",
            },
            "/valid_until",
            "has passed",
        ),
    ],
)
def test_what_can_not_be_a_pathway_is_refused(
    world: World, changes: dict[str, Any], pointer: str, words: str
) -> None:
    with pytest.raises(RecordInvalid) as refused:
        proposed(world, **changes)
    assert words in refused.value.errors[pointer]


@pytest.mark.parametrize(
    "changes",
    [
        {"covers": []},
        {"covers": ["marketing-contact"]},
        {"max_distance": 1.01},
        {"max_distance": float("nan")},
        {"channels": []},
        {"valid_until": START.isoformat()},
        {"topics": ["team/legal"]},
        {"text": "x" * 6_001},
        {"surprise": 1},
    ],
)
def test_a_body_that_does_not_fit_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(changes))):
        body(**changes)


def test_one_that_names_what_does_not_stand_is_refused(world: World) -> None:
    with pytest.raises(GateRefused, match="topic that the pathway covers"):
        proposed(world, topics=["claim-topic/none"])
    with pytest.raises(GateRefused, match="region of the pathway"):
        proposed(world, regions=["region/none"])


def test_one_is_proposed_with_its_text_only(world: World) -> None:
    with pytest.raises(ActRefused, match="/v1/pathways"):
        act(world, ThingId("pathway/bare"), "propose")


def test_the_same_key_proposes_once(world: World) -> None:
    first = pathway_proposing.propose(world, body(), WRITER, idempotency="k")
    assert pathway_proposing.propose(world, body(), WRITER, idempotency="k") == first
    with pytest.raises(IdempotencyMismatch):
        pathway_proposing.propose(world, body(name="Other"), WRITER, idempotency="k")


def test_of_several_the_one_that_covers_most_is_named() -> None:
    def one(name: str, covers: tuple[str, ...], distance: float = 0.0) -> pathways.Found:
        return pathways.Found(
            pathway=ThingId(name), covers=covers, distance=distance, most=1, outside=()
        )

    few, many = one("pathway/a", ("legal-approval",)), one("pathway/b", ("a", "legal-approval"))
    assert pathways.best([few, many], ["legal-approval", "a"]) == many
    assert pathways.best([many, few], ["legal-approval"]) == few
    assert pathways.best([few], ["board-approval"]) is None
    near = one("pathway/z", ("legal-approval",))
    assert pathways.best([one("pathway/a", ("legal-approval",), 0.1), near], few.covers) == near


def test_a_world_that_is_opened_later_knows_it_too(
    world: World, worlds: Callable[..., World]
) -> None:
    pathway = approved(world)
    other = worlds()
    other.catch_up()
    assert pathways.standing(other) == (pathway,)
