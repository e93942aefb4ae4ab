"""lifecycles.yaml: what it says is sound, and every mistake is told with its line."""

import pytest

from ontology.lifecycle import NEW, SAME, Lifecycle, Role
from ontology.lifecycle_file import LifecyclesInvalid, lifecycles, read
from ontology.lifecycle_soundness import reachable

ALL = list(lifecycles().values())
ACTS = [(one, act) for one in ALL for act in one.acts.values()]

SOUND = """\
lifecycles:
  door:
    comment: Something that opens.
    states:
      open:
        comment: People go through.
        deadlines:
          closing: {within: 5 minutes, lapse: shut}
      shut: {comment: Nobody does., terminal: true}
    acts:
      build: {comment: Put it up., from: [new], to: open, roles: [admin]}
      shut: {comment: Pull it to., from: [open], to: shut, roles: [attune, admin]}
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(LifecyclesInvalid) as caught:
        read(text)
    return [f"{m.line}: {m.message}" for m in caught.value.mistakes]


@pytest.mark.parametrize("lifecycle", ALL, ids=lambda one: one.kind)
def test_every_state_can_be_reached(lifecycle: Lifecycle) -> None:
    assert reachable(lifecycle) == lifecycle.states.keys()


@pytest.mark.parametrize("lifecycle", ALL, ids=lambda one: one.kind)
def test_every_state_that_is_not_terminal_can_be_left(lifecycle: Lifecycle) -> None:
    for state in lifecycle.states.values():
        out = [a for a in lifecycle.acts.values() if state.name in a.sources and a.to != SAME]
        assert bool(out) is not state.terminal


@pytest.mark.parametrize(("lifecycle", "act"), ACTS, ids=lambda one: getattr(one, "name", one))
def test_every_act_has_a_role(lifecycle: Lifecycle, act: object) -> None:
    assert lifecycle.acts[getattr(act, "name", "")].roles


BY_ITSELF = {
    "open",
    "suspend",
    "draft",
    "reopen",
    "ask-next",
    "supersede",
    "revise",
    "reinstate",
    "suggest",
    "approve",
    "request",
    "void",
    "make",
    "outdate",
    "ask",
    "complete",
    "finish",
    "take-back",
    "owe",
    "tighten",
    "inform",
    "wind-up",
    "rise",
    "meet",
    "replace",
    "start",
    "pause",
    "resume",
    "come-late",
    "drop",
    "score",
}
"""What follows from what people do elsewhere."""


@pytest.mark.parametrize("lifecycle", ALL, ids=lambda one: one.kind)
def test_people_can_do_every_act_that_is_not_a_lapse(lifecycle: Lifecycle) -> None:
    lapses = {rule.lapse for state in lifecycle.states.values() for rule in state.deadlines}
    for act in lifecycle.acts.values():
        itself = act.roles == {Role.ATTUNE}
        assert not itself or act.name in lapses | BY_ITSELF


def test_the_kinds_of_the_first_release_are_there() -> None:
    assert {"incident", "decision", "policy-proposal", "alert", "validation"} <= set(lifecycles())


def test_incidents_can_be_confirmed_merged_split_resolved_reopened_and_closed() -> None:
    acts = set(lifecycles()["incident"].acts)
    assert {"open", "confirm", "merge", "split", "resolve", "reopen", "close"} <= acts


def test_a_decision_is_born_by_its_event_and_everything_else_by_an_act() -> None:
    born = {one.kind: one.born for one in ALL if one.born}
    assert born == {"decision": "decision.made"}
    assert all(one.born or any(NEW in act.sources for act in one.acts.values()) for one in ALL)


def test_a_sound_file_is_read() -> None:
    door = read(SOUND)["door"]
    assert list(door.states) == ["open", "shut"]
    assert door.states["open"].deadlines[0].within is not None


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        (
            "to: shut, roles: [attune, admin]",
            "to: ajar, roles: [attune, admin]",
            12,
            "'ajar' is no",
        ),
        ("roles: [admin]}", "roles: [king]}", 11, "'king' is no role"),
        ("roles: [admin]}", "roles: []}", 11, "at least one name"),
        ("from: [new]", "from: [nowhere]", 11, "'nowhere' is no state"),
        ("within: 5 minutes", "within: 5 fortnights", 8, "no duration"),
        ("lapse: shut", "lapse: explode", 5, "no act of attune from open"),
        ("roles: [attune, admin]", "roles: [admin]", 5, "no act of attune from open"),
        ("comment: Put it up., ", "", 11, "comment is missing"),
        ("terminal: true", "terminal: perhaps", 9, "neither true nor false"),
        (", terminal: true", "", 9, "mark it terminal"),
        ("terminal: true}\n", "terminal: true, colour: red}\n", 9, "'colour' is no key"),
        ("within: 5 minutes", "within: data.length", 5, "no way into open carries 'length'"),
        ("within: 5 minutes", "within: record.width", 5, "a record of door has no 'width'"),
        ("from: [open], to: shut", "from: [open, shut], to: shut", 9, "goes on from it"),
        ("roles: [attune, admin]", "roles: [attune], persons: many", 12, "no number of people"),
        ("roles: [attune, admin]", "roles: [attune], persons: hang.people", 12, "carries a whole"),
        ("  door:", "  door:\n    born: door.made", 2, "stand together"),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, line: int, words: str) -> None:
    told = mistakes(SOUND.replace(old, new))
    assert any(one.startswith(f"{line}: ") and words in one for one in told), told


def test_a_state_that_nothing_leads_to_is_refused() -> None:
    lonely = SOUND.replace(
        "      shut: {comment: N",
        "      gone: {comment: Away., terminal: true}\n      shut: {comment: N",
    )
    assert mistakes(lonely) == ["9: no act leads to gone"]


def test_all_mistakes_are_told_at_once() -> None:
    broken = SOUND.replace("roles: [admin]", "roles: [king]").replace("5 minutes", "soon")
    assert len(mistakes(broken)) == 2


def test_a_state_written_twice_is_refused() -> None:
    twice = SOUND.replace("    acts:", "      open: {comment: Again.}\n    acts:")
    assert any("twice" in one for one in mistakes(twice))


def test_what_is_no_yaml_is_refused_with_its_line() -> None:
    assert mistakes("lifecycles: [")[0].startswith("1: ")


FIELD = "from: [open], to: shut, roles: [attune, admin]"


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("{type: word, example: a}", "'word' is no type"),
        ("{type: choice, example: a}", "a choice, and nothing else"),
        ("{type: text, of: [a], example: a}", "a choice, and nothing else"),
        ("{type: text, in: [open], example: a}", "only a thing has"),
        ("{type: thing, kind: door, in: [ajar], example: door/a}", "'ajar' is no state of door"),
        ("{type: integer, example: many}", "its example does not fit"),
        ("{type: text}", "example is missing"),
    ],
)
def test_a_field_that_does_not_hold_is_refused(field: str, words: str) -> None:
    carrying = f"from: [open], to: shut, roles: [admin], data: {{why: {field}}}"
    assert any(words in one for one in mistakes(SOUND.replace(FIELD, carrying)))


def test_a_lapse_that_asks_for_data_is_refused() -> None:
    asking = FIELD + ", data: {why: {type: text, example: a}}"
    assert any("asks for data" in one for one in mistakes(SOUND.replace(FIELD, asking)))
