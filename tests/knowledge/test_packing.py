import json

from hypothesis import given
from hypothesis import strategies as st

from knowledge.packing import packed, unpacked

values = st.recursive(
    st.none() | st.integers() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=60,
)


@given(value=values, spaces=st.integers(0, 64))
def test_packed_json_comes_back_also_with_padding_behind_it(value: object, spaces: int) -> None:
    text = json.dumps({"value": value}).encode()
    assert unpacked(packed(text) + b" " * spaces).rstrip(b" ") == text


def test_long_repetitive_json_takes_less_room() -> None:
    text = json.dumps([{"kind": "team", "values": {"on_call": True}}] * 100).encode()
    assert len(packed(text)) < len(text) / 10


@given(kept=st.binary(max_size=80))
def test_bytes_that_were_never_packed_come_back_as_they_are(kept: bytes) -> None:
    if not kept.startswith(b"x"):
        assert unpacked(kept) == kept


def test_damaged_bytes_come_back_as_they_are() -> None:
    damaged = b"x" + packed(b"[0]" * 1_000)[:5]
    assert unpacked(damaged) == damaged
