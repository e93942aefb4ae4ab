"""The responder console with 10,000 open decisions: server time of its pages, in process."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bench.measuring import Figure
from bench.worlds import sample_world
from ontology.events import Draft
from ontology.identity import ThingId
from service import desk
from service.app import create
from service.browser_sessions import LASTS, begin, form_token
from service.decision_bodies import DecisionRequest
from service.pages.entry import COOKIE
from service.world import World

_OPEN = 10_000
_BATCH = 500
_ROUNDS = 40
_WHO = ThingId("person/ada")
_TIERS = ("frontline", "specialist", "crisis-team", "executive")


def measure() -> Iterator[Figure]:
    """Milliseconds of the queue, of what is asked anew when something happens, of a card."""
    with sample_world() as world:
        things = _decided(world)
        http, token = _signed_in(world)
        lively = {"HX-Request": "true", "HX-Target": "queue"}
        pages: tuple[tuple[str, Callable[[int], TestResponse]], ...] = (
            ("the console", lambda _: http.get("/console")),
            ("its list anew, after something happened", lambda _: _anew(world, http, lively)),
            ("the same, highest tier first, 200 rows", lambda _: http.get(_LONGEST)),
            ("a card beside the queue", lambda at: http.get(f"/console/{things[at]}")),
            ("a card alone", lambda at: http.get(f"/console/{things[at]}", headers=_CARD)),
            ("accepting", lambda at: _accept(http, token, things[at])),
        )
        for name, ask in pages:
            yield from _timed(f"{name}, {_OPEN:,} open", ask)


_LONGEST = "/console?by=tier&rows=200"
_CARD = {"HX-Request": "true", "HX-Target": "card"}


def _timed(name: str, ask: Callable[[int], TestResponse]) -> Iterator[Figure]:
    ask(_ROUNDS)
    took = list[float]()
    for at in range(_ROUNDS):
        start = time.perf_counter()
        answer = ask(at)
        took.append((time.perf_counter() - start) * 1_000.0)
        if answer.status_code != HTTPStatus.OK:
            raise RuntimeError(answer.text)
    yield Figure(name=name, value=statistics.median(took), unit="ms", aim="≤ 100 ms")
    yield Figure(name=f"{name}, worst of {_ROUNDS}", value=max(took), unit="ms")


def _anew(world: World, http: FlaskClient, headers: dict[str, str]) -> TestResponse:
    desk.ask(world, DecisionRequest(precedents=0), _WHO)
    return http.get("/console", headers=headers)


def _accept(http: FlaskClient, token: str, thing: str) -> TestResponse:
    form = {"csrf": token, "once": thing, "place": "0"}
    return http.post(f"/console/{thing}/accept", data=form, headers=_CARD)


def _decided(world: World) -> list[str]:
    """One decision as it is made, and so many like it."""
    asked = DecisionRequest(incident="incident/2013-ny-train", precedents=0)
    first = desk.ask(world, asked, _WHO).event
    draft = Draft(
        id=first.id,
        type=first.type,
        subject=first.subject,
        actor=first.actor,
        occurred_at=first.occurred_at,
        data=first.data,
        governed=first.governed,
    )
    things = [f"decision/bench{index:05d}" for index in range(_OPEN)]
    for start in range(0, _OPEN, _BATCH):
        world.ledger.append(
            [_like(draft, at, things[at]) for at in range(start, start + _BATCH)],
        )
    world.catch_up()
    return things


def _like(draft: Draft, at: int, thing: str) -> Draft:
    data = {**draft.data, "tier": _TIERS[at % len(_TIERS)]}
    when = draft.occurred_at + timedelta(milliseconds=at)
    return replace(draft, id=thing, subject=ThingId(thing), occurred_at=when, data=data)


def _signed_in(world: World) -> tuple[FlaskClient, str]:
    ends = world.clock.now() + LASTS
    session, text = begin(world, _WHO, frozenset({"responder"}), ends=ends)
    http = create(world.settings, world=world).test_client()
    http.set_cookie(COOKIE, text, domain="localhost", secure=False)
    return http, form_token(world, session.id)
