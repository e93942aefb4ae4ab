"""Which guideline holds for what is written, and which of its versions when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.identity import ThingId
from service.guideline_choice import Asked, choose, speaks
from service.guidelines import Guidelines, Version
from tests.service.conftest import START

HOUSE = ThingId("guideline/house")
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("named", "asked", "expected"),
    [
        ({"languages": ["en"]}, Asked(language="en-GB"), 1),
        ({"languages": ["en-GB"]}, Asked(language="en"), 0),
        ({"languages": ["DE"]}, Asked(language="de-AT"), 1),
        ({"languages": ["e"]}, Asked(language="en"), 0),
        ({"regions": ["region/de"]}, Asked(language="de"), 0),
        ({"regions": ["region/europe"]}, Asked(language="de", region=ThingId("region/de")), 0),
        (
            {"regions": ["region/europe"]},
            Asked(
                language="de",
                region=ThingId("region/de"),
                above=(ThingId("region/europe"),),
            ),
            1,
        ),
        ({"audiences": ["press"]}, Asked(language="en", audience="public"), 0),
        ({"channels": ["mail"]}, Asked(language="en"), 0),
        ({}, Asked(language="zz"), 1),
    ],
)
def test_it_holds_for_what_it_names_and_for_all_that_it_leaves_out(
    named: dict[str, Any], asked: Asked, expected: int
) -> None:
    known = Guidelines(versions={HOUSE: (version(**named),)})
    holds = choose(known, asked, START).holds
    assert [holds].count(None) == 1 - expected


def test_the_closest_wins_by_language_then_region_then_audience_then_channel() -> None:
    order: list[dict[str, Any]] = [
        {"languages": ["de-DE"]},
        {"languages": ["de"], "regions": ["region/de"]},
        {"languages": ["de"], "regions": ["region/europe"]},
        {"languages": ["de"], "audiences": ["public"]},
        {"languages": ["de"], "channels": ["mail"]},
        {"languages": ["de"]},
        {"regions": ["region/de"]},
        {},
    ]
    known = {
        ThingId(f"guideline/{n}"): (version(f"{n}", **named),)
        for n, named in reversed([*enumerate(order)])
    }
    asked = Asked(
        language="de-DE",
        region=ThingId("region/de"),
        above=(ThingId("region/europe"),),
        audience="public",
        channel="mail",
    )
    found = choose(Guidelines(versions=known), asked, START)
    assert found.holds is not None
    names = [one.version.guideline for one in (found.holds, *found.others)]
    assert names == [f"guideline/{n}" for n in range(len(order))]
    assert found.why().startswith("closer than guideline/1 by its language: for de-DE, everywhere")


def version(name: str = "house", number: int = 1, **named: Any) -> Version:
    return Version(
        id=ThingId(f"guideline-version/{name}-{number}"),
        guideline=ThingId(f"guideline/{name}"),
        number=number,
        state="in-force",
        name=name,
        owner=ThingId("team/speech"),
        languages=frozenset(named.get("languages", ())),
        audiences=frozenset(named.get("audiences", ())),
        regions=frozenset(map(ThingId, named.get("regions", ()))),
        channels=frozenset(named.get("channels", ())),
        teams=frozenset(),
        digest="d",
        review_by=START + DAY,
        acknowledge_within=DAY,
        revises=None,
        approved_at=named.get("approved_at", START),
        valid_from=named.get("valid_from"),
        valid_until=named.get("valid_until"),
        taken_back_at=named.get("taken_back_at"),
    )


MOMENTS = st.integers(0, 20).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + n * DAY)
TIMES = st.fixed_dictionaries(
    {
        "approved_at": st.none() | MOMENTS,
        "valid_from": st.none() | MOMENTS,
        "valid_until": st.none() | MOMENTS,
        "taken_back_at": st.none() | MOMENTS,
    }
)


@given(st.lists(TIMES, max_size=5), MOMENTS)
def test_at_most_one_version_is_in_force_and_none_before_its_approval(
    times: list[dict[str, Any]], at: datetime
) -> None:
    several = tuple(version(number=n, **one) for n, one in enumerate(times, start=1))
    known = Guidelines(versions={HOUSE: several})
    chosen = known.in_force(HOUSE, at)
    there = [one for one in several if one.covers(at)]
    assert (chosen is None) is (not there)
    if chosen is not None:
        assert chosen.approved_at is not None
        assert chosen.approved_at <= at
        assert all(one.number <= chosen.number for one in there)


TAGS = st.from_regex(r"[a-z]{2}(-[A-Z]{2}){0,2}", fullmatch=True)


@given(st.lists(TAGS, max_size=4), TAGS, TAGS)
def test_naming_more_languages_never_loses_one(
    languages: list[str], more: str, language: str
) -> None:
    before, after = speaks(languages, language), speaks([*languages, more], language)
    assert before is None or (after is not None and after >= before)
