"""Kinds of facts are read from their shapes, or refused with all that they lack."""

import pytest

from ontology.facts import catalogue
from ontology.kinds import STRATA, KindsInvalid, read_kinds

PREFIXES = """
@prefix attune: <https://attune.example/ns#> .
@prefix fact: <https://attune.example/fact#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
WORDS = 'sh:name "word"@en ; sh:description "A word."@en ;'


def read(kind: str) -> object:
    return read_kinds((PREFIXES + kind).encode())


def shape(fields: str, more: str = "") -> str:
    return f'attune:OneFact a attune:FactKind ; sh:name "one" ; {more} sh:property [ {fields} ] .'


def test_a_field_has_what_its_shape_says() -> None:
    kinds = read_kinds(
        (
            PREFIXES
            + shape(
                "sh:path fact:share ; sh:datatype xsd:decimal ; sh:maxCount 1 ; sh:minCount 1 ;"
                'sh:minInclusive 0 ; sh:maxInclusive 1 ; attune:decimals 3 ; attune:unit "1" ;'
                f'attune:key true ; {WORDS} skos:example "0.5"'
            )
        ).encode()
    )
    field = kinds["one"].fields["share"]
    assert (field.minimum, field.maximum, field.decimals, field.unit) == (0.0, 1.0, 3, "1")
    assert field.key
    assert field.required
    assert kinds["one"].keys == ("share",)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        (f'sh:path fact:a ; sh:maxCount 1 ; {WORDS} skos:example "x"', "sh:datatype"),
        (f'sh:path fact:a ; sh:datatype xsd:string ; {WORDS} skos:example "x"', "maxCount"),
        ('sh:path fact:a ; sh:datatype xsd:string ; sh:maxCount 1 ; skos:example "x"', "label"),
        (
            f'sh:path fact:a ; sh:datatype xsd:integer ; sh:maxCount 1 ; {WORDS} skos:example "x"',
            "not valid",
        ),
        (
            (
                "sh:path fact:a ; sh:datatype xsd:integer ; sh:maxCount 1 ; sh:minInclusive 5 ;"
                f'{WORDS} skos:example "4"'
            ),
            "less than 5",
        ),
    ],
)
def test_an_incomplete_field_is_refused_in_words(fields: str, complaint: str) -> None:
    with pytest.raises(KindsInvalid, match=complaint):
        read(shape(fields))


def test_all_mistakes_come_at_once() -> None:
    broken = shape("sh:path fact:a", 'attune:stratum "never" ;')
    with pytest.raises(KindsInvalid) as caught:
        read(broken)
    assert len(caught.value.errors) >= 4


def test_what_is_no_turtle_is_refused() -> None:
    with pytest.raises(KindsInvalid, match="not Turtle"):
        read_kinds(b"this is prose")


def test_shapes_without_any_kind_are_refused() -> None:
    with pytest.raises(KindsInvalid, match="no shape"):
        read("attune:x rdfs:label 'x' .")


def test_every_field_of_the_packaged_shapes_accepts_its_own_example() -> None:
    known = catalogue()
    assert len(known.kinds) >= 24
    assert all(kind.label and kind.comment for kind in known.kinds.values())


def test_every_kind_that_rules_conclude_has_a_verb_and_a_main_field() -> None:
    concluded = [kind for kind in catalogue().kinds.values() if kind.stratum is not None]
    assert {kind.stratum for kind in concluded} == set(STRATA)
    assert all(kind.verb and kind.main for kind in concluded)


def test_scales_run_from_the_least_to_the_most() -> None:
    kinds = catalogue().kinds
    tiers = kinds["escalation"].fields["tier"].allowed
    assert tiers == ("frontline", "specialist", "crisis-team", "executive", "board")
    assert kinds["incident"].fields["tier"].allowed == tiers
    assert kinds["threat"].fields["level"].allowed == ("mild", "moderate", "severe")
    assert kinds["incident"].fields["harm"].allowed[-2:] == ("injury", "death")
