"""Facts from plain JSON by kind, and conclusions back, for books evaluated by themselves."""

from collections.abc import Mapping

from ontology.events import Json
from ontology.facts import Fact, FactInvalid, Origin, catalogue
from ontology.values import encode
from rules.strata import Evaluation
from rules.tables import InputInvalid


def facts_of(given: Mapping[str, object]) -> list[Fact]:
    """Facts of an object like `{"spread": {"window": "PT1H"}, "team": [{…}, {…}]}`.

    Raises:
        InputInvalid: all that is wrong, by kind and place.
    """
    found: list[Fact] = []
    errors: dict[str, str] = {}
    for kind, written in given.items():
        for at, values in enumerate(written if isinstance(written, list) else [written]):
            place = f"/{kind}/{at}"
            if not isinstance(values, dict):
                errors[place] = "a fact is an object of fields"
                continue
            try:
                origin = Origin(source="request", ref=place)
                found.append(catalogue().fact(kind, values, origin))
            except FactInvalid as error:
                errors[place] = str(error)
    if errors:
        raise InputInvalid(errors)
    return found


def concluded(result: Evaluation) -> dict[str, Json]:
    """What was concluded, by kind; the rules that fired, failed or were in dispute, by id."""
    kinds: dict[str, Json] = {}
    facts = {f.canonical(): f for firing in result.firings for f in firing.conclusions}
    for form in sorted(facts):
        fact = facts[form]
        values: Json = {name: encode(value) for name, value in fact.values.items()}
        held = kinds.setdefault(fact.kind, [])
        if isinstance(held, list):
            held.append(values)
    kinds["rules"] = [firing.rule for firing in result.firings]
    if result.errors:
        kinds["errors"] = [{"rule": one.rule, "reason": one.reason} for one in result.errors]
    if result.disagreements:
        kinds["disagreements"] = list(result.disagreements)
    return kinds
