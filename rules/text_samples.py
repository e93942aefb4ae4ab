"""Texts to try where a set of texts is to be shown by one of them."""

from collections.abc import Iterator
from itertools import count

from ontology.kinds import Field
from ontology.values import ValueInvalid
from rules.acceptance import Judged, Members
from rules.sfeel import AllOf, Compare, Matches, Not, OneOf, Test


def texts(shape: Members | Judged, field: Field) -> Iterator[str]:
    """Texts of which some are in a set, plain ones first.

    Without end only where all but a few are in it.
    """
    named = sorted({*_named(shape)})
    yield from (text for text in (field.example, *named) if _fits(text, field))
    if isinstance(shape, Members) and shape.named:
        return
    stem = "another" if field.refers is None else f"{field.refers}/another"
    endless = isinstance(shape, Members)
    for at in count(1) if endless else range(1, 2):
        yield stem if at == 1 else f"{stem}-{at}"


def _named(shape: Members | Judged | Test) -> Iterator[str]:
    """The texts that a set of texts names, and those that its patterns spell."""
    if isinstance(shape, Members):
        yield from map(str, shape.names)
    elif isinstance(shape, Judged | Not):
        yield from _named(shape.test)
    elif isinstance(shape, OneOf | AllOf):
        for one in shape.tests:
            yield from _named(one)
    elif isinstance(shape, Compare):
        yield str(shape.value)
    elif isinstance(shape, Matches):
        yield from _spelled(shape.pattern)


def _spelled(pattern: str) -> Iterator[str]:
    """What a pattern says letter by letter, without its signs: an example, often enough."""
    plain = "".join(sign if sign.isalnum() or sign in " -/_" else "\n" for sign in pattern)
    words = [word for word in plain.split("\n") if word]
    yield from ("".join(words), *sorted(words, key=len, reverse=True))


def _fits(text: str, field: Field) -> bool:
    try:
        field.check(text)
    except ValueInvalid:
        return False
    return True
