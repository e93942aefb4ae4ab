"""The dilemmas that ship read well, and a file with mistakes says all of them."""

import pytest

from ontology.marked_reader import FileInvalid
from ontology.schema import schema
from rules.dilemmas import dilemmas, read

GOOD = """
dilemmas:
  a:
    title: A
    case: Something happens.
    options:
      one: {does: This., costs: That., boundary: {topic: t, says: S., within: 1 hour, limit: 5}}
      two: {does: That., costs: This.}
"""


def test_there_are_at_least_ten_and_each_has_a_choice_and_a_boundary() -> None:
    assert len(dilemmas()) >= 10
    for one in dilemmas().values():
        assert len(one.options) >= 2
        assert any(option.boundary is not None for option in one.options.values()), one.name


def test_what_they_bind_to_is_what_records_may_say() -> None:
    for one in dilemmas().values():
        for option in one.options.values():
            boundary = option.boundary
            if boundary is None:
                continue
            assert boundary.forbids_strategy in {None, *schema().schemes["strategy"]}
            assert (boundary.forbids_claim or "claim-topic/x").startswith("claim-topic/")
            held = (boundary.forbids_claim, boundary.forbids_strategy, boundary.requires)
            assert any(held) or boundary.limit is not None, (one.name, option.name)


def test_a_good_one_is_read() -> None:
    boundary = read(GOOD)["a"].options["one"].boundary
    assert boundary is not None
    assert (boundary.limit, str(boundary.within)) == (5.0, "1:00:00")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("limit: 5", "limit: lots", "no sum of money"),
        ("limit: 5", "limit: -1", "no sum of money"),
        ("within: 1 hour", "within: soon", "soon"),
        ("topic: t, ", "", "topic is missing"),
        ("case: Something happens.", "story: Something happens.", "case is missing"),
        ("      two: {does: That., costs: This.}\n", "", "fewer than 2 options"),
        ("title: A", "title: [A]", "a list stands where a text belongs"),
        ("dilemmas:", "cases:", "dilemmas is missing"),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, words: str) -> None:
    with pytest.raises(FileInvalid) as refusal:
        read(GOOD.replace(old, new))
    assert words in str(refusal.value)
    assert all(one.startswith("rules/dilemmas.yaml:") for one in refusal.value.errors)
