"""A point of an alert budget becomes a policy: the rule changed, its cases moved, the figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge.proportions import poisson
from ontology.events import Event
from ontology.facts import catalogue
from ontology.lifecycle import Actor
from rules.moving import Move, move, written
from rules.suggestion import written as case_table
from service.local_copy import write_copy
from service.paging_curve import At, Curve, Point
from service.proposing import Wanted, propose
from service.world import World


class ChoiceInvalid(ValueError):
    """A point that can't be chosen; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is proposed: changed files, on which policy, and why, with the curve's figures.

    `cases` followed the threshold; `objections` are cases that a person has to change, or to
    keep; `missing` is a case table of boundaries that no case stands on any more, or nothing.
    """

    base: str
    changes: Mapping[str, str]
    reason: str
    cases: tuple[str, ...]
    objections: tuple[str, ...]
    missing: str


def choose(world: World, curve: Curve, at: At, reason: str) -> Choice:
    """Write the rule as it would be at a point.

    Raises:
        ChoiceInvalid: the point was not tried, is the present one, or nobody says why.
        ThresholdInvalid: the number is not written so that it can be changed here.
    """
    if not reason.strip():
        raise ChoiceInvalid("say why: what is too much now, or too late?")
    try:
        point = curve.of(at)
    except KeyError:
        tried = "; ".join(told(curve, one) for one in curve.points)
        raise ChoiceInvalid(f"{_values(at)} was not tried; choose one of {tried}") from None
    if point == curve.present:
        raise ChoiceInvalid(f"the rule stands at {_values(at)} already; nothing would change")
    base = world.policies.current().policy.digest
    moves = [
        Move(threshold=one, to=to)
        for one, to in zip(curve.thresholds, at, strict=True)
        if to != one.value
    ]
    moved = move(world.policies.files(base), moves, catalogue())
    return Choice(
        base=base,
        changes=moved.files,
        reason=f"{reason.strip()} {_why(curve, point)}",
        cases=moved.cases,
        objections=moved.objections,
        missing=case_table(moved.missing, catalogue()) if moved.missing else "",
    )


def put_forward(world: World, choice: Choice, actor: Actor) -> Event:
    """Propose it, so that a second person can approve and activate it.

    Raises:
        ProblemError: cases object (422), or another policy was activated meanwhile (409).
        ActRefused: the actor may not propose.
        Conflict: another policy was activated meanwhile.
    """
    files = {**world.policies.files(choice.base), **choice.changes}
    return propose(world, Wanted(files=files, reason=choice.reason, base=choice.base), actor)


def write(world: World, choice: Choice, folder: Path) -> str:
    """Write it as a working copy, in which a person settles what objects; the digest it is on.

    Raises:
        FileExistsError: the folder is not empty.
        OSError: it can't be written.
    """
    return write_copy(world, folder, choice.changes)


def told(curve: Curve, point: Point) -> str:
    """Where the thresholds stand, as a book says it."""
    pairs = zip(curve.thresholds, point.at, strict=True)
    return ", ".join(f"{one.name} {one.words} {written(value)}" for one, value in pairs)


def _why(curve: Curve, point: Point) -> str:
    """The figures of a point beside those of the present one."""
    now, history = curve.present, curve.history
    words = [
        f"{curve.thresholds[0].rule}: {told(curve, point)} instead of {_values(now.at)}.",
        f"On {curve.shifts:.1f} shifts from {history.since:%F} to {history.until:%F}:",
        f"{_pages(curve, point)} instead of {_pages(curve, now)};",
        f"{_warned(point)} instead of {_warned(now)}.",
    ]
    if history.blind:
        words.append(f"At {history.blind} of {history.looks} looks a feed was silent.")
    return " ".join(words)


def _pages(curve: Curve, point: Point) -> str:
    low, high = (end / curve.shifts for end in poisson(point.pages))
    return f"{curve.rate(point.pages):.2f} pages a shift [{low:.2f}, {high:.2f}]"


def _warned(point: Point) -> str:
    of = len(point.warned)
    if not of:
        return "no incident with a moment to be warned of"
    middle, worst = point.minutes
    share = f"{of - point.missed} of {of} incidents warned"
    return f"{share}, median {middle:.0f} minutes, worst {worst:.0f}"


def _values(at: At) -> str:
    return ", ".join(map(written, at))
