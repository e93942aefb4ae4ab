import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.listening import ListeningInvalid, read, shared_from
from loaders.rejects import Reject
from loaders.signals import FieldInvalid, Source, signal
from ontology.identity import ThingId
from ontology.signals import Signal

HEADER = "Tweet ID, Tweet Text, Information Source, Information Type, Informativeness\n"
ROW = '"407129710162759680","Possible derailment",Government,Other,Related and informative\n'
SHARE = '"407132226753921024","RT @AP: A train has derailed, some cars in water.",Media,Other,R\n'
POST = {
    "id": "407129710162759680",
    "platform": "platform/twitter",
    "feed": "feed/listening",
    "posted_at": "2013-12-01T12:51:01.664Z",
    "text": "Possible train derailment",
    "author": {"system": "twitter", "key": "nyscanner"},
    "topics": ["MetroNorth"],
    "reach": 1200,
    "language": "en",
}


class Kept:
    def __init__(self) -> None:
        self.rows: list[Reject] = []

    def add(self, rejected: Reject, /) -> None:
        self.rows.append(rejected)


def pseudonym(kind: str, system: str, key: str) -> ThingId:
    return ThingId(f"{kind}/{system}-{key}")


SOURCE = Source(
    feed=ThingId("feed/crisislex"), platform=ThingId("platform/twitter"), pseudonym=pseudonym
)


def load(path: Path, content: str | bytes) -> tuple[list[Signal], list[Reject]]:
    raw = content.encode() if isinstance(content, str) else content
    file = path / "feed.csv"
    file.write_bytes(raw)
    kept = Kept()
    return [*read(file, kept, SOURCE)], kept.rows


def test_a_tweet_id_gives_id_and_time(tmp_path: Path) -> None:
    (tweet,), rejected = load(tmp_path, HEADER + ROW)
    assert tweet.id == "signal/twitter-407129710162759680"
    assert tweet.posted_at == datetime(2013, 12, 1, 12, 51, 1, 664000, tzinfo=UTC)
    assert (tweet.received_at, tweet.text, tweet.feed) == (
        tweet.posted_at,
        "Possible derailment",
        "feed/crisislex",
    )
    assert not rejected


def test_a_share_names_the_handle_that_it_passes_on(tmp_path: Path) -> None:
    (tweet,), _ = load(tmp_path, HEADER + SHARE)
    assert tweet.share_of == "AP"


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("RT @AP: news", "AP"),
        ('"RT @AP news', "AP"),
        ("MT @AP news", "AP"),
        ("so true RT @AP: news", None),
        ("ART @AP", None),
        ("RT if you agree", None),
    ],
)
def test_only_a_text_that_begins_with_a_share_mark_is_a_share(
    text: str, handle: str | None
) -> None:
    assert shared_from(text) == handle


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_encoding_mark_and_line_end_reads_the_same(
    tmp_path: Path, encoding: str, end: str
) -> None:
    content = (HEADER + ROW.replace("Possible", "Möglich 😡") + SHARE).replace("\n", end)
    signals, rejected = load(tmp_path, content.encode(encoding))
    assert [each.text[:9] for each in signals] == ["Möglich 😡", "RT @AP: A"]
    assert not rejected


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_semicolons_and_tabs_separate_cells_as_well(tmp_path: Path, delimiter: str) -> None:
    content = "id,posted_at,text\n7,2026-03-02T09:00:00Z,late\n".replace(",", delimiter)
    (post,), _ = load(tmp_path, content)
    assert post.id == "signal/twitter-7"


def test_a_text_may_run_over_lines_and_hold_quotes(tmp_path: Path) -> None:
    content = HEADER + '"407129710162759680","one ""two""\r\nthree",a,b,c\n' + SHARE
    signals, rejected = load(tmp_path, content)
    assert signals[0].text == 'one "two"\nthree'
    assert (len(signals), rejected) == (2, [])


def test_a_quote_that_is_never_closed_breaks_its_own_row_only(tmp_path: Path) -> None:
    content = HEADER + '"407129710162759680","never closed,a,b,c\n' + SHARE * 3
    signals, rejected = load(tmp_path, content)
    assert len(signals) == 3
    assert [(each.line, each.reason) for each in rejected] == [
        (2, "a quote is opened and never closed")
    ]


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ('"4.07129E+17","rounded by a spreadsheet",a,b,c', "Tweet ID", "is no tweet id"),
        ('"12","older than the times in ids",a,b,c', "Tweet ID", "is no tweet id"),
        ('"99999999999999999999","too large",a,b,c', "Tweet ID", "is no tweet id"),
        ('"407129710162759680","",a,b,c', "text", "is empty"),
        ('"407129710162759680","one cell",a,b', "", "has 4 cells where the header has 5"),
    ],
)
def test_a_bad_row_is_rejected_with_its_line_and_reason(
    tmp_path: Path, row: str, field: str, reason: str
) -> None:
    signals, rejected = load(tmp_path, HEADER + ROW + row + "\n" + SHARE)
    assert len(signals) == 2
    (only,) = rejected
    assert (only.line, only.field, only.source) == (3, field, "feed.csv")
    assert only.reason.startswith(reason)
    assert only.example


def test_a_row_of_another_encoding_is_rejected_not_guessed(tmp_path: Path) -> None:
    content = (HEADER + ROW).encode() + '"407129710162759681","café",a,b,c\n'.encode("latin-1")
    signals, rejected = load(tmp_path, content)
    assert len(signals) == 1
    assert (rejected[0].line, rejected[0].reason) == (3, "is not UTF-8")


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_an_empty_file_is_no_feed(tmp_path: Path, content: str) -> None:
    with pytest.raises(ListeningInvalid, match=r"feed.csv:1: .*is "):
        load(tmp_path, content)


def test_a_header_without_a_needed_column_is_no_feed(tmp_path: Path) -> None:
    with pytest.raises(ListeningInvalid, match=r"feed.csv:1: .* lacks posted_at, text"):
        load(tmp_path, "id,when\n1,2\n")


def test_a_column_that_is_named_twice_is_no_feed(tmp_path: Path) -> None:
    with pytest.raises(ListeningInvalid, match="names text twice"):
        load(tmp_path, "id,posted_at,text,text\n")


def test_json_lines_have_the_form_of_the_api(tmp_path: Path) -> None:
    (post,), rejected = load(tmp_path, json.dumps(POST) + "\n\n")
    assert not rejected
    assert (post.author, post.topics, post.reach) == (
        "account/twitter-nyscanner",
        ("metronorth",),
        1200,
    )
    assert post.feed == "feed/listening"


def test_csv_has_the_same_fields_and_ignores_other_columns(tmp_path: Path) -> None:
    content = (
        "id,posted_at,text,author,reach,topics,colour\n"
        "7,2026-03-02T10:00:00+01:00,late again,@ada,12,#train delay,red\n"
    )
    (post,), _ = load(tmp_path, content)
    assert post.posted_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert (post.author, post.reach, post.topics) == (
        "account/twitter-ada",
        12,
        ("train", "delay"),
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "a b"),
        ("id", 7),
        ("platform", "team/x"),
        ("platform", "twitter"),
        ("posted_at", "yesterday"),
        ("posted_at", "2013-12-01T12:21:04"),
        ("posted_at", "0001-01-01T00:00:00+14:00"),
        ("text", " "),
        ("text", "x" * 20_001),
        ("author", {"system": "twitter"}),
        ("author", 7),
        ("share_of", ""),
        ("language", "english please"),
        ("topics", "train"),
        ("topics", ["x"] * 41),
        ("reach", -1),
        ("reach", True),
        ("reach", 1.5),
        ("langauge", "en"),
    ],
)
def test_a_field_that_can_not_be_taken_is_named_with_a_valid_example(
    field: str, value: object
) -> None:
    with pytest.raises(FieldInvalid) as caught:
        signal({**POST, field: value}, SOURCE)
    assert caught.value.field == field
    assert caught.value.example


@pytest.mark.parametrize("line", ['{"id": ', "[1]", "7", "{" * 100_000])
def test_a_line_that_is_no_json_object_is_rejected(tmp_path: Path, line: str) -> None:
    signals, rejected = load(tmp_path, json.dumps(POST) + "\n" + line + "\n")
    assert len(signals) == 1
    assert rejected[0].line == 2


def test_a_line_without_end_is_cut_and_rejected(tmp_path: Path) -> None:
    huge = '{"text": "' + "x" * (3 << 20) + '"}\n'
    signals, rejected = load(tmp_path, json.dumps(POST) + "\n" + huge + json.dumps(POST))
    assert len(signals) == 2
    assert len(rejected[0].value) <= 200


def test_loading_twice_gives_the_same_signals(tmp_path: Path) -> None:
    content = HEADER + ROW + SHARE
    assert load(tmp_path, content) == load(tmp_path, content)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_reason(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    try:
        load(tmp_path_factory.getbasetemp(), raw)
    except ListeningInvalid as error:
        assert "feed.csv:" in str(error)  # noqa: PT017 - most inputs raise nothing


def test_all_crisislex_feeds_load_without_a_reject() -> None:
    shared = os.environ.get("ATTUNE_SHARED")
    if shared is None:
        pytest.skip("set ATTUNE_SHARED to the folder that has data/feeds/crisislex-t26")
    kept, count = Kept(), 0
    for path in sorted(Path(shared, "data/feeds/crisislex-t26").glob("*.csv")):
        count += sum(1 for _ in read(path, kept, SOURCE))
    assert (count, kept.rows) == (19_535, [])
