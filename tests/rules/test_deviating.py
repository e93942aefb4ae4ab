"""Terms of deviations: each tier has its spans, and every mistake its place."""

from datetime import timedelta
from importlib.resources import files

import pytest

from ontology.marked_reader import FileInvalid
from rules.deviating import USUAL, read

SHIPPED = files("rules").joinpath("guidelines", "deviations.yaml").read_text("utf-8")


def test_the_shipped_terms_give_higher_tiers_more_time() -> None:
    terms = read(SHIPPED)
    order = ("frontline", "specialist", "crisis-team", "executive", "board")
    for spans in (terms.answer, terms.holds):
        assert [spans[tier] for tier in order] == sorted(spans.values())
    assert terms.holds[USUAL] == timedelta(days=3)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("frontline: 10 minutes", "frontline: soon", ":5:21: 'soon'"),
        ("frontline: 10 minutes", "frontline: 0 minutes", "'0 minutes' is no duration"),
        ("frontline: 10 minutes, ", "", ":5:9: frontline is missing"),
        ("frontline: 10 minutes", "backline: 10 minutes", "'backline' is no key here"),
        ("owner: team/crisis-office\n", "", "owner is missing"),
        ("owner: team/crisis-office", "owner: [a]", "a list stands where a text belongs"),
        ("board: 2 hours", "board: 2", "stands where a text belongs"),
    ],
)
def test_each_mistake_is_named_with_its_place(old: str, new: str, told: str) -> None:
    with pytest.raises(FileInvalid) as caught:
        read(SHIPPED.replace(old, new, 1))
    assert told in str(caught.value)
