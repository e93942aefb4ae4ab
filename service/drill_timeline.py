"""The timeline of a scenario: posts, what passes them on, and injects, in order of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from service.drill_scenario import InjectIn, PostIn, Scenario, since
from service.signal_bodies import SignalIn

_PASSED_ON: Final = timedelta(minutes=30)
"""Within this time accounts pass a post on, at equal distances."""

OURSELVES: Final = "our-own-account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that arrives: a post, a share of one, or an inject; `id` is its place."""

    id: str
    at: datetime
    post: PostIn | None = None
    inject: InjectIn | None = None
    share: int = 0


def timeline(scenario: Scenario) -> tuple[Item, ...]:
    """Everything that arrives by itself, the earliest first, up to the end."""
    ends = scenario.clock.ends
    found = [one for one in _items(scenario) if one.at <= ends]
    return tuple(sorted(found, key=lambda one: one.at))


def _items(scenario: Scenario) -> Iterator[Item]:
    began = scenario.clock.began
    for inject in scenario.injects:
        yield Item(id=f"inject-{inject.id}", at=began + since(inject.after), inject=inject)
    for number, post in enumerate(scenario.posts):
        at = began + since(post.after)
        yield Item(id=f"post-{number}", at=at, post=post)
        for share in range(1, post.shares + 1):
            later = at + _PASSED_ON * share / (post.shares + 1)
            yield Item(id=f"post-{number}-share-{share}", at=later, post=post, share=share)


def heard(item: Item, scenario: Scenario) -> SignalIn | None:
    """The signal that an item is; None of an inject that the public does not read."""
    if item.post is not None:
        return _post(item, item.post, scenario)
    inject = item.inject
    if inject is None or not inject.heard:
        return None
    post = PostIn(
        after=inject.after,
        by=OURSELVES if inject.kind == "own-reply" else inject.sender[:80],
        text=inject.text,
        topics=_topics(scenario),
    )
    return _post(item, post, scenario)


def _post(item: Item, post: PostIn, scenario: Scenario) -> SignalIn:
    author = f"{post.by}-passes-on-{item.share}" if item.share else post.by
    body: dict[str, Any] = {
        "id": item.id,
        "platform": post.platform,
        "feed": scenario.feed,
        "posted_at": item.at,
        "text": post.text,
        "author": {"system": "drill", "key": author[:120]},
        "share_of": item.id.partition("-share-")[0] if item.share else None,
        "language": post.language,
        "region": post.region,
        "topics": post.topics or _topics(scenario),
        "reach": post.reach,
    }
    return SignalIn.model_validate(body)


def _topics(scenario: Scenario) -> tuple[str, ...]:
    """The topics of the incident: a post that names none is about it."""
    topics = scenario.incident.properties.get("topic", [])
    return tuple(str(one) for one in (topics if isinstance(topics, list) else [topics])[:1])
