"""Other shapes and templates on recorded messages: who would have been refused, what is lost."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from ontology.identity import ThingId
from ontology.shape_graph import ShapesInvalid
from rules.diagnostics import Invalid
from service import drafting
from service.bundle import packaged
from service.committing import GateRefused
from service.composed_bodies import ComposedIn
from service.job_kinds import KINDS
from service.message_content import read
from service.messages_backtest import MessagesBacktest, backtest_messages
from service.policy_sources import SourceUnknown
from service.world import World
from tests.service import test_pathways
from tests.service.test_messages import LATE, WRITER, act, approved, drafted, live, prepared, world

__all__ = ["prepared", "world"]

SHAPES = "ontology/shapes/messages.ttl"
TEMPLATES = "rules/templates/first-words.yaml"
SUBJECT = b"""
shapes:
  - id: what-is-live-has-a-subject
    for: Message
    when: {state: live}
    property: subject
    at least: 1
    message: The message has no subject.
    cure: Give it one.
"""

NOTICE = ComposedIn.model_validate(
    {
        "from": {
            "request": {"incident": LATE, "precedents": 0},
            "channel": "web-notice",
            "template": "holding-statement",
            "slots": {"next_update": "2026-11-23T23:00:00Z"},
        },
        "kind": "statement",
        "audience": "public",
        "admission": "none",
    }
)
LONGER = "We will find the cause, whoever and whatever it was, and tell everybody about it soon."


def tried(world: World, files: Mapping[str, bytes], **ends: Any) -> MessagesBacktest:
    world.catch_up()
    steps: list[tuple[int, int]] = []
    found = backtest_messages(
        world,
        files,
        ends.get("since"),
        ends.get("until"),
        lambda done, every: steps.append((done, every)),
    )
    assert steps[-1][0] == steps[-1][1]
    return found


def with_subjects() -> dict[str, bytes]:
    return {**packaged(), "ontology/shapes/subjects.yaml": SUBJECT}


def test_the_same_shapes_judge_nothing_anew(world: World) -> None:
    live(world)
    found = tried(world, packaged())
    assert found.attempts > 0
    assert (found.judged, found.counts, found.shapes) == (0, {}, ())


def test_a_stricter_shape_names_who_would_have_been_refused_and_about_which_incident(
    world: World,
) -> None:
    message = live(world)
    drafted(world, text="Another one, never published.")
    found = tried(world, with_subjects())
    assert found.counts == {"refused": 1}
    (row,) = found.shapes
    assert (row["message"], row["incident"], row["act"]) == (message, LATE, "publish")
    assert (row["by"], row["was"]) == (WRITER.id, "let-through")
    assert [one["shape"] for one in row["shapes"]] == ["what-is-live-has-a-subject"]  # type: ignore[index,union-attr,call-overload] # an object


def test_a_message_with_what_the_shape_asks_for_would_have_passed(world: World) -> None:
    live(world, subject="Trains stand still")
    assert tried(world, with_subjects()).counts == {}


def test_times_bound_what_is_looked_at(world: World) -> None:
    before = world.clock.now()
    live(world)
    found = tried(world, with_subjects(), until=before - timedelta(seconds=1))
    assert found.attempts == 0


def without(shape: str) -> dict[str, bytes]:
    """The shapes, one of them judging nothing any longer."""
    text = packaged()[SHAPES].decode()
    assert f" {shape} ," in text
    return {**packaged(), SHAPES: text.replace(f" {shape} ,", "", 1).encode()}


def second_version(world: World) -> ThingId:
    """A second live version of a work, which the gate refuses."""
    first = live(world)
    work = read(world.graph, first).one("versionOf")
    other = approved(world, text="Trains run again.", work=work)
    with pytest.raises(GateRefused):
        act(world, other, "publish")
    return other


def test_without_the_shape_that_refused_it_a_message_would_have_gone_out(world: World) -> None:
    other = second_version(world)
    found = tried(world, without("shape:message-one-live"))
    assert found.counts == {"let-through": 1}
    (row,) = found.shapes
    assert (row["message"], row["act"], row["was"]) == (other, "publish", "refused")


def test_what_another_shape_refused_stays_refused(world: World) -> None:
    second_version(world)
    found = tried(world, without("shape:message-contradiction"))
    assert found.judged > 0
    assert found.counts == {}


def test_a_refused_draft_is_told_as_unknown_where_its_shape_is_gone(world: World) -> None:
    with pytest.raises(GateRefused):
        drafted(world, incident="incident/none")
    found = tried(world, without("shape:message-incident"))
    assert found.counts == {"cannot-be-told": 1}
    assert "not kept" in str(found.shapes[0]["why"])
    assert tried(world, without("shape:message-region")).counts == {}


def test_a_broken_shape_is_refused_before_anything_is_judged(world: World) -> None:
    with pytest.raises(ShapesInvalid):
        tried(world, {**packaged(), SHAPES: b"no turtle"})
    with pytest.raises(Invalid):
        tried(world, {**packaged(), TEMPLATES: b"no: templates"})


def test_a_draft_says_what_its_changed_template_says_no_longer(world: World) -> None:
    message = drafting.draft(world, NOTICE, WRITER).subject
    assert tried(world, packaged()).drafts == ()
    gone = "What we do not know yet: the cause. We will not guess."
    words = packaged()[TEMPLATES].decode().replace(gone, "We look for the cause.")
    words = words.replace("{{ organisation }}", "{{ organisation }}, {{ place }}")
    found = tried(world, {**packaged(), TEMPLATES: words.encode()})
    (row,) = found.drafts
    assert found.counts == {"drafts": 1}
    assert (row["message"], row["incident"], row["template"]) == (
        message,
        LATE,
        "holding-statement",
    )
    assert row["says_no_longer_in_template"] == [
        f"{gone.partition('.')[0]}.",
        "We will not guess.",
    ]
    assert row["lacks_of_template"] == ["We look for the cause."]
    assert (row["slots_lost"], row["slots_gained"]) == ([], ["place"])


def test_a_draft_of_a_template_that_goes_says_so(world: World) -> None:
    message = drafting.draft(world, NOTICE, WRITER).subject
    files = {name: text for name, text in packaged().items() if name != TEMPLATES}
    (row,) = tried(world, files).drafts
    assert (row["message"], row["gone"]) == (message, "the template goes")


def test_who_would_leave_a_pathway_in_the_new_words_is_told(world: World) -> None:
    message = drafting.draft(world, NOTICE, WRITER).subject
    world.catch_up()
    words = read(world.graph, message).one("text") or ""
    strategies = [*map(str, read(world.graph, message).properties.get("usesStrategy", ()))]
    test_pathways.approved(
        world,
        text=words,
        max_distance=0.05,
        strategies=strategies or ["adjust"],
    )
    gone = "What we do not know yet: the cause. We will not guess."
    text = packaged()[TEMPLATES].decode().replace(gone, LONGER)
    (row,) = tried(world, {**packaged(), TEMPLATES: text.encode()}).drafts
    assert len(row["pathways_left"]) == 1  # type: ignore[arg-type] # a list


def test_it_is_a_job_that_names_a_policy_and_tells_nothing_of_words(world: World) -> None:
    drafting.draft(world, NOTICE, WRITER)
    world.catch_up()
    kind = KINDS["backtest-messages"]
    body = kind.body.model_validate({"policy": "active", "since": "2020-01-01T00:00:00Z"})
    told = kind.run(world, body, lambda _done, _all: None).to_json()
    assert told["attempts"] == 1
    assert told["counts"] == {}
    with pytest.raises(SourceUnknown):
        kind.run(world, kind.body.model_validate({"policy": "none"}), lambda _done, _all: None)


def test_ending_the_work_ends_it(world: World) -> None:
    live(world)

    class StoppedError(Exception):
        """Somebody ended it."""

    def stop(_done: int, _all: int) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        backtest_messages(world, with_subjects(), None, None, stop)
