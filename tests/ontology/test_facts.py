"""Facts are checked against their shapes, quantised, and come back from their stored form."""

import json
from datetime import timedelta
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.events import Json
from ontology.facts import Fact, FactInvalid, Origin, catalogue

ORIGIN = Origin(source="request", ref="/facts/spread/0")


def spread(**values: object) -> Fact:
    return catalogue().fact("spread", {"window": "PT1H", **values}, ORIGIN)


def test_a_decimal_is_quantised_as_its_shape_says() -> None:
    assert spread(excess=4.12678).values["excess"] == 4.13


def test_minus_zero_is_zero() -> None:
    assert spread(velocity=-0.0).canonical() == spread(velocity=0.0).canonical()


def test_equal_facts_have_one_text_whatever_their_origins_and_order() -> None:
    one = catalogue().fact("feed", {"id": "feed/a", "status": "live"}, ORIGIN)
    other = catalogue().fact(
        "feed", {"status": "live", "id": "feed/a"}, Origin(source="triple", ref="feed/a")
    )
    assert one.canonical() == other.canonical()


def test_a_missing_field_is_not_in_the_fact() -> None:
    assert "virality" not in spread(volume=3).values


def test_all_errors_of_a_fact_come_at_once_by_field() -> None:
    with pytest.raises(FactInvalid) as caught:
        catalogue().fact("spread", {"excess": -1, "volum": 3, "confidence": "sure"}, ORIGIN)
    assert set(caught.value.errors) == {"excess", "volum", "confidence", "window"}
    assert "did you mean 'volume'" in caught.value.errors["volum"]
    assert "observed" in caught.value.errors["confidence"]


def test_an_unknown_kind_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(FactInvalid, match="did you mean 'incident'"):
        catalogue().fact("incidnt", {}, ORIGIN)


@pytest.mark.parametrize("team", ["legal", "person/ada", "team/", "team/a b"])
def test_a_reference_names_a_thing_of_its_kind(team: str) -> None:
    with pytest.raises(FactInvalid, match="team/"):
        catalogue().fact("routing", {"team": team}, ORIGIN)


def test_an_error_quotes_a_long_value_in_part() -> None:
    with pytest.raises(FactInvalid) as caught:
        spread(confidence="x" * 5_000)
    assert len(str(caught.value)) < 300


@given(
    volume=st.integers(0, 10**9),
    excess=st.floats(0, 1e6),
    window=st.sampled_from(["PT15M", "PT1H", "P1D"]),
    origins=st.lists(
        st.sampled_from(
            [ORIGIN, Origin(source="window", ref="PT1H"), Origin(source="event", ref="7")]
        ),
        max_size=3,
    ),
)
def test_every_fact_comes_back_from_json(
    volume: int, excess: float, window: str, origins: list[Origin]
) -> None:
    values = {"window": window, "volume": volume, "excess": excess}
    fact = catalogue().fact("spread", values, ORIGIN, *origins)
    stored = cast("Json", json.loads(json.dumps(fact.to_json())))
    read = catalogue().read(stored)
    assert read == fact
    assert read.canonical() == fact.canonical()


def test_durations_are_stored_as_text() -> None:
    fact = catalogue().fact("incident", {"age": timedelta(days=3)}, ORIGIN)
    assert fact.to_json()["values"] == {"age": "P3D"}


@pytest.mark.parametrize(
    "stored",
    [
        None,
        {"kind": "feed", "values": {}},
        {"kind": "feed", "values": {}, "origins": []},
        {"kind": "feed", "values": {}, "origins": [{"source": "rumour", "ref": "x"}]},
        {"kind": "feed", "values": [], "origins": [{"source": "rule", "ref": "x"}]},
    ],
)
def test_what_is_no_stored_fact_is_refused_with_a_valid_one(stored: Json) -> None:
    with pytest.raises(FactInvalid, match="write"):
        catalogue().read(stored)
