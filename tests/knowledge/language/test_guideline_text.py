"""The text of a guideline: principles with examples in any language, nothing that hurts a page."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.language.guideline_text import EXAMPLE, MOST_LINES, TextInvalid, principles

TWO = """Said before.

1. Say what happened,
   and where.
   - Do: The train stands
     near Harmon.
   - Don't: Any inconvenience.
   - ✗ An incident.

   More about it.

2. Auf Deutsch geht es auch.
   * ✓ Wir bitten um Entschuldigung.
   * ✗ Wir entschuldigen uns.

Said after.
"""


def test_principles_have_a_number_words_and_examples_of_both_kinds() -> None:
    first, second = principles(TWO)
    assert first.says == "Say what happened, and where."
    assert first.do == ("The train stands near Harmon.",)
    assert [one.split()[0] for one in first.dont] == ["Any", "An"]
    assert (second.number, second.do) == (2, ("Wir bitten um Entschuldigung.",))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "no numbered principle"),
        ("Be kind.\n\n- Do: x", 1, "no numbered principle"),
        (EXAMPLE.replace("1.", "2."), 1, "principle 2 comes where 1 should"),
        (f"{EXAMPLE}\n{EXAMPLE}", 4, "principle 1 comes where 2 should"),
        ("1. a\n   - Do: b", 1, "shows nothing to avoid"),
        ("1. a\n   - Don\u2019t: b", 1, "shows nothing to say"),
        ("1. a\n   - Do:\n   - ✗ b", 1, "shows nothing to say"),
        (f"{EXAMPLE} <script>", 3, "is HTML"),
        (f"{EXAMPLE} [x](javascript:alert)", 3, "is no link to https:"),
        (f"{EXAMPLE} \u202e", 3, "U+202E"),
        (f"{EXAMPLE} \x00", 3, "U+0000"),
        ("\n" * (MOST_LINES + 2), MOST_LINES + 1, "602 lines"),
        ("\n".join(f"{n}. a\n   - ✓ b\n   - ✗ c" for n in range(1, 42)), 121, "41 principles"),
    ],
)
def test_what_is_no_guideline_is_refused_by_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(TextInvalid) as refused:
        principles(text)
    assert refused.value.problems[0][0] == line
    assert words in refused.value.problems[0][1]


@pytest.mark.parametrize(
    "more",
    ["Près de Lyon\u00a0!", "\u200e\u05e2\u05d1", "[us](https://a.example)", "[q](#one)", "3 < 4"],
)
def test_what_other_scripts_and_links_need_is_kept(more: str) -> None:
    assert more.strip() in principles(f"{EXAMPLE} {more}")[0].dont[0]


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(TextInvalid):
        assert all(one.do and one.dont for one in principles(text))


@given(st.integers(1, 40))
def test_as_many_principles_are_read_as_are_written(many: int) -> None:
    text = "\n\n".join(f"{n}. Say {n}.\n   - ✓ a{n}\n   - ✗ b{n}" for n in range(1, many + 1))
    assert [one.do for one in principles(text)] == [(f"a{n}",) for n in range(1, many + 1)]
