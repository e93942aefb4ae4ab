"""Mastodon: public statuses become signals, from lists of statuses and streamed events."""

import json
from collections.abc import Mapping
from typing import Final

from loaders.html_text import words_of
from loaders.payload_items import Adapted, key, listed, mapping, needed, words
from loaders.signals import LONGEST_TEXT, MOST_TOPICS, FieldInvalid
from ontology.events import Json

SYSTEM: Final = "mastodon"
LONGEST_HTML: Final = 200_000
_KNOWN: Final = (
    *("id", "created_at", "edited_at", "content", "spoiler_text", "visibility", "language"),
    *("account", "reblog", "tags", "mentions", "media_attachments", "url", "uri", "sensitive"),
)
_PUBLIC: Final = frozenset({"public", "unlisted"})
_STREAMED: Final = frozenset({"update", "status.update"})


def adapt(payload: object, *, accounts: bool = False) -> Adapted:
    """The statuses of a payload: a list, a search's `statuses`, one status, or streamed events.

    What is not public, or was deleted, is left out with its reason. An edited status is taken as
    it reads now, under the time of its first version. `accounts` also gives a record for each
    author, with handle and name: only for linking accounts to customers.
    """
    found = Adapted()
    for number, row in enumerate(_statuses(payload), start=1):
        item = mapping(row)
        try:
            found.signals.append(_signal(item))
            found.places.append(number)
            found.note("status", item, _KNOWN)
        except FieldInvalid as error:
            found.refuse(number, error)
            continue
        if accounts and (record := _account(mapping(item.get("account")))) is not None:
            found.records.append(record)
    return found


def _statuses(payload: object) -> list[object]:
    if isinstance(payload, list):
        return [_streamed(one) for one in payload]
    page = mapping(payload)
    if isinstance(page.get("statuses"), list):
        return listed(page["statuses"])
    return [_streamed(payload)]


def _streamed(row: object) -> object:
    """The status of a streamed event, whose payload is JSON once more."""
    item = mapping(row)
    event, inner = item.get("event"), item.get("payload")
    if isinstance(event, str) and event in _STREAMED and isinstance(inner, str):
        try:
            return json.loads(inner)
        except (ValueError, RecursionError):
            return {}
    return row


def _signal(item: Mapping[str, object]) -> dict[str, object]:
    if item.get("event") == "delete":
        raise FieldInvalid("event", "was deleted there", item.get("payload"), "update")
    name, posted = key(item, "id", "113500000000000001"), needed(item, "created_at")
    visibility = item.get("visibility", "public")
    if str(visibility) not in _PUBLIC:
        raise FieldInvalid("visibility", "is not public", visibility, "public")
    boosted = mapping(item.get("reblog"))
    said = boosted or item
    account = mapping(item.get("account"))
    values: dict[str, object] = {
        "id": name,
        "posted_at": posted,
        "text": _text(said),
        "author": _author(account),
        "share_of": boosted.get("id"),
        "language": said.get("language"),
        "topics": _topics(said),
        "reach": account.get("followers_count"),
    }
    return {n: value for n, value in values.items() if value is not None}


def _text(said: Mapping[str, object]) -> str:
    """The warning, the words, and what pictures are said to show."""
    html = said.get("content")
    if html is not None and not isinstance(html, str):
        raise FieldInvalid("content", "is no text", html, "<p>Still no train.</p>")
    if html is not None and len(html) > LONGEST_HTML:
        raise FieldInvalid("content", f"is longer than {LONGEST_HTML}", html, "<p>Short</p>")
    pictures = (mapping(one).get("description") for one in listed(said.get("media_attachments")))
    parts = (words(said.get("spoiler_text")), words_of(html or ""), *map(words, pictures))
    text = "\n".join(part for part in parts if part)
    if not text:
        raise FieldInvalid("content", "says nothing", html, "<p>Still no train.</p>")
    return text[:LONGEST_TEXT]


def _author(account: Mapping[str, object]) -> dict[str, str] | None:
    name = words(account.get("acct"))
    return None if name is None else {"system": SYSTEM, "key": name}


def _topics(said: Mapping[str, object]) -> list[str]:
    names = (words(mapping(one).get("name")) for one in listed(said.get("tags")))
    return [name[:80] for name in names if name is not None][:MOST_TOPICS]


def _account(account: Mapping[str, object]) -> dict[str, Json] | None:
    name, shown = words(account.get("acct")), words(account.get("display_name"))
    if name is None:
        return None
    followers = account.get("followers_count")
    said: dict[str, Json] = {"onPlatform": "platform/mastodon", "handle": f"@{name}"}
    if shown is not None:
        said["displayName"] = shown
    if isinstance(followers, int) and not isinstance(followers, bool) and followers >= 0:
        said["followers"] = followers
    return {"type": "Account", "key": {"system": SYSTEM, "key": name}, "properties": said}
