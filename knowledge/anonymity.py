"""Anonymity: names, handles, numbers, addresses and rare places leave a text, each one shown."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from knowledge.personal_marks import (
    FROM_PLACE,
    NO_SPEAKERS,
    OPENING,
    ORGANISED,
    PATTERNS,
    PLACED,
    PUBLIC,
    ROLES,
    RUN,
    SETTLEMENT,
    SPEAKS,
    SPOKEN,
    TITLE,
    TITLES,
)

Means = Callable[[str], str | None]
"""What a run of capitalised words means: `name`, `agent`, `place`, `public` or nothing known."""

_START: Final = re.compile(r"(?:^|[.!?:;…]['\"”\u2019)]*\s+|\n\s*|[“\"\u2018(\u2013—-]\s*)$")
_GERMAN: Final = re.compile(
    r"\b(?:der|die|das|und|von|nicht|ist|den|dem|ein|eine|im|am|aus|zu|mit|auf|wir|ich)\b",
    re.IGNORECASE,
)
_ENGLISH: Final = re.compile(
    r"\b(?:the|and|of|to|not|is|was|a|an|on|at|from|with|we|they|had|has)\b", re.IGNORECASE
)

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
        for word, why, pattern in PATTERNS:
            for match in pattern.finditer(text):
                it = "it" if match.groupdict().get("it") else 0
                start, end = match.span(it)
                yield self._one(start, end, match[it], word, why)

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
        for match in RUN.finditer(text):
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
        return not (run.casefold() in PUBLIC or known == "public" or begins)

    def _judged(self, text: str, start: int, run: str) -> tuple[str, str] | None:
        """The placeholder's word and the reason, None for what may stay."""
        before, said = text[max(0, start - 40) : start], self._means(run)
        if said == "public" or all(w.casefold() in PUBLIC for w in run.split()):
            return None
        if said == "place" and " " not in run and _starts(text, start):
            return None  # many a word with which a sentence begins is a village somewhere
        if said is not None:
            return said, f"known here as a {said}" if said != "place" else "a place few live in"
        return _beside(text, start, run, before)

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
        if match[1].casefold() in TITLES:
            return start + match.end(), run[match.end() :]
    while run:
        first, _, rest = run.partition(" ")
        bare = first.rstrip(".").casefold()
        common = bare in OPENING and (_starts(text, start) or len(first) == 1 or bare == "the")
        if not (common or (bare in TITLES | ROLES and rest)):
            break
        start, run = start + len(first) + (1 if rest else 0), rest
    return start, run


def _starts(text: str, at: int) -> bool:
    """Whether a sentence begins there."""
    return _START.search(text[max(0, at - 8) : at]) is not None or at == 0


def _beside(text: str, start: int, run: str, before: str) -> tuple[str, str] | None:
    """What the words beside a run that nobody knows say of it."""
    if TITLE.search(before):
        return "name", "a word before it says that it is a person"
    if run.rpartition(" ")[2].casefold() in ORGANISED:
        return None
    if SPEAKS.match(text, start + len(run)) or SPOKEN.search(before):
        speaks = "name", "a word beside it says that it speaks"
        return speaks if run.casefold() not in NO_SPEAKERS else None
    if _placed(text, run, before):
        return "place", "a word before it says that it is a place"
    return ("name", "several capitalised words in a row") if " " in run else None


def _placed(text: str, run: str, before: str) -> bool:
    """Whether a place is told; in German many a noun stands after a word of place."""
    if " " in run:
        return PLACED.search(before) is not None
    settled = SETTLEMENT.fullmatch(run) is not None
    german = len(_GERMAN.findall(text)) > len(_ENGLISH.findall(text))
    from_there = FROM_PLACE.search(before) is not None
    return (settled and PLACED.search(before) is not None) or (from_there and not german)


def _free(one: Replacement, taken: Iterable[Replacement]) -> bool:
    return not any(one.start < other.end and other.start < one.end for other in taken)


def _apart(found: Iterable[Replacement]) -> list[Replacement]:
    """Those that do not overlap: of two the earlier one, of two at one place the longer one."""
    kept: list[Replacement] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept
