"""Anonymity: names, handles, numbers, addresses and rare places leave a text, each one shown."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

Means = Callable[[str], str | None]
"""What a run of capitalised words means: `name`, `agent`, `place`, `public` or nothing known."""

_PATTERNS: Final[tuple[tuple[str, str, re.Pattern[str]], ...]] = (
    ("address", "an e-mail address", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("link", "a web address", re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)),
    ("handle", "a handle", re.compile(r"(?<![\w@])@\w[\w.]{1,40}\b")),
    ("person", "an id of a person", re.compile(r"\b(?:person|customer|account|case)/[\w.~-]+")),
    (
        "number",
        "an account number",
        re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?\b"),
    ),
    (
        "number",
        "a telephone number",
        re.compile(
            r"(?<![\w.,-])(?:\+|00|\(?0)\d[\d ()/.-]{5,18}\d\b|\b\d{3}[-. ]\d{3}[-. ]\d{4}\b"
        ),
    ),
    ("number", "a long number", re.compile(r"(?<![\w.,-])[A-Z]{0,4}[-#]?\d{6,}\b")),
    (
        "address",
        "a street and number",
        re.compile(
            r"\b\d{1,5}[a-z]? (?:[A-Z][\w'\u2019-]+ ){1,3}"
            r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Boulevard|Way|Court|Square|Place)\b"
            r"|\b[A-ZÄÖÜ][\wäöüß-]*(?:straße|strasse|str\.|weg|gasse|platz|allee) \d{1,4}[a-z]?\b"
        ),
    ),
)
_RUN: Final = re.compile(
    r"[^\W\d_a-zß-öø-ÿ][\w\u2019'-]*"
    r"(?:(?:[ \u00a0](?:de|la|del|von|van|der|den|di|da|bin|al|el|O\u2019|O'))*"
    r"[ \u00a0][^\W\d_a-zß-öø-ÿ][\w\u2019'-]*\.?)*"
)
_TITLE: Final = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Herr|Frau|Señora?|Sra?|Mme|Monsieur|Madame)\.?|"
    r"\b(?:driver|conductor|passenger|nurse|doctor|manager|officer|agent|colleague|customer|"
    r"named|called))"
    r"\s+$",
    re.IGNORECASE,
)
_TITLE_WORDS: Final = """
    mr mrs ms miss mx dr prof sir herr frau sr sra señor señora mme monsieur madame
"""
_TITLES: Final = frozenset(_TITLE_WORDS.split())
_PLACED: Final = re.compile(r"\b(?:in|at|near|from|around|outside|of|to)\s+$", re.IGNORECASE)
_START: Final = re.compile(r"(?:^|[.!?:;…]['\"”\u2019)]*\s+|\n\s*|[“\"\u2018(\u2013—-]\s*)$")
_OPENING_WORDS: Final = """
    a about after again all also although an and another any anyone as at because before
    both but by during each either even every everybody everyone few first for from had has
    have he her here his how however i if in is it its last later many more most much my
    neither never next no nobody none nor not nothing now of on once one only or other our
    out over people she since so some somebody soon still such than that the their then
    there these they this those though three through to two under until up was we were what
    when where which while who whoever why with within without you your
"""
_OPENING: Final = frozenset(_OPENING_WORDS.split())
_PUBLIC_WORDS: Final = """
    monday tuesday wednesday thursday friday saturday sunday january february march april
    may june july august september october november december christmas easter english german
    french spanish i
"""
_PUBLIC: Final = frozenset(_PUBLIC_WORDS.split())


_PART: Final = re.compile(r"[^\W\d_a-zß-öø-ÿ][\w\u2019'-]{2,}")
"""What of a name names somebody by itself: a capitalised word of three letters or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """A piece of a text that gave way to a placeholder; `start` and `end` are in the original."""

    start: int
    end: int
    original: str
    placeholder: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Anonymised:
    """A text that names nobody as far as is known; `left` are capitalised words still in it."""

    text: str
    replacements: tuple[Replacement, ...]
    left: tuple[str, ...]


class Anonymiser:
    """Replaces in several texts; what is the same thing has the same placeholder in all of them.

    `names` are what is known to name people, by its placeholder's word (`name`, `agent`). `means`
    says what is known of a run of capitalised words.
    """

    def __init__(self, names: Mapping[str, str] | None = None, means: Means | None = None) -> None:
        """Nothing is replaced yet."""
        self._given: Final = dict(names or {})
        self._names: Final = {name.casefold(): word for name, word in (names or {}).items()}
        self._known: Final = _matching(self._names)
        self._means: Final[Means] = means or (lambda _: None)
        self._numbers: Final[dict[tuple[str, str], int]] = {}
        self._parts: dict[str, tuple[str, str]] = {}
        self._again: re.Pattern[str] | None = None

    def together(self, texts: Mapping[str, str]) -> dict[str, Anonymised]:
        """Several texts by name; part of a name that stands in one is replaced in all of them."""
        found = {name: self.anonymise(text) for name, text in texts.items()}
        named = [
            (one, word)
            for text in found.values()
            for one in text.replacements
            for word in [one.placeholder[1:].partition(" ")[0]]
            if word in {"name", "agent"}
        ]
        pairs = [*((one.original, word) for one, word in named), *self._given.items()]
        for name, word in pairs:
            for part in _PART.findall(name):
                self._parts.setdefault(part, (word, _folded(name)))
        self._again = _matching(self._parts, exact=True)
        return {name: self.anonymise(text) for name, text in texts.items()}

    def anonymise(self, text: str) -> Anonymised:
        """One text.

        >>> Anonymiser().anonymise("Mr Miller (+1 914 555 0190) wrote to @mta.").text
        'Mr [name 1] ([number 1]) wrote to [handle 1].'
        """
        found = _apart([*self._by_pattern(text), *self._by_name(text)])
        runs, left = self._runs(text, found)
        whole = _apart([*found, *runs])
        chosen = _apart([*whole, *(one for one in self._by_part(text) if _free(one, whole))])
        pieces, at = [], 0
        for one in chosen:
            pieces += [text[at : one.start], one.placeholder]
            at = one.end
        pieces.append(text[at:])
        left = [one for one in left if one not in self._parts]
        return Anonymised(text="".join(pieces), replacements=tuple(chosen), left=tuple(left))

    def _by_pattern(self, text: str) -> Iterator[Replacement]:
        for word, why, pattern in _PATTERNS:
            for match in pattern.finditer(text):
                yield self._one(match.start(), match.end(), match[0], word, why)

    def _by_name(self, text: str) -> Iterator[Replacement]:
        for match in self._known.finditer(text) if self._known is not None else ():
            word = self._names.get(match[0].casefold(), "name")
            yield self._one(
                match.start(), match.end(), match[0], word, "a name that is known here"
            )

    def _by_part(self, text: str) -> Iterator[Replacement]:
        for match in self._again.finditer(text) if self._again is not None else ():
            key = self._parts[match[0]]
            why = "part of a name"
            yield self._one(match.start(), match.end(), match[0], key[0], why, key)

    def _runs(
        self, text: str, taken: Iterable[Replacement]
    ) -> tuple[list[Replacement], list[str]]:
        """Runs of capitalised words: those that name somebody, and those to look at."""
        spans = [(one.start, one.end) for one in taken]
        found: list[Replacement] = []
        left: dict[str, None] = {}
        for match in _RUN.finditer(text):
            start, run = _without_opening(text, match.start(), match[0])
            end = start + len(run)
            if not run or any(start < b and a < end for a, b in spans):
                continue
            known = self._judged(text, start, run)
            if known is not None:
                found.append(self._one(start, end, run, *known))
            elif self._unsure(text, start, run):
                left[run] = None
        return found, [*left]

    def _unsure(self, text: str, start: int, run: str) -> bool:
        """Whether a person has to look at a run that stays."""
        known = self._means(run)
        begins = _starts(text, start) and known is None
        return not (run.casefold() in _PUBLIC or known == "public" or begins)

    def _judged(self, text: str, start: int, run: str) -> tuple[str, str] | None:
        """The placeholder's word and the reason, None for what may stay."""
        before, said = text[max(0, start - 40) : start], self._means(run)
        if said == "public" or all(w.casefold() in _PUBLIC for w in run.split()):
            return None
        if said == "place" and " " not in run and _starts(text, start):
            return None  # many a word with which a sentence begins is a village somewhere
        if said is not None:
            return said, f"known here as a {said}" if said != "place" else "a place few live in"
        if _TITLE.search(before):
            return "name", "a word before it says that it is a person"
        if len(run.split()) > 1:
            placed = _PLACED.search(before) is not None
            return ("place" if placed else "name"), "several capitalised words in a row"
        return None

    def _one(
        self,
        start: int,
        end: int,
        original: str,
        word: str,
        why: str,
        same: tuple[str, str] | None = None,
    ) -> Replacement:
        key = same or (word, _folded(original))
        last = sum(1 for kind, _ in self._numbers if kind == word)
        number = self._numbers.setdefault(key, last + 1)
        placeholder = f"[{word} {number}]"
        return Replacement(
            start=start, end=end, original=original, placeholder=placeholder, why=why
        )


def _matching(names: Iterable[str], *, exact: bool = False) -> re.Pattern[str] | None:
    """What finds any of some names as whole words, the longest first."""
    words = "|".join(re.escape(one) for one in sorted(names, key=len, reverse=True) if one.strip())
    flags = re.NOFLAG if exact else re.IGNORECASE
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", flags) if words else None


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _without_opening(text: str, start: int, run: str) -> tuple[int, str]:
    """A run without the titles and the common words with which it begins, and without its dot."""
    run = run.rstrip(".\u2019'-")
    if run.endswith(("\u2019s", "'s")):
        run = run[:-2]
    for match in re.finditer(r"(?<=[ \u00a0])(\w+)\.?[ \u00a0]", run):
        if match[1].casefold() in _TITLES:
            return start + match.end(), run[match.end() :]
    while run:
        first, _, rest = run.partition(" ")
        bare = first.rstrip(".").casefold()
        common = bare in _OPENING and (_starts(text, start) or len(first) == 1 or bare == "the")
        if not (common or (bare in _TITLES and rest)):
            break
        start, run = start + len(first) + (1 if rest else 0), rest
    return start, run


def _starts(text: str, at: int) -> bool:
    """Whether a sentence begins there."""
    return _START.search(text[max(0, at - 8) : at]) is not None or at == 0


def _free(one: Replacement, taken: Iterable[Replacement]) -> bool:
    return not any(one.start < other.end and other.start < one.end for other in taken)


def _apart(found: Iterable[Replacement]) -> list[Replacement]:
    """Those that do not overlap: of two the earlier one, of two at one place the longer one."""
    kept: list[Replacement] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept
