"""Wordings found in a text in whatever form they are inflected there, each with its place."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

FEWEST: Final = 3
"""Letters of a word that are left at least once an ending is taken off."""

_FEMININE: Final = (("euse", "eux"), ("ive", "if"), ("elle", "el"), ("enne", "en"), ("onne", "on"))
ENDINGS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        "en": (("s", ""), ("es", ""), ("ies", "y")),
        "de": tuple((one, "") for one in ("e", "en", "n", "s", "es", "er", "ern", "em")),
        "fr": (
            *((one, "") for one in ("s", "x", "e", "es")),
            *((one, "eur") for one in ("euse", "euses", "rice", "rices")),
            *((f"{one}{many}", left) for one, left in _FEMININE for many in ("", "s")),
            ("aux", "al"),
        ),
        "es": (
            *((one, "") for one in ("s", "es")),
            *((one, "o") for one in ("a", "as", "os")),
            *((one, left) for left in ("r", "n", "s") for one in (f"{left}a", f"{left}as")),
            ("ces", "z"),
        ),
    }
)
"""By language, endings of nouns and adjectives and what stands without them; no other language's
words are found inflected."""

_BESIDE: Final = "\u00ad\u0300-\u036f\u200b-\u200d\u2060\ufeff"
"""Signs within words that are not letters: soft hyphens, accents apart, what does not show."""

_WORD: Final = re.compile(rf"[^\W_]+(?:[{_BESIDE}]+[^\W_]+)*")
_HIDDEN: Final = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_DOUBLED: Final = frozenset({"ss", "nn"})  # Bus, Busse; Kundin, Kundinnen


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A wording that was looked for, and what stands in the text, from character to character."""

    wording: str
    says: str
    start: int
    end: int


def is_wording(text: str) -> bool:
    """Whether a text has words at all.

    >>> is_wording("replacement bus"), is_wording("...")
    (True, False)
    """
    return _WORD.search(text) is not None


def places(text: str, wordings: Iterable[str], language: str) -> tuple[Place, ...]:
    """Where wordings stand, in the order of the text: case, accents and usual endings aside.

    Words in between, compounds and other parts of speech are other words.

    >>> [one.says for one in places("Zwei Ersatzbusse fahren.", ["Ersatzbus"], "de")]
    ['Ersatzbusse']
    """
    base = language.partition("-")[0].lower()
    words = [*_WORD.finditer(text)]
    stems = [_stems(word.group(), base) for word in words]
    known = _by_stem(dict.fromkeys(wordings), base)
    found = {one for at in range(len(words)) for one in _from(at, words, stems, known)}
    return tuple(
        Place(wording=wording, says=text[start:end], start=start, end=end)
        for start, end, wording in sorted(found)
    )


_Known = Mapping[str, Sequence[tuple[str, tuple[frozenset[str], ...]]]]


def _by_stem(wordings: Iterable[str], language: str) -> _Known:
    """Wordings by what their first word can be without its ending."""
    found: dict[str, list[tuple[str, tuple[frozenset[str], ...]]]] = defaultdict(list)
    for wording in wordings:
        parts = tuple(_stems(word, language) for word in _WORD.findall(wording))
        for stem in parts[0] if parts else ():
            found[stem].append((wording, parts))
    return found


def _from(
    at: int, words: Sequence[re.Match[str]], stems: Sequence[frozenset[str]], known: _Known
) -> Iterator[tuple[int, int, str]]:
    for stem in stems[at]:
        for wording, parts in known.get(stem, ()):
            here = stems[at : at + len(parts)]
            if len(here) == len(parts) and all(map(frozenset.intersection, parts, here)):
                yield words[at].start(), words[at + len(parts) - 1].end(), wording


@lru_cache(maxsize=20_000)
def _stems(word: str, language: str) -> frozenset[str]:
    """A word as it is and without each ending that it may have."""
    whole = unicodedata.normalize("NFC", _HIDDEN.sub("", word)).casefold().replace("œ", "oe")
    found = {whole}
    for ending, left in ENDINGS.get(language, ()):
        stem = whole.removesuffix(ending) + left
        if whole.endswith(ending) and len(whole) - len(ending) >= FEWEST:
            found |= {stem, stem[:-1]} if stem[-2:] in _DOUBLED else {stem}
    return frozenset(map(_plain, found))


def _plain(stem: str) -> str:
    """Without accents and umlauts, but for the last letter: retard and retardé are two words."""
    apart = unicodedata.normalize("NFKD", stem[:-1])
    return "".join(one for one in apart if not unicodedata.combining(one)) + stem[-1:]
