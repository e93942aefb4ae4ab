"""Words of others: visible characters on one line, whatever was sent."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.inert import inert
from tests.rules.examples import quick

PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"


@pytest.mark.parametrize(
    ("value", "text", "removed"),
    [
        ("Ada", "Ada", 0),
        ("Ada\nByron\r\nx", "Ada Byron x", 0),
        ("\u202egnoL\u202c", "gnoL", 2),
        ("\u2066a\u2069", "a", 2),
        ("A\u200bd\u2060a\ufeff", "Ada", 3),
        ("A\u00adda", "Ada", 1),
        ("A\x00\x1b[31mda", "A[31mda", 2),
        ("Ada\u2028Byron", "Ada Byron", 0),
        ("a\u200db", "ab", 1),
        (PERSIAN, PERSIAN, 0),
        ("👩\u200d👧", "👩\u200d👧", 0),
        ("\U000e0041Ada", "Ada", 1),
        ("\u3164", "", 1),
        ("<b onclick=x>Ada</b>", "\u2039b onclick=x\u203aAda\u2039/b\u203a", 0),
        ("  Ada   Byron ", "Ada Byron", 0),
        ("A" + "\u0301" * 40, "\u00c1" + "\u0301" * 3, 36),
        ("e\u0301", "é", 0),
    ],
)
def test_what_does_not_show_is_taken_out_and_counted(value: str, text: str, removed: int) -> None:
    assert inert(value) == (text, removed)


@quick
@given(st.text())
def test_nothing_is_left_that_hides_turns_or_marks_up(value: str) -> None:
    text = inert(value).text
    hidden = {"Cc", "Co", "Cs", "Cn", "Zl", "Zp"}
    assert not {unicodedata.category(one) for one in text} & hidden
    assert not set(text) & set("<>\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200b\ufeff")
    assert "\n" not in text


@quick
@given(st.text())
def test_what_is_inert_stays_as_it_is(value: str) -> None:
    once = inert(value).text
    assert inert(once) == (once, 0)
