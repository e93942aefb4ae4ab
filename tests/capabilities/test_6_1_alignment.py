"""People vote in secret on dilemmas before any crisis; what they decided becomes agreements that
are signed, reminded of and renewed, and that decisions and the gate hold drafts to.
"""

import json
import time
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.capabilities.conftest import beside
from tests.capabilities.governed import incident, person
from tests.serving import Served, attune

SESSION = "session/autumn"
PEOPLE = ("ada", "grace", "alan", "edsger")
DILEMMAS = [
    "blaming-the-supplier",
    "compensation-at-the-desk",
    "cause-under-investigation",
    "early-campaign",
]


class Room:
    """A session with four people, each with a key of their own."""

    def __init__(self, service: Served) -> None:
        self.service = service
        self.keys = {name: self._key(name) for name in PEOPLE}

    def _key(self, name: str) -> str:
        made = attune(
            "keys",
            "create",
            "--holder",
            f"person/{name}",
            "--role",
            "responder",
            "--json",
            env=beside(self.service),
        )
        assert made.returncode == 0, made.stderr
        return str(json.loads(made.stdout)["key"])

    def post(self, path: str, body: object, who: str | None = None) -> httpx.Response:
        with self.service.client(None if who is None else self.keys[who]) as client:
            return client.post(path, json=body)

    def act(self, thing: str, act: str, who: str | None = None, **data: object) -> httpx.Response:
        kind, _, local = thing.partition("/")
        return self.post(f"/v1/{kind}s/{local}/acts", {"act": act, "data": data}, who)

    def vote(self, who: str, dilemma: str, choice: str, **more: str) -> httpx.Response:
        body = {"dilemma": dilemma, "choice": choice, **more}
        return self.post(f"/v1/{SESSION.replace('/', 's/')}/votes", body, who)

    def shown(self) -> dict[str, Any]:
        return self.service.get("/v1/sessions/autumn")


@pytest.fixture(scope="module")
def room(service: Served) -> Room:
    return Room(service)


@pytest.fixture(scope="module")
def voted(room: Room) -> Room:
    """The session planned, opened and voted on, up to the moment before it is closed."""
    record = {
        "type": "Session",
        "id": SESSION,
        "properties": {
            "name": "What we say in the first hour",
            "dilemma": DILEMMAS,
            "participant": [f"person/{name}" for name in PEOPLE],
            "quorum": 3,
        },
    }
    assert room.post("/v1/records", record).status_code == 201
    assert room.act(SESSION, "plan").status_code == 201
    assert room.act(SESSION, "open").status_code == 201
    assert room.vote("ada", DILEMMAS[0], "our-name-first").status_code == 409  # not yet voting
    assert room.act(SESSION, "start-voting", within="PT2H").status_code == 201
    assert room.vote("ada", DILEMMAS[0], "name-the-supplier").status_code == 201
    for who in ("ada", "grace", "alan"):
        assert room.vote(who, DILEMMAS[0], "our-name-first").status_code == 201
        assert room.vote(who, DILEMMAS[1], "desk-up-to-500").status_code == 201
        assert room.vote(who, DILEMMAS[2], "investigators-first").status_code == 201
    why = "The contract says that they pay."
    assert room.vote("edsger", DILEMMAS[0], "name-the-supplier", reason=why).status_code == 201
    assert room.vote("edsger", DILEMMAS[3], "stop-everything").status_code == 201
    return room


@pytest.fixture(scope="module")
def adopted(voted: Room) -> Room:
    assert voted.act(SESSION, "close").status_code == 201
    assert voted.act(SESSION, "adopt", within="P365D").status_code == 201
    return voted


def test_there_are_dilemmas_to_begin_with(service: Served) -> None:
    items = service.get("/v1/dilemmas")["items"]
    assert len(items) >= 10
    assert all(len(one["options"]) >= 2 for one in items)
    told = attune("sessions", "dilemmas", env=beside(service))
    assert items[0]["title"] in told.stdout


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"quorum": 5}, "quorum"),
        ({"dilemma": ["whether-to-lie"]}, "whether-to-lie"),
        ({"participant": [f"person/p{n}" for n in range(10)]}, "more than 9"),
    ],
)
def test_a_session_that_can_not_decide_is_not_planned(
    room: Room, changes: dict[str, object], words: str
) -> None:
    whole = {
        "name": "A session",
        "dilemma": DILEMMAS,
        "participant": ["person/ada", "person/grace"],
        "quorum": 2,
    }
    record = {"type": "Session", "id": "session/never", "properties": whole | changes}
    assert room.post("/v1/records", record).status_code == 201
    refused = room.act("session/never", "plan")
    assert refused.status_code == 409
    assert words in refused.text


def test_votes_are_secret_until_they_are_closed(voted: Room) -> None:
    shown = voted.shown()
    assert shown["state"] == "voting"
    assert shown["voted"] == sorted(f"person/{name}" for name in PEOPLE)
    assert shown["results"] is None
    cast = voted.vote("ada", DILEMMAS[2], "investigators-first").json()
    event = voted.service.get(f"/v1/ledger/events/{cast['sequence']}")
    assert "investigators-first" not in json.dumps(event)
    (waiting,) = (
        one
        for one in voted.service.get("/v1/queue", kind="session")["items"]
        if one["thing"] == SESSION
    )
    assert waiting["due"] is not None


def test_only_participants_vote_and_only_for_what_there_is(voted: Room) -> None:
    body = {"dilemma": DILEMMAS[0], "choice": "our-name-first"}
    assert voted.post("/v1/sessions/autumn/votes", body).status_code == 403  # the operator
    assert voted.vote("ada", DILEMMAS[0], "whatever").status_code == 422
    assert voted.vote("ada", "answering-by-machine", "people-only").status_code == 422
    assert voted.vote("ada", DILEMMAS[0], "our-name-first", reason="x" * 501).status_code == 422
    assert voted.post("/v1/sessions/nowhere/votes", body, "ada").status_code == 404


def test_tally_and_dissent_are_kept_and_a_missed_quorum_decides_nothing(adopted: Room) -> None:
    results = {one["dilemma"]: one for one in adopted.shown()["results"]}
    supplier = results["blaming-the-supplier"]
    assert supplier["tally"] == {"name-the-supplier": 1, "our-name-first": 3}
    assert supplier["decided"] == "our-name-first"
    (dissent,) = supplier["dissent"]
    assert dissent["by"] == "person/edsger"
    assert "contract" in dissent["reason"]
    assert (results["early-campaign"]["turnout"], results["early-campaign"]["decided"]) == (
        1,
        None,
    )
    assert adopted.vote("ada", DILEMMAS[0], "our-name-first").status_code == 409
    assert adopted.shown()["agreements"] == [
        "agreement/autumn-blaming-the-supplier",
        "agreement/autumn-cause-under-investigation",
        "agreement/autumn-compensation-at-the-desk",
    ]


def sign(room: Room, agreement: str) -> None:
    for who in ("ada", "grace", "alan"):
        assert room.act(agreement, "sign", who).status_code == 201, who


def decided(room: Room, **request: object) -> dict[str, Any]:
    body = {"facts": {"request": {"kind": "statement", **request}}, "precedents": 0}
    return dict(room.service.post("/v1/decisions", body)["decision"])


def test_an_agreement_binds_drafts_once_enough_have_signed(adopted: Room) -> None:
    agreement = "agreement/autumn-blaming-the-supplier"
    before = decided(adopted, strategy="deny")
    assert "agreed-boundary" not in before["prohibitions"]
    stranger = adopted.act(agreement, "sign")
    assert stranger.status_code == 403
    sign(adopted, agreement)
    shown = adopted.service.get("/v1/agreements/autumn-blaming-the-supplier")
    assert (shown["in_force"], len(shown["signed"])) == (True, 3)
    after = decided(adopted, strategy="deny")
    assert "agreed-boundary" in after["prohibitions"]
    assert after["verdict"] == "stop"
    assert "agreed-boundary" not in decided(adopted, strategy="rebuild")["prohibitions"]


def test_the_gate_lets_no_strategy_out_that_was_ruled_out(adopted: Room, service: Served) -> None:
    if not service.get("/v1/agreements/autumn-blaming-the-supplier")["in_force"]:
        sign(adopted, "agreement/autumn-blaming-the-supplier")
    writer = person(service, "team/communications", "responder", "reviewer", "legal")
    reply: dict[str, Any] = {"kind": "reply", "audience": "customer", "channel": "mail"}
    message = str(writer.draft(**reply, strategies=["deny"])["id"])
    for asked in writer.submit(message)["approvals"]:
        person(service, asked["routedTo"], "reviewer", "legal").act(asked["id"], "grant")
    problem = json.dumps(writer.act(message, "publish", status=422))
    assert "agreement/autumn-blaming-the-supplier of session/autumn is in force" in problem
    assert "say it another way" in problem


def test_a_message_waits_for_the_step_that_was_agreed_and_for_who_signs_it(
    service: Served,
) -> None:
    said = {"topic": "count-first", "agreementKind": "boundary", "fromSession": SESSION}
    said |= {"requiresStep": "count-the-buses", "validFrom": "2020-01-01T00:00:00Z"}
    record = {"type": "Agreement", "id": "agreement/count-first"}
    service.post("/v1/records", record | {"properties": said | {"bindsKind": ["correction"]}})
    shown = service.get("/v1/agreements/count-first")
    assert (shown["requiresStep"], shown["bindsKind"]) == ("count-the-buses", ["correction"])
    writer = person(service, "team/communications", "responder", "reviewer", "legal")
    about = incident(service, "buses-of-autumn", harm="inconvenience")
    message = str(writer.draft(kind="correction", incident=about)["id"])
    path = f"/v1/messages/{message.partition('/')[2]}/refusals"
    told = [one["message"] for one in writer.ask("GET", path)["items"]]
    assert any("agreement/count-first of session/autumn" in one for one in told)
    asked = {one["requirement"]: one for one in writer.submit(message)["approvals"]}
    assert asked["count-the-buses"]["routedTo"] == "team/crisis-office"
    for one in asked.values():
        person(service, one["routedTo"], "reviewer", "legal").act(one["id"], "grant")
    assert writer.act(message, "publish")["to"] == "live"
    assert writer.show(message)["boundBy"] == ["agreement/count-first"]


def test_more_than_the_desk_may_promise_needs_the_board(adopted: Room) -> None:
    sign(adopted, "agreement/autumn-compensation-at-the-desk")
    needed = {one["name"]: one for one in decided(adopted, compensation=501)["requirements"]}
    assert needed["board-approval"]["from_team"] == "team/board"
    enough = {one["name"] for one in decided(adopted, compensation=500)["requirements"]}
    assert "board-approval" not in enough


def test_the_gate_keeps_what_was_agreed_not_to_be_said(adopted: Room, service: Served) -> None:
    agreement = "agreement/autumn-cause-under-investigation"
    sign(adopted, agreement)
    topic = {"type": "ClaimTopic", "id": "claim-topic/cause", "properties": {"name": "The cause"}}
    service.post("/v1/records", topic)
    writer = person(service, "team/communications", "responder", "reviewer", "legal")
    about = incident(service, "tracks-of-autumn", harm="inconvenience")
    claim = {"topic": "claim-topic/cause", "polarity": "affirmed"}
    message = str(writer.draft(incident=about, claims=[claim])["id"])
    for asked in writer.submit(message)["approvals"]:
        person(service, asked["routedTo"], "reviewer", "legal").act(asked["id"], "grant")
    assert "message-boundary" in json.dumps(writer.act(message, "publish", status=422))
    assert adopted.act(agreement, "end", reason="The cause is known.").status_code == 201
    assert writer.act(message, "publish")["to"] == "live"


def test_an_agreement_is_reminded_of_renewed_and_ended(adopted: Room, service: Served) -> None:
    at = datetime.fromisoformat(service.get("/v1/clock")["at"])
    record = {
        "type": "Agreement",
        "id": "agreement/short",
        "properties": {
            "topic": "short",
            "agreementKind": "boundary",
            "forbidsStrategy": "diminish",
            "signatory": ["person/ada"],
            "validUntil": (at + timedelta(hours=2)).isoformat(),
            "remindAt": (at + timedelta(minutes=1)).isoformat(),
        },
    }
    service.post("/v1/records", record)
    assert adopted.act("agreement/short", "draft", persons=1).status_code == 201
    assert adopted.act("agreement/short", "sign", "ada").status_code == 201
    service.post("/v1/clock", {"at": (at + timedelta(minutes=2)).isoformat()}, status=200)
    state = _eventually(service, "due-for-renewal")
    assert state["in_force"] is True
    past = adopted.act(
        "agreement/short",
        "renew",
        validUntil=at.isoformat(),
        remindAt=at.isoformat(),
        reason="It is right.",
    )
    assert past.status_code == 422
    until = (at + timedelta(days=30)).isoformat()
    renewed = adopted.act(
        "agreement/short",
        "renew",
        validUntil=until,
        remindAt=(at + timedelta(days=20)).isoformat(),
        reason="It is right.",
    )
    assert renewed.status_code == 201, renewed.text
    shown = service.get("/v1/agreements/short")
    assert datetime.fromisoformat(shown["valid_until"]) == at + timedelta(days=30)
    assert "agreed-boundary" in decided(adopted, strategy="diminish")["prohibitions"]
    assert adopted.act("agreement/short", "end", reason="No longer.").status_code == 201
    assert "agreed-boundary" not in decided(adopted, strategy="diminish")["prohibitions"]


def _eventually(service: Served, state: str) -> dict[str, Any]:
    until = time.monotonic() + 30
    while (shown := service.get("/v1/agreements/short"))["state"] != state:
        assert time.monotonic() < until, shown
        time.sleep(0.1)
    return shown


def test_a_session_is_held_from_the_command_line(service: Served) -> None:
    record = {
        "type": "Session",
        "id": "session/by-hand",
        "properties": {
            "name": "By hand",
            "dilemma": ["names-of-our-own"],
            "participant": ["person/ada", "person/grace"],
            "quorum": 2,
        },
    }
    service.post("/v1/records", record)
    vote = ("vote", "session/by-hand", "--dilemma", "names-of-our-own", "--choice", "protect-him")
    for command in (
        ("act", "session/by-hand", "plan"),
        ("act", "session/by-hand", "open"),
        ("act", "session/by-hand", "start-voting", "--within", "PT2H"),
        (*vote, "--by", "person/ada"),
        (*vote, "--by", "person/grace"),
        ("act", "session/by-hand", "close"),
        ("act", "session/by-hand", "adopt", "--within", "P100D"),
        ("sign", "agreement/by-hand-names-of-our-own", "--by", "person/ada"),
        ("sign", "agreement/by-hand-names-of-our-own", "--by", "person/grace"),
    ):
        done = attune("sessions", *command, env=beside(service))
        assert done.returncode == 0, (command, done.stderr)
    told = attune("sessions", "show", "session/by-hand", env=beside(service))
    assert "names-of-our-own: protect-him" in told.stdout
    listed = attune("sessions", "agreements", env=beside(service))
    assert "agreement/by-hand-names-of-our-own  in force (in-force)" in listed.stdout
