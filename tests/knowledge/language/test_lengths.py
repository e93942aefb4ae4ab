"""Lengths: as readers count, as X, Bluesky and Mastodon count, as networks cut short messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.language.lengths import length, segments, weighted


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0),
        ("Hello", 5),
        ("日本語", 6),
        ("é", 1),
        ("e\u0301", 1),
        ("😷", 2),
        ("👩\u200d👩\u200d👧", 2),
        ("👍🏽", 2),
        ("🇩🇪", 2),
        ("1\ufe0f\u20e3", 2),
        ("©", 2),
        ("“…”", 4),
        ("https://riverline.example/a/very/long/path?with=query", 23),
        ("see https://riverline.example/a. Then", 33),
        ("ada@riverline.example", 21),
        ("english text 日本語 😷 https://example.com", 46),
    ],
)
def test_x_weighs_links_emoji_and_scripts(text: str, weight: int) -> None:
    assert length(text).weighted == weight


@pytest.mark.parametrize(
    ("text", "count", "encoding"),
    [
        ("", 0, "GSM-7"),
        ("x" * 160, 1, "GSM-7"),
        ("x" * 161, 2, "GSM-7"),
        ("x" * 306, 2, "GSM-7"),
        ("x" * 307, 3, "GSM-7"),
        ("€" * 80, 1, "GSM-7"),
        ("€" * 81, 2, "GSM-7"),
        ("x" * 152 + "€" + "x" * 20, 2, "GSM-7"),
        ("ç" * 70, 1, "UCS-2"),
        ("ç" * 71, 2, "UCS-2"),
        ("😷" * 35, 1, "UCS-2"),
        ("😷" * 36, 2, "UCS-2"),
    ],
)
def test_networks_cut_short_messages(text: str, count: int, encoding: str) -> None:
    found = segments(text)
    assert (found.count, found.encoding) == (count, encoding)


def test_the_signs_that_make_a_message_dearer_are_named() -> None:
    assert segments("It\u2019s here \u2013 now").odd == ("\u2019", "\u2013")


def test_an_extended_sign_is_not_cut_in_two() -> None:
    text = "x" * 152 + "€" + "x" * 152
    assert segments(text).units == 306
    assert segments(text).count == 3


@pytest.mark.parametrize(
    ("text", "links", "hashtags"),
    [
        ("#river and #2024 and #Bronx2", 0, 2),
        ("https://riverline.example/#river", 1, 0),
        ("www.riverline.example, https://x.example", 2, 0),
        ("a#b &#39; no", 0, 0),
    ],
)
def test_links_and_hashtags_are_counted(text: str, links: int, hashtags: int) -> None:
    found = length(text)
    assert (found.links, found.hashtags) == (links, hashtags)


def test_graphemes_are_what_readers_see_and_mastodon_shortens_links() -> None:
    found = length("👩\u200d👩\u200d👧 https://riverline.example/a/very/long/path/to/help")
    assert found.graphemes == 2 + len("https://riverline.example/a/very/long/path/to/help")
    assert found.shortened == 25


@given(st.text(max_size=400))
def test_counts_agree_with_each_other(text: str) -> None:
    found = length(text)
    assert 0 <= found.graphemes <= found.characters
    assert weighted(text + "x") >= weighted(text)
    single = 160 if found.segments.encoding == "GSM-7" else 70
    assert (found.segments.count > 1) == (found.segments.units > single)
