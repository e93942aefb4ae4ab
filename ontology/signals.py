"""Signals: one public post as it was heard, and what was judged of its language."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ontology.identity import ThingId


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What the language models judged of one text; None means not judged, never "nothing found".

    `sentiment` runs from -1 (negative) to 1 (positive). The others are probabilities in 0..1.
    """

    sentiment: float | None = None
    negative: float | None = None
    frustration: float | None = None
    urgency: float | None = None
    betrayal: float | None = None
    irony: float | None = None


MARKED_FROM: Final = 0.1
"""What a screened post has to have to be marked: it is read before others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A post. `posted_at` orders windows, `received_at` orders knowledge; both aware, UTC.

    `id` is `signal/<platform>-<id there>`, so that hearing a post twice changes nothing.
    `author` is a keyed hash, None where the feed does not say. `share_of` names what the post
    passes on (another post's id there, or the handle shared from), None for an original.
    `language` is a BCP 47 tag. `topics` are hashtags and words as the feed declares them, lower
    case, without "#". `reach` counts the people who may have seen it. `fences` are the geofences
    that it comes from or names: all that is kept of a point that came with it. Where nothing
    gives a `region`, `derived_region` is the one that its words tell of, with the probability
    `derived_confidence` that they mean it; people speak of places where they are not. `screened`
    is how probable a first look takes it that the models find something; None where nobody
    looked, or where no model reads the language. Without `scores` it says that there was no time.
    """

    id: ThingId
    platform: ThingId
    feed: ThingId
    posted_at: datetime
    received_at: datetime
    text: str
    author: ThingId | None = None
    share_of: str | None = None
    language: str | None = None
    region: ThingId | None = None
    topics: tuple[str, ...] = ()
    reach: int | None = None
    scores: Scores | None = None
    fences: tuple[ThingId, ...] = ()
    derived_region: ThingId | None = None
    derived_confidence: float | None = None
    screened: float | None = None
