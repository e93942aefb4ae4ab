"""What a text is once it stands: its length, its sound, its empathy, and what is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Final

from knowledge.language.lengths import Length, length
from knowledge.language.voice import Finding, Sound, sound
from knowledge.language.voice_files import Voice
from ontology.events import Json
from rules.channels import CHANNELS, Limits
from rules.template import MECHANISMS, Variant

if TYPE_CHECKING:
    from knowledge.language.empathy_reader import Carried, Empathy

RULE: Final = "\n---\n"
"""What stands between the posts of a thread."""

_PLAIN: Final = str.maketrans(
    {
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
    }
)
"""Typographic signs that a short message writes plainly: one of them doubles what it costs."""

_COUNTED: Final = (
    ("characters", "characters"),
    ("weighted", "characters as X counts them"),
    ("graphemes", "characters as Bluesky counts them"),
    ("shortened", "characters as Mastodon counts them"),
    ("links", "links"),
    ("hashtags", "hashtags"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """One text for one channel.

    `parts` are its posts where it has several. `empathy` is None where it was not judged;
    `carried` has by mechanism the passage that carries its level.
    `findings` say what is wrong with it, in words; `complete` that no gap is left in it.
    """

    channel: str
    title: str | None
    text: str
    parts: tuple[str, ...]
    lengths: tuple[Length, ...]
    limits: Limits
    sound: Sound
    complete: bool
    empathy: "Empathy | None" = None
    carried: "Mapping[str, Carried]" = field(default_factory=dict)
    findings: tuple[str, ...] = field(default=())

    @property
    def fits(self) -> bool:
        """Whether it keeps the limits of its channel."""
        return not any(True for _ in overruns(self.parts, self.lengths, self.limits))

    def json(self) -> dict[str, Json]:
        """The text as the answer shows it."""
        parts: list[Json] = [*self.parts]
        lengths: list[Json] = [_length(one) for one in self.lengths]
        limits: dict[str, Json] = {n: v for n, v in asdict(self.limits).items() if v is not None}
        shown: dict[str, Json] = {
            "channel": self.channel,
            "text": self.text,
            "length": lengths if len(parts) > 1 else lengths[0],
            "limits": limits,
            "fits": self.fits,
            "complete": self.complete,
            "voice": _sound(self.sound),
            "reading": _reading(self.sound),
            "empathy": None if self.empathy is None else asdict(self.empathy),
            "carried": {name: asdict(one) for name, one in self.carried.items()},
            "findings": [*self.findings],
        }
        if self.title is not None:
            shown["title"] = self.title
        if len(parts) > 1:
            shown["parts"] = parts
        return shown


def worded(
    variant: Variant, title: str | None, text: str, *, locale: str, voice: Voice, complete: bool
) -> Worded:
    """A text with its length and its sound; empathy is judged elsewhere."""
    text = text.translate(_PLAIN) if variant.limits.segments is not None else text
    posts = text.split(RULE) if CHANNELS[variant.channel].parts else [text]
    parts = tuple(part.strip() for part in posts)
    lengths = tuple(length(part) for part in parts)
    return Worded(
        channel=variant.channel,
        title=title,
        text=text,
        parts=parts,
        lengths=lengths,
        limits=variant.limits,
        sound=sound(text, locale, voice),
        complete=complete,
        findings=tuple(overruns(parts, lengths, variant.limits)),
    )


def overruns(parts: Sequence[str], lengths: Sequence[Length], limits: Limits) -> Iterator[str]:
    """By how much a text is longer than its channel allows."""
    for number, one in enumerate(lengths, 1):
        place = f"post {number} " if len(parts) > 1 else ""
        for name, words in _COUNTED:
            found, most = getattr(one, name), getattr(limits, name)
            if most is not None and found > most:
                yield f"{place}has {found} {words}; {most} are the most"
        if limits.segments is not None and one.segments.count > limits.segments:
            odd = "".join(one.segments.odd)
            because = f", because of {odd}" if odd else ""
            yield (
                f"{place}takes {one.segments.count} segments of {one.segments.encoding}{because};"
                f" {limits.segments} are the most"
            )


def lacking(
    empathy: "Empathy | None", aims: Sequence[str], least: Mapping[str, int]
) -> Iterator[str]:
    """The mechanisms of empathy that a text does not show: aims of its template, owed levels."""
    if empathy is None:
        return
    for word, name in MECHANISMS.items():
        level = getattr(empathy, name)
        if name in aims and level == 0:
            yield f"the judge finds no {name.replace('_', ' ')}, which the template aims at"
        if level < least.get(word, 0):
            yield f"it shows {word} of level {level}; the duty asks for {least[word]} of 2"


def _length(one: Length) -> Json:
    shown: dict[str, Json] = {
        "characters": one.characters,
        "graphemes": one.graphemes,
        "weighted": one.weighted,
        "shortened": one.shortened,
        "links": one.links,
        "hashtags": one.hashtags,
        "sms": {
            "segments": one.segments.count,
            "units": one.segments.units,
            "encoding": one.segments.encoding,
            "odd": [*one.segments.odd],
        },
    }
    return shown


def _sound(one: Sound) -> Json:
    return {"score": one.score, "findings": [_finding(found) for found in one.findings]}


def _finding(one: Finding) -> Json:
    shown: dict[str, Json] = {
        "kind": one.kind,
        "start": one.start,
        "end": one.end,
        "words": one.words,
        "why": one.why,
        "weight": one.weight,
    }
    return shown if one.instead is None else {**shown, "instead": one.instead}


def _reading(one: Sound) -> Json:
    found = one.reading
    if found is None:
        return None
    return {
        "grade": found.grade,
        "ease": found.ease,
        "formula": found.formula,
        "source": found.source,
        "words": found.words,
        "sentences": found.sentences,
    }
