"""The JSON-LD context of the API, made from the ontology: its JSON says what the graph holds."""

from typing import Final

from ontology import vocabulary as v
from ontology.events import Json
from ontology.schema import Property, schema
from ontology.values import Datatype

_XSD: Final = {
    Datatype.BOOLEAN: "boolean",
    Datatype.INTEGER: "integer",
    Datatype.DECIMAL: "double",
    Datatype.DATE: "date",
    Datatype.TIME: "time",
    Datatype.DATETIME: "dateTime",
    Datatype.DURATION: "dayTimeDuration",
}


def context() -> dict[str, Json]:
    """What context.jsonld holds.

    A body `{"type", "id", "key", "properties"}` read with it gives the triples that the record
    has in the graph. A reader that fetches the context by its address adds `@base` itself,
    because JSON-LD ignores the one of a remote context.
    """
    key: dict[str, Json] = {
        "@id": v.EXTERNAL_KEY.value,
        "@context": {"system": v.SYSTEM.value, "key": v.LOCAL_KEY.value},
    }
    terms: dict[str, Json] = {
        "@version": 1.1,
        "@base": v.THINGS,
        "id": "@id",
        "type": "@type",
        "properties": "@nest",
        "personal": "@nest",
        "key": key,
        "keys": key,
    }
    terms |= {name: v.term(name).value for name in schema().types}
    terms |= {p.name: _term(p) for p in schema().terms.values()}
    return {"@context": terms}


def _term(prop: Property) -> Json:
    """How JSON-LD reads one property; a choice has a context of its own for its values."""
    iri = v.term(prop.term).value
    if prop.choices:
        scheme = prop.scheme or ""
        values: dict[str, Json] = {c: v.concept(scheme, c).value for c in prop.choices}
        return {"@id": iri, "@type": "@vocab", "@context": values}
    if prop.refers:
        return {"@id": iri, "@type": "@id"}
    datatype = _XSD.get(prop.datatype or Datatype.STRING)
    return iri if datatype is None else {"@id": iri, "@type": v.XSD + datatype}
