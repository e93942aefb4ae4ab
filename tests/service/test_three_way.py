"""Three-way merges: laws that hold for any texts, and clashes that say where."""

from hypothesis import example, given
from hypothesis import strategies as st

from service.rebasing import Clashing, merged
from service.three_way import MOST_LINES, Clash, merge

LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n", "  - x: 1\n"]), max_size=12)
TEXTS = LINES.map("".join) | st.text(max_size=40)


@given(TEXTS, TEXTS)
def test_where_only_one_of_them_changed_a_text_theirs_or_ours_stands(base: str, new: str) -> None:
    assert merge(base, base, new).text == new
    assert merge(base, new, base).text == new
    assert merge(base, new, new).text == new


@given(TEXTS, TEXTS, TEXTS)
@example("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n")
@example("", "a\n", "b\n")
def test_a_merge_has_no_sides(base: str, ours: str, theirs: str) -> None:
    one, other = merge(base, ours, theirs), merge(base, theirs, ours)
    assert one.text == other.text
    assert [(c.base, c.ours, c.theirs) for c in one.clashes] == [
        (c.base, c.theirs, c.ours) for c in other.clashes
    ]
    assert (one.text is None) == bool(one.clashes)


@given(LINES, st.data())
def test_changes_of_lines_far_apart_both_stand(lines: list[str], data: st.DataObject) -> None:
    first, last = data.draw(LINES), data.draw(LINES)
    middle = ["=== one ===\n", "=== two ===\n"]
    base = "".join([*lines, *middle, *lines])
    found = merge(base, "".join([*first, *middle, *lines]), "".join([*lines, *middle, *last]))
    assert found.text == "".join([*first, *middle, *last])


def test_a_clash_says_where_it_is_in_the_text_we_have() -> None:
    base = "book: x\nrule: a\nat: 4\nend\n"
    found = merge(base, "new\nbook: x\nrule: a\nat: 5\nend\n", "book: x\nrule: a\nat: 6\nend\n")
    assert found.text is None
    assert found.clashes == (Clash(line=4, base="at: 4\n", ours="at: 5\n", theirs="at: 6\n"),)


def test_texts_that_are_too_long_to_compare_clash_as_a_whole() -> None:
    base = "same\n" * (MOST_LINES + 2)
    found = merge("x\n" + base, "y\n" + base, "z\n" + base)
    assert [clash.line for clash in found.clashes] == [1]


def test_a_file_that_one_removed_and_the_other_changed_clashes_unless_it_is_settled() -> None:
    base, theirs = {"f": "1\n"}, {"f": "2\n"}
    found = merged(base, {}, theirs, {})["f"]
    assert isinstance(found, Clashing)
    assert "has it no more" in found.told()
    assert merged(base, {}, theirs, {"f": None}) == {"f": None}
    assert merged(base, {}, theirs, {"f": "3\n"}) == {"f": "3\n"}


def test_files_that_are_new_or_gone_on_one_side_follow_that_side() -> None:
    assert merged({}, {"f": "1"}, {}, {}) == {"f": "1"}
    assert merged({}, {}, {"f": "1"}, {}) == {"f": "1"}
    assert merged({"f": "1"}, {}, {"f": "1"}, {}) == {"f": None}
    assert merged({"f": "1"}, {"f": "1"}, {}, {}) == {"f": None}
