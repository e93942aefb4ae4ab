import json
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.canonical import NotCanonical, canonical

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_a_value_reads_back_as_it_was(value: Any) -> None:
    assert json.loads(canonical(value)) == value


@given(st.dictionaries(TEXT, JSON, max_size=6), st.randoms())
def test_the_order_of_keys_does_not_matter(value: dict[str, Any], chance: Any) -> None:
    shuffled = list(value.items())
    chance.shuffle(shuffled)
    assert canonical(dict(shuffled)) == canonical(value)


@given(JSON)
def test_reading_and_writing_again_changes_no_byte(value: Any) -> None:
    assert canonical(json.loads(canonical(value))) == canonical(value)


def test_mappings_and_tuples_are_objects_and_arrays() -> None:
    assert canonical(MappingProxyType({"a": (1, 2)})) == b'{"a":[1,2]}'


def test_whole_floats_and_integers_stay_apart() -> None:
    assert canonical([1, 1.0]) == b"[1,1.0]"


@pytest.mark.parametrize(
    "value",
    [float("nan"), {"a": [float("-inf")]}, 2**53, "\ud800", {1: 2}, {"s": {1}}, b"bytes"],
    ids=["nan", "infinity", "large", "surrogate", "key", "set", "bytes"],
)
def test_what_json_lacks_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


def test_a_refusal_quotes_a_bounded_part_of_the_value() -> None:
    with pytest.raises(NotCanonical) as caught:
        canonical({"s": {"x" * 10_000}})
    assert len(str(caught.value)) < 300
