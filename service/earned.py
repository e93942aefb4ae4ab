"""Earned: what goes with messages to the press: answers, corrections owed, words kept back."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ontology.events import Draft, Json
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ActRefused
from ontology.lifecycle_data import DataProblem
from service.committing import Done, Here
from service.correction_requests import owed
from service.enquiries import KIND as ENQUIRY
from service.message_content import Content, read, standing_for
from service.signing import accompanying

RUN: Final = 6
"""How many words in a row, the same as in a remark off the record, may not be published."""

_ANSWERABLE: Final = frozenset({"received", "assigned", "declined", "no-comment"})
_INSIDE: Final = frozenset({"employees", "board"})
_WORD: Final = re.compile(r"\w+", re.UNICODE)


def relied(content: Content) -> tuple[Scope, ...]:
    """What is read of the enquiries that a message answers."""
    return tuple(Scope(str(one)) for one in content.properties.get("answers", ()))


def gone_out(world: Here, content: Content, done: Done) -> list[Draft]:
    """What follows for the press when a message goes out.

    Raises:
        ActRefused: it repeats what was said off the record.
    """
    _unsaid(world, content)
    corrected = [
        draft
        for before in standing_for(world.graph, content)
        if before == content.one("revisionOf")
        for draft in _corrected(world, read(world.graph, before), content, done)
    ]
    return [*corrected, *_answered(world, content, done)]


def taken_back(world: Here, content: Content, done: Done) -> list[Draft]:
    """What outlets that were given a message are asked for once it is withdrawn."""
    why = str(done.outcome.details.get("reason", ""))
    return [*owed(world, content, done, f"We have taken it back: {why}", None)]


def _answered(world: Here, content: Content, done: Done) -> Iterator[Draft]:
    data: dict[str, Json] = {"message": content.id}
    for one in content.properties.get("answers", ()):
        enquiry = ThingId(str(one))
        if world.graph.state(enquiry) in _ANSWERABLE:
            yield accompanying(world, enquiry, ENQUIRY, "answer", data, done.at)


def _corrected(world: Here, before: Content, after: Content, done: Done) -> Iterator[Draft]:
    """Outlets that were given what is now put otherwise are asked to put it right."""
    if after.one("messageKind") == "correction" or _says_otherwise(before, after):
        yield from owed(world, before, done, "We have corrected it.", after.id)


def _says_otherwise(before: Content, after: Content) -> bool:
    was, now = _said(before), _said(after)
    return any(said != was[topic] for topic, said in now.items() if topic in was)


def _said(content: Content) -> Mapping[Json, set[tuple[Json, ...]]]:
    found: dict[Json, set[tuple[Json, ...]]] = {}
    for claim in content.claims.values():
        said = tuple(
            next(iter(claim.get(name, ())), None) for name in ("polarity", "value", "measuredIn")
        )
        found.setdefault(claim["claimTopic"][0], set()).add(said)
    return found


def _unsaid(world: Here, content: Content) -> None:
    """Refuse to publish the words of a remark off the record, unless they were said on it, too."""
    if content.one("audience") in _INSIDE or content.incident is None:
        return
    mine = _runs(content.one("text"))
    off, used = [], set[tuple[str, ...]]()
    for enquiry in world.graph.subjects("aboutIncident", content.incident):
        for one in world.graph.subjects("ofEnquiry", enquiry):
            runs = _runs(world.graph.get(one, "remarked"))
            if world.graph.get(one, "attribution") == "off-record":
                off.append((enquiry, runs))
            else:
                used |= runs
    for enquiry, runs in off:
        if (mine & runs) - used:
            words = f"words of it were said off the record in {enquiry}; say it otherwise"
            raise ActRefused("publish", (DataProblem("text", words),), ("recall",))


def _runs(text: Json) -> set[tuple[str, ...]]:
    """Every run of so many words; a shorter text is none, because its words are anybody's."""
    words = _WORD.findall(str(text or "").casefold())
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}
