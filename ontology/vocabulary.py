"""The names of terms, concepts and things in the graph: no other module spells an IRI."""

from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

from pyoxigraph import NamedNode

from ontology.identity import IdentityInvalid, ThingId, thing_id

TERMS: Final = "https://attune.example/ns#"
SCHEMES: Final = "https://attune.example/scheme/"
THINGS: Final = "https://attune.example/id/"
FACTS: Final = "https://attune.example/fact#"
PROCESS: Final = "https://attune.example/process/"
SHAPES: Final = "https://attune.example/shapes#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
SH: Final = "http://www.w3.org/ns/shacl#"


@lru_cache(maxsize=1024)
def term(name: str) -> NamedNode:
    """A class or property of crisis.ttl by its local name.

    >>> term("inSegment").value.rpartition("#")[2]
    'inSegment'
    """
    return NamedNode(TERMS + name)


@lru_cache(maxsize=1024)
def concept(scheme: str, notation: str) -> NamedNode:
    """One allowed value of a choice.

    >>> local(concept("tier", "board"))
    'board'
    """
    return NamedNode(f"{SCHEMES}{scheme}#{notation}")


@lru_cache(maxsize=256)
def standard(namespace: str, name: str) -> NamedNode:
    """A term of one of the standards above."""
    return NamedNode(namespace + name)


def thing(identity: ThingId) -> NamedNode:
    """The node of a thing.

    >>> identity_of(thing(ThingId("team/legal")))
    'team/legal'
    """
    return NamedNode(THINGS + identity)


def key_node(identity: ThingId, system: str, key: str) -> NamedNode:
    """The node, owned by a thing, of what another system calls it.

    >>> owner_of(key_node(ThingId("team/legal"), "zendesk", "12 3"))
    'team/legal'
    """
    return NamedNode(f"{THINGS}{identity}#{quote(system, safe='')}:{quote(key, safe='')}")


def identity_of(node: object) -> ThingId | None:
    """The id of a thing's own node; None for owned nodes, concepts, literals and all else."""
    if not isinstance(node, NamedNode) or not node.value.startswith(THINGS):
        return None
    try:
        return thing_id(node.value[len(THINGS) :])
    except IdentityInvalid:
        return None


def owner_of(node: object) -> ThingId | None:
    """The id of the thing to which a node belongs: its own node, or one that it owns."""
    if not isinstance(node, NamedNode):
        return None
    return identity_of(NamedNode(node.value.partition("#")[0]))


def local(node: NamedNode) -> str:
    """The last part of an IRI: the name of a term, the notation of a concept.

    >>> local(term("Customer"))
    'Customer'
    """
    return unquote(node.value.rpartition("#")[2])


TYPE: Final = standard(RDF, "type")
PHASE: Final = term("phase")
STATE: Final = term("state")
EXTERNAL_KEY: Final = term("externalKey")
SYSTEM: Final = term("system")
LOCAL_KEY: Final = term("localKey")
CANDIDATE: Final = term("Candidate")
JUDGEMENT: Final = term("Judgement")
JUDGED_AT: Final = term("judgedAt")
READS: Final = term("reads")
SHARING: Final = term("sharing")
DIFFERING_IN: Final = term("differingIn")
ALSO_FOR: Final = term("alsoFor")
COVERS: Final = term("covers")
JUDGEMENT_NODE: Final = NamedNode(PROCESS + "judgement")
