from typing import Any

import pytest

from knowledge.spread.anomalies import Memory, observe
from knowledge.spread.memories import MemoryInvalid, kept, restored


def used() -> dict[str, Any]:
    memory = Memory()
    for count in (5, 7, 0, 900):
        memory, _ = observe(memory, count, 300.0)
    return kept(memory)


def test_what_was_kept_is_restored() -> None:
    assert kept(restored(used())) == used()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rows": 1.5}, "rows"),
        ({"armed": 1}, "armed"),
        ({"told": float("nan")}, "told"),
        ({"interval": "300"}, "interval"),
        ({"colour": "red"}, "colour"),
        ({"usual": None}, "usual"),
        ({"usual": {**used()["usual"], "days": [0.0]}}, "days"),
        ({"sudden": {**used()["sudden"], "excess": 0.0}}, "excess"),
    ],
)
def test_a_memory_that_is_none_is_refused_by_the_name_of_its_part(
    change: dict[str, Any], said: str
) -> None:
    with pytest.raises(MemoryInvalid, match=said):
        restored({**used(), **change})


def test_a_missing_part_is_named() -> None:
    plain = used()
    del plain["since"]
    with pytest.raises(MemoryInvalid, match="since"):
        restored(plain)
