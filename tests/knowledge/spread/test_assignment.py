from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.spread.assignment import IncidentScope, assign
from ontology.identity import ThingId
from ontology.signals import Signal

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
INCIDENT = ThingId("incident/train")
NEW_YORK, JERSEY = ThingId("region/us-ny"), ThingId("region/us-nj")
TWITTER, FORUM = ThingId("platform/twitter"), ThingId("platform/forum")


def said(text: str, *topics: str) -> Signal:
    return Signal(
        id=ThingId("signal/twitter-1"),
        platform=TWITTER,
        feed=ThingId("feed/listening"),
        posted_at=START,
        received_at=START,
        text=text,
        topics=topics,
    )


def about(*topics: str) -> IncidentScope:
    return IncidentScope(id=INCIDENT, topics=topics)


def fits(signal: Signal, scope: IncidentScope) -> bool:
    return assign(signal, [scope]) == (INCIDENT,)


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("train", "The TRAIN is late"),
        ("#MetroNorth", "stuck on #metronorth"),
        ("metronorth", "stuck on #MetroNorth!"),
        ("train crash", "a train crash near the river"),
        ("train crash", "pray for all #TrainCrash"),
        ("straße", "auf der STRASSE"),
        ("train", "ｔｒａｉｎ late"),  # noqa: RUF001 - full-width letters are the example
        ("列車", "列車が脱線した"),
        ("don't ride", "please don't ride today"),
    ],
)
def test_a_topic_fits_whatever_its_case_sign_or_form(topic: str, text: str) -> None:
    assert fits(said(text), about(topic))


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("train", "we are training for the race"),
        ("train crash", "crash of the train"),
        ("train crash", "the train did not crash"),
        ("train", "see https://example.org/train today"),
        ("train", ""),
    ],
)
def test_a_topic_fits_whole_words_in_their_order_only(topic: str, text: str) -> None:
    assert not fits(said(text), about(topic))


def test_a_topic_that_the_feed_declares_fits_without_being_in_the_text() -> None:
    assert fits(said("stuck again", "metro-north"), about("#metronorth"))


def test_one_of_several_topics_is_enough() -> None:
    assert fits(said("derailment!"), about("train", "derailment"))


def test_an_account_fits_when_mentioned_or_passed_on() -> None:
    scope = IncidentScope(id=INCIDENT, accounts=("@RailCo",))
    assert fits(said("thanks for nothing, @railco."), scope)
    assert fits(replace(said("the train is late"), share_of="RAILCO"), scope)
    assert not fits(said("mail me at me@railco.example"), scope)
    assert not fits(said("@railcofans unite"), scope)


def test_every_dimension_that_is_named_must_fit() -> None:
    scope = IncidentScope(
        id=INCIDENT, topics=("train",), platforms=(TWITTER,), accounts=("railco",)
    )
    assert fits(said("@railco the train is late"), scope)
    assert not fits(said("the train is late"), scope)
    assert not fits(said("@railco you are late"), scope)
    assert not fits(replace(said("@railco the train is late"), platform=FORUM), scope)


def test_a_region_fits_by_name_and_an_unknown_one_where_the_words_fit() -> None:
    scope = IncidentScope(id=INCIDENT, topics=("train",), regions=(NEW_YORK,))
    assert fits(replace(said("train"), region=NEW_YORK), scope)
    assert not fits(replace(said("train"), region=JERSEY), scope)
    assert fits(said("train"), scope)
    assert not fits(said("train"), IncidentScope(id=INCIDENT, regions=(NEW_YORK,)))


STATION, CITY, PORT = (ThingId(f"geofence/{name}") for name in ("station", "city", "port"))
AT_THE_STATION = IncidentScope(id=INCIDENT, fences=(STATION,), beside=(STATION, CITY, NEW_YORK))


def test_a_post_in_a_fence_that_is_meant_fits_without_any_words() -> None:
    assert fits(replace(said("look at that"), fences=(CITY, STATION)), AT_THE_STATION)


@pytest.mark.parametrize(
    "elsewhere",
    [{"fences": (PORT,)}, {"region": JERSEY}, {"fences": (PORT,), "region": NEW_YORK}],
)
def test_a_post_that_lies_elsewhere_is_outside_whatever_its_words(elsewhere: Any) -> None:
    scope = replace(AT_THE_STATION, topics=("train",))
    assert not fits(replace(said("the train"), **elsewhere), scope)


@pytest.mark.parametrize("where", [{}, {"fences": (CITY,)}, {"region": NEW_YORK}])
def test_a_post_that_may_lie_in_the_fence_fits_where_its_words_do(where: Any) -> None:
    scope = replace(AT_THE_STATION, topics=("train",))
    assert fits(replace(said("the train"), **where), scope)
    assert not fits(replace(said("the bus"), **where), scope)
    assert not fits(replace(said("the train"), **where), AT_THE_STATION)


def test_a_region_says_nothing_of_a_fence_whose_region_nobody_states() -> None:
    scope = replace(AT_THE_STATION, topics=("train",), beside=(STATION,))
    assert fits(replace(said("the train"), region=JERSEY), scope)


def test_a_post_in_the_fence_of_a_scope_needs_no_region_of_its_own() -> None:
    scope = replace(AT_THE_STATION, regions=(NEW_YORK,))
    assert fits(replace(said("look"), fences=(STATION,)), scope)
    assert not fits(replace(said("look"), fences=(STATION,), region=JERSEY), scope)


def test_a_derived_region_brings_a_post_into_a_region() -> None:
    scope = IncidentScope(id=INCIDENT, regions=(NEW_YORK,))
    assert fits(replace(said("Buffalo"), derived_region=NEW_YORK), scope)
    assert not fits(replace(said("Newark"), derived_region=JERSEY), scope)


def test_a_declared_region_counts_and_not_the_derived_one() -> None:
    scope = IncidentScope(id=INCIDENT, regions=(NEW_YORK,))
    declared = replace(said("Buffalo"), region=JERSEY, derived_region=NEW_YORK)
    assert not fits(declared, scope)


_WHERE = st.lists(st.sampled_from([STATION, CITY, PORT]), max_size=2, unique=True).map(tuple)
_REGIONS = st.lists(st.sampled_from([NEW_YORK, JERSEY]), max_size=1).map(tuple)


@given(
    fences=_WHERE,
    regions=_REGIONS,
    signal_fences=_WHERE,
    region=st.sampled_from([None, NEW_YORK, JERSEY]),
    tied=st.booleans(),
)
def test_a_derived_region_never_keeps_a_post_out(
    *, fences: Any, regions: Any, signal_fences: Any, region: Any, tied: bool
) -> None:
    scope = IncidentScope(
        id=INCIDENT,
        topics=("train",) if tied else (),
        regions=regions,
        fences=fences,
        beside=(*fences, NEW_YORK),
    )
    before = replace(said("the train"), fences=signal_fences, region=region)
    for derived in (NEW_YORK, JERSEY):
        after = replace(before, derived_region=derived)
        assert fits(after, scope) or not fits(before, scope)


def test_a_scope_that_names_nothing_holds_nothing() -> None:
    assert not fits(said("anything"), IncidentScope(id=INCIDENT))


def test_a_scope_holds_posts_from_since_until_before_until() -> None:
    hour = timedelta(hours=1)
    scope = replace(about("train"), since=START, until=START + hour)
    assert fits(said("train"), scope)
    assert not fits(replace(said("train"), posted_at=START + hour), scope)
    assert not fits(replace(said("train"), posted_at=START - hour), scope)


def test_a_signal_belongs_to_every_incident_in_scope_in_the_order_given() -> None:
    first, second = about("train"), replace(about("late"), id=ThingId("incident/delay"))
    signal = said("the train is late")
    assert assign(signal, [second, first]) == (second.id, first.id)


@given(st.text(max_size=60), st.text(min_size=1, max_size=20))
def test_any_text_and_topic_can_be_compared(text: str, topic: str) -> None:
    signal = said(text)
    assert assign(signal, [about(topic)]) == assign(signal, [about(topic)])
