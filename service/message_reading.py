"""What a machine reads in a message: what it discloses, claims and promises; people confirm it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from knowledge.language import admission, keeping, suspicion
from knowledge.language.admission import Screen
from knowledge.language.claims import claims
from knowledge.language.findings import Disclosure
from knowledge.language.promises import promises
from knowledge.language.topics import ClaimTopic
from ontology.events import Json
from ontology.identity import ThingId
from service import glossaries
from service.disclosing import Opinion, opinion
from service.message_content import Content
from service.world import World

_UTC: Final = ZoneInfo("UTC")


def disclosed(world: World, text: str, language: str) -> Disclosure:
    """What a text discloses; screened for what no rule finds where this world judges texts."""
    return admission.read(text, language, screen=_screen(world))


def admitted(found: Disclosure, stated: str | None) -> str:
    """What the text counts as admitting: what its author states, unless it was seen to admit more.

    Whoever wrote it may say that it admits nothing where no machine could judge, because a person
    did. That no fault is admitted where a rule reads one, only a changed text can say.
    """
    read = found.admission
    if stated is None or (read == "fault" and stated != "fault"):
        return read
    if read == "harm" and stated == "none":
        return read
    return stated


def read_out(world: World, content: Content) -> dict[str, Json]:
    """Everything that was read in a message, each with its place in the text."""
    text, language = content.one("text") or "", content.one("language") or "und"
    found = disclosed(world, text, language)
    here = _opinion(world, content, found)
    return {
        "admission": found.admission,
        "harm": found.harm,
        "fault": found.fault,
        "non_apology": found.non_apology,
        "needs_person": found.needs_person,
        "findings": [*_findings(here)],
        "suspicions": [
            {"about": one.about, "probability": round(one.probability, 3), "says": one.sentence}
            for one in found.suspicions
        ],
        "law": {
            "jurisdiction": here.jurisdiction,
            "protection": here.protection,
            "source": here.source,
            "ruling": here.ruling,
            "why": here.why,
        },
        "claims": _claims(world, content, text, language),
        "promises": _promises(world, content, text, language),
        "kept": _kept(world, content, text),
        "glossary": glossaries.of_message(world, content),
    }


def _screen(world: World) -> Screen | None:
    return suspicion.load() if world.settings.language else None


def _opinion(world: World, content: Content, found: Disclosure) -> Opinion:
    """What the law of the place says; of no place, what holds where nothing protects."""
    region = content.one("forRegion")
    code = world.graph.get(ThingId(region), "jurisdiction") if region is not None else None
    law = world.policies.current().law
    return opinion(found, law.of(str(code)) if code is not None else None)


def _findings(here: Opinion) -> Iterator[Json]:
    for ruled in here.ruled:
        one = ruled.finding
        yield {
            "about": one.about,
            "kind": one.kind,
            "rule": one.rule,
            "counts": one.counts,
            "start": one.start,
            "end": one.end,
            "says": one.sentence,
            "why": one.why,
            "ruling": ruled.ruling,
            "law": ruled.why,
            "suggestion": one.suggestion,
        }


def _claims(world: World, content: Content, text: str, language: str) -> Json:
    """Claims to confirm, about the topics of the incident; None for a language not judged."""
    at, zone = _when(world, content)
    found = claims(text, language, _topics(world, content), said=at, zone=zone)
    if found is None:
        return None
    return [
        {
            "topic": one.topic,
            "polarity": "denied" if one.polarity == "deny" else "affirmed",
            "value": one.value.said if one.value is not None else None,
            "unit": one.value.unit if one.value is not None else None,
            "start": one.start,
            "end": one.end,
            "sentence": one.sentence,
        }
        for one in found
    ]


def _promises(world: World, content: Content, text: str, language: str) -> Json:
    """Promises to confirm; None for a language that is not judged."""
    at, zone = _when(world, content)
    found = promises(text, language, said=at, zone=zone)
    if found is None:
        return None
    return [
        {
            "what": one.what,
            "sentence": one.sentence,
            "due": one.due.isoformat(),
            "past": one.past,
            "firm": one.firm,
            "repeats": one.repeats,
            "notes": [*one.notes],
            "start": one.start,
            "end": one.end,
        }
        for one in found
    ]


def _kept(world: World, content: Content, text: str) -> Json:
    """What a localisation lost of its source's numbers, names and units, and what it added."""
    source = content.one("localises")
    if source is None:
        return None
    words = world.graph.get(ThingId(source), "text")
    kept = keeping.compare(str(words or ""), text)
    parts = {"lost": kept.lost, "added": kept.added, "unchecked": kept.unchecked}
    return {
        name: [
            {"kind": one.kind, "says": one.said, "start": one.start, "end": one.end}
            for one in differences
        ]
        for name, differences in parts.items()
    }


def _topics(world: World, content: Content) -> Sequence[ClaimTopic]:
    """The topics of the incident, and those of none."""
    found = []
    for one in world.graph.of_type("ClaimTopic"):
        shown = world.graph.properties(one)
        about = shown.get("aboutIncident", (None,))[0]
        if about is None or about == content.incident:
            name = str(shown["name"][0])
            words = tuple(str(word) for word in shown.get("words", (name,)))
            values = frozenset({"number"}) if "measuredIn" in shown else frozenset[str]()
            found.append(ClaimTopic(id=one, label=name, words=words, values=values))
    return found


def _when(world: World, content: Content) -> tuple[datetime, ZoneInfo]:
    """Now, and the time zone in which the message is read."""
    region = content.one("forRegion")
    zone = world.graph.get(ThingId(region), "timeZone") if region is not None else None
    return world.clock.now(), ZoneInfo(str(zone)) if zone is not None else _UTC
