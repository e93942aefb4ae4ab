"""What terms are called in a place, and what a text calls them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from knowledge.language.glossary_files import Glossary, Term, Wording
from knowledge.language.inflections import Place, places
from ontology.identity import ThingId


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What a term is called in a language and place.

    `region` is the one whose wordings were approved, None where they hold everywhere. Nothing in
    `say` means that nobody has approved a wording there. `never` goes with why.
    """

    glossary: Glossary
    term: Term
    region: ThingId | None
    say: tuple[str, ...]
    never: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden:
    """A wording that stands in a text and that nobody writes there."""

    called: Called
    place: Place
    why: str | None


def called(
    glossaries: Iterable[Glossary], language: str, regions: Sequence[str]
) -> tuple[Called, ...]:
    """What every term is called; `regions` are the place and all around it, nearest first.

    The approved wordings of the nearest region count, among these those of the more exact
    language. What is never said in a region is never said within it, unless it is approved nearer.
    """
    return tuple(
        _called(glossary, term, language, regions)
        for glossary in glossaries
        for term in glossary.terms
    )


def forbidden(text: str, language: str, known: Iterable[Called]) -> tuple[Forbidden, ...]:
    """What a text says and never should, in its order; not where an approved wording stands."""
    terms = [one for one in known if one.never]
    approved = places(text, {say for one in terms for say in one.say}, language)
    barred: dict[str, list[tuple[Called, str | None]]] = defaultdict(list)
    for one in terms:
        for never, why in one.never:
            barred[never].append((one, why))
    return tuple(
        Forbidden(called=one, place=place, why=why)
        for place in _outside(places(text, barred, language), approved)
        for one, why in barred[place.wording]
    )


def spoken_of(text: str, language: str, known: Iterable[Called]) -> Iterator[Called]:
    """The terms that a text names, by wordings that are approved and by those that never are."""
    terms = [*known]
    wordings = {word for one in terms for word in _words(one)}
    said = {place.wording for place in places(text, wordings, language)}
    return (one for one in terms if said & {*_words(one)})


def unnamed(text: str, language: str, known: Iterable[Called]) -> tuple[Called, ...]:
    """The terms for which none of the approved wordings stands in a text."""
    terms = [*known]
    said = {one.wording for one in places(text, {w for t in terms for w in t.say}, language)}
    return tuple(one for one in terms if not said & {*one.say})


def _called(glossary: Glossary, term: Term, language: str, regions: Sequence[str]) -> Called:
    holding = sorted(
        (one for one in term.wordings if _holds(one, language, regions)),
        key=lambda one: (_far(one, regions), -len(one.language)),
    )
    saying = next((one for one in holding if one.say), None)
    approved: set[str] = set()
    never: dict[str, str | None] = {}
    for one in holding:
        approved |= {word.casefold() for word in one.say}
        for word in one.never:
            if word.casefold() not in approved:
                never.setdefault(word, one.why)
    barred = {word.casefold() for word in never}
    return Called(
        glossary=glossary,
        term=term,
        region=saying.region if saying is not None else None,
        say=tuple(w for w in saying.say if w.casefold() not in barred) if saying else (),
        never=tuple(never.items()),
    )


def _holds(one: Wording, language: str, regions: Sequence[str]) -> bool:
    tag, own = language.lower(), one.language.lower()
    spoken = tag == own or tag.startswith(f"{own}-")
    return spoken and (one.region is None or one.region in regions)


def _far(one: Wording, regions: Sequence[str]) -> int:
    return len(regions) if one.region is None else regions.index(one.region)


def _outside(found: Iterable[Place], approved: Sequence[Place]) -> Iterator[Place]:
    """The places that lie in none of the approved ones; both in the order of the text."""
    at, reached = 0, 0
    for one in found:
        while at < len(approved) and approved[at].start <= one.start:
            reached = max(reached, approved[at].end)
            at += 1
        if one.end > reached:
            yield one


def _words(one: Called) -> Iterator[str]:
    yield from one.say
    yield from (word for word, _ in one.never)
