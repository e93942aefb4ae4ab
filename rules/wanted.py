"""What a decision shows of what a case wants, part by part, and how it differs."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import cast

from ontology.decisions import Decision
from ontology.values import duration_text
from rules.case import LISTS, Case, Member


def unmet(case: Case, decision: Decision) -> Iterator[str]:
    """What a decision shows otherwise than a case wants it."""
    for part, wanted in case.want.items():
        came = shows(decision, part)
        if isinstance(wanted, str):
            if came != (wanted,):
                yield f"{part} is {_list(came)}, wanted: {wanted}"
        elif not wanted and came:
            yield f"{part} has {_list(came)}, wanted: nothing"
        elif lacking := [_said(one) for one in wanted if not _has(decision, part, one)]:
            yield f"{part} lacks {_list(lacking)}; it has {_list(_came(decision, part, wanted))}"
    for part, unwanted in case.without.items():
        present = [_said(one) for one in unwanted if _has(decision, part, one)]
        if present:
            yield f"{part} has {_list(present)}, wanted: without"


def _has(decision: Decision, part: str, wanted: Member) -> bool:
    """Whether a list of a decision has a member with these parts."""
    return any(
        all(_part(one, name or _parts(part)[0]) == text for name, text in wanted)
        for one in _members(decision, part)
    )


def _members(decision: Decision, part: str) -> Iterable[object]:
    """The members of a list; intensifiers are seen in what the rules concluded."""
    if part != "intensifiers":
        return cast("Iterable[object]", getattr(decision, part))
    concluded = (fact for firing in decision.firings for fact in firing.conclusions)
    return sorted({str(fact.values["name"]) for fact in concluded if fact.kind == "intensifier"})


def _part(one: object, name: str) -> str:
    value = one if isinstance(one, str) else getattr(one, name)
    return (
        duration_text(value)
        if isinstance(value, timedelta)
        else ""
        if value is None
        else str(value)
    )


def _said(member: Member) -> str:
    """A member as it was written."""
    if _named(member):
        return member[0][1]
    return "{" + ", ".join(f"{name}: {text}" for name, text in member) + "}"


def _came(decision: Decision, part: str, wanted: Iterable[Member]) -> Iterable[str]:
    """The members of a list: their names, or all their parts where parts were wanted."""
    if all(_named(member) for member in wanted):
        return shows(decision, part)
    whole = ([_part(one, name) for name in _parts(part)] for one in _members(decision, part))
    return (" ".join(text for text in texts if text) for texts in whole)


def shows(decision: Decision, part: str) -> tuple[str, ...]:
    """What a decision shows in one part, by name: the teams of its routes, its one tier."""
    if part in LISTS:
        return tuple(_part(one, _parts(part)[0]) for one in _members(decision, part))
    if part == "within":
        return () if decision.within is None else (duration_text(decision.within),)
    value = getattr(decision, part)
    return () if value is None else (str(value),)


def _parts(part: str) -> tuple[str, ...]:
    return tuple(LISTS[part])


def _named(member: Member) -> bool:
    """Whether a member is wanted by its name alone."""
    return [name for name, _ in member] == [""]


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"
