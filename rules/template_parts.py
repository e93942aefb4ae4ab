"""The parts of collections, templates and slots: their names, what each says, a right form."""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from ontology.facts import catalogue
from ontology.schema import schema

COLLECTION: Final[Mapping[str, str]] = MappingProxyType(
    {
        "collection": "The name of the collection.",
        "owner": "The team or person who answers for the wording.",
        "locale": "The language of its texts, as a BCP 47 tag; a template may say another.",
        "slots": "Gaps that several templates of the file share.",
        "templates": "The templates, each beginning with `- id:`.",
    }
)
COLLECTION_NEEDS: Final = ("collection", "owner", "locale", "templates")
TEMPLATE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "id": "Small letters and hyphens; no two templates of a policy have the same id.",
        "title": "What people call it.",
        "use": "When it is the right one, in plain words.",
        "owner": "The team or person who answers for it; that of the file where it is left out.",
        "locale": "The language of its texts, as a BCP 47 tag.",
        "for": "What it may be used for; what is left out fits anything.",
        "when": "What must be known of the situation; one value of each is enough.",
        "purpose": "Why the addressee hears from us; `answer` where it is left out.",
        "needs": "What must have happened before it goes out.",
        "aims": "The mechanisms of empathy that it must show.",
        "effective": "From when on, and until when (no longer then), it may be used.",
        "slots": "The gaps in its texts; those of the file need not be repeated.",
        "body": "The text that channels without one of their own take.",
        "channels": "The channels, each with its text, with nothing (the body), or with parts.",
        "note": "For readers; nothing else sees it.",
    }
)
TEMPLATE_NEEDS: Final = ("id", "title", "use", "channels")
VARIANT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "title": "The subject, the headline.",
        "text": "The text; the body where it is left out.",
        "characters": "The most characters, where fewer than the channel allows.",
        "segments": "The most segments of a short message, where fewer than the channel allows.",
        "links": "The most links, where fewer than the channel allows.",
        "hashtags": "The most hashtags, where fewer than the channel allows.",
    }
)
SLOT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "from": "A path through the ontology, or several: the first that is known counts.",
        "stated": "The caller states it: what it holds.",
        "for": "What the customer must have agreed to before it is used.",
        "or": "The words that stand there otherwise; without them the text needs a value.",
        "why": "Why it is there; it stands beside every use.",
        "example": "What may stand there, for trying it; `; ` parts the members of a list.",
    }
)
EXAMPLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "collection": "collection: first-words",
        "owner": "owner: team/communications",
        "locale": "locale: en",
        "templates": "templates: [{id: …, title: …, use: …, channels: {…}}]",
        "id": "id: holding-statement",
        "title": "title: First words, before we know the cause",
        "use": "use: In the first hour, when people are hurt and nobody knows why yet.",
        "channels": "channels: {email: {title: About your journey, text: Dear {{ name }}, …}}",
        "for": "for: {strategy: [instruct, adjust], cluster: [accidental]}",
        "when": "when: {detection: [betrayal]}",
        "slots": "slots: {name: {from: customer.displayName, for: personalisation, or: ''}}",
        "from": "from: customer.displayName",
        "stated": "stated: time",
        "aims": "aims: [concern, understanding]",
        "needs": "needs: [legal-clearance]",
        "purpose": "purpose: answer",
    }
)
PERSONS: Final = ("vulnerable", "bereaved", "minor", "employee", "press", "influential")
"""What may be known of the addressee and ask for another wording."""


def _field(kind: str, name: str) -> tuple[str, ...]:
    return catalogue().kinds[kind].fields[name].allowed


FOR: Final[Mapping[str, tuple[str, Callable[[], tuple[str, ...]]]]] = MappingProxyType(
    {
        "strategy": ("The strategies that it follows.", lambda: _field("response", "strategy")),
        "tier": ("How far up it has gone.", lambda: schema().schemes["tier"]),
        "cluster": ("Attributed responsibility.", lambda: schema().schemes["cluster"]),
        "touchpoint": ("The kind of contact.", lambda: schema().schemes["touchpoint-kind"]),
        "phase": ("Where the incident stands.", lambda: schema().schemes["phase"]),
        "kind": ("What the caller wants to send.", lambda: _field("request", "kind")),
        "audience": ("Who will read it.", lambda: _field("request", "audience")),
    }
)
WHEN: Final[Mapping[str, tuple[str, Callable[[], tuple[str, ...]]]]] = MappingProxyType(
    {
        "task": ("What the caller asks for by name; free words.", tuple),
        "sector": ("What the organisation does; free words.", tuple),
        "detection": ("What was detected.", lambda: _field("detection", "name")),
        "requirement": ("What the decision requires.", lambda: _field("requirement", "name")),
        "prohibition": ("What the decision forbids.", lambda: _field("prohibition", "name")),
        "recovery": ("Which step of recovery is due.", lambda: _field("recovery", "step")),
        "person": ("Who the addressee is.", lambda: PERSONS),
        "harm": ("The worst harm that is known.", lambda: schema().schemes["harm"]),
        "type": ("The type of crisis.", lambda: schema().schemes["crisis-type"]),
    }
)


@cache
def allowed(table: str, name: str) -> tuple[str, ...]:
    """The values that a key of `for` or `when` may have; empty where any word will do."""
    return (FOR if table == "for" else WHEN)[name][1]()
