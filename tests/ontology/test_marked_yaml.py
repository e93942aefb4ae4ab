"""Marked YAML: plain nodes with line and column, and nothing that could blow up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.marked_yaml import MAX_CHARACTERS, MAX_DEPTH, Entry, Node, YamlInvalid, parse


def entries(text: str) -> tuple[Entry, ...]:
    value = parse(text).value
    assert isinstance(value, tuple)
    return tuple(entry for entry in value if isinstance(entry, Entry))


def test_a_value_knows_where_it_stands() -> None:
    (_, second) = entries("a: 1\nbc: two\n")
    assert (second.key, second.line, second.column) == ("bc", 2, 1)
    assert (second.value.line, second.value.column) == (2, 5)


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("no", "no", "text"),
        ("yes", "yes", "text"),
        ("true", True, "boolean"),
        ("'true'", "true", "text"),
        ("007", 7, "integer"),
        ("1.5", "1.5", "text"),
        ("~", None, "nothing"),
        ("2026-10-01", "2026-10-01", "text"),
    ],
)
def test_only_true_false_null_and_whole_numbers_are_more_than_text(
    text: str, value: object, kind: str
) -> None:
    node = parse(text)
    assert (node.value, node.kind) == (value, kind)


def test_a_key_written_twice_is_there_twice() -> None:
    assert [entry.key for entry in entries("a: 1\na: 2")] == ["a", "a"]


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("a: &x 1\nb: *x", "alias", 2),
        ("a: !!python/object 1", "tag", 1),
        ("a: 1\n---\nb: 2", "second document", 2),
        ("", "empty", 1),
        ("a: [1,\nb", "expected", 2),
        ("? [a, b]\n: 1", "a key is a word", 1),
        ("[" * (MAX_DEPTH + 2), "deeper", 1),
        ("x" * (MAX_CHARACTERS + 1), "characters", 1),
    ],
)
def test_what_could_surprise_is_refused_with_its_line(text: str, words: str, line: int) -> None:
    with pytest.raises(YamlInvalid, match=words) as caught:
        parse(text)
    assert caught.value.line == line


def read_or_refused(text: str) -> Node | YamlInvalid:
    try:
        return parse(text)
    except YamlInvalid as error:
        return error


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_its_place(text: str) -> None:
    found = read_or_refused(text)
    assert found.line >= 1
    assert found.column >= 1
