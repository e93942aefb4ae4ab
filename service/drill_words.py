"""The words that people wrote in a drill: empathy, voice, what they admit, what contradicts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import combinations
from typing import Final
from zoneinfo import ZoneInfo

from knowledge.language.claims import Claim, claims
from knowledge.language.topics import ClaimTopic
from knowledge.language.voice import sound
from knowledge.proportions import wilson
from ontology.events import Event, Json
from ontology.identity import ThingId
from service.committing import ThingUnknown
from service.drill_scenario import PhraseIn, Scenario
from service.drill_story import SAID
from service.drills import Part
from service.empathy import empathies
from service.library import current
from service.message_content import KIND, read
from service.message_reading import disclosed
from service.perception import NotInTime
from service.world import World

_ACTED: Final = "thing.acted"
_WRITTEN: Final = frozenset({"submit", "publish"})
_ADMITS: Final = ("none", "harm", "fault")
_PATIENCE_MS: Final = 30_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One text: what it says, who wrote it, when; `name` is a message, or where it was said."""

    name: str
    text: str
    language: str
    by: ThingId
    at: datetime


def written(
    world: World, story: Sequence[Event], people: Mapping[ThingId, Part]
) -> tuple[Words, ...]:
    """Every text that a participant said, or submitted as a message, once."""
    found = dict[str, Words]()
    for event in story:
        if event.actor in people and (one := _words(world, event)) is not None:
            found.setdefault(one.name, one)
    return tuple(found.values())


def judged(world: World, scenario: Scenario, texts: Sequence[Words]) -> list[dict[str, Json]]:
    """What is good and bad in each text, each finding with its passage."""
    levels = _levels(world, scenario, texts)
    return [
        _judged(world, scenario, one, empathy) for one, empathy in zip(texts, levels, strict=True)
    ]


def contradictions(scenario: Scenario, texts: Sequence[Words]) -> list[dict[str, Json]]:
    """Pairs of texts that claim different things of the same topic, with both passages."""
    topics = [
        ClaimTopic(id=one.id, label=one.label, words=one.words, opposites=one.opposites)
        for one in scenario.well_said.topics
    ]
    zone = ZoneInfo(scenario.clock.zone)
    claimed = [
        (one, claim)
        for one in texts
        for claim in claims(one.text, one.language, topics, said=one.at, zone=zone) or ()
    ]
    return [
        {
            "topic": first.topic,
            "first": {"text": one.name, "by": one.by, "says": first.sentence},
            "second": {"text": other.name, "by": other.by, "says": second.sentence},
        }
        for (one, first), (other, second) in combinations(claimed, 2)
        if one.name != other.name and first.topic == second.topic and _differ(first, second)
    ]


def share(judgements: Sequence[Mapping[str, Json]]) -> tuple[int, int, tuple[float, float]]:
    """How many of all criteria the texts kept, with the interval of the share."""
    all_of = [row for one in judgements for row in _rows(one.get("criteria"))]
    kept = sum(row.get("kept") is True for row in all_of)
    of = sum(row.get("kept") is not None for row in all_of)
    return kept, of, wilson(kept, of)


def _words(world: World, event: Event) -> Words | None:
    if event.type == SAID and isinstance(event.data.get("text"), str):
        said, language = str(event.data["text"]), str(event.data.get("language", "en"))
        return Words(
            name=f"said-{event.sequence}",
            text=said,
            language=language,
            by=event.actor,
            at=event.occurred_at,
        )
    if event.type != _ACTED or event.data["kind"] != KIND or event.data["act"] not in _WRITTEN:
        return None
    try:
        content = read(world.graph, event.subject)
    except ThingUnknown:
        return None
    return Words(
        name=event.subject,
        text=content.one("text") or "",
        language=(content.one("language") or "en").partition("-")[0],
        by=event.actor,
        at=event.occurred_at,
    )


def _levels(
    world: World, scenario: Scenario, texts: Sequence[Words]
) -> list[dict[str, int] | None]:
    """The empathy of each text; None where no machine could judge it."""
    found = list[dict[str, int] | None]()
    for one in texts:
        try:
            (level,) = empathies(
                world,
                [one.text],
                one.language,
                scenario.well_said.answers,
                budget_ms=_PATIENCE_MS,
            )
        except NotInTime:
            level = None
        found.append(asdict(level) if level is not None else None)
    return found


def _judged(
    world: World, scenario: Scenario, one: Words, empathy: dict[str, int] | None
) -> dict[str, Json]:
    said, read_in = scenario.well_said, disclosed(world, one.text, one.language)
    heard = sound(one.text, one.language, current(world).voice)
    criteria: list[Json] = [
        *(_criterion(one.text, phrase, wanted=True) for phrase in said.must),
        *(_criterion(one.text, phrase, wanted=False) for phrase in said.never),
        *_shown({str(name): least for name, least in said.empathy.items()}, empathy),
        _admission(read_in.admission, said.admission),
    ]
    findings: list[Json] = [
        {"about": each.about, "says": each.sentence, "why": each.why, "instead": each.suggestion}
        for each in read_in.findings
        if each.counts
    ]
    voice: list[Json] = [
        {"says": one.text[each.start : each.end], "why": each.why, "instead": each.instead}
        for each in heard.findings
    ]
    return {
        "text": one.name,
        "by": one.by,
        "words": one.text,
        "empathy": dict(empathy) if empathy is not None else None,
        "admission": read_in.admission,
        "findings": findings,
        "voice": {"score": heard.score, "findings": voice},
        "criteria": criteria,
    }


def _criterion(text: str, phrase: PhraseIn, *, wanted: bool) -> dict[str, Json]:
    passage = next((found for one in phrase.any_of if (found := _passage(text, one))), None)
    kept = (passage is not None) == wanted
    words = f"says {phrase.says}" if wanted else f"leaves out {phrase.says}"
    return {"criterion": words, "kept": kept, "passage": passage}


def _passage(text: str, phrase: str) -> str | None:
    """The line around a phrase, wherever it stands."""
    at = text.casefold().find(phrase.casefold())
    return text[max(0, at - 40) : at + len(phrase) + 40] if at >= 0 else None


def _shown(wanted: Mapping[str, int], empathy: Mapping[str, int] | None) -> Iterator[Json]:
    for name, least in wanted.items():
        level = empathy.get(name) if empathy is not None else None
        yield {
            "criterion": f"shows {name.replace('_', ' ')} of at least {least}",
            "kept": None if level is None else level >= least,
            "passage": None if level is None else f"level {level}",
        }


def _admission(found: str, most: str) -> Json:
    kept = None if found not in _ADMITS else _ADMITS.index(found) <= _ADMITS.index(most)
    return {"criterion": f"admits {most} at most", "kept": kept, "passage": f"admits {found}"}


def _differ(one: Claim, other: Claim) -> bool:
    values = one.value is not None and other.value is not None and one.value != other.value
    return one.polarity != other.polarity or values


def _rows(value: Json) -> list[dict[str, Json]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
