"""Delivery: signed, retried, recorded, and never to where it must not go."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook as Verifier

from ontology.events import Draft, Event
from ontology.identity import ThingId
from ontology.lifecycle import ATTUNE
from service.addresses import AddressRefused, Guard
from service.clock import LiveClock, StoppedClock
from service.delivery import Outbox, request_again
from service.outgoing import Outgoing
from service.outward import Courier
from service.webhooks import creation, message, removal, secret
from service.world import World

ADA = ThingId("person/ada")
HOOK = ThingId("webhook/a")
HERE = ("127.0.0.1",)
SCHEDULE = (10.0, 100.0)


@dataclass
class Listener:
    """A real server that answers as told and remembers what it was sent."""

    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.got]


@pytest.fixture
def listener() -> Iterator[Listener]:
    heard = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(heard.answers.pop(0) if heard.answers else 200)
            for name, value in heard.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield heard
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for `localhost` that nobody signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = LiveClock().now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    plain = serialization.NoEncryption()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file.write_bytes(key.private_bytes(pem, pkcs8, plain) + made.public_bytes(pem))
    return file


@pytest.fixture
def secure(certificate: Path) -> Iterator[str]:
    """The URL of a listener behind TLS, under the name in its certificate."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A caller that does not trust us hangs up."""

    server = Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"https://localhost:{server.server_address[1]}/hook"
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Post:
    """A world, its clock, its outbox, and the short words of these tests."""

    world: World
    clock: StoppedClock
    outbox: Outbox

    def hook(self, url: str, *types: str, hook: ThingId = HOOK) -> None:
        self.record(
            creation(
                hook,
                url=url,
                types=types or ("*",),
                event=self.world.ids("event"),
                actor=ADA,
                at=self.clock.now(),
            )
        )

    def record(self, draft: Draft) -> Event:
        return self.world.ledger.append([draft])[0]

    def decide(self, name: str = "a", **more: Any) -> Event:
        return self.record(
            Draft(
                id=f"event/{name}",
                type="decision.made",
                subject=ThingId(f"decision/{name}"),
                actor=ATTUNE,
                occurred_at=self.clock.now(),
                data={"team": "team/legal", **more},
                governed=False,
            )
        )

    def later(self, seconds: float) -> int:
        self.clock.advance(self.clock.now() + timedelta(seconds=seconds))
        return self.outbox.step()

    def outcomes(self) -> list[str]:
        events = self.world.ledger.read(subject=HOOK)
        return [e.type for e in events if e.type.startswith("delivery.")]

    def receipts(self) -> list[Event]:
        events = self.world.ledger.read(subject=HOOK)
        return [event for event in events if event.type.startswith("delivery.")]


def outbox(world: World) -> Outbox:
    return Outbox(world, schedule=SCHEDULE, jitter=lambda: 0.5)


@pytest.fixture
def post(worlds: Callable[..., World], clock: StoppedClock) -> Iterator[Post]:
    world = worlds(webhook_allow=HERE)
    with closing(outbox(world)) as box:
        yield Post(world=world, clock=clock, outbox=box)


def test_an_event_is_delivered_once_and_receipted(post: Post, listener: Listener) -> None:
    post.hook(listener.url)
    event = post.decide()
    assert [post.later(0), post.later(60)] == [1, 0]
    (body,) = listener.bodies()
    assert body["type"] == "decision.made"
    assert body["data"]["sequence"] == event.sequence
    assert body["data"]["data"] == {"team": "team/legal"}
    assert post.outcomes() == ["delivery.sent"]


def test_the_signature_verifies_with_the_secret_that_was_shown(
    post: Post, listener: Listener
) -> None:
    post.clock.advance(LiveClock().now())  # the library wants a recent time
    post.hook(listener.url)
    post.decide()
    post.later(0)
    ((headers, body),) = listener.got
    shown = secret(post.world.keys, HOOK)
    assert Verifier(shown).verify(body, headers) == json.loads(body)


def test_each_webhook_has_a_secret_of_its_own(post: Post) -> None:
    other = secret(post.world.keys, ThingId("webhook/b"))
    assert other != secret(post.world.keys, HOOK)
    assert other.startswith("whsec_")


def test_the_secret_is_nowhere_in_the_ledger(post: Post) -> None:
    post.hook("https://hooks.example.com/")
    shown = secret(post.world.keys, HOOK).removeprefix("whsec_")
    for file in post.world.settings.home.rglob("*"):
        assert not file.is_file() or shown.encode() not in file.read_bytes()


def test_only_the_types_that_were_asked_for_are_told(post: Post, listener: Listener) -> None:
    post.hook(listener.url, "policy.activated")
    post.decide()
    assert post.later(0) == 0
    assert listener.got == []


def test_what_was_before_the_webhook_is_not_told(post: Post, listener: Listener) -> None:
    post.decide("before")
    post.hook(listener.url)
    post.decide("after")
    post.later(0)
    assert [body["data"]["subject"] for body in listener.bodies()] == ["decision/after"]


def test_keys_and_deliveries_never_leave(post: Post, listener: Listener) -> None:
    post.hook(listener.url)
    post.decide()
    for _ in range(3):
        post.later(60)
    assert [body["type"] for body in listener.bodies()] == ["decision.made"]


def test_personal_values_stay_here(post: Post, listener: Listener) -> None:
    post.hook(listener.url)
    person = ThingId("customer/0f3a")
    post.record(
        Draft(
            id="event/put",
            type="record.put",
            subject=person,
            actor=ADA,
            occurred_at=post.clock.now(),
            data={"type": "Customer", "properties": {}, "personal": {"email": "ada@example.com"}},
            personal={"personal": person},
        )
    )
    post.later(0)
    assert b"ada@example.com" not in listener.got[0][1]
    assert listener.bodies()[0]["data"]["complete"] is False


def test_a_failure_is_tried_again_after_the_schedules_wait_with_jitter(
    post: Post, listener: Listener
) -> None:
    listener.answers = [500]
    post.hook(listener.url)
    post.decide()
    assert [post.later(0), post.later(10.9), post.later(0.2)] == [1, 0, 1]
    assert post.outcomes() == ["delivery.failed", "delivery.sent"]
    first, second = (headers["webhook-id"] for headers, _ in listener.got)
    assert first == second


def test_what_is_never_taken_ends_as_a_dead_letter(post: Post, listener: Listener) -> None:
    listener.answers = [500, 503, 500]
    post.hook(listener.url)
    post.decide()
    attempts = [post.later(wait) for wait in (0, 11, 110, 10_000)]
    assert attempts == [1, 1, 1, 0]
    assert post.outcomes() == ["delivery.failed", "delivery.failed", "delivery.dead"]
    assert post.receipts()[-1].data["attempt"] == 3
    assert post.receipts()[-1].data["status"] == 500


def test_a_dead_letter_can_be_delivered_again(post: Post, listener: Listener) -> None:
    listener.answers = [410]
    post.hook(listener.url)
    event = post.decide()
    post.later(0)
    again = request_again(
        HOOK, event.sequence, event="event/again", actor=ADA, at=post.clock.now()
    )
    post.record(again)
    assert post.later(0) == 1
    assert post.outcomes() == ["delivery.dead", "delivery.requested", "delivery.sent"]


def test_what_says_gone_is_not_tried_again(post: Post, listener: Listener) -> None:
    listener.answers = [410]
    post.hook(listener.url)
    post.decide()
    assert [post.later(0), post.later(9_999)] == [1, 0]
    assert post.outcomes() == ["delivery.dead"]


def test_the_other_sides_wish_to_wait_is_heeded(post: Post, listener: Listener) -> None:
    listener.answers, listener.headers = [429], {"Retry-After": "50"}
    post.hook(listener.url)
    post.decide()
    assert [post.later(0), post.later(40), post.later(10)] == [1, 0, 1]


def test_a_redirect_is_a_failure_and_is_not_followed(post: Post, listener: Listener) -> None:
    listener.answers, listener.headers = [302], {"Location": listener.url}
    post.hook(listener.url)
    post.decide()
    post.later(0)
    assert post.outcomes() == ["delivery.failed"]
    assert len(listener.got) == 1


def test_a_closed_door_is_a_failure_with_its_reason(post: Post) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    post.hook(f"http://127.0.0.1:{port}/")
    post.decide()
    post.later(0)
    (receipt,) = post.receipts()
    assert receipt.data["status"] is None
    assert "refused" in str(receipt.data["error"]).lower()


def test_a_dead_address_costs_one_attempt_a_step(post: Post, listener: Listener) -> None:
    listener.answers = [500] * 9
    post.hook(listener.url)
    for number in range(5):
        post.decide(str(number))
    assert post.later(0) == 1


def test_a_removed_webhook_is_told_nothing_more(post: Post, listener: Listener) -> None:
    listener.answers = [500]
    post.hook(listener.url)
    post.decide()
    post.later(0)
    post.record(removal(HOOK, event="event/gone", actor=ADA, at=post.clock.now()))
    post.decide("b")
    assert post.later(9_999) == 0


def test_a_replay_world_tells_nobody(worlds: Callable[..., World], listener: Listener) -> None:
    world = worlds(webhook_allow=HERE, world="replay")
    assert isinstance(world.clock, StoppedClock)
    with closing(outbox(world)) as box:
        silent = Post(world=world, clock=world.clock, outbox=box)
        silent.hook(listener.url)
        silent.decide()
        assert silent.later(60) == 0
    assert listener.got == []


def test_one_worker_delivers_at_a_time_and_another_takes_over(
    post: Post, worlds: Callable[..., World], listener: Listener
) -> None:
    post.hook(listener.url)
    post.decide("a")
    with closing(outbox(worlds(webhook_allow=HERE))) as second:
        assert [post.later(0), second.step()] == [1, 0]
        post.outbox.close()
        post.decide("b")
        assert second.step() == 1
    assert [b["data"]["subject"] for b in listener.bodies()] == ["decision/a", "decision/b"]


@pytest.mark.parametrize("keep", [True, False], ids=["with its cursor", "without it"])
def test_a_restart_goes_on_with_what_failed(
    post: Post, worlds: Callable[..., World], listener: Listener, *, keep: bool
) -> None:
    listener.answers = [200, 500]
    post.hook(listener.url)
    post.decide("a")
    post.decide("b")
    post.later(0)
    post.outbox.close()
    if not keep:
        (post.world.settings.home / "outbox.json").unlink()
    with closing(outbox(worlds(webhook_allow=HERE))) as second:
        assert second.step() == 0
        post.clock.advance(post.clock.now() + timedelta(seconds=11))
        assert second.step() == 1
    subjects = [body["data"]["subject"] for body in listener.bodies()]
    assert subjects == ["decision/a", "decision/b", "decision/b"]


def test_a_cursor_of_another_ledger_is_not_believed(post: Post, listener: Listener) -> None:
    kept = post.world.settings.home / "outbox.json"
    kept.write_text('{"cursor": 1, "waiting": [], "behind": {}, "root": "00"}')
    post.hook(listener.url)
    post.decide()
    assert post.later(0) == 1


def told(number: int, kind: str = "decision.made", **data: Any) -> Event:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    return Event(
        sequence=number,
        id=f"event/{number}",
        type=kind,
        subject=HOOK if kind.partition(".")[0] in {"webhook", "delivery"} else ADA,
        actor=ADA,
        occurred_at=at,
        recorded_at=at,
        scopes=(),
        data=data,
        governed=False,
        leaf=b"",
    )


def test_what_finds_no_room_is_taken_up_when_there_is() -> None:
    outgoing = Outgoing(most=10)
    outgoing.apply(told(1, "webhook.created", url="https://a.example/", types=["*"]))
    events = [told(number) for number in range(2, 42)]
    for event in events:
        outgoing.apply(event)
        outgoing.cursor = event.sequence
    sent: list[int] = []
    now = datetime(2027, 1, 1, tzinfo=UTC)
    while due := outgoing.due(now, 4).get(HOOK):
        for one in due:
            sent.append(one.sequence)
            outgoing.apply(told(99, "delivery.sent", event=one.sequence))
        assert len(outgoing) <= 10
        outgoing.refill(
            lambda after, until, _types, limit: [e for e in events if after < e.sequence <= until][
                :limit
            ]
        )
    assert sent == list(range(2, 42))


def test_a_message_too_large_says_that_it_is_not_complete() -> None:
    body = json.loads(message(told(7, "policy.proposed", files={"a": "x" * 300_000})))
    assert body["data"]["complete"] is False
    assert body["data"]["data"] == {}
    assert body["data"]["sequence"] == 7


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://127.0.0.1/",
        "https://10.0.0.8/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://[fd00::1]/",
        "https://user:word@hooks.example.com/",
        "https://hooks.example.com/#part",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com:0/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "https://",
        "https://exämple.com/",
        "https://hooks.example.com/\r\nHost: elsewhere",
        "https://hooks.example.com/" + "x" * 2_000,
        "",
    ],
)
def test_an_address_that_must_not_be_called_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused, match="write an address like"):
        Guard().check(url)


@pytest.mark.parametrize(
    ("allow", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:9000/"),
        ("10.0.0.0/8", "http://10.1.2.3/"),
        ("hooks.internal", "http://hooks.internal/"),
        ("::1", "http://[::1]:9000/"),
    ],
)
def test_what_the_settings_name_may_be_called(allow: str, url: str) -> None:
    assert Guard([allow]).check(url).geturl() == url


@pytest.mark.parametrize("name", ["localhost", "127.1", "0x7f000001", "2130706433"])
def test_a_name_that_leads_inside_is_refused_when_it_is_resolved(name: str) -> None:
    with pytest.raises(AddressRefused):
        Guard().resolve(name, 443)


def test_the_courier_itself_refuses_a_name_that_leads_inside(listener: Listener) -> None:
    url = listener.url.replace("http://127.0.0.1", "https://localhost")
    receipt = Courier(Guard()).post(url, {}, b"{}")
    assert receipt.status is None
    assert "not public" in str(receipt.error)


def test_a_name_that_is_allowed_is_called_at_the_address_it_had(listener: Listener) -> None:
    url = listener.url.replace("127.0.0.1", "localhost")
    receipt = Courier(Guard(["localhost"])).post(url, {}, b"{}")
    assert receipt.taken
    assert listener.got[0][0]["host"].startswith("localhost:")


def test_tls_is_spoken_with_the_name_at_the_pinned_address(secure: str, certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    assert Courier(Guard(["localhost"]), tls=trusting).post(secure, {}, b"{}").status == 204


def test_a_certificate_for_another_name_is_not_trusted(secure: str, certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    other = secure.replace("localhost", "127.0.0.1")
    receipt = Courier(Guard(HERE), tls=trusting).post(other, {}, b"{}")
    assert receipt.status is None
    assert "certificate" in str(receipt.error)


def test_a_certificate_that_nobody_signed_is_not_trusted(secure: str) -> None:
    receipt = Courier(Guard(["localhost"])).post(secure, {}, b"{}")
    assert receipt.status is None
    assert "certificate" in str(receipt.error)


@given(st.text(max_size=60))
def test_any_text_is_checked_without_surprise(text: str) -> None:
    try:
        Guard().check(text)
    except AddressRefused as error:
        refused = str(error)
    else:
        refused = ""
    assert not refused or "write an address" in refused


def raw_server(answer: Callable[[socket.socket], None]) -> tuple[str, Callable[[], None]]:
    """A server that answers one connection as it likes."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            try:
                answer(connection)
            except OSError:
                return

    thread = threading.Thread(target=serve)
    thread.start()

    def end() -> None:
        thread.join()
        server.close()

    return f"http://127.0.0.1:{server.getsockname()[1]}/", end


def test_an_answer_that_drips_is_cut_off() -> None:
    def drip(connection: socket.socket) -> None:
        for letter in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 99:
            connection.sendall(bytes([letter]))
            time.sleep(0.05)

    url, end = raw_server(drip)
    started = time.monotonic()
    receipt = Courier(Guard(HERE), total_seconds=0.5).post(url, {}, b"{}")
    assert receipt.status is None
    assert time.monotonic() - started < 20  # the whole answer takes 30 seconds
    end()


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    def pour(connection: socket.socket) -> None:
        connection.recv(4_096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65_536)

    url, end = raw_server(pour)
    assert Courier(Guard(HERE)).post(url, {}, b"{}").taken
    end()


def test_what_is_no_http_is_a_failure() -> None:
    def babble(connection: socket.socket) -> None:
        connection.recv(4_096)
        connection.sendall(b"220 mail ready\r\n")

    url, end = raw_server(babble)
    assert Courier(Guard(HERE)).post(url, {}, b"{}").status is None
    end()
