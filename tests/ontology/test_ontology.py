import re
from importlib.resources import files
from itertools import combinations

import owlrl  # type: ignore[import-untyped]  # owlrl has no types
import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import DCTERMS, FOAF, GEO, ODRL2, ORG, OWL, PROV, SDO, SH, SKOS, TIME, XSD

from ontology import vocabulary as v
from ontology.facts import catalogue
from ontology.lifecycle_file import lifecycles
from ontology.linked_data import context
from ontology.schema import schema

HERE = files("ontology")
CRISIS = HERE.joinpath("crisis.ttl").read_bytes()
SCHEMES = HERE.joinpath("schemes.ttl").read_bytes()
SHAPES = {
    entry.name: entry.read_bytes()
    for entry in sorted(HERE.joinpath("shapes").iterdir(), key=str)
    if entry.name.endswith(".ttl")
}
STANDARD = (DCTERMS, FOAF, GEO, ODRL2, ORG, OWL, PROV, SDO, SH, SKOS, TIME, XSD)
CLOSED = {str(namespace): namespace for namespace in (*STANDARD, rdflib.RDF, rdflib.RDFS)}
LABEL, COMMENT = rdflib.RDFS.label, rdflib.RDFS.comment
ERROR = rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")  # what owlrl says
PROPERTIES = (OWL.DatatypeProperty, OWL.ObjectProperty)


def parse(*texts: bytes) -> rdflib.Graph:
    graph = rdflib.Graph()
    for text in texts:
        graph.parse(data=text, format="turtle")
    return graph


@pytest.fixture(scope="module")
def crisis() -> rdflib.Graph:
    return parse(CRISIS)


@pytest.fixture(scope="module")
def everything() -> rdflib.Graph:
    return parse(CRISIS, SCHEMES, *SHAPES.values())


def ours(graph: rdflib.Graph, *kinds: rdflib.URIRef) -> list[rdflib.URIRef]:
    return sorted(
        {
            node
            for kind in kinds
            for node in graph.subjects(rdflib.RDF.type, kind)
            if isinstance(node, rdflib.URIRef) and node.startswith(v.TERMS)
        }
    )


def members(graph: rdflib.Graph, node: rdflib.term.Node) -> list[rdflib.term.Node]:
    """A named class, or the classes of a union."""
    union = graph.value(node, OWL.unionOf)
    return [node] if union is None else list(rdflib.collection.Collection(graph, union))


def iris(graph: rdflib.Graph) -> set[rdflib.URIRef]:
    return {term for triple in graph for term in triple if isinstance(term, rdflib.URIRef)}


def test_every_term_has_one_label_and_one_comment(crisis: rdflib.Graph) -> None:
    kinds = (OWL.Class, OWL.AnnotationProperty, *PROPERTIES)
    for node in ours(crisis, *kinds):
        assert len([*crisis.objects(node, LABEL)]) == 1, node
        assert len([*crisis.objects(node, COMMENT)]) == 1, node


def test_every_property_has_one_domain_and_one_range(crisis: rdflib.Graph) -> None:
    for node in ours(crisis, *PROPERTIES):
        assert len([*crisis.objects(node, rdflib.RDFS.domain)]) == 1, node
        assert len([*crisis.objects(node, rdflib.RDFS.range)]) == 1, node


def test_datatype_properties_hold_values_and_object_properties_things(
    crisis: rdflib.Graph,
) -> None:
    for node in ours(crisis, OWL.DatatypeProperty):
        assert str(crisis.value(node, rdflib.RDFS.range)).startswith(str(XSD)), node
    for node in ours(crisis, OWL.ObjectProperty):
        ranges = members(crisis, crisis.value(node, rdflib.RDFS.range) or node)
        named = {str(one) for one in ours(crisis, OWL.Class)} | {str(SKOS.Concept)}
        assert {str(one) for one in ranges} <= named, node


def test_no_two_properties_have_the_same_name_in_json() -> None:
    assert len(schema().names) == len(schema().terms)


def test_every_choice_names_a_scheme_that_stands(everything: rdflib.Graph) -> None:
    for node in ours(everything, *PROPERTIES):
        choice = everything.value(node, rdflib.URIRef(v.TERMS + "choice"))
        concepts = everything.value(node, rdflib.RDFS.range) == SKOS.Concept
        assert concepts == (choice is not None), node
        if choice is not None:
            assert (choice, rdflib.RDF.type, SKOS.ConceptScheme) in everything, node


def test_every_term_is_declared_where_it_is_used(everything: rdflib.Graph) -> None:
    declared = {str(s) for s in everything.subjects(rdflib.RDF.type)}
    used = {
        str(term) for triple in everything for term in triple if isinstance(term, rdflib.URIRef)
    }
    mine = {iri for iri in used if iri.startswith((v.TERMS, v.SCHEMES))}
    assert mine - declared == set()


def test_every_borrowed_term_stands_in_its_standard(everything: rdflib.Graph) -> None:
    for term in iris(everything):
        for start, namespace in CLOSED.items():
            if term.startswith(start):
                assert term in namespace or term == rdflib.URIRef(start), term


def test_every_iri_belongs_to_us_or_to_a_standard(everything: rdflib.Graph) -> None:
    known = (
        *CLOSED,
        v.TERMS,
        v.SCHEMES,
        v.SHAPES,
        v.FACTS,
        v.TERMS.rstrip("#"),
        v.SHAPES.rstrip("#"),
    )
    used = {
        str(term) for triple in everything for term in triple if isinstance(term, rdflib.URIRef)
    }
    assert [iri for iri in used if not iri.startswith(known)] == []


def test_the_words_of_sparql_constraints_are_declared(everything: rdflib.Graph) -> None:
    declared = {str(s).rpartition("#")[2] for s in everything.subjects(rdflib.RDF.type)}
    for query in everything.objects(None, SH.select):
        assert set(re.findall(r"\battune:(\w+)", str(query))) - declared == set()
        assert set(re.findall(r"\bpurpose:(\w+)", str(query))) <= set(schema().schemes["purpose"])


def test_the_names_in_the_vocabulary_are_declared(crisis: rdflib.Graph) -> None:
    declared = {str(s) for s in crisis.subjects(rdflib.RDF.type)}
    named = [node.value for node in vars(v).values() if isinstance(node, ox.NamedNode)]
    mine = [iri for iri in named if iri.startswith(v.TERMS)]
    assert mine
    assert set(mine) - declared == set()


def test_the_terms_that_modules_name_are_declared(crisis: rdflib.Graph) -> None:
    declared = {str(s).removeprefix(v.TERMS) for s in crisis.subjects(rdflib.RDF.type)}
    for entry in HERE.iterdir():
        if entry.name.endswith(".py"):
            named = set(re.findall(r'\bterm\("(\w+)"\)', entry.read_text(encoding="utf-8")))
            assert named - declared - {"a", "b"} == set(), entry.name


def test_the_terms_of_the_context_are_declared(everything: rdflib.Graph) -> None:
    declared = {str(s) for s in everything.subjects(rdflib.RDF.type)}
    named = set(re.findall(r"https://attune\.example/(?:ns|scheme)[^'\"]+", str(context())))
    assert named - declared == set()


def test_what_acts_set_is_declared_and_marked_where_a_record_could_set_it() -> None:
    for kind, lifecycle in lifecycles().items():
        known, recordable = schema().kinds[kind].properties, schema().kinds[kind].recordable
        for act in lifecycle.acts.values():
            for field in act.data.values():
                if field.property is not None:
                    marked = known[field.property].by_act
                    assert marked or not recordable, (kind, act.name, field.name)


def test_the_states_of_a_lifecycle_fit_the_property_that_shows_them() -> None:
    for kind, lifecycle in lifecycles().items():
        known = schema().kinds[kind].properties
        if "phase" in known:
            assert set(known["phase"].choices) == set(lifecycle.states)
        else:
            assert kind == "decision" or "state" in known


def test_what_acts_choose_from_fits_the_scheme_of_the_property() -> None:
    for kind, lifecycle in lifecycles().items():
        for act in lifecycle.acts.values():
            for field in act.data.values():
                if field.property is not None and field.of:
                    prop = schema().kinds[kind].properties[field.property]
                    assert set(field.of) <= set(prop.choices), (kind, act.name)


SAME = {
    ("Incident", "crisisType"): ("incident", "type"),
    **{
        ("Incident", term): ("incident", field)
        for term, field in {
            "cluster": "cluster",
            "phase": "phase",
            "tier": "tier",
            "severity": "severity",
            "certainty": "certainty",
            "urgency": "urgency",
            "harm": "harm",
            "priorReputation": "prior_reputation",
            "allegation": "allegation",
        }.items()
    },
    ("Touchpoint", "touchpointKind"): ("touchpoint", "kind"),
    ("Touchpoint", "journeyStage"): ("touchpoint", "stage"),
    ("Touchpoint", "empathySensitivity"): ("touchpoint", "empathy_sensitivity"),
    ("Platform", "status"): ("platform", "status"),
    ("Platform", "access"): ("platform", "access"),
    ("Region", "apologyProtection"): ("region", "apology"),
    ("Agreement", "agreementKind"): ("agreement", "kind"),
    ("Calendar", "workingDay"): ("calendar", "weekday"),
    ("Team", "atTier"): ("incident", "tier"),
    ("Decision", "overriddenTier"): ("incident", "tier"),
}


@pytest.mark.parametrize(("term", "fact"), SAME.items())
def test_a_scheme_and_the_facts_have_the_same_values_in_the_same_order(
    term: tuple[str, str], fact: tuple[str, str]
) -> None:
    choices = schema().types[term[0]].properties[term[1]].choices
    assert choices == catalogue().kinds[fact[0]].fields[fact[1]].allowed


def test_every_concept_has_a_notation_a_rank_words_and_no_double() -> None:
    graph = parse(SCHEMES)
    for scheme in graph.subjects(rdflib.RDF.type, SKOS.ConceptScheme):
        concepts = [*graph.subjects(SKOS.inScheme, scheme)]
        rank = rdflib.URIRef(v.TERMS + "rank")
        ranks = sorted(graph.value(c, rank).toPython() for c in concepts)  # type: ignore[union-attr]  # every concept has one, or this fails
        assert ranks == list(range(len(concepts))), scheme
        for concept in concepts:
            notation = str(graph.value(concept, SKOS.notation))
            assert str(concept) == f"{scheme}#{notation}"
            assert graph.value(concept, SKOS.definition), concept


def test_crisis_types_suggest_a_cluster() -> None:
    graph = parse(SCHEMES)
    scheme = rdflib.URIRef(v.SCHEMES + "crisis-type")
    for concept in graph.subjects(SKOS.inScheme, scheme):
        assert str(graph.value(concept, SKOS.broadMatch)).startswith(v.SCHEMES + "cluster#")


def instance_of_everything() -> rdflib.Graph:
    """One thing of every class, with an example of every property that it can have."""
    graph = rdflib.Graph()
    for kind in schema().types.values():
        node = rdflib.URIRef(f"{v.THINGS}{kind.kind}/example")
        graph.add((node, rdflib.RDF.type, rdflib.URIRef(v.TERMS + kind.name)))
        for prop in kind.properties.values():
            for referred in prop.refers:
                value = rdflib.URIRef(f"{v.THINGS}{referred}/example")
                graph.add((node, rdflib.URIRef(v.TERMS + prop.term), value))
            for choice in prop.choices[:1]:
                value = rdflib.URIRef(v.concept(prop.scheme or "", choice).value)
                graph.add((node, rdflib.URIRef(v.TERMS + prop.term), value))
    return graph


@pytest.fixture(scope="module")
def closed() -> rdflib.Graph:
    """What RDFS and OWL RL conclude, with all record classes of different kinds disjoint."""
    graph = parse(CRISIS, SCHEMES) + instance_of_everything()
    classes = [rdflib.URIRef(v.TERMS + name) for name in schema().types]
    for one, other in combinations(classes, 2):
        graph.add((one, OWL.disjointWith, other))
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return graph


def test_nothing_contradicts_itself_when_every_property_is_used(closed: rdflib.Graph) -> None:
    errors = [
        *closed.objects(None, rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#error"))
    ]
    assert [str(e) for e in errors] == []
    assert [*closed.subjects(rdflib.RDF.type, OWL.Nothing)] == []


def test_domains_and_ranges_put_a_thing_into_its_own_class_only(closed: rdflib.Graph) -> None:
    classes = {rdflib.URIRef(v.TERMS + name): kind.kind for name, kind in schema().types.items()}
    for own in classes.values():
        node = rdflib.URIRef(f"{v.THINGS}{own}/example")
        found = {kind for c, kind in classes.items() if (node, rdflib.RDF.type, c) in closed}
        assert found == {own}


def test_a_clash_would_be_seen() -> None:
    graph = parse(CRISIS)
    team, thing = rdflib.URIRef(v.TERMS + "Team"), rdflib.URIRef(v.THINGS + "team/a")
    graph.add((thing, rdflib.URIRef(v.TERMS + "inSegment"), rdflib.URIRef(v.THINGS + "segment/a")))
    graph.add((thing, rdflib.RDF.type, team))
    graph.add((team, OWL.disjointWith, rdflib.URIRef(v.TERMS + "Customer")))
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    assert any("Disjoint" in str(error) for error in graph.objects(None, ERROR))
