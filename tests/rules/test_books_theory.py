"""The shipped books hold what Coombs (2007) advises, over every kind of incident there can be."""

from collections.abc import Iterator
from functools import cache
from itertools import product

from ontology.decisions import Decision
from ontology.facts import catalogue
from tests.rules.test_books import decided, fact

CLAIMS = {"rumour", "challenge"}
INTENSIFIED: tuple[dict[str, object], ...] = (
    {},
    {"similar_history": True},
    {"prior_reputation": "bad"},
)
BASE = {"instruct", "adjust"}

Incident = dict[str, object]


@cache
def every_incident() -> list[tuple[Incident, Decision]]:
    """Every type, judgement, state of the check and intensifier, each decided on once."""
    return [(one, decided(fact("incident", phase="open", **one))) for one in incidents()]


def incidents() -> Iterator[Incident]:
    fields = catalogue().kinds["incident"].fields
    names = ("type", "cluster", "allegation")
    for values in product(*((None, *fields[name].allowed) for name in names)):
        known = {n: v for n, v in zip(names, values, strict=True) if v is not None}
        yield from ({**known, **more} for more in INTENSIFIED)


def strategies(found: Decision) -> set[str]:
    return {response.strategy for response in found.responses}


def disproved(incident: Incident) -> bool:
    return incident.get("type") in CLAIMS and incident.get("allegation") == "disproved"


def intensified(incident: Incident) -> bool:
    return "similar_history" in incident or "prior_reputation" in incident


def test_every_incident_has_a_threat_and_is_told_what_to_do_first() -> None:
    assert len(every_incident()) == 13 * 5 * 4 * 3
    for incident, found in every_incident():
        assert found.threat is not None, incident
        assert strategies(found) >= BASE, incident


def test_an_intensifier_never_lowers_a_threat() -> None:
    levels = catalogue().kinds["threat"].fields["level"].allowed
    plain = {str(one): found.threat for one, found in every_incident() if not intensified(one)}
    for incident, found in every_incident():
        bare = {n: v for n, v in incident.items() if n in {"type", "cluster", "allegation"}}
        without = str(plain[str(bare)])
        assert levels.index(str(found.threat)) >= levels.index(without), incident


def test_a_denial_answers_nothing_but_a_claim_that_our_check_has_disproved() -> None:
    for incident, found in every_incident():
        if "deny" in strategies(found):
            assert disproved(incident), incident
        else:
            assert "denial" in found.prohibitions, incident


def test_a_denial_is_never_mixed_with_an_explanation_or_an_apology() -> None:
    for incident, found in every_incident():
        if "deny" in strategies(found):
            assert not strategies(found) & {"diminish", "rebuild"}, incident


def test_an_untrue_claim_may_be_denied_unless_a_person_has_judged_otherwise() -> None:
    for incident, found in every_incident():
        if disproved(incident) and "cluster" not in incident:
            assert "deny" in strategies(found), incident


def test_what_is_seen_as_our_fault_is_made_good_and_not_explained() -> None:
    for incident, found in every_incident():
        if found.threat == "severe" and found.cluster != "unknown":
            assert "rebuild" in strategies(found), incident
            assert "diminish" not in strategies(found), incident


def test_what_is_not_is_never_made_good_like_a_fault() -> None:
    for incident, found in every_incident():
        if found.threat != "severe":
            assert "rebuild" not in strategies(found), incident


def test_an_explanation_fits_accidents_without_and_victims_with_an_intensifier() -> None:
    for incident, found in every_incident():
        fits = {"victim": intensified(incident), "accidental": not intensified(incident)}
        wanted = fits.get(found.cluster, False) and not disproved(incident)
        assert ("diminish" in strategies(found)) is wanted, incident
