"""Names that may be one person's: alike ones meet, single words prove nothing, work is bounded."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge.linkage import names
from knowledge.linkage.blocks import MOST_FOR_ONE, MOST_UNDER_A_KEY, search
from knowledge.linkage.made_names import make
from knowledge.linkage.measured import measure
from knowledge.linkage.scoring import score
from loaders.world import sample
from ontology.identity import ThingId

MOST_KEYS = 40


def pool() -> list[str]:
    return [
        str(one["properties"]["displayName"])
        for one in sample()
        if one["type"] == "Customer" and isinstance(one["properties"], dict)
    ]


def points(handle: str | None, shown: str | None, customer: str) -> float:
    return score(names.account(handle, shown), names.customer(customer)).points


@pytest.mark.parametrize(
    ("handle", "shown"),
    [
        ("@x1", "Silas Tremblay"),
        ("@x1", "TREMBLAY, Silas"),
        ("@x1", "Sílas Tremblay 🚆"),
        ("@x1", "Silas Trembaly"),
        ("@silas_tremblay83@mastodon.example", None),
        ("@stremblay", None),
    ],
)
def test_a_variant_of_a_name_is_suggested(handle: str, shown: str | None) -> None:
    assert points(handle, shown, "Silas Tremblay") >= 85


@pytest.mark.parametrize(
    ("handle", "shown"),
    [
        ("@silas_rides", "Silas"),
        ("@x1", "S. Tremblay"),
        ("@x1", "Silas Northcott"),
        ("@x1", "Wren Tremblay"),
        ("@latetrain", None),
        (None, None),
    ],
)
def test_what_many_share_is_not(handle: str | None, shown: str | None) -> None:
    assert points(handle, shown, "Silas Tremblay") < 85


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
@example("@", "İ", "ß")
@example("@a", "😀 😀", "\u202e")
def test_whatever_the_names_a_score_lies_between_0_and_100(
    handle: str, shown: str, customer: str
) -> None:
    assert 0.0 <= points(handle, shown, customer) <= 100.0
    assert len(set(names.keys(names.account(handle, shown)))) <= MOST_KEYS


def test_suggestions_on_made_names_are_as_good_as_the_page_says() -> None:
    rows, kinds = measure(make(pool()), (85.0, 90.0))
    at_85, at_90 = rows
    assert (round(at_85.precision, 2), round(at_85.recall, 2)) == (0.75, 0.70)
    assert (round(at_90.precision, 2), round(at_90.recall, 2)) == (1.0, 0.58)
    assert kinds["an initial"] == kinds["first name alone"] == 0.0


def suggested(*called: str) -> list[str]:
    mine = {ThingId("account/a"): names.account("@rails7", "Ada Moor")}
    many = ((ThingId(f"customer/{n}-{c}"), names.customer(c)) for n, c in enumerate(called))
    return [one.customer.partition("-")[2] for one in search(mine, many, least=85).pairs()]


def test_three_namesakes_are_put_before_a_person_and_four_are_not() -> None:
    assert len(suggested(*["Ada Moor"] * MOST_FOR_ONE)) == MOST_FOR_ONE
    assert suggested(*["Ada Moor"] * (MOST_FOR_ONE + 1)) == []


def test_beside_the_very_name_no_worse_one_is_suggested() -> None:
    assert suggested("Ada Moor", "Ada Mor", "Adda Mohr") == ["Ada Moor"]
    assert len(suggested("Ada Mor", "Adda Mohr")) >= 1


def test_many_namesakes_give_nothing_and_the_work_is_bounded() -> None:
    mine = {ThingId("account/a"): names.account("@adamoor", "Ada Moor")}
    many = ((ThingId(f"customer/{n}"), names.customer("Ada Moor")) for n in range(20_000))
    found = search(mine, many, least=85)
    assert found.pairs() == []
    assert found.namesakes == 1
    assert found.compared <= MOST_UNDER_A_KEY * MOST_KEYS
    assert found.left_out > 0
