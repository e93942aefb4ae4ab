"""One signal from its fields in the API's form; every field is checked, none is guessed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from ontology.identity import IdentityInvalid, ThingId, kind_of, thing_id
from ontology.signals import Signal

LONGEST_TEXT: Final = 20_000
MOST_TOPICS: Final = 40
LARGEST_REACH: Final = 10**12

FIELDS: Final = (
    "id",
    "platform",
    "feed",
    "posted_at",
    "received_at",
    "text",
    "author",
    "share_of",
    "language",
    "region",
    "topics",
    "reach",
)
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,79}", re.ASCII)
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}", re.ASCII)
_MOMENT: Final = "2013-12-01T12:21:04Z"
_EXAMPLES: Final = MappingProxyType(
    {"platform": "platform/twitter", "feed": "feed/listening", "region": "region/us-ny"}
)
_EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)


class FieldInvalid(ValueError):
    """One field of a row can't be taken; an empty `field` means the row as a whole."""

    def __init__(self, field: str, reason: str, value: object, example: str) -> None:
        """Keep where, why, what and what would do."""
        self.field, self.reason, self.value, self.example = field, reason, value, example
        super().__init__(f"{field or 'the row'} {reason}; for example {example}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a file does not say itself: its feed and platform, and how authors get their ids.

    `pseudonym(kind, system, key)` makes the keyed hash of an account. `received_at` is None where
    a recorded feed is replayed: then a post is received when it was posted. `region` and
    `language` hold for posts that name none.
    """

    feed: ThingId
    platform: ThingId
    pseudonym: Callable[[str, str, str], ThingId]
    received_at: datetime | None = None
    region: ThingId | None = None
    language: str | None = None


def signal(values: Mapping[str, object], source: Source) -> Signal:
    """Make a signal from the fields of the API; posts keep their platform's ids.

    `author` is an account's id, or `{"system", "key"}`, or a handle on the platform.

    Raises:
        FieldInvalid: the first field that can't be taken.
    """
    for name in values:
        if name not in FIELDS:
            raise FieldInvalid(name[:80], _unknown(name), name, ", ".join(FIELDS))
    platform = _thing(values, "platform") or source.platform
    posted = _moment(values, "posted_at")
    if posted is None:
        raise FieldInvalid("posted_at", "is missing", None, _MOMENT)
    return Signal(
        id=_id(values, platform),
        platform=platform,
        feed=_thing(values, "feed") or source.feed,
        posted_at=posted,
        received_at=_moment(values, "received_at") or source.received_at or posted,
        text=_text(values),
        author=_author(values, platform, source),
        share_of=_share(values),
        language=_language(values) or source.language,
        region=_thing(values, "region") or source.region,
        topics=_topics(values),
        reach=_reach(values),
    )


def _id(values: Mapping[str, object], platform: ThingId) -> ThingId:
    own = values.get("id")
    if not isinstance(own, str) or not _ID.fullmatch(own):
        raise FieldInvalid("id", "is no id of a post", own, "407129710162759680")
    return thing_id(f"signal/{platform.partition('/')[2][:39]}-{own}")


def _thing(values: Mapping[str, object], name: str) -> ThingId | None:
    value = values.get(name)
    if value is None:
        return None
    try:
        thing = thing_id(value if isinstance(value, str) else repr(value))
    except IdentityInvalid as error:
        raise FieldInvalid(name, "is no id", value, _EXAMPLES[name]) from error
    if kind_of(thing) != name:
        raise FieldInvalid(name, f"names no {name}", value, _EXAMPLES[name])
    return thing


def _moment(values: Mapping[str, object], name: str) -> datetime | None:
    value = values.get(name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        raise FieldInvalid(name, "is no date and time", value, _MOMENT) from error
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise FieldInvalid(name, "is no date and time with offset", value, _MOMENT)
    if not _EARLIEST <= moment <= _LATEST:
        raise FieldInvalid(name, "lies outside 1990 to 2200", value, _MOMENT)
    return moment.astimezone(UTC)


def _text(values: Mapping[str, object]) -> str:
    text = values.get("text")
    if not isinstance(text, str) or not text.strip():
        raise FieldInvalid("text", "is empty or no text", text, "Still no train.")
    if len(text) > LONGEST_TEXT:
        reason = f"has {len(text)} characters, more than {LONGEST_TEXT}"
        raise FieldInvalid("text", reason, text, "Still no train.")
    return text.encode("utf-8", "replace").decode("utf-8")


def _author(values: Mapping[str, object], platform: ThingId, source: Source) -> ThingId | None:
    author, example = values.get("author"), '{"system": "twitter", "key": "nyscanner"}'
    system = platform.partition("/")[2]
    if author is None:
        return None
    if isinstance(author, Mapping):
        if set(author) != {"system", "key"}:
            raise FieldInvalid("author", "needs system and key alone", author, example)
        system, author = author["system"], author["key"]
    if not _is_short(system, 80) or not _is_short(author, 200):
        raise FieldInvalid("author", "is no account", values["author"], example)
    if str(author).startswith("account/"):
        return _account(str(author))
    return source.pseudonym("account", str(system), str(author).removeprefix("@"))


def _account(author: str) -> ThingId:
    try:
        return thing_id(author)
    except IdentityInvalid as error:
        raise FieldInvalid("author", "is no id", author, "account/5f1c9a") from error


def _share(values: Mapping[str, object]) -> str | None:
    shared = values.get("share_of")
    if shared is None or (isinstance(shared, str) and _is_short(shared, 120)):
        return shared
    raise FieldInvalid("share_of", "names no post or handle", shared, "AP")


def _language(values: Mapping[str, object]) -> str | None:
    language = values.get("language")
    if language is None or (isinstance(language, str) and _LANGUAGE.fullmatch(language)):
        return language
    raise FieldInvalid("language", "is no language tag (BCP 47)", language, "en")


def _topics(values: Mapping[str, object]) -> tuple[str, ...]:
    topics = values.get("topics", [])
    if (
        not isinstance(topics, list)
        or len(topics) > MOST_TOPICS
        or not all(_is_short(topic, 80) for topic in topics)
    ):
        reason = f"is no list of at most {MOST_TOPICS} words"
        raise FieldInvalid("topics", reason, topics, '["metronorth"]')
    return tuple(topic.lower().removeprefix("#") for topic in topics)


def _reach(values: Mapping[str, object]) -> int | None:
    reach = values.get("reach")
    if reach is None:
        return None
    if isinstance(reach, bool) or not isinstance(reach, int) or not 0 <= reach <= LARGEST_REACH:
        raise FieldInvalid("reach", "is no number of people", reach, "1200")
    return reach


def _is_short(value: object, longest: int) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= longest


def _unknown(name: str) -> str:
    near = get_close_matches(name[:80], FIELDS, n=1)
    return f"is no field of a signal{f'; did you mean {near[0]!r}?' if near else ''}"
