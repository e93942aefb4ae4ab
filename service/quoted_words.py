"""Words of customers as they may be quoted: under consent, without what could name anybody."""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from knowledge.anonymity import Anonymiser, Means
from knowledge.graph import Graph
from knowledge.language.common_words import speakers
from ontology.identity import ThingId
from service.addressee import stands

PURPOSE: Final = "quotation"
GAP: Final = "[…]"
_FIGURES: Final = (
    re.compile(r"#\w+"),
    re.compile(r"\+?\d[\d\s().:/-]*\d|\d"),
)
_PLACEHOLDER: Final = re.compile(r"\[[a-z]+ \d+\]")
_WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|['-](?=[^\W\d_]))*")
_ENDS: Final = ".!?:\n"
_OURSELVES: Final = frozenset({"I", "I'm", "I've", "I'd", "I'll"})
_OPENING_WORDS: Final = """
    thank thanks please sorry hello nobody nothing everything somebody everyone anyone yes never
    always again today yesterday tomorrow still why when where what who how call write great good
    bad poor terrible solved after before because until while since
"""
_OPENING: Final = frozenset(_OPENING_WORDS.split())
_LONGEST: Final = 280
_FEWEST: Final = 3


def quotable(graph: Graph, customers: Iterable[ThingId], at: datetime) -> frozenset[ThingId]:
    """The customers who agreed that their words may be quoted, as of a moment."""
    return frozenset(one for one in customers if _agreed(graph, one, at))


def ordinary(said: Iterable[tuple[int, str]]) -> frozenset[str]:
    """The words with which a quote may begin a sentence, from what was written and by whom.

    The common words of languages, and what at least three people write small.

    >>> "trains" in ordinary((who, "No trains, Anna") for who in range(3))
    True
    """
    users: defaultdict[str, set[int]] = defaultdict(set)
    for who, text in said:
        for found in _WORD.findall(_plain(text)):
            if found.islower():
                users[found].add(who)
    written = {word for word, who in users.items() if len(who) >= _FEWEST}
    return frozenset(written | _OPENING | set(speakers()))


def inert(
    text: str,
    names: Iterable[str],
    begins: frozenset[str] | None = None,
    means: Means | None = None,
) -> str:
    """A text without links, addresses, handles, figures, `names`, and words written like names.

    What `anonymity` finds goes first, by what `means` knows. Of what is left, a word with a
    capital inside a sentence is taken for a name, and so is one that begins a sentence and is not
    among `begins`; some that are none go, too.

    >>> inert("I asked Ann on 0171 55, she said. Ann helped. Lee too.", ["Ann Lee"])
    'I asked […] on […], she said. […] helped. […] too.'
    """
    own = [*names]
    text = Anonymiser(dict.fromkeys(own, "name"), means).anonymise(_plain(text)).text
    text = _PLACEHOLDER.sub(GAP, text)
    for pattern in _FIGURES:
        text = pattern.sub(GAP, text)
    known = ordinary(()) if begins is None else begins
    parts = {part.casefold() for name in own for part in _WORD.findall(name)}
    whole = text
    text = _WORD.sub(lambda found: _kept(whole, found, parts, known), whole)
    text = re.sub(rf"{re.escape(GAP)}(\s+{re.escape(GAP)})+", GAP, text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _plain(text: str) -> str:
    return text.replace("\u2019", "'").replace("\u2018", "'")


def _kept(text: str, found: re.Match[str], own: set[str], begins: frozenset[str]) -> str:
    word = found.group()
    bare = word.casefold().removesuffix("'s")
    if bare in own:
        return GAP
    if word.islower() or word in _OURSELVES:
        return word
    before = text[: found.start()].rstrip(" \t\"'\u201c(")
    starts = not before or before[-1] in _ENDS
    return word if starts and word.casefold() in begins else GAP


def _agreed(graph: Graph, customer: ThingId, at: datetime) -> bool:
    return any(
        one.startswith("consent/") and stands(graph, one, (PURPOSE,), at)
        for one in graph.subjects("ofCustomer", customer)
    )
