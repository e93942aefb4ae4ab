"""Where a draft stands before it goes out: by the scores of the audit, and among our wordings."""

from typing import Final

import numpy as np

from knowledge.language.languages import supported
from knowledge.language.voice import sound
from ontology.events import Json
from rules.channels import CHANNELS
from service.library import current
from service.message_content import Content
from service.tone_exemplars import Exemplars, exemplars, likeness
from service.tone_reasons import Reasons
from service.tone_texts import levels_of, read_texts, sounds_of
from service.world import World

FEWEST: Final = 5
"""Exemplars of a channel from which a draft is held to these alone."""


def drafted(world: World, content: Content) -> dict[str, Json]:
    """The scores of a message, each beside the median of the exemplars of its channel.

    `withheld` says why, where no machine here reads it.
    """
    text, language = content.one("text") or "", (content.one("language") or "und")
    if not text.strip() or not supported(language.partition("-")[0]):
        return {"withheld": f"only English is read; the text is in {language}"}
    held, voice = exemplars(world), current(world).voice
    rows, channel = _alike(held, content.one("onChannel") or "")
    read, among = read_texts(world, [text], lambda _done, _all: None), held.read[rows]
    levels = [float(one) for one in levels_of(read)[0]]
    sounds = [sound(held.texts[row], "en", voice).score for row in rows]
    like = likeness(sounds_of(read), sounds_of(among))
    looked = Reasons(voice=voice).of(text, levels)
    return {
        "held_to": {**held.version.json(), "channel": channel, "of_channel": len(rows)},
        "empathy": _beside(sum(levels), float(np.median(levels_of(among).sum(axis=1)))),
        "voice": _beside(sound(text, "en", voice).score, float(np.median(sounds))),
        "likeness": {"value": round(float(like[0]), 1)},
        "reasons": [
            {"about": one.about, "why": one.why, "words": one.words} for one in looked.reasons
        ],
    }


def _alike(held: Exemplars, means: str) -> tuple[list[int], str | None]:
    """The exemplars of a message's channel; all of them where those are few."""
    names = {name for name, one in CHANNELS.items() if means in {name, one.means}}
    rows = [row for row, own in enumerate(held.channels) if own & names]
    return (rows, means) if len(rows) >= FEWEST else ([*range(len(held.texts))], None)


def _beside(value: float, usual: float) -> dict[str, Json]:
    return {"value": float(value), "exemplars": usual}
