"""The same sentence where an apology is protected, where sympathy is, and where nothing is."""

from collections.abc import Mapping, Sequence
from datetime import date

import pytest

from knowledge.language.admission import read
from knowledge.language.findings import Disclosure
from rules.jurisdictions import Jurisdiction, Verified
from service.disclosing import opinion

SORRY = "We are sorry that eleven passengers were hurt. "
ADMITS = SORRY + "We failed to maintain the brakes."


class Quiet:
    def probabilities(
        self, texts: Sequence[str], own: Sequence[str] = ()
    ) -> Sequence[Mapping[str, float]]:
        assert isinstance(own, Sequence)
        return [{"harm": 0.0, "fault": 0.0, "non_apology": 0.0} for _ in texts]


def disclosed(text: str, language: str = "en") -> Disclosure:
    return read(text, language, screen=Quiet())


def row(protects: str, *, verified: bool = True, facts: bool | None = None) -> Jurisdiction:
    signed = Verified(by="person/jane-doe", on=date(2026, 11, 23))
    return Jurisdiction(
        code="CA-ON",
        name="Ontario",
        protects=protects,
        says="…",
        source="Apology Act, 2009",
        verified=signed if verified else None,
        facts=facts,
    )


@pytest.mark.parametrize(
    ("protects", "ruling"),
    [
        ("full", "free"),
        ("sympathy-only", "sympathy-only"),
        ("partial", "clearance"),
        ("none", "clearance"),
    ],
)
def test_an_admission_is_ruled_by_what_the_place_protects(protects: str, ruling: str) -> None:
    found = opinion(disclosed(ADMITS), row(protects))
    assert found.ruling == ruling
    assert found.source == "Apology Act, 2009"
    by_about = {one.finding.about: one.ruling for one in found.ruled}
    assert by_about == {"sympathy": "free", "harm": "free", "fault": ruling}


def test_a_row_that_nobody_verified_protects_nothing_and_no_row_neither() -> None:
    for law in (row("full", verified=False), None):
        found = opinion(disclosed(ADMITS), law)
        assert (found.ruling, found.protection) == ("clearance", "unverified")


@pytest.mark.parametrize("protects", ["full", "partial", "sympathy-only", "none"])
def test_harm_and_sympathy_are_free_everywhere(protects: str) -> None:
    assert opinion(disclosed(SORRY), row(protects)).ruling == "free"


@pytest.mark.parametrize(
    "text",
    ["If we failed to act, we will say so.", "The union says we caused the delay."],
)
def test_what_is_no_admission_is_free_and_says_why(text: str) -> None:
    found = opinion(disclosed(text), row("none"))
    assert found.ruling == "free"
    assert any("no admission" in one.why for one in found.ruled)


def test_what_a_person_must_read_needs_clearance_whatever_the_law() -> None:
    german = opinion(disclosed("Wir bedauern das sehr.", "de"), row("full"))
    assert (german.ruling, "'de'" in german.why) == ("clearance", True)
    unscreened = opinion(read(SORRY, "en"), row("full"))
    assert (unscreened.ruling, "screened" in unscreened.why) == ("clearance", True)


def test_statements_of_fact_are_protected_only_where_the_row_says_so() -> None:
    with_facts = opinion(disclosed(SORRY), row("full", facts=True)).ruled
    without = opinion(disclosed(SORRY), row("full", facts=False)).ruled
    assert any("protected, too" in one.why for one in with_facts if one.finding.about == "harm")
    assert not any("protected, too" in one.why for one in without)
