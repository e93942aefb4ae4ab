"""Examples of the language are tried: what holds, what is concluded, what the checker says."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Final

from ontology.events import Json
from ontology.facts import catalogue
from ontology.kinds import Field
from ontology.marked_yaml import parse as parse_yaml
from ontology.values import Datatype, encode
from rules.cases import CasesInvalid, read_cases
from rules.columns import PLACES, TYPES
from rules.diagnostics import Invalid
from rules.forms_of_calculations import NUMBERS, TEXTS
from rules.forms_of_calculations import TABLE as CALCULATION
from rules.forms_of_rules import TABLE as RULES
from rules.inputs import concluded, facts_of
from rules.literal_decisions import read_decision
from rules.literals import literal
from rules.policy import Policy, PolicyInvalid, build
from rules.rulebook import RulebookInvalid
from rules.rulebook import parse as parse_book
from rules.sfeel import holds
from rules.strata import Engines, evaluate
from rules.tables import HitViolated
from rules.unary import TestInvalid, value
from rules.worded import read_test

AT: Final = datetime(2026, 10, 1, 9, tzinfo=UTC)
WHEN: Final = "{incident: {phase: open}}"
THEN: Final = "[{forbid: denial}]"
_BOOK: Final = """\
book: example
stratum: {stratum}
owner: team/crisis-office
rules:
  - id: example
    reason: An example.
    when: {when}
    then: {then}
{more}"""


def book(*, when: str = WHEN, then: str = THEN, stratum: str = "require", more: str = "") -> str:
    """A book of one rule; `more` is one more part of it."""
    more = f"    {more}\n" if more else ""
    return _BOOK.format(when=when, then=then, stratum=stratum, more=more)


def of_table(hit: str, second: str = "executive") -> str:
    """A book with the table that all hit policies settle; `second` is what its last row gives."""
    lines = RULES.format(hit=hit, second=second).splitlines()
    rows = "\n    ".join(lines)
    return f"book: example\nstratum: escalate\nowner: team/crisis-office\ntables:\n  - {rows}\n"


def of_calculation(hit: str) -> str:
    """The calculation that all hit policies settle, over texts or, for sums, numbers."""
    more = hit.removeprefix("C")
    return CALCULATION.format(hit=hit, **(NUMBERS if more and hit != more else TEXTS))


def conclusions(text: str, given: Mapping[str, Json], at: datetime = AT) -> dict[str, Json]:
    """What a book concludes from facts by kind; both engines are asked and must agree."""
    policy = _policy(text)
    found = concluded(evaluate(policy, facts_of(given), at, _engines(text)))
    if "errors" in found or "disagreements" in found:
        raise ValueError(f"{text}: {found}")
    return found


def fires(text: str, given: Mapping[str, Json], at: datetime = AT) -> bool:
    """Whether the one rule of a book fires."""
    return conclusions(text, given, at)["rules"] == ["example"]


@cache
def _policy(text: str) -> Policy:
    return build({"example.yaml": text.encode()}, catalogue())


@cache
def _engines(text: str) -> Engines:
    return Engines.of(_policy(text))


def one(kind: str, field: str, test: str) -> str:
    """A `when` that asks one field of a kind; keys may be any."""
    keys = "".join(f"{key}: '-', " for key in catalogue().kinds[kind].keys if key != field)
    return f"{{{kind}: {{{keys}{field}: {test}}}}}"


def asked(kind: str, field: str, test: str, written: str | None) -> bool:
    """Whether a test of a field holds of a value as books write it; of None, a missing one."""
    shape = catalogue().kinds[kind]
    values: dict[str, Json] = {key: shape.fields[key].example for key in shape.keys}
    if written is None:
        values.pop(field, None)
    else:
        values[field] = encode(value(written, shape.fields[field]))
    return fires(book(when=one(kind, field, test)), {kind: values})


def of_null(kind: str, field: str, test: str) -> bool:
    """Whether a test of a field holds of a null."""
    shape = catalogue().kinds[kind].fields[field]
    return holds(read_test(parse_yaml(test), shape), None, shape)


def said(text: str) -> str:
    """What the checker says first of a book, without the place; empty where it is right."""
    try:
        parse_book(text, file="", catalogue=catalogue())
    except RulebookInvalid as error:
        return _placeless(error)
    return ""


def said_of_policy(text: str) -> str:
    """What is said first of a policy of one book, without the place; empty where it is right."""
    try:
        build({"example.yaml": text.encode()}, catalogue())
    except PolicyInvalid as error:
        return _placeless(error)
    return ""


def said_of_cases(text: str) -> str:
    """What is said first of a table of cases, without the place; empty where it is right."""
    try:
        read_cases(text, file="", catalogue=catalogue())
    except CasesInvalid as error:
        return _placeless(error)
    return ""


def reckoned(text: str, given: Mapping[str, object]) -> tuple[Json, str]:
    """What a calculation gives, or what is said of it: one of the two is nothing."""
    try:
        decision = read_decision(text, file="")
        if decision is None:
            raise ValueError(text)
        return next(iter(decision.evaluate(given).values())), ""
    except HitViolated as error:
        return None, str(error)
    except Invalid as error:
        return None, _placeless(error)


def field_of(datatype: Datatype) -> Field:
    """A field that holds any value of a type."""
    allowed = ("minor", "moderate", "severe") if datatype is Datatype.TOKEN else ()
    example = next((example for kind, example in TYPES.values() if kind is datatype), "7")
    return Field(
        name="field", datatype=datatype, allowed=allowed, decimals=PLACES, example=example
    )


def stored(written: str, datatype: Datatype) -> Json:
    """The stored form of a value as books write it."""
    return encode(literal(written, field_of(datatype)))


def unwritten(written: str, datatype: Datatype) -> str:
    """What is said of a text that is no value of a type."""
    try:
        value(written, field_of(datatype))
    except TestInvalid as error:
        meant = f"; did you mean {error.nearest!r}?" if error.nearest else ""
        return f"{error.offending!r}: {error.reason}{meant}"
    return ""


def _placeless(error: Invalid) -> str:
    first = error.diagnostics[0]
    return str(first).removeprefix(f"{first.file}:{first.line}:{first.column}: ")
