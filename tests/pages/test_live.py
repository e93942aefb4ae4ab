"""The stream behind live pages: it misses nothing, names nobody, and gives its place back."""

from collections.abc import Callable, Iterator
from itertools import islice

import pytest
from werkzeug.test import TestResponse

from ontology.identity import ThingId
from service import desk
from service.browser_sessions import sign_out
from service.decision_bodies import DecisionRequest
from service.pages import live
from service.world import World
from tests.pages.signed_in import SignedIn, signed_in


@pytest.fixture
def small(open_world: Callable[..., World]) -> World:
    """A world whose service has two streams at most."""
    return open_world(threads=4)


def listen(who: SignedIn, path: str = "/live", **headers: str) -> TestResponse:
    return who.http.get(path, headers={"Accept": "text/event-stream", **headers})


def told(answer: TestResponse, count: int) -> list[str]:
    """The first events after the greeting."""
    found = [*islice(events(answer), count + 1)][1:]
    answer.close()
    return found


def events(answer: TestResponse) -> Iterator[str]:
    for one in answer.response:
        yield one.decode() if isinstance(one, bytes) else one


def decided(world: World, **asked: object) -> ThingId:
    request = DecisionRequest.model_validate(asked)
    return ThingId(desk.ask(world, request, ThingId("person/ada")).event.id)


def test_who_comes_back_is_told_all_since_their_last_event(world: World) -> None:
    who = signed_in(world, "responder")
    seen = world.ledger.head()
    made = [decided(world) for _ in range(3)]
    answer = listen(who, **{"Last-Event-ID": str(seen)})
    assert [one for event in told(answer, 3) for one in made if one in event] == made


def test_what_was_missed_may_be_more_than_one_batch(world: World) -> None:
    who, seen = signed_in(world, "responder"), 0
    for event in told(listen(who, **{"Last-Event-ID": "0"}), world.ledger.head()):
        number = int(event.partition("\n")[0].removeprefix("id: "))
        assert number == seen + 1
        seen = number
    assert seen == world.ledger.head() > 200


def test_an_event_tells_of_a_person_only_that_there_is_one(world: World) -> None:
    who = signed_in(world, "responder")
    found = told(listen(who, **{"Last-Event-ID": "0"}), world.ledger.head())
    assert any('"kind":"customer"' in one for one in found)
    assert not [one for one in found if '"thing":"customer' in one or '"thing":"person' in one]


@pytest.mark.parametrize("place", ["x", "-1", "1.5", "١٢", "9" * 19, "1 OR 1=1", "0x10"])
def test_what_is_no_place_is_refused_with_one_that_is(world: World, place: str) -> None:
    who = signed_in(world, "responder")
    answer = who.http.get("/live", query_string={"after": place})
    assert answer.status_code == 400
    assert f"/live?after={world.ledger.head()}" in answer.text


def test_a_place_that_is_yet_to_come_is_the_end_of_the_ledger(world: World) -> None:
    answer = listen(signed_in(world, "responder"), **{"Last-Event-ID": "9" * 18})
    assert f"id: {world.ledger.head()}\n" in next(events(answer))
    answer.close()


def test_when_all_places_are_taken_the_page_is_told_to_come_again(small: World) -> None:
    who = signed_in(small, "responder")
    taken = [listen(who), listen(who)]
    refused = listen(who)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
    for one in taken:
        one.close()
    again = listen(who)
    assert again.status_code == 200, "whoever leaves gives their place back"
    again.close()


def test_a_stream_that_nobody_reads_keeps_no_place(small: World) -> None:
    who = signed_in(small, "responder")
    for _ in range(5):
        assert who.http.head("/live").status_code == 200
        listen(who).close()
    answer = listen(who)
    assert answer.status_code == 200
    answer.close()


def test_a_session_that_ended_ends_its_stream(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_BEAT_S", 0.0)
    who = signed_in(world, "responder")
    answer = listen(who)
    every = world.keys_now().keys()
    (session,) = (key for key in every if key.session)
    sign_out(world, session)
    text = "".join(events(answer))
    answer.close()
    assert text.endswith("event: ended\ndata: {}\n\n")


def test_nobody_listens_without_a_session(world: World) -> None:
    who = signed_in(world, "responder")
    who.http.delete_cookie("__Host-attune", domain="localhost")
    assert listen(who).status_code == 401


def test_an_employee_has_no_stream(world: World) -> None:
    assert listen(signed_in(world, "employee")).status_code == 403
