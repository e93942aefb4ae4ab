"""Searching cases for people: pages, facets with counts, why each is similar, and when none is."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Final

from knowledge.language import gist, languages
from knowledge.precedents import Filters, Hit, Precedent, PrecedentIndex
from knowledge.ranking import words
from ontology.events import Json
from ontology.identity import ThingId
from service.cases import PREFIX, VISIBLE
from service.opening import HomeRefused
from service.settings import Settings
from service.world import World

LEAST: Final = 0.37
"""The cosine from which a case counts as similar: chosen on one half of the questions in
`knowledge/labels/similar-queries.json`, measured on the other (docs/training.md)."""

MOST: Final = 1_000
"""As deep as pages go."""

ALL_WORDS: Final = 0.9
COUNTED: Final = 20
_SENTENCE: Final = re.compile(r"[^.!?\n]+[.!?]?")
_TERMS: Final = 8
_SENTENCES: Final = 3
_LOOKED_AT: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is looked for; `everything` shows cases without an answer, and weak matches, too."""

    text: str
    top: int = 10
    filters: Filters = field(default_factory=Filters)
    everything: bool = False
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Cases, best first; `weak` were left out because they are not similar enough.

    `language` is that of the question where it says enough to tell; `absent` are its words that no
    case holds.
    """

    hits: Sequence[Hit]
    weak: int
    searched: int
    cursor: str | None
    facets: dict[str, dict[object, int]]
    why: Sequence[dict[str, Json]]
    language: str | None
    absent: Sequence[str]

    @property
    def understood(self) -> bool:
        """False where the question is in a language that the models do not read."""
        return self.language is None or languages.supported(self.language)


def search(index: PrecedentIndex, asked: Asked, may: Callable[[Hit], bool]) -> Page:
    """One page of the cases that fit; the same question gives the same order in every worker.

    `may` says whether a hit may be shown now, whatever the index still holds.
    """
    filters = asked.filters if asked.everything else answered(asked.filters)
    past = _after(asked.cursor)
    wanted = min((past[0] if past else 0) + asked.top + 1, MOST)
    found = [one for one in index.search(asked.text, wanted, filters) if may(one)]
    similar = [one for one in found if asked.everything or is_similar(one)]
    rest = [one for one in similar if past is None or _key(one) > past[1]]
    hits = rest[: asked.top]
    place = (past[0] if past else 0) + len(hits)
    more = len(rest) > asked.top and place < MOST
    return Page(
        hits=hits,
        weak=len(found) - len(similar),
        searched=len(index),
        cursor=_cursor(place, hits[-1]) if more else None,
        facets=index.facets(filters),
        why=[*_why(asked, hits)],
        language=languages.load().identify(asked.text),
        absent=index.absent(asked.text)[:_TERMS],
    )


def answered(filters: Filters) -> Filters:
    """The same filters on cases that tell what was done and what came of it."""
    names = Filters.__dataclass_fields__
    kept = {name: getattr(filters, name) for name in names}
    return Filters(**(kept | {"answered": frozenset({True})}))


def may_be_found(world: World, hit: Hit) -> bool:
    """Whether a hit is of an archive, or of a case of this ledger that is visible now."""
    return may_be_seen(world, hit.precedent.id)


def may_be_seen(world: World, case: str) -> bool:
    """Whether a case is of an archive, or one of this ledger that is visible now."""
    return not case.startswith(PREFIX) or world.graph.state(ThingId(case)) == VISIBLE


@contextmanager
def beside(settings: Settings) -> Iterator[Callable[[Hit], bool]]:
    """What may be found in a home; one that was never initialised has archives only."""
    try:
        world = World.open(settings)
    except HomeRefused:
        yield lambda hit: not hit.precedent.id.startswith(PREFIX)
        return
    with closing(world):
        yield lambda hit: may_be_found(world, hit)


def is_similar(hit: Hit) -> bool:
    """Whether a case is near enough in meaning, or holds (nearly) every word that was asked."""
    return hit.meaning >= LEAST or hit.words >= ALL_WORDS


def counted(hits: Sequence[Hit]) -> dict[str, Json]:
    """How many of the nearest cases are similar; from `COUNTED` on only that there are more."""
    many = sum(map(is_similar, hits[:COUNTED]))
    return {"count": many, "or_more": many >= COUNTED}


def _why(asked: Asked, hits: Sequence[Hit]) -> Iterator[dict[str, Json]]:
    """For each hit the sentences nearest in meaning, the words that both have, equal facets."""
    own = set(words(asked.text))
    sentences = [_sentences(one.precedent) for one in hits]
    near = _nearness(asked.text, [one for several in sentences for one in several])
    at = 0
    for hit, several in zip(hits, sentences, strict=True):
        scored = [*zip(several, near[at : at + len(several)], strict=True)]
        at += len(several)
        best = sorted(scored, key=lambda one: (-one[1], one[0]))[:_SENTENCES]
        shared = sorted(own & set(words(hit.precedent.searched)))[:_TERMS]
        yield {
            "meaning": hit.meaning,
            "words": hit.words,
            "sentences": [{"text": text, "score": score} for text, score in best],
            "terms": [*shared],
            "facets": [*_equal(asked.filters, hit.precedent)],
        }


def _sentences(case: Precedent) -> list[str]:
    found = (one.strip() for one in _SENTENCE.findall(case.text))
    return [case.title, *(one for one in found if one)][:_LOOKED_AT]


def _nearness(query: str, sentences: Sequence[str]) -> list[float]:
    """How near the words of each sentence are to the question: to embed all takes too long."""
    if not sentences:
        return []
    vectors = gist.load().vectors([query, *sentences])
    return [round(float(score), 4) for score in vectors[1:] @ vectors[0]]


def _equal(filters: Filters, case: Precedent) -> Iterator[str]:
    """The fields that were asked for, which the case has."""
    for name in Filters.__dataclass_fields__:
        if name != "answered" and getattr(filters, name):
            yield f"{name} {getattr(case, name)}"


def _key(hit: Hit) -> tuple[float, str]:
    return (-hit.score, hit.precedent.id)


def _cursor(place: int, last: Hit) -> str:
    return f"{place}~{last.score:.4f}~{last.precedent.id.partition('/')[2]}"


def _after(cursor: str | None) -> tuple[int, tuple[float, str]] | None:
    if cursor is None:
        return None
    place, score, local = cursor.split("~", 2)
    return int(place), (-float(score), f"precedent/{local}")
