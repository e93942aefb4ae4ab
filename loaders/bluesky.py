"""Bluesky: posts become signals, from feeds, searches, threads' pages and single posts."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from loaders.payload_items import Adapted, key, listed, mapping, moment, needed, words
from loaders.signals import LONGEST_TEXT, MOST_TOPICS, FieldInvalid
from ontology.events import Json

SYSTEM: Final = "bluesky"
_KNOWN: Final = (
    *("uri", "cid", "author", "record", "indexedAt", "replyCount", "repostCount", "likeCount"),
    *("quoteCount", "labels", "viewer", "embed", "$type"),
)
_URI: Final = re.compile(r"at://(did:[a-z0-9]+:[A-Za-z0-9._-]{1,120})/[a-zA-Z0-9.]+/([\w.~-]+)")
_TAG, _LINK = "app.bsky.richtext.facet#tag", "app.bsky.richtext.facet#link"
_GONE: Final = {
    "app.bsky.feed.defs#notFoundPost": "was deleted there",
    "app.bsky.feed.defs#blockedPost": "is hidden from us there",
}
_REPOST: Final = "app.bsky.feed.defs#reasonRepost"
_EXAMPLE: Final = "at://did:plc:ada1815/app.bsky.feed.post/3lab2cd3ef4gh"


def adapt(payload: object, *, accounts: bool = False) -> Adapted:
    """The posts of a payload: `feed`, `posts`, or one post; deleted ones with their reason.

    Links that a post shortens are written out, tags become topics. A repost is a signal of who
    reposted. `accounts` also gives a record for each author: only for linking them to customers.
    """
    found = Adapted()
    for number, row in enumerate(_rows(payload), start=1):
        item = mapping(row)
        post = mapping(item.get("post")) or item
        try:
            found.signals.append(_signal(post, mapping(item.get("reason"))))
            found.places.append(number)
            found.note("post", post, _KNOWN)
        except FieldInvalid as error:
            found.refuse(number, error)
            continue
        if accounts and (record := _account(mapping(post.get("author")))) is not None:
            found.records.append(record)
    return found


def _rows(payload: object) -> list[object]:
    page = mapping(payload)
    for name in ("feed", "posts"):
        if isinstance(page.get(name), list):
            return listed(page[name])
    return payload if isinstance(payload, list) else [payload]


def _id(post: Mapping[str, object]) -> str:
    uri = key(post, "uri", _EXAMPLE)
    match = _URI.fullmatch(uri)
    if match is None:
        raise FieldInvalid("uri", "is no address of a post", uri, _EXAMPLE)
    return f"{match[1].removeprefix('did:').replace(':', '.')}~{match[2]}"


def _signal(post: Mapping[str, object], reason: Mapping[str, object]) -> dict[str, object]:
    gone = _GONE.get(str(post.get("$type")))
    if gone is not None:
        raise FieldInvalid("uri", gone, post.get("uri"), _EXAMPLE)
    name, record = _id(post), mapping(post.get("record"))
    indexed = needed(post, "indexedAt")
    said = moment(record, "createdAt") if record.get("createdAt") else None
    text = words(record.get("text"))
    if text is None:
        raise FieldInvalid("record.text", "says nothing", record.get("text"), "Still no train.")
    author, languages = post.get("author"), listed(record.get("langs"))
    values: dict[str, object] = {
        "id": name,
        "posted_at": min(said or indexed, indexed),
        "text": _written_out(str(record.get("text")), record),
        "author": _author(mapping(author)),
        "language": languages[0] if languages and isinstance(languages[0], str) else None,
        "topics": list(dict.fromkeys(_tags(record)))[:MOST_TOPICS],
    }
    if reason.get("$type") == _REPOST:
        by = mapping(reason.get("by"))
        values |= {
            "id": f"{name}~{str(by.get('did')).rpartition(':')[2]}"[:80],
            "posted_at": needed(reason, "indexedAt"),
            "author": _author(by),
            "share_of": name[:120],
        }
    return {n: value for n, value in values.items() if value is not None}


def _author(author: Mapping[str, object]) -> dict[str, str] | None:
    did = words(author.get("did"))
    return None if did is None else {"system": SYSTEM, "key": did}


def _features(record: Mapping[str, object]) -> Iterator[tuple[int, int, Mapping[str, object]]]:
    """Each feature of a facet with its place in the text, in bytes."""
    for facet in map(mapping, listed(record.get("facets"))):
        index = mapping(facet.get("index"))
        start, end = index.get("byteStart"), index.get("byteEnd")
        if isinstance(start, int) and isinstance(end, int) and 0 <= start < end:
            for feature in map(mapping, listed(facet.get("features"))):
                yield start, end, feature


def _written_out(text: str, record: Mapping[str, object]) -> str:
    """The text with shortened links in full; a facet that points beside it changes nothing."""
    raw, links = text.encode("utf-8", "replace"), list[tuple[int, int, str]]()
    for start, end, feature in _features(record):
        uri = words(feature.get("uri"))
        if feature.get("$type") == _LINK and uri is not None and end <= len(raw):
            links.append((start, end, uri))
    last = len(raw)
    for start, end, uri in sorted(links, reverse=True):
        if end <= last:
            raw, last = raw[:start] + uri.encode("utf-8", "replace") + raw[end:], start
    return (words(raw.decode("utf-8", "replace")) or text)[:LONGEST_TEXT]


def _tags(record: Mapping[str, object]) -> Iterator[str]:
    for _, _, feature in _features(record):
        tag = words(feature.get("tag"))
        if feature.get("$type") == _TAG and tag is not None:
            yield tag[:80]
    yield from (tag[:80] for one in listed(record.get("tags")) if (tag := words(one)))


def _account(author: Mapping[str, object]) -> dict[str, Json] | None:
    did, handle = words(author.get("did")), words(author.get("handle"))
    shown = words(author.get("displayName"))
    if did is None or handle is None:
        return None
    said: dict[str, Json] = {"onPlatform": "platform/bluesky", "handle": f"@{handle}"}
    if shown is not None:
        said["displayName"] = shown
    return {"type": "Account", "key": {"system": SYSTEM, "key": did}, "properties": said}
