"""The fallback card: decided as the policy would, small, signed, checked by others, or stale."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws as other_library
from joserfc.jwk import OKPKey
from typer.testing import CliRunner

from ontology.facts import catalogue
from ontology.identity import ThingId
from service import fallback
from service.app import create
from service.cli import build
from service.clock import StoppedClock
from service.compact_jws import JwsRefused, jwk, public_of, sign, verified
from service.fallback_cells import AUDIENCES, CLUSTERS, VOLUMES, Cell, Known
from service.fallback_reading import ANY, KIND, CardRefused, cells, looked_up, read, stale
from service.fallback_signing import Cards, SignedCard, signed
from service.world import World
from tests.conftest import Door

SECRET = bytes(range(32))
PUBLIC = public_of(SECRET).hex()
card: Callable[..., Any] = fallback.card
TIERS = catalogue().kinds["escalation"].fields["tier"].allowed


@pytest.fixture(scope="module")
def shipped(founded: Path) -> dict[str, Any]:
    """The card of the sample world."""
    from service.settings import Settings

    world = World.open(Settings(home=founded, language=False))
    try:
        return dict(card(world, world.clock.now()))
    finally:
        world.close()


def test_a_card_is_small_also_when_it_is_signed(shipped: dict[str, Any]) -> None:
    assert len(signed(shipped, SECRET).jws) < 64_000
    assert shipped["left_out"] == []
    assert len(shipped["touchpoints"]) > 3


def test_every_cell_says_what_the_policy_decides_there(world: World) -> None:
    at = world.clock.now()
    said = card(world, at)
    rows = cells(said)
    places = [*said["touchpoints"], ANY]
    regions = [*world.graph.of_type("Region"), ANY]
    always = said["always"]
    kinds = ("Touchpoint", "Region")
    named = {kind.lower(): sorted(world.graph.of_type(kind)) for kind in kinds}
    known = Known.of(world, at.replace(minute=0, second=0, microsecond=0), named)
    both = replace(  # both engines, and each thing for itself
        known,
        engines=world.policies.current().engines,
        alike={thing: thing for thing in known.things},
    )
    asked = product(CLUSTERS[::2], VOLUMES, AUDIENCES[::3], places[::4], regions[::3])
    for cell in map(Cell._make, asked):
        told = said["outcomes"][looked_up(rows, *cell)]
        wanted = orjson.loads(both.outcome(cell))
        for name in ("prohibitions", "requirements"):
            assert {*told[name], *always[name]} == {*wanted[name]}, cell
        for name in ("tier", "within", "routes", "notify"):
            assert told[name] == wanted[name], cell


def test_a_card_is_never_less_careful_than_a_decision_that_knows_little(
    shipped: dict[str, Any],
) -> None:
    assert all(
        TIERS.index(one["tier"]) >= TIERS.index("specialist") for one in shipped["outcomes"]
    )
    asked = {place for cell, place in cells(shipped).items() if cell[2] != ANY}
    always = shipped["always"]["requirements"]
    for place in asked:
        assert "human-validation" in {*always, *shipped["outcomes"][place]["requirements"]}
    assert all(one["routes"] for one in shipped["outcomes"])


def test_a_graver_crisis_is_answered_from_higher_up(shipped: dict[str, Any]) -> None:
    rows = cells(shipped)

    def tier(cluster: str, volume: str) -> int:
        place = looked_up(rows, cluster, volume, "public")
        assert place is not None
        return TIERS.index(shipped["outcomes"][place]["tier"])

    assert tier("preventable", "surging") > tier("preventable", "usual")
    assert tier("preventable", "surging") > tier("victim", "surging")
    assert tier("unknown", "surging") >= tier("accidental", "surging")


def test_every_team_that_is_named_is_told_of_up_to_the_last(shipped: dict[str, Any]) -> None:
    teams = shipped["teams"]
    named = {row["team"] for one in shipped["outcomes"] for row in one["routes"]}
    named |= {team for one in shipped["outcomes"] for team in one["notify"]}
    named |= {one["escalates_to"] for one in teams.values() if "escalates_to" in one}
    assert named <= teams.keys()
    assert shipped["duty_officer"] in teams


def test_who_is_on_call_while_the_card_holds_is_told_and_who_was_before_is_not(
    door: Door, world: World
) -> None:
    now = world.clock.now().replace(minute=0, second=0, microsecond=0)
    team = "team/duty-officer"
    for name, start, end in (("gone", -30, -5), ("on", -5, 3), ("next", 3, 11), ("far", 40, 50)):
        shift = {
            "type": "OnCallShift",
            "id": f"shift/{name}",
            "properties": {
                "ofTeam": team,
                "startsAt": (now + timedelta(hours=start)).isoformat(),
                "endsAt": (now + timedelta(hours=end)).isoformat(),
            },
        }
        assert door.post("/v1/records", shift).status_code == 201
    world.catch_up()
    shifts = card(world, world.clock.now())["teams"][team]["on_call"]
    ends = {datetime.fromisoformat(str(one["until"])) for one in shifts if one["until"]}
    assert {now + timedelta(hours=3), now + timedelta(hours=11)} <= ends
    assert now - timedelta(hours=5) not in ends
    assert now + timedelta(hours=50) not in ends


def test_an_incident_under_way_is_on_the_card_with_its_tier(door: Door, world: World) -> None:
    data = {"tier": "executive", "reason": "A minister called."}
    act = {"act": "escalate", "data": data}
    answer = door.post("/v1/incidents/2013-ny-train/acts", act)
    assert answer.status_code == 201, answer.text
    world.catch_up()
    (found,) = [
        one
        for one in card(world, world.clock.now())["incidents"]
        if one["id"] == "incident/2013-ny-train"
    ]
    assert found["tier"] == "executive"


def test_what_does_not_fit_a_card_is_left_out_and_decided_as_unknown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = card(world, world.clock.now())
    monkeypatch.setattr(fallback, "MOST_CELLS", 2_000)
    less = card(world, world.clock.now())
    assert less["left_out"] == ["region"]
    assert {cell[-1] for cell in cells(less)} == {ANY}
    monkeypatch.setattr(fallback, "MOST_CELLS", 1)
    least = card(world, world.clock.now())
    assert least["left_out"] == ["touchpoint", "region"]
    for found in (less, least):
        mine, all_of_it = cells(found), cells(whole)
        for situation in {cell[:3] for cell in mine}:
            place = looked_up(all_of_it, *situation)
            wide = whole["outcomes"][place]
            place = looked_up(mine, *situation)
            assert found["outcomes"][place]["routes"] == wide["routes"]


def test_a_card_that_grows_too_long_says_less(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fallback, "MOST_BYTES", 100)
    assert card(world, world.clock.now())["left_out"] == ["touchpoint", "region"]


def test_another_library_checks_the_signature_by_the_published_key(door: Door) -> None:
    text = door.get("/v1/fallback", headers={"Accept": "application/jose"})
    assert text.content_type == "application/jose"
    key = OKPKey.import_key(door.get("/v1/fallback/key").get_json()["jwk"])
    found = other_library.deserialize_compact(text.get_data(), key, algorithms=["Ed25519"])
    assert found.headers()["typ"] == KIND
    assert json.loads(found.payload) == door.get("/v1/fallback").get_json()["card"]


def test_what_another_library_signs_is_read_here() -> None:
    private = base64.urlsafe_b64encode(SECRET).rstrip(b"=").decode()
    key: Any = OKPKey.import_key({**jwk(public_of(SECRET)), "d": private})  # type: ignore[dict-item] # JSON
    text = other_library.serialize_compact(
        {"alg": "Ed25519", "typ": KIND}, b"{}", key, algorithms=["Ed25519"]
    )
    assert verified(text, public_of(SECRET), KIND) == b"{}"


@given(st.binary(max_size=200), st.binary(min_size=32, max_size=32))
def test_what_is_signed_is_read_back_with_its_key_and_no_other(
    payload: bytes, other: bytes
) -> None:
    text = sign(payload, SECRET, KIND)
    assert verified(text, public_of(SECRET), KIND) == payload
    if other != SECRET:
        with pytest.raises(JwsRefused):
            verified(text, public_of(other), KIND)


@given(st.integers(0, 10_000), st.characters(max_codepoint=0x2FFF))
def test_a_card_that_was_altered_anywhere_is_refused(place: int, letter: str) -> None:
    text = signed({"form": "attune fallback 1"}, SECRET).jws
    place %= len(text)
    if text[place] == letter:
        return
    altered = text[:place] + letter + text[place + 1 :]
    if altered.strip() == text:
        return
    with pytest.raises(CardRefused):
        read(altered, PUBLIC)


def header(**said: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(said)).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "..",
        "a.b",
        "a.b.c.d",
        f"{header(alg='none', typ=KIND)}.e30.",
        f"{header(alg='HS256', typ=KIND)}.e30.e30",
        f"{header(alg='Ed25519', typ='JWT')}.e30.e30",
        f"{header(alg='Ed25519', typ=KIND, crit='b64')}.e30.e30",
        f"{header(alg='Ed25519', typ=KIND)}.e30.",
        "W10.e30.e30",
        "é.é.é",
        sign(b"[]", SECRET, KIND),
        sign(b"no JSON", SECRET, KIND),
        sign(b'{"form": "attune fallback 99"}', SECRET, KIND),
    ],
)
def test_what_is_no_card_is_refused(text: str) -> None:
    with pytest.raises(CardRefused):
        read(text, PUBLIC)


@pytest.mark.parametrize("trusted", ["", "xyz", "00", PUBLIC[:-2], PUBLIC + "00", "é" * 64])
def test_a_key_that_is_none_is_refused(trusted: str) -> None:
    with pytest.raises(CardRefused, match="64 hex digits"):
        read(signed({"form": "attune fallback 1"}, SECRET).jws, trusted)


def test_a_card_says_when_it_is_stale() -> None:
    said: Mapping[str, Any] = {
        "valid_from": "2026-11-22T08:00:00Z",
        "valid_until": "2026-11-23T08:00:00Z",
    }
    at = datetime.fromisoformat
    assert stale(said, at("2026-11-22T08:00:00Z")) is None
    assert "not yet" in str(stale(said, at("2026-11-22T07:59:59Z")))
    assert "stale since 0 h 0 min" in str(stale(said, at("2026-11-23T08:00:00Z")))
    assert "stale since 26 h 30 min" in str(stale(said, at("2026-11-24T10:30:00Z")))


def test_a_card_stays_the_same_for_its_hour_and_says_so_by_its_etag(door: Door) -> None:
    first = door.get("/v1/fallback")
    again = door.get("/v1/fallback", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    other = door.get("/v1/fallback", headers={"If-None-Match": '"other"'})
    assert other.status_code == 200
    assert other.get_json() == first.get_json()


def test_another_policy_or_hour_makes_another_card(
    worlds: Callable[..., World], open_world: Callable[..., World]
) -> None:
    del worlds
    start = datetime.fromisoformat("2027-06-01T14:10:00Z")
    world = open_world(world="replay", start=start)
    cards = Cards()
    first: SignedCard = cards.now(world)
    assert first.card["valid_from"] == "2027-06-01T14:00:00Z"
    assert cards.now(world) is first
    assert isinstance(world.clock, StoppedClock)
    world.advance(start + timedelta(hours=1), actor=ThingId("person/operator"))
    assert cards.now(world).card["valid_from"] == "2027-06-01T15:00:00Z"
    assert cards.now(world).etag != first.etag


def test_a_home_without_a_policy_has_no_card(bare: World) -> None:
    http = create(bare.settings, world=bare).test_client()
    from tests.conftest import key_for

    key = key_for(bare, "person/ada", "responder")
    answer = http.get("/v1/fallback", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 503


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(build(), ["fallback", *words])
    return done.exit_code, done.output


def test_the_command_line_reads_and_checks_a_card_without_asking_anybody(
    tmp_path: Path, shipped: dict[str, Any]
) -> None:
    file = tmp_path / "card.jws"
    held = {**shipped, "valid_until": "2199-01-01T00:00:00Z", "valid_from": "2000-01-01T00:00:00Z"}
    file.write_text(signed(held, SECRET).jws)
    assert run("verify", str(file), "--trust", PUBLIC)[0] == 0
    code, told = run("show", str(file), "--trust", PUBLIC, "--cluster", "preventable")
    assert code == 0
    assert "who answers" in told
    assert "team/duty-officer" in told
    code, told = run("show", str(file), "--trust", PUBLIC, "--cluster", "grave")
    assert code == 2
    assert "clusters are accidental, none, preventable, unknown, victim" in told
    assert run("verify", str(file), "--trust", "0" * 64)[0] == 2
    assert run("verify", str(tmp_path / "none"), "--trust", PUBLIC)[0] == 2
    file.write_bytes(b"\xff\xfe")
    assert run("verify", str(file), "--trust", PUBLIC)[0] == 2
    file.write_text(signed({**held, "valid_until": "2001-01-01T00:00:00Z"}, SECRET).jws)
    code, told = run("verify", str(file), "--trust", PUBLIC)
    assert (code, "stale since" in told) == (1, True)
    assert run("show", str(file), "--trust", PUBLIC)[0] == 1
