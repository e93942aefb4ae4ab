"""Timelines in the form that Mastodon and Bluesky document; the payloads are our own."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.signals import Source, signal
from loaders.timelines import AnswerInvalid, BlueskySearch, MastodonTag, Place, afresh
from ontology.identity import ThingId

STATUS: dict[str, Any] = {
    "id": "115600000000000001",
    "created_at": "2026-11-23T15:00:00.000Z",
    "in_reply_to_id": None,
    "sensitive": False,
    "visibility": "public",
    "language": "en",
    "uri": "https://mastodon.example/users/ada/statuses/115600000000000001",
    "content": '<p>Stuck at <a href="https://m.example/tags/Harlem">#<span>Harlem</span></a></p>',
    "reblog": None,
    "account": {"id": "7", "acct": "ada", "followers_count": 120},
    "tags": [{"name": "Harlem", "url": "https://mastodon.example/tags/Harlem"}],
    "mentions": [],
    "media_attachments": [],
}
POST: dict[str, Any] = {
    "uri": "at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3lbqk2s7kzc2x",
    "cid": "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a",
    "author": {"did": "did:plc:ewvi7nxzyoun6zhxrhs64oiz", "handle": "ada.bsky.example"},
    "record": {
        "$type": "app.bsky.feed.post",
        "text": "Stuck at #Harlem",
        "createdAt": "2026-11-23T14:59:58.000Z",
        "langs": ["en"],
    },
    "replyCount": 0,
    "repostCount": 2,
    "likeCount": 5,
    "indexedAt": "2026-11-23T15:00:00.000Z",
}
SOURCE = Source(
    feed=ThingId("feed/x"),
    platform=ThingId("platform/mastodon"),
    pseudonym=lambda kind, system, key: ThingId(f"{kind}/{system}-{len(key)}"),
)


def of_mastodon(*rows: dict[str, Any], place: Place | None = None) -> Any:
    return MastodonTag(tag="harlem").read([*rows], place or Place())


def of_bluesky(*rows: dict[str, Any], place: Place | None = None, **more: object) -> Any:
    return BlueskySearch(query="harlem").read({"posts": [*rows], **more}, place or Place())


def test_a_status_becomes_a_signal() -> None:
    found = signal(of_mastodon(STATUS).posts[0], SOURCE)
    assert (found.text, found.topics, found.language) == ("Stuck at #Harlem", ("harlem",), "en")
    assert (found.reach, found.share_of, found.author) == (120, None, "account/mastodon-3")
    assert found.id == "signal/mastodon-115600000000000001"


def test_a_boost_has_the_words_and_the_id_of_what_it_passes_on() -> None:
    boost = {**STATUS, "id": "115600000000000002", "content": "", "tags": [], "reblog": STATUS}
    found = signal(of_mastodon(boost).posts[0], SOURCE)
    assert (found.text, found.share_of) == ("Stuck at #Harlem", STATUS["id"])


def test_a_bluesky_post_becomes_a_signal() -> None:
    found = signal(of_bluesky(POST).posts[0], SOURCE)
    assert (found.text, found.topics, found.language) == ("Stuck at #Harlem", ("harlem",), "en")
    assert found.id == "signal/mastodon-plc.ewvi7nxzyoun6zhxrhs64oiz~3lbqk2s7kzc2x"
    assert found.posted_at.isoformat() == "2026-11-23T14:59:58+00:00"


def test_a_post_that_claims_to_be_from_the_future_counts_when_it_was_seen() -> None:
    claims = {**POST, "record": {**POST["record"], "createdAt": "2031-01-01T00:00:00Z"}}
    found = signal(of_bluesky(claims).posts[0], SOURCE)
    assert found.posted_at == datetime.fromisoformat(POST["indexedAt"])


def test_a_walk_over_mastodon_goes_forward_from_a_little_before_the_mark() -> None:
    timeline = MastodonTag(tag="harlem")
    mark = Place(mark="115600000000000001")
    first = int(timeline.ask(mark)["min_id"])
    assert 0 < 115600000000000001 - first <= (31_000 << 16)
    newer = {**STATUS, "id": "115600000000000009"}
    page = of_mastodon(newer, STATUS, place=mark)
    assert (page.place.cursor, page.place.mark, page.done) == (newer["id"], newer["id"], False)
    assert of_mastodon(place=page.place).done


def test_a_walk_over_bluesky_moves_the_mark_only_when_it_has_reached_it() -> None:
    old = {**POST, "indexedAt": "2026-11-23T10:00:00Z"}
    mark = Place(mark="2026-11-23T12:00:00+00:00")
    page = of_bluesky(POST, place=mark, cursor="100")
    assert (page.done, page.place.mark, page.place.cursor) == (False, mark.mark, "100")
    assert afresh(page.place) == mark
    last = of_bluesky(old, place=page.place, cursor="200")
    assert last.done
    assert last.place == Place(mark="2026-11-23T15:00:00+00:00")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        [1],
        [{"id": "abc"}],
        [{"id": None}],
        [{"id": "9" * 9_000}],
        "text",
        {"error": "no"},
    ],
)
def test_an_answer_that_is_no_page_of_mastodon_is_refused(answer: object) -> None:
    with pytest.raises(AnswerInvalid):
        MastodonTag(tag="x").read(answer, Place())


@pytest.mark.parametrize("answer", [None, [], {"posts": 3}, {"posts": [{"uri": "x"}]}])
def test_an_answer_that_is_no_page_of_bluesky_is_refused(answer: object) -> None:
    with pytest.raises(AnswerInvalid):
        BlueskySearch(query="x").read(answer, Place())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
MEMBERS = st.sampled_from(sorted({*STATUS, *POST}))


@given(st.lists(st.tuples(MEMBERS, JSON), max_size=4))
def test_a_post_with_odd_members_is_read_or_refused_never_more(odd: list[tuple[str, Any]]) -> None:
    for read, row in ((of_mastodon, STATUS), (of_bluesky, POST)):
        try:
            page = read({**row, **dict(odd)})
        except AnswerInvalid:
            continue
        assert len(page.posts) == 1
