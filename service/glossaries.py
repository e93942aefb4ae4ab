"""What things are called where, by the policy, and what messages say against it."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final

from knowledge.language import glossaries
from knowledge.language.glossaries import Called, Forbidden
from knowledge.language.sentences import read as apart
from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle_data import DataProblem
from service import deviations, library
from service.message_content import Content, read
from service.pathways import larger
from service.world import World

MOST: Final = 100
"""Findings of one text that are told."""

LONGEST: Final = 1_000
"""Characters of a sentence that is quoted; of a longer one only the words that matter are."""

_PARTS: Final = ("subject", "text")


def called(world: World, language: str, region: str | None) -> tuple[Called, ...]:
    """What the terms of the active policy are called in a language and region."""
    known = library.current(world).glossaries if world.policies.active is not None else ()
    around = [*larger(world, ThingId(region))] if region is not None else []
    return glossaries.called(known, language, around)


def of_message(world: World, content: Content) -> dict[str, Json]:
    """What a message says that it should not; of a localisation, the terms that it lost, too."""
    bad = [*_told(world, content)]
    return {"forbidden": bad[:MOST], "missing": _missing(world, content)}


def of_text(world: World, text: str, language: str, region: str | None) -> dict[str, Json]:
    """What a text says that nobody says there, and the terms that it names."""
    known = called(world, language, region)
    bad = [*_shown(glossaries.forbidden(text, language, known), "text", text)]
    named: list[Json] = [shown(one) for one in glossaries.spoken_of(text, language, known)]
    return {"forbidden": bad[:MOST], "terms": named}


def refused(world: World, content: Content) -> Iterator[DataProblem]:
    """Why a localisation can't be submitted: words that its board has not granted."""
    for part, one in ungranted(world, content)[:MOST]:
        say = " or ".join(map(repr, one.called.say[:3])) or "something else"
        words = (
            f"{one.place.says!r} is not said there ({one.called.glossary.name}:"
            f" {one.called.term.name}); say {say}, or let {one.called.glossary.board} grant a"
            " deviation for exactly this text"
        )
        yield DataProblem(part, words)


def ungranted(world: World, content: Content) -> list[tuple[str, Forbidden]]:
    """The forbidden wordings of a localisation for which no board granted a deviation."""
    if content.one("localises") is None:
        return []
    return [
        (part, one)
        for part, one in _found(world, content)
        if not deviations.lets(world, content, one.called.glossary.board)
    ]


def relies(world: World, content: Content) -> bool:
    """Whether a localisation says what only a granted deviation lets it say."""
    return content.one("localises") is not None and any(True for _ in _found(world, content))


def shown(one: Called) -> dict[str, Json]:
    """A term as it is called in a place."""
    return {
        "glossary": one.glossary.name,
        "term": one.term.name,
        "means": one.term.means,
        "owner": one.glossary.owner,
        "board": one.glossary.board,
        "region": one.region,
        "say": [*one.say],
        "never": [{"wording": word, "why": why} for word, why in one.never],
    }


def _found(world: World, content: Content) -> Iterator[tuple[str, Forbidden]]:
    language = content.one("language") or "und"
    known = called(world, language, content.one("forRegion"))
    for part in _PARTS:
        for one in glossaries.forbidden(content.one(part) or "", language, known):
            yield part, one


def _told(world: World, content: Content) -> Iterator[Json]:
    found = [*_found(world, content)]
    for name in _PARTS:
        here = [one for part, one in found if part == name]
        yield from _shown(here, name, content.one(name) or "")


def _shown(found: Iterable[Forbidden], part: str, text: str) -> Iterator[Json]:
    """Findings: the sentence in which each stands, and the approved wording beside it."""
    sentences = apart(text).sentences
    starts = [one.start for one in sentences]
    for one in found:
        at = bisect_right(starts, one.place.start) - 1
        whole = sentences[at].text if at >= 0 else one.place.says
        yield _finding(one, part, whole if len(whole) <= LONGEST else one.place.says)


def _finding(one: Forbidden, part: str, sentence: str) -> dict[str, Json]:
    place = one.place
    return {
        "glossary": one.called.glossary.name,
        "term": one.called.term.name,
        "wording": place.wording,
        "in": part,
        "says": place.says,
        "start": place.start,
        "end": place.end,
        "sentence": sentence,
        "why": one.why,
        "say": [*one.called.say],
        "board": one.called.glossary.board,
    }


def _missing(world: World, content: Content) -> Json:
    """Terms of the original for which the localisation has no approved wording; None of others.

    Nothing in `say` means that the glossary has none for that place: its owner adds one.
    """
    original = content.one("localises")
    if original is None:
        return None
    said = read(world.graph, ThingId(original))
    names = {(one.glossary.name, one.term.name) for one in _named_in(world, said)}
    here = called(world, content.one("language") or "und", content.one("forRegion"))
    asked = [one for one in here if (one.glossary.name, one.term.name) in names]
    lost = glossaries.unnamed(_whole(content), content.one("language") or "und", asked)
    return [
        {
            "glossary": one.glossary.name,
            "term": one.term.name,
            "means": one.term.means,
            "owner": one.glossary.owner,
            "say": [*one.say],
        }
        for one in lost
    ]


def _named_in(world: World, content: Content) -> Iterator[Called]:
    language = content.one("language") or "und"
    known = called(world, language, content.one("forRegion"))
    return glossaries.spoken_of(_whole(content), language, known)


def _whole(content: Content) -> str:
    return "\n".join(content.one(part) or "" for part in _PARTS)
