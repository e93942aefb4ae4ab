"""Making a scenario: from a recorded feed, or from a past case; a person goes on from there."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from knowledge.language.reading import sentences
from knowledge.precedent_rows import Precedent
from ontology.signals import Signal
from service.drill_scenario import MOST_POSTS

_STRATEGIES: Final = ("instruct", "adjust", "deny", "diminish", "rebuild", "bolster")
_USUAL: Final = ("instruct", "adjust")
_REPLY: Final = "Thank you for your message! Your feedback is important to us."
_MOST_SENTENCES: Final = 30
_LONGEST: Final = timedelta(days=7)
_HEAD: Final = (
    "# Made by attune; read it, and change what is not right, before anybody practises it.\n"
)


class FeedUnsuited(ValueError):
    """No drill can be made of a feed; the message says why and what would do."""


def from_feed(name: str, signals: Sequence[Signal]) -> str:
    """A scenario's text from recorded posts, at their own distances.

    Authors become numbers: nobody who wrote them is named.

    Raises:
        FeedUnsuited: it is empty, too long, or has too many posts.
    """
    ordered = sorted(signals, key=lambda one: (one.posted_at, one.id))
    if not ordered:
        raise FeedUnsuited("the feed has no post; give one with some hours of a crisis")
    began, length = ordered[0].posted_at, ordered[-1].posted_at - ordered[0].posted_at
    if len(ordered) > MOST_POSTS or length > _LONGEST:
        words = f"{len(ordered)} posts over {length}; a drill takes {MOST_POSTS} over 7 days"
        raise FeedUnsuited(f"{words}: cut the feed down to the hours that matter")
    posts = feed_posts(ordered, timedelta())
    topics = [*dict.fromkeys(topic for one in ordered for topic in one.topics)][:10]
    made = _scenario(name, f"A recorded feed, {name}", began, length + timedelta(hours=1))
    made["note"] = f"Real posts of the recorded feed {name}; accounts are numbers."
    made["incident"]["properties"]["topic"] = topics or [name.replace("-", " ")]
    return written_out(made | {"posts": posts})


def feed_posts(signals: Sequence[Signal], after: timedelta) -> list[dict[str, Any]]:
    """The posts of a feed at their own distances, the first so long after the start.

    Raises:
        FeedUnsuited: it is empty.
    """
    ordered = sorted(signals, key=lambda one: (one.posted_at, one.id))
    if not ordered:
        raise FeedUnsuited("the feed has no post; give one with some hours of a crisis")
    began = ordered[0].posted_at
    people = {who: f"account-{n}" for n, who in enumerate(dict.fromkeys(map(_who, ordered)), 1)}
    return [
        {
            "after": _after(one.posted_at - began + after),
            "by": people[_who(one)],
            "text": one.text,
            "platform": one.platform,
            **({"topics": [*one.topics]} if one.topics else {}),
        }
        for one in ordered
    ]


def case_posts(case: Precedent) -> list[dict[str, Any]]:
    """The sentences of a past case as posts, five minutes apart."""
    return [
        {"after": f"PT{5 * number + 1}M", "by": f"account-{number + 1}", "text": line}
        for number, line in enumerate(sentences(case.text)[:_MOST_SENTENCES])
    ]


def from_precedent(case: Precedent) -> str:
    """A scenario's text from a past case: its sentences are posts, its lesson the reference."""
    name = case.id.partition("/")[2][:50]
    began = datetime.fromisoformat("2026-01-15T09:00:00+00:00")
    made = _scenario(name, case.title, began, timedelta(hours=3))
    origin = "an invented case" if case.invented else f"a case of {case.source}"
    made["note"] = f"Made from {case.id}, {origin}; the posts are its own sentences."
    said = made["incident"]["properties"]
    said |= {"cluster": case.cluster, "topic": [case.title.lower()[:60]]}
    known = [one for one in case.strategy if one in _STRATEGIES]
    made["reference"] |= {
        "strategy": known or [*_USUAL],
        "words": case.said or "Write here what should have been said.",
        "reasons": case.lesson or "Write here why.",
        "by": f"what was done in {case.id}; judge it",
    }
    return written_out(made | {"posts": case_posts(case)})


def _scenario(name: str, title: str, began: datetime, length: timedelta) -> dict[str, Any]:
    minutes = max(60, int(length.total_seconds() // 60))
    return {
        "drill": _slug(name),
        "title": title[:160],
        "purpose": "Say here what the team shall learn.",
        "note": "Say here where it comes from.",
        "starts_from": "own-reply",
        "clock": {
            "start": began.replace(tzinfo=None, microsecond=0).isoformat(),
            "zone": "UTC",
            "length": f"PT{minutes}M",
        },
        "incident": {
            "id": f"incident/drill-{_slug(name)}",
            "properties": {
                "name": title[:120],
                "cluster": "unknown",
                "ownedBy": "team/crisis-office",
            },
        },
        "injects": [
            {
                "id": "our-reply",
                "after": "PT10M",
                "kind": "own-reply",
                "sender": "Our answering bot",
                "title": "Our own reply goes out",
                "heard": True,
                "text": _REPLY,
            }
        ],
        "expect": [
            _expected("notice", "detect", "PT15M"),
            _expected("decide", "decide", "PT30M"),
            _expected("approve", "approve", "PT45M"),
            _expected("publish", "publish", "PT60M"),
        ],
        "reference": {
            "at": "PT45M",
            "tier": "crisis-team",
            "routes": ["team/crisis-office"],
            "strategy": [*_USUAL],
            "words": "Write here what should be said.",
            "reasons": "Write here why.",
            "by": "nobody yet",
        },
        "well_said": {"answers": title, "empathy": {"emotional_reactions": 1}},
    }


def _expected(name: str, phase: str, within: str) -> dict[str, Any]:
    why = "Say here why it matters."
    return {
        "id": name,
        "phase": phase,
        "act": f"said/{phase}",
        "after": "our-reply",
        "within": within,
        "why": why,
    }


def written_out(made: Mapping[str, Any]) -> str:
    """The scenario as YAML: one member a line, each in the form of JSON, which YAML reads."""
    order = ("drill", "title", "purpose", "note", "starts_from", "clock", "incident", "posts")
    names = [
        *(name for name in order if name in made),
        *(name for name in made if name not in order),
    ]
    return _HEAD + "".join(f"{name}: {_value(made[name])}\n" for name in names)


def _value(value: object) -> str:
    if isinstance(value, list):
        return "".join(f"\n  - {orjson.dumps(one).decode()}" for one in value) or "[]"
    return orjson.dumps(value).decode()


def _after(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    return f"PT{seconds}S" if seconds else "PT0M"


def _who(one: Signal) -> str:
    return one.author or one.id


def _slug(name: str) -> str:
    kept = "".join(char if char.isascii() and char.isalnum() else "-" for char in name.lower())
    return kept.strip("-")[:50] or "drill"
