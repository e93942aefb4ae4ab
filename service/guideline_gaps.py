"""Gaps of guidelines: speech that none holds for, and guidelines that are stale or unread."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import combinations

from ontology.identity import ThingId
from service.guidance import asked
from service.guideline_choice import Asked, choose
from service.guideline_owing import owing
from service.guideline_reminders import answering
from service.guidelines import Version
from service.message_content import OUT
from service.ownership_gaps import Gap
from service.world import World


def gaps(world: World) -> list[Gap]:
    """Every gap as of now: where none holds, then which are stale, unread, or alike."""
    at = world.clock.now()
    standing = world.guidelines().standing(at)
    found = [*_of_messages(world, at), *_of_customers(world, at)]
    for one in standing:
        found += [*_of_review(one, at), *_of_owner(world, one), *_unread(world, one, at)]
    return [*found, *_alike(standing)]


def _of_messages(world: World, at: datetime) -> Iterator[Gap]:
    """Live messages for which none holds now."""
    graph = world.graph
    many: Counter[Asked] = Counter()
    for message in graph.of_type("Message"):
        if graph.state(message) in OUT:
            said = (graph.get(message, name) for name in _SAID)
            language, region, audience, channel = said
            many[_asked(world, language, region, audience, channel)] += 1
    for words, count in _uncovered(world, many, at):
        live = "1 live message" if count == 1 else f"{count} live messages"
        yield _gap(words, f"{live} in {words.words()}")


_SAID = ("language", "forRegion", "audience", "onChannel")


def _of_customers(world: World, at: datetime) -> Iterator[Gap]:
    """Customers whose language and region are known, and to whom nobody knows how to speak."""
    graph = world.graph
    known = Counter(
        (graph.get(customer, "preferredLanguage"), graph.get(customer, "homeRegion"))
        for customer in graph.of_type("Customer")
    )
    many: Counter[Asked] = Counter()
    for (language, region), count in known.items():
        if language is not None:
            many[_asked(world, language, region, "customer", None)] += count
    for words, count in _uncovered(world, many, at):
        place = f"{words.language} in {words.region or 'a region that is not known'}"
        wants = "1 customer wants" if count == 1 else f"{count} customers want"
        yield _gap(words, f"{wants} to be spoken to in {place}")


def _asked(
    world: World, language: object, region: object, audience: object, channel: object
) -> Asked:
    return asked(
        world,
        str(language),
        ThingId(str(region)) if region is not None else None,
        str(audience) if audience is not None else None,
        str(channel) if channel is not None else None,
    )


def _uncovered(world: World, many: Counter[Asked], at: datetime) -> Iterator[tuple[Asked, int]]:
    """What none holds for, the most frequent first."""
    order = sorted(many.items(), key=lambda one: (-one[1], one[0].words()))
    for words, count in order:
        if choose(world.guidelines(), words, at).holds is None:
            yield words, count


def _gap(words: Asked, detail: str) -> Gap:
    cure = "propose a guideline that names it: attune guidelines propose FILE"
    about = f"{words.language}, {words.region or 'everywhere'}"
    return Gap(gap="no-guideline", about=about, detail=detail, cure=cure)


def _of_review(one: Version, at: datetime) -> Iterator[Gap]:
    if one.review_by <= at:
        detail = f"the review of {one.id} was due by {one.review_by:%Y-%m-%d}"
        cure = f"read it and do the act review to {one.id}, or propose a new version"
        yield Gap(gap="review-due", about=one.guideline, detail=detail, cure=cure)


def _of_owner(world: World, one: Version) -> Iterator[Gap]:
    team, why = answering(world, one.owner)
    if why is not None:
        detail = f"{why}, which owns {one.id}; {team} is told instead"
        cure = "propose a version with another owner, or put people on the team"
        yield Gap(gap="owner-gone", about=one.guideline, detail=detail, cure=cure)


def _unread(world: World, one: Version, at: datetime) -> Iterator[Gap]:
    people, by = owing(world, one), one.acknowledge_by
    if people and by is not None and by <= at:
        detail = (
            f"{len(people)} of its writers have not acknowledged {one.id}, due by {by:%Y-%m-%d}"
        )
        cure = f"let them read it: attune guidelines acknowledge {one.guideline}"
        yield Gap(gap="unacknowledged", about=one.guideline, detail=detail, cure=cure)


def _alike(standing: tuple[Version, ...]) -> Iterator[Gap]:
    for one, other in combinations(standing, 2):
        if one.scope == other.scope:
            detail = f"{one.id} and {other.id} hold for exactly the same; the later one wins"
            cure = "withdraw one, or let one name a region, an audience or a channel"
            yield Gap(gap="same-scope", about=one.guideline, detail=detail, cure=cure)
