"""The report on verbatims: what got stronger, what is not judged, whom it quotes and how."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from knowledge.language.indicators import Judged
from knowledge.measures.estimates import Unsuited
from knowledge.measures.observation_kinds import KINDS
from knowledge.measures.observation_rows import Row
from ontology.identity import ThingId
from ontology.lifecycle import Actor, Role
from ontology.signals import Scores
from service.founding import OPERATOR
from service.observation_loading import order
from service.observing import store
from service.quoted_words import inert
from service.recording import Body, put_records
from service.survey_bodies import VerbatimsIn
from service.verbatims import verbatims
from service.verbatims_report import Verbatims
from service.world import World

CALM, ANGRY, GERMAN = "Thank you for the answer", "Nobody helps me", "Niemand hilft mir"
SINCE = "2026-01-01T00:00:00Z"
A, B = "message/a", "message/b"
ADA = Actor(id=ThingId("person/ada"), roles=frozenset({Role.ADMIN}))


class Fixed:
    """Reads three sentences; the first word decides, German is not read."""

    def score(self, texts: Sequence[str], languages: Sequence[str | None]) -> Sequence[Judged]:
        assert len(texts) == len(languages)
        return [self._one(text) for text in texts]

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        return np.eye(8, dtype=np.float32)[[len(text) % 8 for text in texts]]

    def _one(self, text: str) -> Judged:
        if text.startswith("Niemand"):
            return Judged(language="de", scores=Scores(), evidence={})
        felt = 0.9 if text.startswith("Nobody") else 0.1
        scores = Scores(
            sentiment=-felt, negative=felt, frustration=felt, urgency=0.1, betrayal=0.1, irony=0.0
        )
        return Judged(language="en", scores=scores, evidence={})


def comment(world: World, who: int, day: int, text: str, message: str | None = None) -> Row:
    return Row(
        number=who,
        values={
            "subject": world.keys.pseudonym("customer", "zendesk", str(who)),
            "at": datetime(2026, 2, day, 10, tzinfo=UTC),
            "instrument": "ces",
            "score": 4.0,
            "comment": text,
            "message": message,
        },
    )


def load(world: World, *rows: Row) -> None:
    store(world).commit(KINDS["survey"], [rows], order(world, OPERATOR))


def crisis(world: World, *more: Row) -> None:
    """Before nobody was angry; after one message most are, after the other nobody."""
    rows = list(more)
    for n in range(15):
        rows += [
            comment(world, 100 + n, 2, CALM),
            comment(world, 200 + n, 5, ANGRY if n else CALM, A),
            comment(world, 300 + n, 6, CALM, B),
        ]
    load(world, *rows)


def told(world: World, **said: Any) -> Verbatims:
    body = VerbatimsIn.model_validate({"since": SINCE, **said})
    return verbatims(world, body, lambda _done, _all: None, Fixed())


def test_the_message_that_made_it_worse_is_found_and_the_other_is_not(world: World) -> None:
    crisis(world)
    found = {(one.message, one.emotion) for one in told(world).reactions if one.unintended}
    assert found == {(A, "frustration"), (A, "negative")}


def test_languages_that_are_not_read_are_counted_not_called_calm(world: World) -> None:
    crisis(world, comment(world, 7, 3, GERMAN))
    found = told(world)
    assert (found.unread.many, dict(found.unread.languages)) == (1, {"de": 1})
    assert found.texts == 46


def test_comments_of_the_erased_are_counted_and_not_read(world: World) -> None:
    crisis(world)
    who = world.keys.pseudonym("customer", "zendesk", "100")
    world.ledger.erase(who, actor=OPERATOR, id=world.ids("event"), reason="asked for")
    assert told(world).left_out == {"erased": 1}


def test_nobody_is_quoted_without_consent(world: World) -> None:
    crisis(world, comment(world, 1001, 7, f"{ANGRY}, Silas Tremblay"))
    assert not any(one.quotes for one in told(world, quotes=True).themes)


def test_who_agreed_is_quoted_without_name_and_only_where_wanted(world: World) -> None:
    text = f"{ANGRY} says Silas, call 914-555-0100 or ask Anna"
    crisis(world, *(comment(world, who, 7, text, A) for who in range(1001, 1013)))
    consent = Body(
        type="Consent",
        id=ThingId("consent/quote"),
        key=None,
        properties={
            "ofCustomer": world.keys.pseudonym("customer", "zendesk", "1001"),
            "purpose": "quotation",
            "validFrom": "2026-01-01T00:00:00Z",
        },
    )
    (put,) = put_records(world, [consent], actor=ADA)
    assert not isinstance(put, Exception), put
    world.catch_up()
    quotes = [quote for one in told(world, quotes=True).themes for quote in one.quotes]
    assert {quote.message for quote in quotes} == {A}
    assert quotes[0].text == "Nobody helps me says […], call […] or ask […]"
    assert not any(one.quotes for one in told(world).themes)


def test_every_form_names_what_is_unintended(world: World) -> None:
    crisis(world)
    found = told(world)
    assert any("UNINTENDED" in line for line in found.lines())
    assert found.to_json()["unintended"][0]["message"] == A
    assert len({len(row) for row in found.rows()}) == 1
    assert found.picture() == told(world).picture()


def test_too_few_comments_are_refused(world: World) -> None:
    load(world, *(comment(world, n, 2, CALM) for n in range(9)))
    with pytest.raises(Unsuited, match="column comment"):
        told(world)


def test_comments_that_nobody_reads_are_refused(world: World) -> None:
    load(world, *(comment(world, n, 2, GERMAN) for n in range(12)))
    with pytest.raises(Unsuited, match="English is read"):
        told(world)


def test_without_models_it_says_how_to_have_them(world: World) -> None:
    crisis(world)
    with pytest.raises(Unsuited, match="ATTUNE_LANGUAGE"):
        verbatims(world, VerbatimsIn(), lambda _done, _all: None)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Write to ada@mail.example or https://x.example/1", "Write to […] or […]"),
        ("@ada_b knows, #help", "[…] knows, […]"),
        ("I'm sure. Thanks. I said so to Mr Brown", "I'm sure. Thanks. I said so to […]"),
        ("silas was there, Silas's mother too", "[…] was there, […] mother too"),
        ("It was 3 hours", "It was […] hours"),
        ("", ""),
    ],
)
def test_what_could_name_somebody_is_taken_out(text: str, kept: str) -> None:
    assert inert(text, ["Silas Tremblay"]) == kept
