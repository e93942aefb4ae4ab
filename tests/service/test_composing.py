"""Composing: by consent and agreement only, with reasons for everything; nothing is recorded."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ontology.identity import ThingId
from ontology.lifecycle import Actor, Role
from rules.template import Slot
from service.addressee import Addressee
from service.alert_permits import Permits
from service.composed import Composed
from service.composing import ComposeRequest, compose
from service.decision_bodies import DecisionRequest
from service.founding import OPERATOR
from service.problems import ProblemError
from service.recording import put_record
from service.settings import Settings
from service.slots import Filling
from service.spoken import Place
from service.world import World
from tests.conftest import Door, key_for

ADMIN = Actor(id=OPERATOR, roles=frozenset({Role.ADMIN}))
INCIDENT = "incident/2013-ny-train"
STATED: dict[str, object] = {
    "agent": "Maria",
    "situation": "your mother is at the station since noon",
    "next_step": "I ask the colleague on that platform to look for her",
    "by": "2026-11-23T23:00:00Z",
}


def put(world: World, kind: str, thing: str, **said: Any) -> None:
    put_record(world, type=kind, properties=said, id=ThingId(thing), actor=ADMIN)
    world.catch_up()


@dataclass(frozen=True, kw_only=True)
class Person:
    """A customer of their own for each test; the world is shared, because opening one is slow."""

    world: World
    id: ThingId

    def is_put(self, **said: Any) -> None:
        put(self.world, "Customer", self.id, displayName="Ada Byron", **said)

    def agrees(self, purpose: str, **more: Any) -> str:
        consent = f"consent/{self.id.partition('/')[2]}-{purpose}"
        said = {"ofCustomer": self.id, "purpose": purpose, "validFrom": "2020-01-01T00:00:00Z"}
        put(self.world, "Consent", consent, **said | more)
        return consent


@pytest.fixture(scope="module")
def world(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = shutil.copytree(founded, tmp_path_factory.mktemp("composing") / "home")
    opened = World.open(Settings(home=home, language=False))
    yield opened
    opened.close()


@pytest.fixture
def ada(world: World, request: pytest.FixtureRequest) -> Person:
    name = hashlib.sha256(request.node.name.encode()).hexdigest()[:12]
    person = Person(world=world, id=ThingId(f"customer/ada-{name}"))
    person.is_put(preferredLanguage="en")
    return person


def composed(ada: Person, **more: Any) -> Composed:
    asked = {"incident": INCIDENT, "customer": ada.id, "precedents": 0} | more.pop("asked", {})
    given = {"channels": ("email",), "kind": "reply", "slots": STATED} | more
    return compose(ada.world, ComposeRequest(request=DecisionRequest(**asked), **given))


def slot(found: Composed, name: str) -> dict[str, Any]:
    (one,) = [one.json() for one in found.slots if one.slot.name == name]
    return one


def body(found: Composed) -> str:
    return found.texts[0].text


def test_without_consent_the_name_is_left_out_and_the_reason_told(ada: Person) -> None:
    found = composed(ada)
    assert body(found).startswith("Hello,")
    assert slot(found, "name")["left_out"] == "no consent for personalisation"
    assert "Ada" not in str(found.json())


def test_with_consent_the_name_stands_there_and_says_by_whose_leave(ada: Person) -> None:
    consent = ada.agrees("personalisation")
    found = composed(ada)
    assert body(found).startswith("Dear Ada Byron,")
    told = slot(found, "name")
    assert told["permitted_by"] == [consent]
    assert told["source"] == f"customer.displayName of {ada.id}"


@pytest.mark.parametrize(
    ("purpose", "more"),
    [
        ("contact", {}),
        ("marketing", {}),
        ("personalisation", {"withdrawnAt": "2021-01-01T00:00:00Z"}),
        ("personalisation", {"validUntil": "2021-01-01T00:00:00Z"}),
        ("personalisation", {"validFrom": "2090-01-01T00:00:00Z"}),
    ],
)
def test_another_purpose_or_another_time_is_no_consent(
    ada: Person, purpose: str, more: dict[str, str]
) -> None:
    ada.agrees(purpose, **more)
    assert body(composed(ada)).startswith("Hello,")


def test_an_agreement_that_permits_other_fields_bars_the_name(ada: Person) -> None:
    consent = ada.agrees("personalisation")
    terms = {
        "topic": "crm-data",
        "agreementKind": "protocol",
        "party": ["A", "B"],
        "validFrom": "2020-01-01T00:00:00Z",
        "permitsField": ["preferredLanguage"],
        "permitsPurpose": ["crisis-response"],
    }
    put(ada.world, "Agreement", "agreement/crm", **terms)
    ada.is_put(reliesOn=["agreement/crm"])
    assert slot(composed(ada), "name")["left_out"] == "not permitted: agreement/crm"
    put(ada.world, "Agreement", "agreement/crm", **terms | {"permitsField": ["displayName"]})
    told = slot(composed(ada), "name")
    assert told["value"] == "Ada Byron"
    assert told["permitted_by"] == [consent, "agreement/crm"]
    put(ada.world, "Agreement", "agreement/crm", **terms | {"suspended": True})
    assert slot(composed(ada), "name")["left_out"] == "not permitted: agreement/crm"


def test_who_may_not_read_about_people_gets_no_name(ada: Person) -> None:
    ada.agrees("personalisation")
    found = composed(ada, sees_people=False)
    assert slot(found, "name")["left_out"] == "your role may not read about customers"
    assert "Ada" not in str(found.json())


def test_a_decision_that_forbids_personalisation_bars_the_name(ada: Person) -> None:
    ada.agrees("personalisation")
    ada.is_put(minor=True)
    found = composed(ada)
    forbidden = "personalisation" in found.basis.decision.prohibitions
    told = slot(found, "name").get("left_out")
    assert (told == "the decision forbids personalisation") == forbidden


def test_what_is_personal_cannot_be_stated_past_the_consent(ada: Person) -> None:
    with pytest.raises(ProblemError) as caught:
        composed(ada, slots=STATED | {"name": "Ada Byron"})
    (fault,) = caught.value.faults
    assert fault.pointer == "/slots/name"
    assert "with consent for personalisation; it can't be stated" in fault.detail


def test_need_chooses_other_words_and_is_never_told(ada: Person) -> None:
    ada.agrees("contact")
    ada.is_put(vulnerable=True)
    found = composed(ada)
    assert found.template is not None
    assert found.template.id == "reply-vulnerable"
    assert "vulnerable" not in body(found)


def test_need_chooses_nothing_without_consent(ada: Person) -> None:
    ada.is_put(vulnerable=True, bereaved=True)
    assert getattr(composed(ada).template, "id", None) == "reply"


@pytest.mark.parametrize("vulnerable", [True, False])
def test_a_flag_chooses_and_shows_neither_value_nor_reason(
    ada: Person,
    vulnerable: bool,  # noqa: FBT001 - what the record says
) -> None:
    ada.agrees("contact")
    ada.is_put(vulnerable=vulnerable)
    asked = Slot(
        name="assisted", holds="flag", paths=(("customer", "vulnerable"),), purpose="contact"
    )
    found = filling(ada).fill(asked)
    assert found.value is vulnerable
    assert "value" not in found.json()
    assert found.json()["state"] == "chose"


def test_a_flag_without_consent_is_no(ada: Person) -> None:
    ada.is_put(vulnerable=True)
    asked = Slot(
        name="assisted", holds="flag", paths=(("customer", "vulnerable"),), purpose="contact"
    )
    assert filling(ada).fill(asked).value is False


def filling(ada: Person) -> Filling:
    at = ada.world.clock.now()
    return Filling(
        graph=ada.world.graph,
        addressee=Addressee(
            graph=ada.world.graph,
            permits=Permits(ada.world.graph, at),
            customer=ada.id,
            at=at,
            seen=True,
            personal=True,
        ),
        things={"customer": ada.id},
        organisation={},
        stated={},
        place=Place(locale="en", territory=None, zone=ZoneInfo("UTC")),
    )


def test_who_opted_out_gets_no_offer_and_still_gets_an_answer(ada: Person) -> None:
    ada.is_put(optedOut=True)
    found = composed(ada)
    assert found.texts
    assert any("opted out of marketing" in words for words in found.findings)


@pytest.mark.parametrize("agreed", [True, False])
def test_whoever_we_come_to_must_have_agreed(ada: Person, agreed: bool) -> None:  # noqa: FBT001
    if agreed:
        ada.agrees("contact")
    found = composed(ada, tasks=("closing-the-loop",), slots={}, kind="statement")
    assert found.template is not None
    assert found.template.id == "closing-the-loop"
    assert bool(found.texts) == agreed
    assert (found.refused is None) == agreed
    if not agreed:
        assert found.refused == "the addressee has given no consent for contact"


def test_gaps_are_shown_with_what_belongs_there(ada: Person) -> None:
    found = composed(ada, slots={})
    assert not found.complete
    assert "[next step]" in body(found)
    told = slot(found, "by")
    assert told["state"] == "missing"
    assert told["example"] == "2026-11-23T18:00:00Z"


def test_times_are_told_by_the_clock_and_in_the_words_of_the_place(ada: Person) -> None:
    found = composed(ada, asked={"region": "region/us-ny"})
    assert slot(found, "by")["value"].replace("\u202f", " ") == "6:00 PM EST, Monday, November 23"
    german = composed(ada, asked={"region": "region/de"}, locale="de")
    assert slot(german, "by")["value"].startswith("00:00 ")
    assert "Dienstag, 24. November" in slot(german, "by")["value"]


@pytest.mark.parametrize(
    ("value", "shown", "removed"),
    [
        ("{{ 7*7 }} {% if x %}", "{{ 7*7 }} {% if x %}", None),
        ("\u202eegnahc\u202c now", "egnahc now", 2),
        ("a\u200bb\u2060c", "abc", 2),
        ("one\ntwo", "one two", None),
        ("<img src=x>", "\u2039img src=x\u203a", None),
    ],
)
def test_what_is_stated_stays_inert(
    ada: Person, value: str, shown: str, removed: int | None
) -> None:
    found = composed(ada, slots=STATED | {"situation": value})
    assert shown in body(found) or shown.capitalize() in body(found)
    assert slot(found, "situation").get("removed") == removed
    assert "49" not in body(found)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("by", "at six"),
        ("by", "2026-11-23T18:00:00"),
        ("situation", "x" * 301),
        ("situation", ""),
        ("situation", "\u200b"),
        ("situation", 3),
        ("situation", "see https://evil.example"),
        ("situation", "see www.evil.example"),
        ("situation", {"a": 1}),
    ],
)
def test_a_value_that_does_not_fit_its_slot_is_told(ada: Person, name: str, value: object) -> None:
    with pytest.raises(ProblemError) as caught:
        composed(ada, slots=STATED | {name: value})
    (fault,) = caught.value.faults
    assert fault.pointer == f"/slots/{name}"
    assert fault.example is not None


def test_all_that_is_wrong_is_told_at_once(ada: Person) -> None:
    with pytest.raises(ProblemError) as caught:
        composed(ada, slots={"by": "x", "situation": 3, "name": "Ada"})
    assert len(caught.value.faults) == 3


@pytest.mark.parametrize(
    ("more", "pointer", "told"),
    [
        ({"channels": ("e-mail",)}, "/channels/0", "did you mean 'email'?"),
        ({"template": "replly"}, "/template", "did you mean"),
        ({"tasks": ("product-recal",)}, "/tasks/0", "did you mean 'product-recall'?"),
        ({"kind": "replly"}, "/kind", "did you mean 'reply'?"),
        ({"audience": "presss"}, "/audience", "did you mean 'press'?"),
    ],
)
def test_a_name_that_nobody_knows_shows_the_nearest(
    ada: Person, more: dict[str, Any], pointer: str, told: str
) -> None:
    with pytest.raises(ProblemError) as caught:
        composed(ada, **more)
    (fault,) = caught.value.faults
    assert fault.pointer == pointer
    assert told in fault.detail


def test_a_recorded_decision_is_composed_for_as_it_was_made(door: Door, ada: Person) -> None:
    ada.agrees("personalisation")
    touchpoint = "touchpoint/help-line"
    asked = {"incident": INCIDENT, "customer": ada.id, "touchpoint": touchpoint, "precedents": 0}
    made = door.post("/v1/decisions", asked).get_json()
    request = ComposeRequest(
        decision=ThingId(made["id"]), channels=("call-script",), kind="reply", slots=STATED
    )
    found = compose(ada.world, request)
    assert found.basis.id == made["id"]
    assert slot(found, "contact")["source"] == f"touchpoint.publicContact of {touchpoint}"
    assert "Ada" not in body(found)  # nobody is called by name in a script


def test_a_decision_about_an_erased_person_is_gone(door: Door, ada: Person) -> None:
    asked = {"customer": ada.id, "precedents": 0}
    made = door.post("/v1/decisions", asked).get_json()
    ada.world.ledger.erase(ada.id, actor=OPERATOR, id="event/erase-ada", reason="Asked for.")
    answer = door.post("/v1/compose", {"decision": made["id"]})
    assert answer.status_code == 410


def test_composing_records_nothing(ada: Person) -> None:
    before = ada.world.ledger.head()
    composed(ada)
    assert ada.world.ledger.head() == before


def test_the_channels_are_those_of_the_touchpoint_where_none_is_named(ada: Person) -> None:
    found = composed(ada, channels=(), asked={"touchpoint": "touchpoint/help-line"})
    assert {one.channel for one in found.texts} == {"call-script"}


def test_where_nothing_fits_the_nearest_and_what_is_missing_are_told(ada: Person) -> None:
    found = composed(ada, locale="nl")
    assert found.template is None
    assert "wanted is nl" in str(found.json()["nearest"])


def test_a_customer_is_spoken_to_in_their_language(ada: Person) -> None:
    ada.is_put(preferredLanguage="de")
    found = composed(ada)
    assert found.template is not None
    assert found.template.id == "reply-de"
    assert found.spoken == ("de", "customer.language")
    assert "native-review" in str(found.json()["needs"])


def test_a_short_message_is_written_with_signs_that_cost_nothing(ada: Person) -> None:
    slots = {"product": "the seat", "danger": "it\u2019s loose \u2013 now", "remedy": "a new one"}
    found = composed(
        ada,
        channels=("sms",),
        tasks=("product-recall",),
        kind="statement",
        slots=slots,
    )
    (text,) = found.texts
    assert text.lengths[0].segments.encoding == "GSM-7"
    assert "it's loose - now" in text.text


def test_the_words_are_the_same_over_http(door: Door, ada: Person) -> None:
    wanted = {
        "request": {"incident": INCIDENT, "customer": ada.id, "precedents": 0},
        "channels": ["email"],
        "kind": "reply",
        "slots": STATED,
    }
    answer = door.post("/v1/compose", wanted)
    assert answer.status_code == 200, answer.get_json()
    (text,) = answer.get_json()["texts"]
    assert text["text"] == body(composed(ada))


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [({}, ""), ({"decision": "decision/none"}, "/decision"), ({"channel": "sms"}, "/channel")],
)
def test_a_request_with_nothing_to_compose_for_is_refused(
    door: Door, wanted: dict[str, str], pointer: str
) -> None:
    answer = door.post("/v1/compose", wanted)
    assert answer.status_code == 422
    assert pointer in {one["pointer"] for one in answer.get_json()["errors"]}


def test_the_auditor_and_the_analyst_do_not_compose(world: World, door: Door) -> None:
    for role in ("auditor", "analyst"):
        key = key_for(world, f"person/{role}", role)
        other = Door(http=door.http, key=key)
        assert other.post("/v1/compose", {"request": {}}).status_code == 403
