"""Guidelines from files: what they are stands first, and every mistake has its line."""

import pytest

from knowledge.language.guideline_text import principles
from loaders.guidelines import LARGEST, GuidelineFileInvalid, read, sample

FILE = """---
guideline: guideline/house
languages: [en, no]
revises:
---

1. Say what happened.
   - Do: The train stands.
"""


def test_a_file_says_what_it_is_and_then_the_text() -> None:
    found = read(FILE, "house.md")
    assert found.body["languages"] == ["en", "no"]
    assert found.body["revises"] is None
    assert str(found.body["text"]).splitlines()[0] == "1. Say what happened."


def test_a_refusal_is_told_by_the_line_of_the_file() -> None:
    found = read(FILE, "house.md")
    assert found.place("/languages/1", "is none") == "house.md:3: is none"
    assert found.place("/owner", "is missing") == "house.md:1: is missing"
    words = "line 1: shows nothing to avoid; add a line; line 2: is HTML"
    told = found.place("/text", words).splitlines()
    assert told == ["house.md:7: shows nothing to avoid; add a line", "house.md:8: is HTML"]
    assert found.place("/text", "is too long") == "house.md:7: is too long"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "house.md:1:1: begin with what it is"),
        ("# Title\n", "house.md:1:1: begin with what it is"),
        ("---\nname: a\n", "house.md:1:1: begin with what it is"),
        ("---\n---\ntext", "house.md:2:1: the file is empty"),
        ("---\n- a\n---\ntext", "house.md:2:1: says nothing of what it is"),
        ("---\nname: [\n---\ntext", "house.md:"),
        ("---\nname: a\nnmae: b\n---\ntext", "house.md:3:1: 'nmae' is none of guideline, name"),
        ("---\nname: a\nname: b\n---\ntext", "house.md:3:1: name is said twice"),
        ("---\nname: &a b\nowner: *a\n---\ntext", "house.md:3:"),
        ("x" * (LARGEST + 1), "house.md:1:1: 100001 characters"),
    ],
)
def test_what_is_no_guideline_is_refused_with_its_place(text: str, words: str) -> None:
    with pytest.raises(GuidelineFileInvalid) as refused:
        read(text, "house.md")
    assert str(refused.value).startswith(words)


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    assert read("\ufeff" + FILE.replace("\n", "\r\n"), "a").lines == read(FILE, "a").lines


def test_the_samples_are_guidelines_of_several_cultures() -> None:
    found = {str(one.body["guideline"]): one for one in sample()}
    assert [one.body["languages"] for one in found.values()] == [["en"], ["de"], ["fr"]]
    assert all(len(principles(str(one.body["text"]))) >= 4 for one in found.values())
