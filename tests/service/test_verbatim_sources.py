"""Verbatims of posts and cases: what they answer, whose agreements bar them, who is quoted."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from ontology.identity import ThingId
from ontology.signals import Scores, Signal
from service.clock import StoppedClock
from service.quoted_words import inert, ordinary
from service.survey_bodies import VerbatimsIn
from service.verbatim_texts import SHARED
from service.verbatims import verbatims
from service.verbatims_report import Verbatims
from service.world import World
from tests.service.measured import keep
from tests.service.test_messages import LATE, WRITER, live, prepared, put, world
from tests.service.test_verbatims import Fixed

__all__ = ["prepared", "world"]

CALM, ANGRY = "The rails again", "Nobody looks after the rails"
MINUTES = timedelta(minutes=5)


def told(world: World, **said: Any) -> Verbatims:
    body = VerbatimsIn.model_validate({"incident": LATE, **said})
    world.catch_up()
    return verbatims(world, body, lambda _done, _all: None, Fixed())


def heard(world: World, clock: StoppedClock, many: Sequence[int], text: str, **more: Any) -> None:
    felt = 0.9 if text == ANGRY else 0.1
    scores = Scores(sentiment=-felt, negative=felt, frustration=felt, urgency=0.1, betrayal=0.1)
    signals = [
        Signal(
            **{
                "id": ThingId(f"signal/x-{number}"),
                "platform": ThingId("platform/x"),
                "feed": ThingId("feed/x"),
                "posted_at": clock.now(),
                "received_at": clock.now(),
                "text": text,
                "author": ThingId(f"account/{number}"),
                "language": "en",
                "scores": scores,
                **more,
            }
        )
        for number in many
    ]
    world.segments.commit(signals, actor=WRITER.id, id=world.ids, at=clock.now())


def case(world: World, clock: StoppedClock, number: int, **more: Any) -> ThingId:
    customer = f"customer/c{number}"
    put(world, "Customer", customer, displayName=f"Ada Byron{number}")
    name = f"case/c{number}"
    put(
        world,
        "Case",
        name,
        **{
            "ofCustomer": customer,
            "aboutIncident": LATE,
            "openedAt": clock.now().isoformat(),
            "summary": ANGRY if number % 12 else CALM,
            **more,
        },
    )
    return ThingId(customer)


def test_posts_are_held_against_those_before_the_message_that_went_out(
    world: World, clock: StoppedClock
) -> None:
    heard(world, clock, range(20), CALM)
    clock.advance(clock.now() + MINUTES)
    message = live(world)
    clock.advance(clock.now() + MINUTES)
    heard(world, clock, range(100, 119), ANGRY)
    heard(world, clock, [119], CALM)
    heard(world, clock, [900], ANGRY, share_of="1")
    found = told(world)
    assert {
        (one.message, one.source, one.emotion) for one in found.reactions if one.unintended
    } == {
        (message, "post", "frustration"),
        (message, "post", "negative"),
    }
    assert (found.sources, found.left_out) == ({"post": 40}, {SHARED: 1})


@pytest.mark.parametrize(
    ("more", "days"), [({"language": "fr"}, 0), ({"posted_at": None}, 8), ({}, 8)]
)
def test_a_post_in_another_language_or_long_after_answers_no_message(
    world: World, clock: StoppedClock, more: dict[str, Any], days: int
) -> None:
    live(world)
    clock.advance(clock.now() + MINUTES + timedelta(days=days))
    given = {"posted_at": clock.now()} if "posted_at" in more else more
    heard(world, clock, range(12), CALM, **given)
    assert told(world).linked == 0


def test_posts_that_were_not_judged_as_they_were_heard_are_counted_so(
    world: World, clock: StoppedClock
) -> None:
    heard(world, clock, range(12), CALM)
    heard(world, clock, range(20, 23), CALM, scores=None, language="de")
    assert dict(told(world).unread.languages) == {"de": 3}


def test_posts_of_a_feed_whose_agreement_keeps_texts_back_are_left_out(
    world: World, clock: StoppedClock
) -> None:
    agreed = {"topic": "posts", "agreementKind": "protocol", "permitsPurpose": ["crisis-response"]}
    put(
        world,
        "Agreement",
        "agreement/thin",
        **agreed,
        validFrom="2013-01-01T00:00:00Z",
        permitsField=["region"],
    )
    put(world, "Platform", "platform/thin", name="Thin", lastResort=True)
    put(
        world,
        "Feed",
        "feed/thin",
        name="Thin",
        observes="platform/thin",
        reliesOn=["agreement/thin"],
    )
    heard(world, clock, range(12), CALM)
    heard(world, clock, range(20, 25), CALM, feed=ThingId("feed/thin"))
    found = told(world)
    assert (found.sources, found.left_out) == (
        {"post": 12},
        {"not permitted: agreement/thin": 5},
    )


def test_a_case_answers_the_last_message_that_its_customer_got(
    world: World, clock: StoppedClock
) -> None:
    message = live(world)
    sent = clock.now()
    clock.advance(sent + MINUTES)
    people = [case(world, clock, number) for number in range(12)]
    keep(
        world,
        "response",
        [{"subject": one, "at": sent, "message": message} for one in people],
    )
    found = told(world, sources=["case"])
    assert found.linked == 12
    assert found.sources == {"case": 12}


def test_what_an_agent_noted_is_never_quoted(world: World, clock: StoppedClock) -> None:
    people = [case(world, clock, number) for number in range(12)]
    for number, one in enumerate(people):
        put(
            world,
            "Consent",
            f"consent/q{number}",
            ofCustomer=one,
            purpose="quotation",
            validFrom="2020-01-01T00:00:00Z",
        )
    found = told(world, quotes=True)
    assert found.themes
    assert not any(one.quotes for one in found.themes)


def test_a_post_is_quoted_where_its_author_is_a_customer_who_agreed(
    world: World, clock: StoppedClock
) -> None:
    put(world, "Customer", "customer/q", displayName="Silas Tremblay")
    put(world, "Account", "account/7", accountOf="customer/q", onPlatform="platform/x")
    put(
        world,
        "Consent",
        "consent/q",
        ofCustomer="customer/q",
        purpose="quotation",
        validFrom="2020-01-01T00:00:00Z",
    )
    heard(world, clock, range(12), "Anna says the rails again")
    quotes = [quote.text for one in told(world, quotes=True).themes for quote in one.quotes]
    assert quotes == ["[…] says the rails again"]


def test_a_case_whose_consent_was_withdrawn_is_left_out(world: World, clock: StoppedClock) -> None:
    for number in range(12):
        case(world, clock, number)
    given = {
        "ofCustomer": "customer/c50",
        "purpose": "contact",
        "validFrom": "2020-01-01T00:00:00Z",
    }
    put(world, "Customer", "customer/c50", displayName="Silas Tremblay")
    put(world, "Consent", "consent/w", **given)
    case(world, clock, 50, reliesOn="consent/w")
    put(world, "Consent", "consent/w", **given, withdrawnAt="2021-01-01T00:00:00Z")
    found = told(world)
    assert (found.sources, found.left_out) == ({"case": 12}, {"not permitted: consent": 1})


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Anna told me to wait.", "[…] told me to wait."),
        ("No trains. Anna-Lena waits.", "No trains. […] waits."),
        ("O'Brien waits. Trains stand still.", "[…] waits. Trains stand still."),
        ("Żaneta and Ömer wait", "[…] and […] wait"),
        ("Herr Müller! Frau Öztürk! No trains", "[…]! […]! No trains"),
        ("(Anna) \u201cAnna\u201d: trains", "([…]) \u201c[…]\u201d: trains"),
    ],
)
def test_a_name_that_begins_a_sentence_goes_and_an_ordinary_word_stays(
    text: str, kept: str
) -> None:
    begins = ordinary([(who, "no trains") for who in range(3)])
    assert inert(text, [], begins) == kept
