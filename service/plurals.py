"""Plurals: the collection of a kind of things in addresses, and back."""

from collections.abc import Container
from typing import Final

_VOWELS: Final = frozenset("aeiou")


def plural(kind: str) -> str:
    """What a collection of things is called.

    >>> plural("message"), plural("enquiry"), plural("pathway"), plural("embargo")
    ('messages', 'enquiries', 'pathways', 'embargoes')
    """
    if kind.endswith("y") and kind[-2:-1] not in _VOWELS:
        return f"{kind[:-1]}ies"
    return f"{kind}es" if kind.endswith("o") else f"{kind}s"


def singular(things: str, kinds: Container[str]) -> str | None:
    """The kind that a collection holds, None where no kind is called so.

    >>> singular("enquiries", {"enquiry"}), singular("enquirys", {"enquiry"})
    ('enquiry', None)
    """
    for kind in (things[:-1], things[:-2], f"{things[:-3]}y"):
        if kind in kinds and plural(kind) == things:
            return kind
    return None
