"""Temporary routings: what is pushed once and taken back, and who counts as trained."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from knowledge.refusals import IdempotencyMismatch
from ontology.events import Event
from ontology.identity import ThingId
from ontology.lifecycle import Actor, Role
from service.acts import ActRefused, propose, put_record
from service.clock import StoppedClock
from service.delivery import Outbox
from service.sweep import sweep
from service.webhooks import creation
from service.world import World

ROUTING = ThingId("routing/r")
ADA = Actor(id=ThingId("person/ada"), roles=frozenset(Role))
GRACE = Actor(id=ThingId("person/grace"), roles=frozenset(Role))
START = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


class Centre:
    """A contact centre that answers as told and remembers what it was sent."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[int] = []
        self.url = ""

    def kinds(self) -> list[str]:
        return [body["type"] for _, body in self.got]


@pytest.fixture
def centre() -> Iterator[Centre]:
    there = Centre()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            there.got.append((self.headers["webhook-id"], body))
            self.send_response(there.answers.pop(0) if there.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    there.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield there
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def prepared(world: World, **changes: object) -> None:
    """Two teams, one person trained and on call, and the record of a temporary routing."""
    records: list[tuple[str, str, dict[str, Any]]] = [
        ("Team", "team/executive", {"name": "Executive", "atTier": "executive"}),
        ("Team", "team/office", {"name": "Office", "escalatesTo": "team/executive"}),
        ("Team", "team/desk", {"name": "Desk", "escalatesTo": "team/office"}),
        ("Person", "person/p", {"memberOf": "team/desk"}),
        (
            "Training",
            "training/p",
            {"trainee": "person/p", "exercise": "answers", "passedAt": "2026-01-01T00:00:00Z"},
        ),
        (
            "OnCallShift",
            "shift/p",
            {
                "ofTeam": "team/desk",
                "holder": "person/p",
                "startsAt": "2026-01-01T00:00:00Z",
                "endsAt": "2027-01-01T00:00:00Z",
            },
        ),
        (
            "Routing",
            ROUTING,
            {
                "topic": ["brakes"],
                "toTeam": "team/desk",
                "nextTeam": "team/office",
                "external": "queue-7",
                "requiresTraining": ["answers"],
                "minimumAgents": 1,
                "confirmWithin": "PT10M",
                "expiresAt": (START + timedelta(hours=1)).isoformat(),
                **changes,
            },
        ),
    ]
    for kind, name, properties in records:
        put_record(world, type=kind, id=ThingId(name), properties=properties, actor=ADA)


def act(world: World, name: str, actor: Actor = ADA, **more: Any) -> Event:
    given = {"reason": "For the test."} if name in {"propose", "roll-back"} else {}
    idempotency = more.pop("idempotency", None)
    event = propose(
        world,
        thing=ROUTING,
        kind="routing",
        act=name,
        data=given,
        actor=actor,
        idempotency=idempotency,
    )
    world.catch_up()
    return event


def pushed(world: World) -> None:
    act(world, "propose")
    act(world, "approve", GRACE)
    act(world, "push")


def hooked(world: World, centre: Centre) -> None:
    draft = creation(
        ThingId("webhook/c"),
        url=centre.url,
        types=["routing.pushed", "routing.recalled"],
        event="event/hook",
        actor=ADA.id,
        at=world.clock.now(),
    )
    world.ledger.append([draft])


@pytest.fixture
def live(worlds: Callable[..., World]) -> World:
    return worlds(webhook_allow=("127.0.0.1",))


def test_a_push_that_a_crash_left_without_receipt_is_sent_again_under_its_id(
    live: World, centre: Centre
) -> None:
    prepared(live)
    hooked(live, centre)
    pushed(live)
    with closing(Outbox(live)) as box:
        box._follow()  # noqa: SLF001 - as a worker that dies after sending, before its receipt
        (waiting,) = next(iter(box._outgoing.due(live.clock.now(), 9).values()))  # type: ignore[union-attr] # noqa: SLF001
        event = live.ledger.at(waiting.sequence)
        webhook = box._outgoing.webhooks.get(ThingId("webhook/c"))  # type: ignore[union-attr] # noqa: SLF001
        assert event is not None
        assert webhook is not None
        box._posted(webhook, event)  # noqa: SLF001
        box._lease.release()  # noqa: SLF001
    with closing(Outbox(live)) as other:
        assert other.step() == 1
        assert other.step() == 0
    assert len(centre.got) == 2
    assert len({name for name, _ in centre.got}) == 1  # the centre applies an id once


def test_a_push_that_was_taken_back_before_it_arrived_never_arrives(
    live: World, centre: Centre
) -> None:
    prepared(live)
    hooked(live, centre)
    pushed(live)
    act(live, "roll-back")
    with closing(Outbox(live)) as box:
        while box.step():
            pass
    assert centre.kinds() == ["routing.recalled"]


def test_a_push_that_failed_is_not_tried_again_once_it_was_taken_back(
    live: World, centre: Centre, clock: StoppedClock
) -> None:
    prepared(live)
    hooked(live, centre)
    pushed(live)
    centre.answers = [500]
    with closing(Outbox(live)) as box:
        box.step()
        act(live, "roll-back")
        clock.advance(START + timedelta(minutes=30))
        while box.step():
            pass
    assert centre.kinds() == ["routing.pushed", "routing.recalled"]


def test_replays_and_drills_push_nothing(worlds: Callable[..., World], centre: Centre) -> None:
    for kind in ("replay", "drill"):
        world = worlds(world=kind, webhook_allow=("127.0.0.1",))
        if kind == "replay":
            prepared(world)
            hooked(world, centre)
            pushed(world)
        with closing(Outbox(world)) as box:
            assert box.step() == 0
    assert centre.got == []


def test_the_same_push_asked_twice_is_one(live: World, centre: Centre) -> None:
    prepared(live)
    hooked(live, centre)
    act(live, "propose")
    act(live, "approve", GRACE)
    first, again = (act(live, "push", idempotency="k") for _ in range(2))
    assert first.sequence == again.sequence
    with pytest.raises(IdempotencyMismatch):
        act(live, "roll-back", idempotency="k")
    with closing(Outbox(live)) as box:
        while box.step():
            pass
    assert centre.kinds() == ["routing.pushed"]


def test_what_counts_is_what_was_approved_not_what_the_record_says_later(live: World) -> None:
    prepared(live)
    pushed(live)
    prepared(live, external="queue-8", toTeam="team/desk")
    act(live, "confirm")
    ((_, content),) = live.temporaries.in_force(live.clock.now())
    assert content.external == "queue-7"


def test_nobody_confirming_takes_it_back_and_alerts_once(live: World, clock: StoppedClock) -> None:
    prepared(live)
    pushed(live)
    clock.advance(START + timedelta(minutes=10))
    assert sweep(live, clock.now()) == 1
    assert sweep(live, clock.now()) == 0
    live.catch_up()
    found = live.temporaries.get(ROUTING)
    assert found is not None
    assert found.state == "failed"
    (alert,) = (one for one in live.alerts_now().newest() if one.id == "alert/routing-r")
    assert alert.team == "team/office"


def test_it_ends_at_its_moment_even_where_no_sweep_has_come_by(
    live: World, clock: StoppedClock
) -> None:
    prepared(live)
    pushed(live)
    act(live, "confirm")
    assert len(live.temporaries.in_force(START + timedelta(minutes=59, seconds=59))) == 1
    assert not live.temporaries.in_force(START + timedelta(hours=1))
    clock.advance(START + timedelta(hours=1))
    assert sweep(live, clock.now()) == 1


@pytest.mark.parametrize(
    ("changes", "name", "words"),
    [
        ({"expiresAt": "2026-01-01T00:00:00Z"}, "propose", "is past"),
        ({"minimumAgents": 2}, "approve", "1 people with training in force"),
    ],
)
def test_what_could_not_do_what_it_promises_is_refused(
    live: World, changes: dict[str, object], name: str, words: str
) -> None:
    prepared(live, **changes)
    if name == "approve":
        act(live, "propose")
    with pytest.raises(ActRefused, match=words):
        act(live, name, GRACE)


def test_without_a_record_nothing_is_proposed(live: World) -> None:
    with pytest.raises(ActRefused, match="there is no record"):
        act(live, "propose")


def test_training_counts_from_when_it_was_passed_until_it_ends(live: World) -> None:
    prepared(live)
    skills = live.skills()
    team = ThingId("team/desk")
    assert skills.on_call(team, ["answers"], START) == {ThingId("person/p")}
    assert not skills.on_call(team, ["answers"], datetime(2025, 12, 31, tzinfo=UTC))
    assert not skills.on_call(team, ["answers", "other"], START)
    assert not skills.on_call(team, ["answers"], datetime(2027, 1, 1, tzinfo=UTC))  # no shift
    assert skills.trained(team, ["answers"], datetime(2027, 1, 1, tzinfo=UTC))
