"""Guidance: the guideline under which a message is written, and whether its author has read it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from service.committing import ThingUnknown
from service.guideline_choice import Asked, Choice, choose, fitting
from service.guidelines import Version
from service.message_content import Content
from service.world import World

_GAP: Final = "no guideline holds for what is written in {words}: a gap"
_UNREAD: Final = (
    "you have not acknowledged {version}; read and acknowledge it by {by:%Y-%m-%d} UTC"
)
_ELSEWHERE: Final = "{version}, named by its author, does not hold for {words}"
_LATER: Final = "{later} is in force by now; what is written anew is under it"


def asked(
    world: World,
    language: str,
    region: ThingId | None,
    audience: str | None,
    channel: str | None,
) -> Asked:
    """What is written, with the regions in which its region lies."""
    above = world.places().above.get(region, ()) if region is not None else ()
    return Asked(language=language, region=region, above=above, audience=audience, channel=channel)


def under(world: World, said: Asked, at: datetime) -> ThingId | None:
    """The version under which something is written at a moment."""
    holds = choose(world.guidelines(), said, at).holds
    return holds.version.id if holds is not None else None


def guiding(world: World, content: Content) -> str | None:
    """The version that a message names, else the one that was in force when it was written."""
    named, at = content.one("underGuideline"), content.one("draftedAt")
    if named is not None or at is None:
        return named
    return under(world, _asked(world, content), datetime.fromisoformat(at))


def acknowledged(world: World, content: Content, person: ThingId) -> bool | None:
    """Whether somebody has acknowledged what a message is written under; None without any."""
    one = _version(world, guiding(world, content))
    return person in world.acknowledgements_now().of(one) if one is not None else None


def told(world: World, content: Content, reader: ThingId) -> dict[str, Json]:
    """For an answer: the version, why it holds, and what its reader should know of it."""
    said, drafted = _asked(world, content), content.one("draftedAt")
    at = datetime.fromisoformat(drafted) if drafted is not None else world.clock.now()
    choice, one = choose(world.guidelines(), said, at), _version(world, guiding(world, content))
    if one is None:
        return {"version": None, "notices": [_GAP.format(words=said.words())]}
    read = reader in world.acknowledgements_now().of(one)
    notices: list[Json] = [*_notices(world, one, said, read=read)]
    return {
        "version": one.id,
        "guideline": one.guideline,
        "name": one.name,
        "digest": one.digest,
        "why": _why(choice, one),
        "acknowledged": read,
        "notices": notices,
    }


def _notices(world: World, one: Version, said: Asked, *, read: bool) -> Iterator[str]:
    if not read:
        by = one.acknowledge_by or one.review_by
        yield _UNREAD.format(version=one.id, by=by)
    if fitting(one, said) is None:
        yield _ELSEWHERE.format(version=one.id, words=said.words())
    later = world.guidelines().in_force(one.guideline, world.clock.now())
    if later is not None and later.number > one.number:
        yield _LATER.format(later=later.id)


def _why(choice: Choice, one: Version) -> str:
    chosen = choice.holds is not None and choice.holds.version.id == one.id
    return choice.why() if chosen else "its author names it"


def _version(world: World, named: str | None) -> Version | None:
    try:
        return world.guidelines().one(ThingId(named)) if named is not None else None
    except ThingUnknown:
        return None


def _asked(world: World, content: Content) -> Asked:
    region = content.one("forRegion")
    return asked(
        world,
        content.one("language") or "",
        ThingId(region) if region is not None else None,
        content.one("audience"),
        content.one("onChannel"),
    )
