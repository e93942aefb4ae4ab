"""Rules that no facts can make fire, rules whose time is over, and rules that change nothing."""

from typing import Final

from ontology.facts import Fact
from rules.findings import Finding, Place, shown
from rules.grounding import Example
from rules.inquiry import Inquiry, fires
from rules.outranking import effect_of
from rules.regions import Region
from rules.rule import Rule
from rules.situations import Asked, situation

_CURE: Final = "correct what it asks, or take the rule out"


def expired(inquiry: Inquiry, rule: Rule) -> list[Finding] | None:
    """A rule that is no longer in force."""
    end = rule.effective.end
    if end is None or end > inquiry.at:
        return []
    why = f"{rule.id} is over since {end.isoformat(timespec='minutes')} and never fires again"
    return [Finding(kind="expired", place=Place.of(rule), why=why, cure="take the rule out")]


def unreachable(inquiry: Inquiry, rule: Rule) -> list[Finding] | None:
    """Why a rule never fires, or one of its alternatives; None where it can't be told."""
    alternatives = inquiry.grounds.asked[rule.id]
    dead = [(at, why) for at, one in enumerate(alternatives) if (why := _dead(inquiry, one))]
    if len(dead) == len(alternatives):
        return _told(inquiry, rule, alternatives[0], dead[0][1])
    if dead and rule.id not in _rows(inquiry):
        at, why = dead[0]
        return _told(inquiry, rule, alternatives[at], f"alternative {at + 1} of its `any`: {why}")
    found = inquiry.firing([rule], to_tell=False)
    if found == "never":
        why = "what earlier rules conclude never leaves all that it asks for together"
        return _told(inquiry, rule, alternatives[0], why)
    return [] if isinstance(found, Example) else None


def ineffective(inquiry: Inquiry, rule: Rule) -> list[Finding] | None:
    """A rule of whose conclusions nothing comes; None where no facts are found that show it."""
    if not all(empty(inquiry, fact) for fact in rule.conclusions):
        return []
    found = inquiry.firing([rule])
    if not isinstance(found, Example):
        return [] if found == "never" else None
    said = shown(rule.conclusions)
    why = f"{rule.id} concludes {said}, which no decision shows and no later rule asks for"
    cure = "let a later rule ask for it, conclude something else, or take the rule out"
    return [_finding("ineffective", rule, why, cure, found)]


def empty(inquiry: Inquiry, fact: Fact) -> bool:
    """Whether nothing comes of a conclusion: no decision shows it, and no rule reads it."""
    read = inquiry.read.get(fact.kind, ())
    return not effect_of(fact) and not any(region.has(fact) for region in read)


def _finding(kind: str, rule: Rule, why: str, cure: str, shown_by: Example) -> Finding:
    place = Place.of(rule)
    return Finding(
        kind=kind, place=place, why=why, cure=cure, facts=shown_by.facts, at=shown_by.at
    )


def _dead(inquiry: Inquiry, asked: Asked) -> str:
    """Why an alternative can't hold, as far as it shows by itself; empty where it may."""
    if situation(asked) == "never":
        return "what it asks for rules itself out"
    for place in asked.places:
        kind = inquiry.catalogue.kinds[place.kind]
        sources = inquiry.grounds.sources.get(place.kind, ())
        if kind.stratum is not None and not any(place.has(one.fact) for one in sources):
            return f"no rule concludes {_asked(place)}"
    return ""


def _asked(place: Region) -> str:
    return f"a {place.kind} as it asks for, like {{{place.kind}: {_plain(place)}}}"


def _plain(place: Region) -> str:
    return ", ".join(f"{name}: {value}" for name, value in (place.values() or {}).items())


def _rows(inquiry: Inquiry) -> frozenset[str]:
    """The rules of tables, whose alternatives nobody wrote."""
    tables = (table for book in inquiry.policy.books for table in book.tables)
    return frozenset(rule.id for table in tables for rule in table.rules)


def _told(inquiry: Inquiry, rule: Rule, asked: Asked, why: str) -> list[Finding] | None:
    """The finding, with a fact for all that would have to be given: the rule stays quiet."""
    trace = next(inquiry.grounds.traces([asked]), None)
    parts = [asked] if trace is None else trace.parts
    given = [place for part in parts for place in part.places if inquiry.given(place.kind)]
    found = [region.fact(inquiry.catalogue) for region in given]
    facts = tuple({fact.place(): fact for fact in found if fact is not None}.values())
    quiet = Example(facts=facts, at=inquiry.grounds.moment([rule]) or inquiry.at)
    if not inquiry.confirms(quiet, fires([], [rule.id])):
        return None
    return [_finding("unreachable", rule, f"{rule.id} never fires: {why}", _CURE, quiet)]
