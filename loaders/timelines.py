"""Timelines of Mastodon and Bluesky: what to ask for, what an answer holds, where to go on."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final, Protocol

from loaders.html_text import words_of

OVERLAP: Final = timedelta(seconds=30)
"""How far each walk reaches back behind what was read: posts of other servers arrive late."""

_SNOWFLAKE_BITS: Final = 16
_MOST_TOPICS: Final = 40
_ID: Final = re.compile(r"[0-9]{1,24}", re.ASCII)


class AnswerInvalid(ValueError):
    """An answer has not the form that the platform documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where reading stands; what it holds depends on the form of the timeline.

    `mark` is how far everything was read. During a walk `cursor` is where the next page begins
    and `top` the newest post that the walk has seen.
    """

    mark: str | None = None
    top: str | None = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Posts in the form of the API, the place after them, and whether the walk is over."""

    posts: tuple[Mapping[str, object], ...]
    place: Place
    done: bool


class Timeline(Protocol):
    """One form of timeline, for one query."""

    @property
    def path(self) -> str:
        """The path that is asked."""

    def ask(self, place: Place) -> dict[str, str]:
        """The parameters of the next request."""

    def read(self, answer: object, place: Place) -> Page:
        """The page that an answer holds.

        Raises:
            AnswerInvalid: it is no page.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class MastodonTag:
    """A hashtag timeline, read forward: `min_id` gives the posts right after an id.

    Ids hold the time of posting, so that a walk begins at the id of `overlap` before the mark.
    """

    tag: str
    limit: int = 40
    overlap: timedelta = OVERLAP

    @property
    def path(self) -> str:
        """The hashtag's path."""
        return f"/api/v1/timelines/tag/{self.tag}"

    def ask(self, place: Place) -> dict[str, str]:
        """The parameters of the next request; without a mark, the newest page."""
        after = place.cursor or self._before(place.mark)
        return {"limit": str(self.limit)} | ({"min_id": after} if after is not None else {})

    def read(self, answer: object, place: Place) -> Page:
        """A page of statuses; an empty one ends the walk, and so does a first one."""
        rows = _rows(answer)
        ids = [str(row.get("id")) for row in rows]
        if not all(_ID.fullmatch(one) for one in ids):
            raise AnswerInvalid("a status has no decimal id")
        top = max([*ids, *([place.mark] if place.mark else [])], key=_number, default=None)
        posts = tuple(map(_status, rows))
        if place.mark is None or not rows:
            return Page(posts=posts, place=Place(mark=top or place.mark), done=True)
        cursor = max([*ids, *([place.cursor] if place.cursor else [])], key=_number)
        return Page(posts=posts, place=Place(mark=top, cursor=cursor), done=False)

    def _before(self, mark: str | None) -> str | None:
        if mark is None:
            return None
        back = int(self.overlap.total_seconds() * 1000) << _SNOWFLAKE_BITS
        return str(max(0, int(mark) - back))


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueskySearch:
    """A search, newest first, read backward by cursor until posts are older than the mark.

    The mark moves only when a walk has reached it, so that a walk that is cut short loses nothing.
    """

    query: str
    limit: int = 100
    overlap: timedelta = OVERLAP

    path: Final = "/xrpc/app.bsky.feed.searchPosts"

    def ask(self, place: Place) -> dict[str, str]:
        """The parameters of the next request."""
        asked = {"q": self.query, "limit": str(self.limit), "sort": "latest"}
        return asked | ({"cursor": place.cursor} if place.cursor is not None else {})

    def read(self, answer: object, place: Place) -> Page:
        """A page of posts; the walk ends at the mark, at the end, or after a first page."""
        if not isinstance(answer, Mapping):
            raise AnswerInvalid("the answer is no object")
        rows = _rows(answer.get("posts"))
        seen = [_indexed(row) for row in rows]
        tops = [one.isoformat() for one in seen] + ([place.top] if place.top else [])
        top = max(tops, key=datetime.fromisoformat, default=place.mark)
        cursor = answer.get("cursor")
        reached = place.mark is None or any(one < self._edge(place.mark) for one in seen)
        posts = tuple(map(_post, rows))
        if reached or not rows or not isinstance(cursor, str):
            return Page(posts=posts, place=Place(mark=top), done=True)
        return Page(posts=posts, place=replace(place, top=top, cursor=cursor), done=False)

    def _edge(self, mark: str) -> datetime:
        return datetime.fromisoformat(mark) - self.overlap


def afresh(place: Place) -> Place:
    """The place from which to begin again when a cursor has expired: nothing is taken as read."""
    return Place(mark=place.mark)


FORMS: Final[Mapping[str, Callable[[str, int], Timeline]]] = MappingProxyType(
    {
        "mastodon-tag": lambda query, limit: MastodonTag(tag=query, limit=limit),
        "bluesky-search": lambda query, limit: BlueskySearch(query=query, limit=limit),
    }
)
"""By the name that a feed's record gives, the timeline for a query and a page's length."""


def _rows(answer: object) -> Sequence[Mapping[str, object]]:
    if not isinstance(answer, list) or not all(isinstance(row, Mapping) for row in answer):
        raise AnswerInvalid("the answer is no list of posts")
    return answer


def _number(text: str) -> int:
    return int(text)


def _status(row: Mapping[str, object]) -> Mapping[str, object]:
    """A Mastodon status in the form of the API; a boost says what it passes on."""
    boosted = _mapping(row.get("reblog"))
    account, tags = _mapping(row.get("account")), (boosted or row).get("tags")
    return _lean(
        id=row.get("id"),
        posted_at=row.get("created_at"),
        text=words_of(str((boosted or row).get("content") or "")),
        author={"system": "mastodon", "key": str(account["acct"])} if "acct" in account else None,
        share_of=boosted.get("id"),
        language=(boosted or row).get("language"),
        topics=[str(_mapping(one).get("name")) for one in tags][:_MOST_TOPICS]
        if isinstance(tags, list)
        else [],
        reach=account.get("followers_count"),
    )


def _post(row: Mapping[str, object]) -> Mapping[str, object]:
    """A Bluesky post view in the form of the API; its id is made of the author's and its own."""
    record, author = _mapping(row.get("record")), _mapping(row.get("author"))
    languages = record.get("langs")
    claimed, indexed = _moment(record.get("createdAt")), _indexed(row)
    did, _, own = str(row.get("uri")).removeprefix("at://").partition("/")
    return _lean(
        id=f"{did.removeprefix('did:').replace(':', '.')}~{own.rpartition('/')[2]}",
        posted_at=min(claimed or indexed, indexed).isoformat(),
        text=record.get("text"),
        author={"system": "bluesky", "key": str(author["did"])} if "did" in author else None,
        language=languages[0] if isinstance(languages, list) and languages else None,
        topics=[
            word[1:81]
            for word in str(record.get("text", "")).split()
            if word[:1] == "#" and len(word) > 1
        ][:_MOST_TOPICS],
    )


def _lean(**fields: object) -> Mapping[str, object]:
    return {name: value for name, value in fields.items() if value not in (None, [])}


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _indexed(row: Mapping[str, object]) -> datetime:
    at = _moment(row.get("indexedAt"))
    if at is None:
        raise AnswerInvalid("a post has no indexedAt")
    return at


def _moment(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
