"""Wordings: a small part of Jinja2 and nothing else; values are never read as templates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.wording import FILTERS, Value, WordingInvalid, check, rendered, slots_of
from tests.rules.examples import quick

HOLDS = {"name": "text", "team": "text", "steps": "list", "careful": "flag", "by": "time"}
VALUES: dict[str, Value] = {
    "name": "Ada",
    "team": "our team",
    "steps": ("Leave the train.", "Wait on the platform."),
    "careful": True,
    "by": "6 PM",
}
ATTACKS = (
    "{{ 7*7 }}",
    "{{ name.__class__.__mro__ }}",
    "{% for x in range(10**9) %}x{% endfor %}",
    "{% if true %}yes{% endif %}",
    "{% include '/etc/passwd' %}",
    "{# hidden #}",
    "{{ config }}",
    "#{name}",
    "${name}",
    "%(name)s",
    "{0.__class__}",
)


@pytest.mark.parametrize(
    ("text", "offending", "told"),
    [
        ("Dear {{ namme }},", "namme", "is no slot"),
        ("{{ name.title }}", "title", "is a part of a slot"),
        ("{{ name['x'] }}", "getitem", "is a part of a slot"),
        ("{{ name() }}", "call", "is a call"),
        ("{{ 7*7 }}", "mul", "which no wording has"),
        ("{{ 'x' }}", "const", "is a fixed value"),
        ("{% for x in steps %}{{ x }}{% endfor %}", "for", "is a loop; show a list"),
        ("{% set name = 'x' %}", "assign", "is an assignment"),
        ("{% include 'x' %}", "include", "is an include"),
        ("{% import 'x' as y %}", "import", "is an import"),
        ("{% macro m() %}{% endmacro %}", "m", "is a macro"),
        ("{% if name == 'Ada' %}x{% endif %}", "compare", "is a comparison"),
        ("{% if name is defined %}x{% endif %}", "defined", "is a test"),
        ("{{ name if careful else team }}", "condexpr", "which no wording has"),
        ("{{ name ~ team }}", "concat", "which no wording has"),
        ("{{ name | upper }}", "upper", "is no filter; there are capitalised"),
        ("{{ name | capitalised(1) }}", "capitalised", "is a filter that takes nothing"),
        ("{{ name | bullets }}", "bullets", "shapes a list, not a text"),
        ("{{ steps | capitalised }}", "capitalised", "shapes words, not a list"),
        ("{{ steps }}", "steps", "is a list; say how it is shown"),
        ("{{ careful }}", "careful", "only chooses wording and is never shown"),
        ("{{ careful or name }}", "and, or, not", "is shown; only a slot can be"),
        ("Dear {{ name", "Dear {{ name", "is no wording"),
        ("{% if name %}Dear", "{% if name %}Dear", "is no wording"),
        ("x" * 8_001, "x" * 40, "has more than 8000 characters"),
    ],
)
def test_what_no_wording_may_have_is_told_with_its_cure(
    text: str, offending: str, told: str
) -> None:
    slips = check(text, HOLDS)
    assert any(one.offending == offending and told in one.reason for one in slips), slips


def test_a_misspelt_slot_shows_the_nearest_one_and_its_line() -> None:
    (slip,) = check("Hello,\n\nDear {{ nmae }},", HOLDS)
    assert (slip.line, slip.nearest) == (3, "name")


def test_slots_are_shown_and_choose() -> None:
    text = (
        "{% if careful and not name %}A{% elif name %}Dear {{ name }},{% else %}Hello,{% endif %}"
    )
    assert check(text, HOLDS) == ()
    assert rendered(text, VALUES) == "Dear Ada,"
    assert rendered(text, VALUES | {"name": ""}) == "A"
    assert rendered(text, VALUES | {"name": "", "careful": False}) == "Hello,"


def test_lists_are_shown_as_bullets_or_numbers() -> None:
    assert (
        rendered("{{ steps | bullets }}", VALUES) == "- Leave the train.\n- Wait on the platform."
    )
    assert rendered("{{ steps | numbered }}", VALUES).startswith("1. Leave")


def test_what_is_left_out_leaves_no_gap() -> None:
    text = "Hello,\n\n{% if name %}\n{{ name }}\n\n{% endif %}\n\n\nGood night {{ name }} there."
    assert rendered(text, VALUES | {"name": ""}) == "Hello,\n\nGood night there."


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_value_that_looks_like_a_template_stays_what_it_is(attack: str) -> None:
    assert rendered("Dear {{ name }},", VALUES | {"name": attack}) == f"Dear {attack},"
    assert (
        rendered("{{ name | capitalised }}", VALUES | {"name": attack}).lower() == attack.lower()
    )
    assert attack in rendered("{{ steps | bullets }}", VALUES | {"steps": (attack,)})


@quick
@given(st.text(max_size=300), st.text(max_size=300))
def test_a_value_is_never_read_as_a_template(name: str, team: str) -> None:
    """What is rendered is the text around the values, and the values."""
    shown = rendered("<{{ name }}|{{ team }}>", VALUES | {"name": name, "team": team})
    squeezed = "".join(shown.split())
    assert squeezed == "".join(f"<{name}|{team}>".split())


@quick
@given(st.text(max_size=200))
def test_any_text_is_a_wording_or_a_mistake_and_never_another_error(text: str) -> None:
    slips = check(text, HOLDS)
    if not slips and slots_of(text) <= VALUES.keys():
        rendered(text, VALUES)


@quick
@given(st.lists(st.sampled_from(ATTACKS + tuple(FILTERS) + ("name", "steps", " ")), max_size=6))
def test_what_passes_the_check_reads_nothing_but_slots(pieces: list[str]) -> None:
    text = "".join(pieces)
    if not check(text, HOLDS):
        shown = rendered(text, VALUES)
        assert "49" not in shown
        assert "class" not in shown.replace("{0.__class__}", "")


def test_a_slot_without_a_value_is_an_error() -> None:
    with pytest.raises(WordingInvalid, match="name has no value"):
        rendered("Dear {{ name }}", {})


def test_values_that_would_flood_a_message_are_refused() -> None:
    with pytest.raises(WordingInvalid, match="longer than"):
        rendered("{{ name }}" * 30, VALUES | {"name": "x" * 5_000})
