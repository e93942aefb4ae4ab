"""Words of customers as they may be quoted: under consent, without what could name anybody."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from knowledge.graph import Graph
from ontology.identity import ThingId
from service.addressee import stands

PURPOSE: Final = "quotation"
GAP: Final = "[…]"
_PLAIN: Final = (
    re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE),
    re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"),
    re.compile(r"[@#]\w+"),
    re.compile(r"\+?\d[\d\s().:/-]*\d|\d"),
)
_WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|['-](?=[^\W\d_]))*")
_ENDS: Final = ".!?:\n"
_OURSELVES: Final = frozenset({"I", "I'm", "I've", "I'd", "I'll"})
_LONGEST: Final = 280


def quotable(graph: Graph, customers: Iterable[ThingId], at: datetime) -> frozenset[ThingId]:
    """The customers who agreed that their words may be quoted, as of a moment."""
    return frozenset(one for one in customers if _agreed(graph, one, at))


def inert(text: str, names: Iterable[str]) -> str:
    """A text without links, addresses, handles, figures, `names`, and words written like names.

    A word with a capital inside a sentence is taken for a name, so some that are none go, too.

    >>> inert("Call Ann on 0171 55, she said. Ann helped.", ["Ann Lee"])
    'Call […] on […], she said. […] helped.'
    """
    text = text.replace("\u2019", "'").replace("\u2018", "'")
    for pattern in _PLAIN:
        text = pattern.sub(GAP, text)
    own = {part.casefold() for name in names for part in _WORD.findall(name)}
    whole = text
    text = _WORD.sub(lambda found: _kept(whole, found, own), whole)
    text = re.sub(rf"{re.escape(GAP)}(\s+{re.escape(GAP)})+", GAP, text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _kept(text: str, found: re.Match[str], own: set[str]) -> str:
    word = found.group()
    if word.casefold().removesuffix("'s") in own:
        return GAP
    before = text[: found.start()].rstrip(" \t\"'\u201c(")
    begins = not before or before[-1] in _ENDS
    return word if begins or word.islower() or word in _OURSELVES else GAP


def _agreed(graph: Graph, customer: ThingId, at: datetime) -> bool:
    return any(
        one.startswith("consent/") and stands(graph, one, (PURPOSE,), at)
        for one in graph.subjects("ofCustomer", customer)
    )
