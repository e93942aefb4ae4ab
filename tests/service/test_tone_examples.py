"""The worst texts of a month: with reasons, without anybody's name; one's own; one's answer."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from knowledge.measures.estimates import Unsuited
from knowledge.measures.observation_kinds import KINDS
from ontology.lifecycle import Actor, Role
from service.founding import OPERATOR
from service.job_kinds import KINDS as JOBS
from service.library import current
from service.observation_loading import take
from service.report_kinds import REPORTS
from service.tone_answers import answers, give
from service.tone_bodies import AnswerIn, ExamplesIn, OwnToneIn
from service.tone_examples import Examples, examples
from service.tone_exemplars import exemplars
from service.tone_kinds import asked_time
from service.tone_own import Own, own
from service.tone_reasons import Reasons, common
from service.world import World
from tests.conftest import Door
from tests.service.test_tone import replies, told

BLAMING = (
    "Dear rosa, Diaz family. Rosa, you should have read the terms, call 0171 555 2211."
    " We are sorry if anyone was offended."
)
MONTH = {"month": "2026-10"}


def quiet(_done: int, _of: int) -> None:
    """Nobody watches."""


def said(number: int, text: str, agent: str) -> dict[str, object]:
    at = f"2026-10-{number:02d}T12:00:00Z"
    more = {"team": "team/legal", "channel": "mail", "language": "en"}
    return {"at": at, "text": text, "agent": agent, **more}


def rows() -> Iterator[object]:
    """A month of three teams, one text that blames, and the operator's own six."""
    yield from replies(10, None)
    yield said(3, BLAMING, "legal-9")
    for number in range(1, 7):
        text = f"I am so sorry that you waited, order {number}. What would help you most now?"
        yield said(number, text, OPERATOR)


@pytest.fixture
def spoken(world: World) -> World:
    _, faults = take(world, KINDS["reply"], [*rows()], system="desk", actor=OPERATOR)
    assert not faults
    return world


def worst(world: World, **more: Any) -> Examples:
    found = examples(world, ExamplesIn.model_validate({**MONTH, **more}), quiet)
    assert isinstance(found, Examples)
    return found


def mine(world: World) -> Own:
    found = own(world, OwnToneIn.model_validate({**MONTH, "person": OPERATOR}), quiet)
    assert isinstance(found, Own)
    return found


def test_what_blames_comes_first_and_says_why(spoken: World) -> None:
    found = worst(spoken, quotes=True)
    first = found.found[0]
    assert "read the terms" in first.words
    assert {"empathy", "blame"} <= {one.about for one in first.reasons}
    assert "it asks nothing" in {one.why for one in first.reasons}
    assert [one.demerits for one in found.found] == sorted(
        (one.demerits for one in found.found), reverse=True
    )
    assert found == worst(spoken, quotes=True)


def test_a_quote_holds_no_name_figure_or_author(spoken: World) -> None:
    shown = worst(spoken, quotes=True, most=50)
    words = json.dumps(shown.to_json()) + "\n".join(shown.lines())
    for name in ("rosa", "diaz", "0171", "legal-9", OPERATOR):
        assert name not in words.casefold()
    assert {len(row) for row in shown.rows()} == {14}


def test_without_leave_there_are_ids_scores_and_reasons_only(spoken: World) -> None:
    shown = worst(spoken)
    assert not any(one.words for one in shown.found)
    assert not any(why.words for one in shown.found for why in one.reasons)
    assert all(one.id.startswith("text/") and one.reasons for one in shown.found)
    assert [one.id for one in shown.found] == [one.id for one in worst(spoken, quotes=True).found]


def test_sentences_that_everybody_pastes_are_boilerplate_and_exemplars_are_not(
    world: World,
) -> None:
    ours = exemplars(world).texts[0]
    texts = [f"Your ticket {number} was closed. {ours}" for number in range(6)]
    stock = common(texts, [ours])
    assert [*stock.values()] == [6]
    found = Reasons(voice=current(world).voice, common=stock).of(texts[0], [2, 2, 2])
    pasted = [one.words for one in found.reasons if one.about == "boilerplate"]
    assert pasted[:1] == ["Your ticket 0 was closed."]


def test_a_month_of_silence_has_no_examples(spoken: World) -> None:
    with pytest.raises(Unsuited, match="another month"):
        worst(spoken, month="2025-01")


def test_quotes_are_for_reviewers_and_legal_and_no_job_holds_any(spoken: World) -> None:
    kind = REPORTS["tone-examples"]
    assert kind.words == frozenset({Role.REVIEWER, Role.LEGAL})
    body = ExamplesIn.model_validate({**MONTH, "quotes": True})
    found = JOBS["report-tone-examples"].run(spoken, body, quiet)
    assert found.to_json()["quoted"] is False
    assert "words" not in json.dumps([one["reasons"] for one in found.to_json()["examples"]])


def test_one_sees_ones_own_figures_beside_the_teams_and_nobody_elses(spoken: World) -> None:
    found = mine(spoken)
    parts = {(one.part, one.name): one.figure for one in found.figured.figures}
    assert parts["you", "empathy"].n == 6
    assert parts["your team without you", "empathy"].n == 73
    assert found.worst
    assert found.best
    assert found.worst[0].words
    assert "legal-" not in json.dumps(found.to_json())
    assert {len(row) for row in found.rows()} == {8}
    few = REPORTS["tone-own"].few
    assert few is not None
    body = OwnToneIn.model_validate({"person": "person/ada"})
    assert not few(spoken, body, OPERATOR)
    assert "report-tone-own" not in JOBS


def test_who_said_too_little_hears_what_would_do(spoken: World) -> None:
    body = OwnToneIn.model_validate({**MONTH, "person": "person/nobody"})
    with pytest.raises(Unsuited, match="5 would do"):
        own(spoken, body, quiet)


def test_an_answer_stands_beside_ones_figures_and_the_audit_until_its_person_is_erased(
    spoken: World,
) -> None:
    me = Actor(id=OPERATOR, roles=frozenset())
    give(spoken, AnswerIn(month="2026-10", text="Nobody was there."), me)
    give(spoken, AnswerIn(month="2026-10", text="I had the night shift alone."), me)
    give(spoken, AnswerIn(month="2026-09", text="Another month."), me)
    spoken.catch_up()
    assert [one.text for one in mine(spoken).answers] == ["I had the night shift alone."]
    (beside,) = told(spoken).to_json()["answers"]
    assert beside["text"] == "I had the night shift alone."
    assert beside["agent"].startswith("agent ")
    spoken.keys.erase(OPERATOR, "event/erased")
    assert not answers(spoken, *asked_time(spoken, "2026-10", None, None))


def test_answers_come_in_over_http_once_and_bad_ones_are_refused(door: Door) -> None:
    body = {"month": "2026-10", "text": "I had the night shift alone."}
    headers = {"Idempotency-Key": "one"}
    first = door.post("/v1/tone/answers", body, headers=headers)
    assert first.status_code == 201
    again = door.post("/v1/tone/answers", body, headers=headers)
    assert again.get_json()["at"] == first.get_json()["at"]
    for wrong in ({"month": "2026-13", "text": "x"}, {"month": "2026-10", "text": "  "}):
        assert door.post("/v1/tone/answers", wrong).status_code == 422
    refused = door.post("/v1/reports/tone-own", {"person": "person/ada"})
    assert refused.status_code == 403
