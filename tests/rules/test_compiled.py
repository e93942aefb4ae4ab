import builtins

from hypothesis import given, settings
from hypothesis import strategies as st

from ontology.facts import catalogue
from rules.compiled import Compiled
from tests.rules import policies

INJECTIONS = (
    "K0 or __import__('os').abort()",
    "'\n    raise SystemExit\n#",
    '"); raise SystemExit; ("',
    "\\",
    "{values}",
    "v0",
    "%s",
)


@settings(max_examples=60, deadline=None)
@given(text=st.one_of(st.sampled_from(INJECTIONS), st.text(min_size=1, max_size=40)))
def test_no_text_of_a_rule_is_ever_run(text: str) -> None:
    if not text.isprintable():
        return
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    engine = Compiled(policies.book_of([{"team": {"id": "-", "external": quoted}}]))
    facts = [
        catalogue().fact("team", {"id": "team/a", "external": one}, policies.ORIGIN)
        for one in (text, "another")
    ]
    assert engine.fire(facts).matched == {"rule-0": frozenset({0})}


def test_the_generated_code_sees_no_builtins() -> None:
    engine = Compiled(policies.book_of([{"team": {"id": "-", "external": "x"}}]))
    space = engine._match.__globals__  # noqa: SLF001 - that is it
    assert space["__builtins__"] == {}
    assert not {*vars(builtins)} & {*space}


def test_patterns_that_many_rules_share_are_tried_once() -> None:
    asked = [{"team": {"id": "-", "load": "> 1"}}] * 50
    engine = Compiled(policies.book_of(asked))
    assert len(engine._patterns.found) == 1  # noqa: SLF001 - that is it
