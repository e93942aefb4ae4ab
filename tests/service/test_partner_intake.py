"""What a partner's door does with a message: signature, agreement, fields, drift, the account."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service import enrolling
from service.founding import OPERATOR
from service.traffic import Traffic
from service.world import World
from tests.signing import BATCH, PARTNER, PATH, SINGLE, Partner, event, sending


@pytest.fixture(scope="module")
def sender(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partner]:
    """One world for all of these tests; each sends posts of its own."""
    home = shutil.copytree(founded, tmp_path_factory.mktemp("intake") / "home")
    with sending(home) as one:
        yield one


@pytest.fixture
def world(sender: Partner) -> World:
    return sender.world


@pytest.fixture
def partner(sender: Partner) -> Partner:
    """The partner under the terms that all tests start from."""
    sender.agree(permitsField=["text", "language", "reach", "mood", "feed"])
    return sender


def kept(world: World, *ids: str) -> list[Any]:
    """The signals that are kept, of these ids where any are named."""
    found = [signal for e in world.segments.committed() for signal in world.segments.read(e)]
    return [one for one in found if not ids or one.id.rpartition("-")[2] in ids]


def test_one_structured_event_becomes_a_signal(partner: Partner, world: World) -> None:
    answer = partner.send(partner.post("a1"))
    assert answer.status_code == 202, answer.text
    assert answer.get_json()["new"] == 1
    (signal,) = kept(world, "a1")
    assert (signal.id, signal.platform) == ("signal/twitter-a1", "platform/twitter")


def test_a_batch_is_taken_event_by_event(partner: Partner) -> None:
    rows = [partner.post("b1"), partner.post("b2"), partner.post("b3", time="yesterday")]
    told = partner.send(rows, media=BATCH).get_json()
    assert told["new"] == 2
    assert [fault["pointer"] for fault in told["rejected"]] == ["/2/time"]


def test_the_binary_mode_believes_only_what_is_signed(partner: Partner, world: World) -> None:
    data = {"text": "Stuck", "posted_at": world.clock.now().isoformat()}
    partner.agree(permitsField=["text", "posted_at"])
    headers = {
        "ce-specversion": "1.0",
        "ce-id": "bin1",
        "ce-source": "s",
        "ce-type": "t",
        "ce-time": "2001-01-01T00:00:00Z",
    }
    send = {"media": "application/json", "name": "bin1"}
    assert partner.send(data, headers=headers, **send).status_code == 202
    (signal,) = kept(world, "bin1")
    assert (signal.id, signal.posted_at.year) == ("signal/twitter-bin1", world.clock.now().year)
    other = headers | {"ce-id": "bin2"}
    assert (
        partner.send(data | {"text": "x"}, headers=other, **send | {"name": "n"}).status_code
        == 422
    )


def test_a_field_that_is_not_permitted_is_dropped_before_anything_is_stored(
    partner: Partner, world: World
) -> None:
    handle = "ada@mail.example"
    row = partner.post("c1", data={"text": "Stuck", "author": {"system": "x", "key": handle}})
    row["data"]["phone"] = "+1555012345"  # type: ignore[index]  # data is a dict
    told = partner.send(row).get_json()
    assert told["dropped"] == {"author": 1, "phone": 1}
    assert kept(world, "c1")[0].author is None
    assert partner.account()["dropped"]["phone"] == 1
    (recorded,) = world.ledger.newest(types=("intake.taken",), limit=1)
    assert "+1555" not in json.dumps(recorded.data, default=str)
    assert handle not in json.dumps(recorded.data, default=str)


SENT: dict[str, object] = {
    "author": {"system": "x", "key": "ada"},
    "share_of": "ap",
    "language": "de",
    "region": "region/us-ny",
    "topics": ["harlem"],
    "reach": 7,
}


@pytest.mark.parametrize("field", SENT)
def test_a_field_is_stored_where_it_is_permitted_and_nowhere_else(
    partner: Partner, world: World, field: str
) -> None:
    for number, permitted in enumerate((["text"], ["text", field])):
        partner.agree(permitsField=permitted)
        local = f"only-{field.replace('_', '-')}-{number}"
        assert partner.send(partner.post(local, data=SENT)).status_code == 202
        (signal,) = [one for one in kept(world) if one.id == f"signal/twitter-{local}"]
        stored = {name for name in SENT if getattr(signal, name) not in (None, ())}
        assert stored == set(permitted) - {"text"}


@pytest.mark.parametrize(
    ("terms", "kind"),
    [
        ({"suspended": True}, "agreement-suspended"),
        ({"validUntil": "2020-01-01T00:00:00Z"}, "agreement-not-in-force"),
        ({"validFrom": "2100-01-01T00:00:00Z"}, "agreement-not-in-force"),
        ({"permitsPurpose": ["research"]}, "purpose-not-permitted"),
        ({"retention": "PT12H"}, "retention-too-short"),
        ({"partner": "system/other"}, "agreement-missing"),
    ],
)
def test_what_the_agreement_does_not_let_in_is_refused_and_recorded(
    partner: Partner, world: World, terms: dict[str, object], kind: str
) -> None:
    partner.agree(**terms)
    before = partner.account()["refused"].get(kind, 0)
    answer = partner.send(partner.post("d1"))
    assert answer.status_code == 403
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["type"].endswith(kind)
    assert kept(world, "d1") == []
    assert partner.account()["refused"][kind] == before + 1


def test_an_event_for_another_purpose_is_refused(partner: Partner, world: World) -> None:
    answer = partner.send(partner.post("e1", purpose="marketing"))
    assert answer.status_code == 403
    assert kept(world, "e1") == []
    mixed = [partner.post("e2"), partner.post("e3", purpose="research")]
    told = partner.send(mixed, media=BATCH).get_json()
    assert (told["new"], told["rejected"][0]["pointer"]) == (1, "/1/purpose")
    assert partner.account()["refused"]["outside-agreement"] >= 2


def test_a_feed_of_another_agreement_is_refused(partner: Partner) -> None:
    answer = partner.send(partner.post("f1", data={"text": "x", "feed": "feed/mastodon"}))
    assert answer.status_code == 403


def test_a_partner_can_be_suspended_and_taken_on_again(partner: Partner, world: World) -> None:
    stand = {"reason": "contract under review", "actor": OPERATOR}
    enrolling.stand(world, PARTNER, suspended=True, **stand)  # type: ignore[arg-type]  # words and an id
    row = partner.post("g1")
    assert partner.send(row, name="again").get_json()["type"].endswith("partner-suspended")
    enrolling.stand(world, PARTNER, suspended=False, **stand)  # type: ignore[arg-type]  # words and an id
    assert partner.send(row, name="again").status_code == 202


def test_the_same_message_twice_is_answered_as_the_first_time(partner: Partner) -> None:
    row = partner.post("h1")
    first = partner.send(row, name="same").get_json()
    again = partner.send(row, name="same").get_json()
    assert again == first | {"again": True}
    assert partner.send(partner.post("h2"), name="same").status_code == 409


def test_a_message_whose_posts_were_kept_before_a_crash_is_recorded_when_it_comes_again(
    partner: Partner,
) -> None:
    row = partner.post("n1")
    assert partner.send(row, name="before").get_json()["new"] == 1  # as if its record were lost
    again = partner.send(row, name="after").get_json()
    assert (again["new"], again["known"], again["again"]) == (0, 1, False)


def test_both_secrets_sign_while_they_overlap(partner: Partner, world: World) -> None:
    fresh = enrolling.rotate(world, PARTNER, actor=OPERATOR, overlap=timedelta(hours=1)).secret
    assert fresh != partner.secret
    for number, secret in enumerate((partner.secret, fresh)):
        assert partner.send(partner.post(f"i{number}"), secrets=(secret,)).status_code == 202
    newest = enrolling.rotate(world, PARTNER, actor=OPERATOR, overlap=timedelta()).secret
    for secret, status in ((partner.secret, 401), (fresh, 401), (newest, 202)):
        assert partner.send(partner.post("i3"), secrets=(secret,)).status_code == status
    partner.secret = newest


def test_a_retention_shorter_than_the_houses_is_honoured(partner: Partner, world: World) -> None:
    partner.agree(retention="P3D")
    assert partner.send(partner.post("j1")).status_code == 202
    now = world.clock.now()
    assert world.segments.lapse(now + timedelta(days=2)) == 0
    assert len(kept(world, "j1")) == 1
    assert world.segments.lapse(now + timedelta(days=3)) == 1
    assert kept(world, "j1") == []
    assert world.segments.verify() == ()
    assert partner.send(partner.post("j1")).get_json()["new"] == 0


def test_a_changed_form_is_noticed_against_what_came_before(partner: Partner) -> None:
    rows = [partner.post(f"k{n}", data={"reach": 5}) for n in range(60)]
    partner.send(rows, media=BATCH)
    before = partner.account()["drift"]
    partner.send(partner.post("k99", data={"reach": "many", "mood": "sour"}))
    drift = partner.account()["drift"][len(before) :]
    told = {(one["kind"], one["field"], one["was"], one["now"]) for one in drift}
    assert told == {("retyped", "reach", "number", "string"), ("unknown", "mood", "", "string")}
    assert partner.account()["drifted"] is True
    facts = partner.door.get(
        partner.door.post("/v1/decisions", {"precedents": 0}).get_json()["links"]["self"]
    ).get_json()["facts"]
    drifted = [one["values"]["id"] for one in facts if one["values"].get("drifted")]
    assert drifted == ["feed/listening"]
    metrics = partner.door.http.get("/metrics").get_data(as_text=True)
    assert 'attune_intake_drifted_fields{partner="listening-co"}' in metrics


def test_another_worker_sees_the_same_account(partner: Partner, world: World) -> None:
    partner.send([partner.post(f"l{n}") for n in range(3)], media=BATCH)
    other = Traffic()
    other.catch_up(world.ledger, world.clock.now())
    assert other.of(PARTNER).counts["new"] == partner.account()["new"] >= 3


def test_lag_is_measured_from_posted_to_decided(partner: Partner) -> None:
    old = event("m1", (partner.world.clock.now() - timedelta(seconds=90)).isoformat())
    assert partner.send(old).status_code == 202
    assert partner.account()["lag_seconds"]["p99"] >= 120
    partner.door.post("/v1/decisions", {"incident": "incident/2013-ny-train", "precedents": 0})
    metrics = partner.door.http.get("/metrics").get_data(as_text=True)
    for stage in ("received", "scored", "decided"):
        line = f'attune_intake_lag_seconds_count{{platform="twitter",stage="{stage}"}}'
        assert line in metrics, stage


def test_nobody_else_reads_the_account(partner: Partner) -> None:
    assert partner.door.http.get(PATH).status_code == 401
    assert partner.door.get("/v1/intake/nobody").status_code == 404


@pytest.mark.parametrize("media", [SINGLE, BATCH, "text/plain", ""])
def test_what_is_no_cloud_event_is_refused(partner: Partner, media: str) -> None:
    answer = partner.send({"hello": "world"}, media=media)
    assert answer.status_code in {400, 415, 422}
    assert answer.get_json()["detail"]
