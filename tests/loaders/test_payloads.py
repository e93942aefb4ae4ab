"""Payloads of other systems become records and signals; what does not is named with its reason."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loaders import bluesky, mastodon, salesforce, zendesk
from loaders.listening import ListeningInvalid
from loaders.listening_export import Export
from loaders.listening_export import adapt as mentions
from loaders.payload_files import DEEPEST, PayloadInvalid, payloads
from loaders.payload_items import MOST_NAMES, Adapted, Terms
from loaders.signals import LONGEST_TEXT, FieldInvalid, Source, signal
from ontology.identity import ThingId
from ontology.records import check

PAYLOADS = Path(__file__).parent / "payloads"
TERMS = Terms(agreement="agreement/crm", touchpoints={"chat": "touchpoint/website-chat"})


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))


def by_key(found: Adapted) -> dict[str, Any]:
    return {str(one["key"]["key"]): one for one in found.records}  # type: ignore[index,call-overload] # records name their key


def reasons(found: Adapted) -> list[tuple[int, str, str]]:
    return [(one.item, one.field, one.reason) for one in found.faults]


def source(platform: str = "platform/mastodon") -> Source:
    return Source(
        feed=ThingId("feed/listening"),
        platform=ThingId(platform),
        pseudonym=lambda kind, system, key: ThingId(f"{kind}/{system}-{len(key)}"),
    )


def test_a_zendesk_user_becomes_a_customer_under_the_agreement() -> None:
    said = by_key(zendesk.adapt(payload("zendesk"), TERMS))["7001"]
    assert said["key"] == {"system": "zendesk", "key": "7001"}
    assert said["properties"] == {
        "displayName": "Orla Fenwick",
        "email": "orla.fenwick@mail.example",
        "phone": "+1 914 555 0142",
        "preferredLanguage": "en-US",
        "since": "2019-03-02",
        "reliesOn": "agreement/crm",
    }


def test_a_zendesk_ticket_becomes_a_case_at_the_touchpoint_of_its_channel() -> None:
    said = by_key(zendesk.adapt(payload("zendesk"), TERMS))["88001"]["properties"]
    assert said["atTouchpoint"] == "touchpoint/website-chat"
    assert said["ofCustomer"] == {"system": "zendesk", "key": "7001"}
    assert "closedAt" not in said


def test_times_with_an_offset_become_utc_and_metrics_say_when_a_ticket_was_solved() -> None:
    said = by_key(zendesk.adapt(payload("zendesk"), TERMS))["88002"]["properties"]
    assert said["openedAt"] == "2026-04-01T13:00:00Z"
    assert said["closedAt"] == "2026-04-02T22:30:00Z"


def test_staff_the_deleted_and_tickets_without_time_are_left_out_with_their_reason() -> None:
    assert reasons(zendesk.adapt(payload("zendesk"), TERMS)) == [
        (2, "role", "is staff, not a customer"),
        (3, "active", "was deleted there"),
        (3, "status", "was deleted there"),
        (4, "created_at", "is no date and time"),
    ]


def test_fields_that_nobody_reads_are_counted_and_nothing_else() -> None:
    ignored = zendesk.adapt(payload("zendesk"), TERMS).ignored
    assert ignored["ticket.custom_fields"] == 1
    assert ignored["user.user_fields"] == 1
    assert "ticket.subject" not in ignored


def test_salesforce_contacts_and_person_accounts_become_customers() -> None:
    found = by_key(salesforce.adapt(payload("salesforce"), Terms()))
    piet = found["0035g00000A1b2CAAR"]["properties"]
    assert (piet["displayName"], piet["optedOut"]) == ("Piet Marlowe", True)
    assert piet["phone"] == "+1 212 555 0161"
    assert "Ines Calloway" in {one["properties"].get("displayName") for one in found.values()}


def test_a_short_id_of_salesforce_means_the_same_customer_as_its_long_form() -> None:
    found = by_key(salesforce.adapt(payload("salesforce"), Terms()))
    case = found["5005g00000K1l2MAAR"]["properties"]
    assert case["ofCustomer"] == {"system": "salesforce", "key": "0035g00000A1b2CAAR"}


def test_companies_cases_of_nobody_and_other_objects_are_left_out() -> None:
    found = salesforce.adapt(payload("salesforce"), Terms())
    assert [(item, field) for item, field, _ in reasons(found)] == [
        (2, "IsPersonAccount"),
        (5, "ContactId"),
        (6, "attributes.type"),
    ]


def test_every_record_of_the_payloads_fits_the_ontology() -> None:
    found = [
        *zendesk.adapt(payload("zendesk"), TERMS).records,
        *salesforce.adapt(payload("salesforce"), Terms()).records,
        *mastodon.adapt(payload("mastodon"), accounts=True).records,
        *bluesky.adapt(payload("bluesky"), accounts=True).records,
    ]
    assert len(found) == 11
    for one in found:
        properties = dict(one["properties"])  # type: ignore[arg-type] # records have them
        if isinstance(properties.get("ofCustomer"), dict):
            properties["ofCustomer"] = "customer/somebody"
        check(str(one["type"]), properties)


def test_the_html_of_a_status_becomes_text_without_its_scripts() -> None:
    text = str(mastodon.adapt(payload("mastodon")).signals[0]["text"])
    assert text == "Stuck at #Yonkers again & cold.\nAnybody there?\nHello?\nA dark platform"


def test_a_status_that_is_not_public_deleted_or_without_time_is_left_out() -> None:
    assert [field for _, field, _ in reasons(mastodon.adapt(payload("mastodon")))] == [
        "visibility",
        "event",
        "created_at",
    ]


def test_an_edited_status_reads_as_it_stands_now_under_its_first_time() -> None:
    edited = mastodon.adapt(payload("mastodon")).signals[1]
    assert edited["posted_at"] == datetime(2026, 6, 1, 13, 51, tzinfo=UTC)
    assert str(edited["text"]).startswith("Trains\nThey say ten minutes.")


def test_a_boost_is_a_signal_of_who_boosts_and_says_what() -> None:
    boost = mastodon.adapt(payload("mastodon")).signals[2]
    assert boost["share_of"] == "114600000000000001"
    assert boost["author"] == {"system": "mastodon", "key": "s"}


def test_a_streamed_update_is_the_status_inside_it() -> None:
    status = payload("mastodon")[0]
    streamed = {"event": "update", "payload": json.dumps(status)}
    assert mastodon.adapt([streamed]).signals == mastodon.adapt([status]).signals


def test_names_of_authors_are_kept_only_where_they_are_asked_for() -> None:
    assert not mastodon.adapt(payload("mastodon")).records
    assert not bluesky.adapt(payload("bluesky")).records
    orla = mastodon.adapt(payload("mastodon"), accounts=True).records[0]
    assert orla["properties"] == {
        "onPlatform": "platform/mastodon",
        "handle": "@orla",
        "displayName": "Orla Fenwick",
        "followers": 412,
    }


def test_facets_write_links_out_in_full_and_become_topics() -> None:
    post = bluesky.adapt(payload("bluesky")).signals[0]
    assert post["text"] == (
        "Still no train 🚆 at Yonkers #metronorth see https://status.example/lines/hudson"
    )
    assert post["topics"] == ["metronorth"]


def test_a_repost_is_a_signal_of_its_own_by_who_reposts() -> None:
    repost = bluesky.adapt(payload("bluesky")).signals[1]
    assert repost["author"] == {"system": "bluesky", "key": "did:plc:piet88"}
    assert repost["share_of"] == "plc.orla77~3lq1bbbbbbb2b"
    assert repost["id"] != repost["share_of"]


def test_posts_that_are_gone_hidden_or_empty_are_left_out() -> None:
    assert reasons(bluesky.adapt(payload("bluesky"))) == [
        (3, "uri", "was deleted there"),
        (4, "uri", "is hidden from us there"),
        (5, "record.text", "says nothing"),
    ]


def test_every_signal_of_the_payloads_is_one_of_the_api() -> None:
    for name, adapt in (("mastodon", mastodon.adapt), ("bluesky", bluesky.adapt)):
        for values in adapt(payload(name)).signals:
            signal(values, source(f"platform/{name}"))


def exported(name: str, zone: str | None) -> Adapted:
    given = None if zone is None else ZoneInfo(zone)
    return mentions(Export(path=PAYLOADS / name, platform="platform/twitter", zone=given))


def test_a_brandwatch_export_is_read_below_its_preamble() -> None:
    found = exported("brandwatch.csv", "UTC")
    first = signal(found.signals[0], source("platform/twitter"))
    assert first.id == "signal/twitter-1929000000000000001"
    assert first.text == "Still no train. Third day."
    assert first.topics == ("metronorth", "latetrain")
    assert first.reach == 1200


def test_the_sentiment_of_a_vendor_is_counted_as_not_read() -> None:
    assert exported("brandwatch.csv", "UTC").ignored["column.Sentiment"] == 1


def test_a_formula_in_an_export_stays_the_words_that_it_is() -> None:
    text = exported("brandwatch.csv", "UTC").signals[1]["text"]
    assert text == '=HYPERLINK("http://evil.example","Click")'


def test_mentions_of_another_site_or_without_time_are_left_out() -> None:
    assert [(line, field) for line, field, _ in reasons(exported("brandwatch.csv", "UTC"))] == [
        (8, "platform"),
        (9, "date"),
    ]


def test_a_meltwater_export_has_day_and_hour_apart_in_the_zone_that_is_given() -> None:
    found = exported("meltwater.csv", "America/New_York")
    assert found.signals[0]["posted_at"] == datetime(2026, 6, 1, 13, 21, tzinfo=UTC)
    assert found.signals[0]["id"] == "1929000000000000011"
    assert found.signals[0]["reach"] == 1250


def test_without_a_zone_no_time_is_guessed() -> None:
    found = exported("meltwater.csv", None)
    assert not found.signals
    assert {field for _, field, _ in reasons(found)} == {"date", "id"}


def test_a_file_without_a_header_of_a_vendor_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(ListeningInvalid, match="no header"):
        mentions(Export(path=file, platform="platform/twitter"))


NAMES = [
    *("id", "users", "tickets", "records", "statuses", "feed", "posts", "post", "record", "uri"),
    *("author", "account", "content", "created_at", "indexedAt", "createdAt", "reblog", "tags"),
    *("name", "text", "facets", "index", "byteStart", "byteEnd", "features", "reason", "via"),
    *("channel", "requester_id", "Id", "ContactId", "CreatedDate", "attributes", "type"),
    *("payload", "event", "visibility", "metric_set", "status"),
]
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(NAMES) | st.text(max_size=10),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)
ADAPTERS: list[Callable[[Any], Adapted]] = [
    lambda given: zendesk.adapt(given, TERMS),
    lambda given: salesforce.adapt(given, Terms()),
    lambda given: mastodon.adapt(given, accounts=True),
    lambda given: bluesky.adapt(given, accounts=True),
]


@given(JSON, st.sampled_from(ADAPTERS))
@example({"users": [{"id": 10**400}]}, ADAPTERS[0])
@example({"event": []}, ADAPTERS[2])
@example([{"id": "1", "created_at": "2026-11-24T08:00:00Z", "visibility": []}], ADAPTERS[2])
@example({"users": [{"id": 1, "role": []}]}, ADAPTERS[0])
@example({"tickets": [{"id": 1, "status": {}, "requester_id": 2}]}, ADAPTERS[0])
@example(
    {"tickets": [{"id": 1, "requester_id": 2, "created_at": "0001-01-01T00:00:00+14:00"}]},
    ADAPTERS[0],
)
@example([{"id": "1", "created_at": "9999-12-31T23:59:59-12:00", "content": "x"}], ADAPTERS[2])
def test_whatever_comes_each_item_is_taken_or_refused_and_nothing_breaks(
    given: Any, adapt: Callable[[Any], Adapted]
) -> None:
    found = adapt(given)
    assert len(found.places) == len(found.signals)
    assert len(found.ignored) <= MOST_NAMES + 10
    for values in found.signals:
        try:
            taken = signal(values, source())
        except FieldInvalid:
            continue
        assert taken.text.strip()
        assert len(taken.text) <= LONGEST_TEXT


@given(st.text(max_size=300))
@example("<" * 300)
@example("<script>alert(1)</script><img src=x onerror=alert(2)>")
@example("<p>" * 90)
@example("<!--" * 50)
def test_no_script_in_a_status_is_taken_for_its_words(html: str) -> None:
    status = {
        "id": "1",
        "created_at": "2026-06-01T13:00:00Z",
        "content": f"<p>a</p><script>for machines {html.replace('<', '')}</script><p>{html}</p>",
    }
    for values in mastodon.adapt([status]).signals:
        assert "for machines" not in str(values["text"])


def test_a_status_of_megabytes_is_refused_by_its_field() -> None:
    huge = {"id": "1", "created_at": "2026-06-01T13:00:00Z", "content": "<p>" * 1_000_000}
    assert reasons(mastodon.adapt([huge]))[0][1] == "content"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"{", "is no JSON"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "levels deep"),
        (b'{"a": 1}\nnonsense', "odd.json:2: is no JSON"),
    ],
)
def test_a_file_that_holds_no_payload_is_refused(
    tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "odd.json"
    file.write_bytes(content)
    with pytest.raises(PayloadInvalid, match=words):
        list(payloads(file))


def test_json_lines_are_payloads_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "lines.json"
    file.write_text('{"event": "delete", "payload": "1"}\n\n{"id": "2"}\n')
    assert len(list(payloads(file))) == 2
