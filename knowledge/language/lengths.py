"""How long a text is where it goes: as readers count, as platforms count, as networks cut it."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import gsm0338  # type: ignore[import-untyped]  # ships no types
import regex  # type: ignore[import-untyped]  # ships no types

LINK: Final = regex.compile(
    r"(?<![\w@])(?:https?://|www\.)[^\s<>\u2039\u203a]+[^\s<>.,;:!?)\u2039\u203a]"
)
HASHTAG: Final = regex.compile(r"(?<![\w&/])#(?=\w*\p{L})\w+")
_EMOJI: Final = regex.compile(
    r"\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3"
)

LINK_COUNTS: Final = 23
"""What X and Mastodon count for any link, however long it is."""

_LIGHT: Final = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Code points that weigh one on X (twitter-text, configuration 3); all others weigh two."""

_CODEC: Final = gsm0338.Codec()
_SINGLE_7, _JOINED_7 = 160, 153
_SINGLE_16, _JOINED_16 = 70, 67


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """A short message as it is sent: `encoding` is GSM-7 or UCS-2, `units` of it in `count` parts.

    `odd` are the characters that GSM-7 lacks, because of which it is UCS-2.
    """

    count: int
    units: int
    encoding: str
    odd: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """One text by every count that a channel may limit."""

    characters: int
    graphemes: int
    weighted: int
    shortened: int
    segments: Segments
    links: int
    hashtags: int


def length(text: str) -> Length:
    """Measure a text.

    >>> length("Help: https://riverline.example/help/after-an-accident").weighted
    29
    """
    plain = unicodedata.normalize("NFC", text)
    links = LINK.findall(plain)
    return Length(
        characters=len(plain),
        graphemes=len(regex.findall(r"\X", plain)),
        weighted=weighted(plain),
        shortened=len(regex.findall(r"\X", LINK.sub("x" * LINK_COUNTS, plain))),
        segments=segments(plain),
        links=len(links),
        hashtags=len(HASHTAG.findall(plain)),
    )


def weighted(text: str) -> int:
    """The length of a post as X counts it: links 23, an emoji 2, most scripts 1, others 2.

    Only links that say so (`https://`, `www.`) are taken for links; X also takes bare domain
    names for them, so write them out.

    >>> weighted("日本語"), weighted("👩‍👩‍👧 ok")
    (6, 5)
    """
    found = 0
    for part, link in _parts(text):
        found += LINK_COUNTS if link else sum(_weight(one) for one in regex.findall(r"\X", part))
    return found


def segments(text: str) -> Segments:
    """A short message as a network cuts it, by 3GPP TS 23.038 and 23.040.

    >>> segments("é" * 161).count, segments("„x“").encoding
    (2, 'UCS-2')
    """
    odd = tuple(dict.fromkeys(one for one in text if _septets(one) == 0))
    if not odd:
        sizes = [_septets(one) for one in text]
        single, joined, encoding = _SINGLE_7, _JOINED_7, "GSM-7"
    else:
        sizes = [len(one.encode("utf-16-be")) // 2 for one in text]
        single, joined, encoding = _SINGLE_16, _JOINED_16, "UCS-2"
    units = sum(sizes)
    count = min(units, 1) if units <= single else _joined(sizes, joined)
    return Segments(count=count, units=units, encoding=encoding, odd=odd)


def _joined(sizes: list[int], most: int) -> int:
    """How many parts; no character is cut in two."""
    count, used = 1, 0
    for size in sizes:
        if used + size > most:
            count, used = count + 1, 0
        used += size
    return count


def _septets(one: str) -> int:
    """How many septets a character takes in GSM-7; 0 where it has none."""
    try:
        return len(_CODEC.encode(one)[0])
    except UnicodeEncodeError:
        return 0


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    at = 0
    for found in LINK.finditer(text):
        yield text[at : found.start()], False
        yield found.group(), True
        at = found.end()
    yield text[at:], False


def _weight(cluster: str) -> int:
    if _EMOJI.match(cluster):
        return 2
    return sum(1 if any(low <= ord(one) <= high for low, high in _LIGHT) else 2 for one in cluster)
