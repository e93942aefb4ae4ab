"""Postings: what was said outside attune is matched to what was approved, or told as nobody's."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import ConfigDict, Field, JsonValue
from rapidfuzz.distance import Levenshtein

from knowledge.refusals import DuplicateEvent
from ontology.events import Draft, Event, Json
from ontology.identity import ThingId
from ontology.lifecycle import ActRefused
from service.acts import propose
from service.alerts import KIND as ALERT
from service.bodies import Model, Moment, Text
from service.message_bodies import Channel
from service.sweep import ITSELF
from service.world import World

RECORDED: Final = "posting.recorded"
NEAR: Final = 0.15
"""The part of its words in which a posting may differ from what was approved."""

MOST: Final = 200
_OUT: Final = frozenset({"live", "superseded", "withdrawn"})
_WORD: Final = re.compile(r"https?://\S+|\w+(?:[.,:]\d+)*", re.UNICODE)


_EXAMPLE: Final[dict[str, JsonValue]] = {
    "link": "https://social.example/rail/112",
    "channel": "social",
    "posted_at": "2026-11-23T09:05:00Z",
    "text": "Trains stand still near Harmon. We will say more by noon.",
    "incident": "incident/2013-ny-train",
}


class PostingIn(Model):
    """Something that was said in the organisation's name, and where it stands."""

    model_config = ConfigDict(
        json_schema_extra={"example": _EXAMPLE},
    )

    link: Annotated[str, Field(pattern="^https?://[!-~]{1,500}$")]
    channel: Channel
    posted_at: Moment
    text: Text
    incident: Annotated[str, Field(pattern="^incident/.{1,120}$")] | None = None


class PostingsIn(Model):
    """Up to 200 postings."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"postings": [_EXAMPLE]}},
    )

    postings: Annotated[list[PostingIn], Field(min_length=1, max_length=MOST)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a posting was found to be: `approved`, `outdated` or `shadow`, and the nearest message.

    `distance` is the part of the words that differ, 0 to 1; None where nothing was ever out there.
    """

    found: str
    message: ThingId | None
    distance: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message that is or was out, as its words."""

    message: ThingId
    state: str
    channel: str
    incident: str | None
    words: tuple[str, ...]


def said(world: World) -> list[Said]:
    """Every message that is or was out."""
    graph = world.graph
    found = []
    for message in graph.of_type("Message"):
        state = graph.state(message)
        if state in _OUT:
            about = graph.get(message, "aboutIncident")
            one = Said(
                message=message,
                state=str(state),
                channel=str(graph.get(message, "onChannel")),
                incident=str(about) if about is not None else None,
                words=tuple(_words(str(graph.get(message, "text") or ""))),
            )
            found.append(one)
    return found


def match(out: Sequence[Said], posting: PostingIn) -> Match:
    """Find what was approved of a posting among what is or was out.

    It is approved where a live message of its channel says the same but for `NEAR` of its words,
    with the same figures; outdated where that one was replaced or taken back.
    """
    words = _words(posting.text)
    near = [(_distance(words, one.words), one) for one in out if _fits(one, posting)]
    if not near:
        return Match(found="shadow", message=None, distance=None)
    distance, best = min(
        near, key=lambda pair: (pair[0], pair[1].state != "live", pair[1].message)
    )
    alike = "approved" if best.state == "live" else "outdated"
    found = alike if distance <= NEAR else "shadow"
    return Match(found=found, message=best.message, distance=round(distance, 3))


def _fits(one: Said, posting: PostingIn) -> bool:
    same = posting.incident is None or one.incident is None or one.incident == posting.incident
    return same and one.channel == posting.channel


def _distance(words: Sequence[str], others: Sequence[str]) -> float:
    """The part of the words that differ; never near where a figure does."""
    found = Levenshtein.normalized_distance(words, others)
    return found if _figures(words) == _figures(others) else max(found, NEAR + 0.01)


def record(world: World, postings: Sequence[PostingIn], actor: ThingId) -> list[Event]:
    """Match postings and record what they are; what is nobody's is told to people.

    The words themselves are not kept. The same posting twice is one event.
    """
    world.catch_up()
    out, events = said(world), []
    for posting in postings:
        name = world.keys.mac("postings", [posting.link, posting.text]).hex()[:32]
        known = world.ledger.by_id(f"event/posting-{name}")
        if known is None:
            known = _recorded(world, posting, match(out, posting), name, actor)
        if known.data["found"] != "approved":  # also where it was recorded, and then all died
            _tell(world, known, name)
        events.append(known)
    return events


def _recorded(world: World, posting: PostingIn, found: Match, name: str, actor: ThingId) -> Event:
    told: dict[str, Json] = {
        "link": posting.link,
        "channel": posting.channel,
        "posted_at": posting.posted_at.isoformat(),
        "incident": posting.incident,
        "found": found.found,
        "message": found.message,
        "distance": found.distance,
    }
    draft = Draft(
        id=f"event/posting-{name}",
        type=RECORDED,
        subject=found.message or ThingId(f"posting/{name}"),
        actor=actor,
        occurred_at=world.clock.now(),
        data={key: value for key, value in told.items() if value is not None},
        governed=False,
    )
    try:
        (event,) = world.ledger.append([draft])
    except DuplicateEvent:  # somebody else loads the same file
        event = next(one for one in [world.ledger.by_id(draft.id)] if one is not None)
    return event


def _tell(world: World, event: Event, name: str) -> None:
    """Raise the one alert of a shadow publication, or of words that were taken back."""
    link, incident = event.data["link"], event.data.get("incident")
    words = (
        f"Said outside attune, in words that nobody approved: {link}"
        if event.data["found"] == "shadow"
        else f"Still said outside attune, though {event.data['message']} is not live: {link}"
    )
    data: dict[str, Json] = {"tier": "specialist", "reason": words[:300]}
    data |= {"incident": incident} if incident is not None else {}
    alert = ThingId(f"{ALERT}/posting-{name}")
    with suppress(ActRefused):  # it was raised before
        propose(world, thing=alert, kind=ALERT, act="raise", data=data, actor=ITSELF)


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.casefold()) if not word.startswith("http")]


def _figures(words: Sequence[str]) -> list[str]:
    return sorted(word for word in words if any(sign.isdecimal() for sign in word))
