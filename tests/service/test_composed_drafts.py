"""Drafts that attune composes say from which template, by which policy, and what was personal."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from knowledge.refusals import IdempotencyMismatch
from ontology.identity import ThingId
from ontology.lifecycle import Actor, Role
from service import drafting, message_view
from service.composed_bodies import ComposedIn, DraftIn
from service.founding import OPERATOR
from service.message_bodies import MessageIn
from service.message_content import Content, read
from service.permissions import SEE_PEOPLE
from service.problems import ProblemError
from service.recording import put_record
from service.settings import Settings
from service.world import World

WRITER = Actor(id=OPERATOR, roles=frozenset({Role.ADMIN, Role.RESPONDER}))
INCIDENT = "incident/2013-ny-train"
NOTICE: dict[str, Any] = {
    "request": {"incident": INCIDENT, "region": "region/us-ny", "precedents": 0},
    "channel": "web-notice",
    "template": "holding-statement",
    "slots": {"next_update": "2026-11-23T23:00:00Z"},
}
REPLY: dict[str, Any] = {
    "request": {"incident": INCIDENT, "customer": "customer/composed-ada", "precedents": 0},
    "channel": "email",
    "template": "reply",
    "slots": {
        "agent": "Maria",
        "situation": "your mother is at the station since noon",
        "next_step": "I ask the colleague on that platform to look for her",
        "by": "2026-11-23T23:00:00Z",
    },
}


@pytest.fixture(scope="module")
def world(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = shutil.copytree(founded, tmp_path_factory.mktemp("composed") / "home")
    opened = World.open(Settings(home=home, language=False))
    customer = {"displayName": "Ada Byron", "preferredLanguage": "en"}
    bob = {"displayName": "Bob"}
    consent = {"ofCustomer": "customer/composed-ada", "purpose": "personalisation"}
    consent |= {"validFrom": "2020-01-01T00:00:00Z"}
    for kind, thing, said in (
        ("Customer", "customer/composed-ada", customer),
        ("Customer", "customer/composed-bob", bob),
        ("Consent", "consent/composed-ada", consent),
    ):
        put_record(opened, type=kind, properties=dict(said), id=ThingId(thing), actor=WRITER)
    opened.catch_up()
    yield opened
    opened.close()


def asked(source: dict[str, Any], **more: Any) -> ComposedIn:
    return ComposedIn.model_validate({"from": source, **more})


def notice(**more: Any) -> ComposedIn:
    return asked(NOTICE, **{"kind": "statement", "audience": "public"} | more)


def drafted(world: World, said: ComposedIn) -> Content:
    event = drafting.draft(world, said, WRITER)
    world.catch_up()
    return read(world.graph, event.subject)


def faults(world: World, said: ComposedIn) -> dict[str, str]:
    with pytest.raises(ProblemError) as refused:
        drafting.draft(world, said, WRITER)
    return {one.pointer: one.detail for one in refused.value.faults}


def test_a_composed_draft_names_its_template_policy_strategy_region_and_language(
    world: World,
) -> None:
    content = drafted(world, notice())
    assert content.one("usesTemplate") == "holding-statement"
    assert len(content.one("templateDigest") or "") == 64
    assert content.one("underPolicy") == world.policies.active
    assert content.properties["usesStrategy"]
    named = ("messageKind", "audience", "onChannel", "language", "forRegion", "aboutIncident")
    assert [content.one(name) for name in named] == [
        "statement",
        "public",
        "website",
        "en",
        "region/us-ny",
        INCIDENT,
    ]
    assert content.one("text") == content.one("composedText")
    assert content.one("subject")
    shown = message_view.told(world, content, WRITER.roles)
    assert shown["composition"] == {"distance": 0.0, "changed": []}


def test_what_was_personal_is_named_with_what_permits_it(world: World) -> None:
    content = drafted(world, asked(REPLY))
    assert "Ada Byron" in str(content.one("text"))
    assert content.properties["personalSlot"] == ("name",)
    assert content.properties["permittedBy"] == ("consent/composed-ada",)
    assert (content.one("messageKind"), content.one("audience")) == ("reply", "customer")
    assert content.one("addressee") == "customer/composed-ada"


def test_who_may_not_read_about_people_reads_no_words(world: World) -> None:
    known = drafted(world, asked(REPLY))
    shown = message_view.told(world, known, {*Role} - SEE_PEOPLE)
    assert not {"text", "subject", "composedText"} & shown.keys()
    assert "Ada Byron" not in str(shown)


def test_a_text_that_was_changed_is_measured_against_what_was_composed(world: World) -> None:
    whole = str(drafted(world, notice()).one("text"))
    content = drafted(world, notice(text=f"{whole} Eleven buses wait."))
    assert content.one("composedText") == whole
    shown: Any = message_view.told(world, content, WRITER.roles)["composition"]
    assert 0 < shown["distance"] < 0.2
    assert any("Eleven" in one for one in shown["changed"])


def test_a_later_change_keeps_its_making_and_moves_its_distance(world: World) -> None:
    content = drafted(world, notice())
    body = {"kind": "statement", "audience": "public", "channel": "website", "language": "en"}
    said = MessageIn.model_validate(body | {"text": "Something else altogether."})
    drafting.edit(world, content.id, said, WRITER)
    world.catch_up()
    after = read(world.graph, content.id)
    assert after.one("usesTemplate") == "holding-statement"
    assert after.one("templateDigest") == content.one("templateDigest")
    shown: Any = message_view.told(world, after, WRITER.roles)["composition"]
    assert shown["distance"] > 0.9
    other = said.model_copy(update={"template": "another"})
    drafting.edit(world, content.id, other, WRITER)
    world.catch_up()
    gone = read(world.graph, content.id)
    assert (gone.one("usesTemplate"), gone.one("composedText")) == ("another", None)
    assert message_view.told(world, gone, WRITER.roles)["composition"] is None


def test_words_for_somebody_else_keep_nothing_of_what_was_made_for_the_first(
    world: World,
) -> None:
    content = drafted(world, asked(REPLY))
    body = {"kind": "reply", "audience": "customer", "channel": "mail", "language": "en"}
    for changes in ({}, {"addressee": "customer/composed-bob"}):
        said = MessageIn.model_validate(body | changes | {"text": "Dear Bob,"})
        drafting.edit(world, content.id, said, WRITER)
        world.catch_up()
        assert "Ada" not in str(read(world.graph, content.id).properties)


def test_twice_under_one_key_is_one_draft_and_another_request_is_refused(world: World) -> None:
    first = drafting.draft(world, notice(), WRITER, idempotency="k")
    assert drafting.draft(world, notice(), WRITER, idempotency="k").id == first.id
    with pytest.raises(IdempotencyMismatch):
        drafting.draft(world, notice(title="Other"), WRITER, idempotency="k")


def test_a_text_with_gaps_is_no_draft_unless_its_author_wrote_it(world: World) -> None:
    empty = asked(NOTICE | {"slots": {}}, kind="statement")
    found = faults(world, empty)
    assert "/from/slots/next_update" in found
    assert "is missing" in found["/from/slots/next_update"]
    own = empty.model_copy(update={"text": "We know nothing yet.", "audience": "public"})
    assert drafted(world, own).one("text") == "We know nothing yet."


@pytest.mark.parametrize(
    ("change", "where", "words"),
    [
        ({"template": "holding-statment"}, "/from/template", "did you mean 'holding-statement'"),
        ({"channel": "pigeon"}, "/from/channel", "is not known"),
        ({"channel": "letter"}, "/from/template", "the nearest is"),
        ({"slots": {"next_update": "soon"}}, "/from/slots/next_update", ""),
        ({"tasks": ["whatever"]}, "/from/tasks/0", "is not known"),
        ({"request": None, "decision": "decision/none"}, "/from/decision", "no such decision"),
    ],
)
def test_what_can_not_be_composed_is_told_where_it_stands_in_the_draft(
    world: World, change: dict[str, Any], where: str, words: str
) -> None:
    found = faults(world, asked(NOTICE | change, kind="statement", audience="public"))
    assert words in found[where]


def test_a_kind_that_nobody_named_is_asked_for(world: World) -> None:
    (where,) = faults(world, asked(NOTICE))
    assert where in {"/kind", "/audience"}


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ({"from": {"channel": "email"}}, "ComposedIn"),
        ({"from": NOTICE, "colour": "red"}, "ComposedIn"),
        ({"from": NOTICE, "language": "en"}, "ComposedIn"),
        ({"from": 1}, "ComposedIn"),
        ({}, "MessageIn"),
        ([], "MessageIn"),
        ({"kind": "reply", "from_": NOTICE}, "MessageIn"),
    ],
)
def test_faults_are_told_of_the_body_that_was_meant(body: object, title: str) -> None:
    with pytest.raises(ValidationError) as refused:
        DraftIn.model_validate(body)
    assert refused.value.title == title
