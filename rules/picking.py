"""Picks a template for a situation: the most specific that fits; says why each other was not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from rules.template import Template

MOST_TOLD: Final = 10
"""Candidates whose reason is told; the others are counted."""

_BASE: Final = frozenset({"instruct", "adjust"})
"""What every answer does (Coombs 2007); the other strategies say what kind of answer it is."""

_LIFTED: Final[Mapping[str, str]] = {"marketing": "marketing-contact"}
_ADMITS: Final = ("legal-clearance", "fault-admission")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a text is wanted for.

    `fits` has, by dimension, what is known of it; a dimension that is missing was not stated.
    `situation` has what is known by the keys of `when`. Of `channels` one at least must have a
    wording. `named` is the template that a rule or the caller asks for; `local` are those that
    are worded for the place.
    """

    at: datetime
    fits: Mapping[str, frozenset[str]] = field(default_factory=dict)
    situation: Mapping[str, frozenset[str]] = field(default_factory=dict)
    channels: frozenset[str] = frozenset()
    locale: str | None = None
    named: str | None = None
    local: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A template that was not picked, and each reason."""

    template: Template
    reasons: tuple[str, ...]
    fits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """What was picked, and why; None where nothing fits, `passed` then begins with the nearest.

    `more` counts the templates that `passed` leaves out.
    """

    template: Template | None
    because: tuple[str, ...]
    passed: tuple[Passed, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class _Rank:
    """How well a template fits; smaller is better, the id decides between equals."""

    unnamed: bool
    conditions: int
    safety: bool
    strategies: int
    channels: int
    dimensions: int
    strange: bool
    locale: bool
    width: int
    id: str


def pick(templates: Iterable[Template], wanted: Wanted) -> Picked:
    """The template for a situation; the same for the same templates and wishes, in any order.

    What fits is ordered by: named by a rule or the caller; conditions of the situation that it
    asks for and that are met; of these, what instructs; strategies of the decision that it
    follows beyond informing; wanted channels; dimensions that it names; worded for the place;
    the exact locale; how few values it names; its id.
    """
    fitting: list[tuple[_Rank, Template]] = []
    others: list[tuple[int, str, Passed]] = []
    for one in templates:
        wrong = mismatches(one, wanted)
        if wrong:
            left_out = Passed(template=one, reasons=wrong, fits=False)
            others.append((len(wrong), one.id, left_out))
        else:
            fitting.append((_rank(one, wanted), one))
    fitting.sort(key=lambda pair: pair[0])
    others.sort(key=lambda row: row[:2])
    passed = [_outranked(pair, fitting[0]) for pair in fitting[1:]]
    passed += [row[2] for row in others]
    return Picked(
        template=fitting[0][1] if fitting else None,
        because=_because(fitting[0][1], wanted) if fitting else (),
        passed=tuple(passed[:MOST_TOLD]),
        more=max(0, len(passed) - MOST_TOLD),
    )


def mismatches(one: Template, wanted: Wanted) -> tuple[str, ...]:
    """Every reason why a template does not fit; none where it does."""
    return (
        *_unavailable(one, wanted),
        *_unfit(one, wanted),
        *_unmet(one, wanted),
        *_forbidden(one, wanted),
    )


def _unavailable(one: Template, wanted: Wanted) -> Iterable[str]:
    if not one.effective.at(wanted.at):
        yield "it is not in force at this moment"
    if wanted.channels and not wanted.channels & one.variants.keys():
        told = " or ".join(sorted(wanted.channels))
        yield f"it has no wording for {told}, only for {', '.join(one.variants)}"
    if wanted.locale is not None and not speaks(one.locale, wanted.locale):
        yield f"it is written in {one.locale}, wanted is {wanted.locale}"


def speaks(locale: str, wanted: str) -> bool:
    """Whether somebody who wants a locale is served by one: the language, and no other region.

    >>> speaks("de", "de-AT"), speaks("de-CH", "de-AT"), speaks("de", "en")
    (True, False, False)
    """
    return locale == wanted or locale == wanted.partition("-")[0]


def _unfit(one: Template, wanted: Wanted) -> Iterable[str]:
    for name, allowed in one.fits.items():
        known = wanted.fits.get(name)
        if known is None:
            continue
        if name == "strategy":
            extra = [strategy for strategy in allowed if strategy not in known]
            if extra:
                told = ", ".join(sorted(known)) or "no strategy"
                yield f"it follows {', '.join(extra)}; the decision says {told}"
        elif not known & set(allowed):
            told = ", ".join(sorted(known)) or "none"
            yield f"{name}: it is for {', '.join(allowed)}; here it is {told}"


def _unmet(one: Template, wanted: Wanted) -> Iterable[str]:
    for name, needed in one.when.items():
        known = wanted.situation.get(name, frozenset())
        if not known & set(needed) and not (name == "task" and wanted.named == one.id):
            yield f"it is only for {name} {' or '.join(needed)}"


def _forbidden(one: Template, wanted: Wanted) -> Iterable[str]:
    barred = wanted.situation.get("prohibition", frozenset())
    if _LIFTED.get(one.purpose) in barred:
        yield f"the decision forbids {_LIFTED[one.purpose]}"
    needed, forbidden = _ADMITS
    if needed in one.needs and forbidden in barred:
        yield f"the decision forbids {forbidden}, and it may be read as one"


def _rank(one: Template, wanted: Wanted) -> _Rank:
    follows = {*one.fits.get("strategy", ())} - _BASE
    named = [name for name in one.fits if wanted.fits.get(name)]
    return _Rank(
        unnamed=wanted.named != one.id,
        conditions=-len(one.when),
        safety=not (one.when and "instruct" in one.fits.get("strategy", ())),
        strategies=-len(follows & wanted.fits.get("strategy", frozenset())),
        channels=-len(wanted.channels & one.variants.keys()),
        dimensions=-len(named),
        strange=one.id not in wanted.local,
        locale=wanted.locale != one.locale,
        width=sum(len(one.fits[name]) for name in named),
        id=one.id,
    )


_BETTER: Final[tuple[tuple[str, str], ...]] = (
    ("unnamed", "{other} was asked for by name"),
    ("conditions", "{other} meets more of what is known of the situation"),
    ("safety", "{other} says first how to be safe"),
    ("strategies", "{other} follows more of the decision's strategies"),
    ("channels", "{other} has wordings for more of the channels"),
    ("dimensions", "{other} is made for more of what was asked"),
    ("strange", "{other} is worded for the place"),
    ("locale", "{other} is written for exactly this locale"),
    ("width", "{other} is made for less else"),
    ("id", "{other} fits as well and comes first by its id"),
)


def _outranked(pair: tuple[_Rank, Template], best: tuple[_Rank, Template]) -> Passed:
    rank, one = pair
    first, chosen = best
    name, words = next(row for row in _BETTER if getattr(rank, row[0]) != getattr(first, row[0]))
    told = words.format(other=chosen.id)
    return Passed(template=one, reasons=(f"it fits, but {told}",), fits=bool(name))


def _because(one: Template, wanted: Wanted) -> tuple[str, ...]:
    """What made it fit, in words."""
    told = ["it was asked for by name"] if wanted.named == one.id else []
    for name in one.when:
        met = sorted(wanted.situation.get(name, frozenset()) & set(one.when[name]))
        told += [f"{name}: {', '.join(met)}"] if met else []
    for name, allowed in one.fits.items():
        met = sorted(wanted.fits.get(name, frozenset()) & set(allowed))
        told += [f"{name}: {', '.join(met)}"] if met else []
    return (*told, f"locale: {one.locale}")
