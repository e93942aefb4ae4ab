"""How hard a text is to read: one published formula a language, nothing where there is none."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

FEWEST_WORDS: Final = 12
"""Fewer words say nothing about how hard a text is."""

_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_LINKED: Final = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\w+")
_BREAK: Final = re.compile(
    r"(?<=[.!?\u2026])[\"'\u201d\u2019)]*\s+(?=[^\W_a-z]|[\"'\u201c\u2018(\u00ab\u00bf\u00a1-])|\n+"
)
_DECIMAL_PLACES: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How hard a text is.

    `grade` is the year of school that it takes, `ease` runs from 0 (hard) to 100 (easy); the
    formula of a language gives one of them. `hard` says whether it is harder than plain language
    for everybody should be: above grade 9, or below an ease of 60.
    """

    language: str
    formula: str
    source: str
    grade: float | None
    ease: float | None
    words: int
    sentences: int

    @property
    def hard(self) -> bool:
        """Whether many readers will struggle."""
        if self.grade is not None:
            return self.grade > HARDEST_GRADE
        return self.ease is not None and self.ease < LEAST_EASE


HARDEST_GRADE: Final = 9.0
LEAST_EASE: Final = 60.0


@dataclass(frozen=True, slots=True)
class _Counts:
    """What the formulas read: sentences, words, syllables of each word."""

    sentences: int
    words: tuple[str, ...]
    syllables: tuple[int, ...]

    @property
    def words_a_sentence(self) -> float:
        return len(self.words) / self.sentences

    @property
    def syllables_a_word(self) -> float:
        return sum(self.syllables) / len(self.words)

    def share(self, holds: Callable[[str, int], bool]) -> float:
        """Percent of the words for which something holds."""
        found = sum(map(holds, self.words, self.syllables))
        return 100 * found / len(self.words)


def reading(text: str, language: str) -> Reading | None:
    """How hard a text is; None in a language without a formula here, or of too few words.

    >>> found = reading("We are here to help you. Call us now and we will find a way home.", "en")
    >>> found.formula, found.grade < 3
    ('Flesch-Kincaid', True)
    """
    rule = _RULES.get(language.partition("-")[0])
    if rule is None:
        return None
    parts = sentences(text)
    words = tuple(word for part in parts for word in words_of(part))
    if len(words) < FEWEST_WORDS:
        return None
    counts = _Counts(len(parts), words, tuple(rule.syllables(word.lower()) for word in words))
    value = round(rule.value(counts), _DECIMAL_PLACES)
    return Reading(
        language=language,
        formula=rule.name,
        source=rule.source,
        grade=max(0.0, value) if rule.grades else None,
        ease=None if rule.grades else max(0.0, min(100.0, value)),
        words=len(words),
        sentences=len(parts),
    )


def sentences(text: str) -> list[str]:
    """The sentences of a text; every line ends one, as do full stops before a capital.

    >>> sentences("Call us at 5 p.m. today. We answer.")
    ['Call us at 5 p.m. today.', 'We answer.']
    """
    parts = (part.strip(" \t-") for part in _BREAK.split(text))
    return [part for part in parts if _WORD.search(part)]


def words_of(text: str) -> list[str]:
    """The words of a text; links and addresses are none."""
    return _WORD.findall(_LINKED.sub(" ", text))


_VOWELS: Final = re.compile(r"[aeiouy]+")
_SILENT: Final = re.compile(
    r"(?:(?<=[^aeiouy])(?<![^aeiouylr]l)e"  # home, but not little
    r"|(?<=[^aeiouycgsxz])(?<![^aeiouylr]l)(?<!ch)(?<!sh)es"  # times, but not houses
    r"|(?<=[^aeiouydt])(?<![^aeiouylr]l)ed)$"  # missed, but not wanted
    r"|(?<=[a-z]{2}[bcdfghklmnpstvwz])e(?=(?:ly|ful|less|ment|where)$)"  # safely
)
_APART: Final = re.compile(
    r"ia(?!n$|l$|ge)|iu|io(?!u|n)|(?<!p)eo|ua(?!r)|[aeiou]ing|uous|ier$|iet"
)
_SWALLOWED: Final = re.compile(r"(?<=ev)e(?=ry|ning)|(?<=bus)i(?=ness)")


def _english(word: str) -> int:
    """Syllables of an English word, by its letters."""
    plain = _SWALLOWED.sub("", re.sub(r"[^a-z]", "", word))
    spoken = _SILENT.sub("", plain)
    return max(1, len(_VOWELS.findall(spoken)) + len(_APART.findall(spoken)))


_GERMAN: Final = re.compile(r"aa|ee|ie|oo|ei|ai|ey|ay|au|eu|\u00e4u|[aeiouy\u00e4\u00f6\u00fc]")


def _german(word: str) -> int:
    """Syllables of a German word: vowels, diphthongs as one."""
    return max(1, len(_GERMAN.findall(word)))


_SPANISH: Final = re.compile(
    r"[iu\u00fc]?[aeo\u00e1\u00e9\u00f3](?:[iuy](?![a-z\u00e1\u00e9\u00ed\u00f3\u00fa])|[iu])?"
    r"|[iu\u00fc][\u00ed\u00fa]|[\u00ed\u00fa]|[iuy\u00fc]+"
)


def _spanish(word: str) -> int:
    """Syllables of a Spanish word: strong vowels stand alone, weak ones lean on them."""
    plain = re.sub(r"(?<=[gq])u(?=[ei\u00e9\u00ed])", "", word)
    return max(1, len(_SPANISH.findall(plain)))


_FRENCH: Final = re.compile(
    r"[aeiouy\u00e0\u00e2\u00e9\u00e8\u00ea\u00eb\u00ee\u00ef\u00f4\u00f9\u00fb\u0153\u00e6]+"
)
_MUTE: Final = re.compile(r"(?<=[^aeiouy\u00e9])(?:e|es|ent)$")
_GLIDE: Final = re.compile(r"(?<=[aeiou])y(?=[aeiou])")


def _french(word: str) -> int:
    """Syllables of a French word: groups of vowels, without the mute ending."""
    groups = len(_FRENCH.findall(_GLIDE.sub("-", word)))
    return max(1, groups - (1 if groups > 1 and _MUTE.search(word) else 0))


def _flesch_kincaid(one: _Counts) -> float:
    return 0.39 * one.words_a_sentence + 11.8 * one.syllables_a_word - 15.59


def _wiener(one: _Counts) -> float:
    return (
        0.1935 * one.share(lambda _, syllables: syllables >= 3)  # noqa: PLR2004 - the formula
        + 0.1672 * one.words_a_sentence
        + 0.1297 * one.share(lambda word, _: len(word) > 6)  # noqa: PLR2004 - the formula
        - 0.0327 * one.share(lambda _, syllables: syllables == 1)
        - 0.875
    )


def _kandel(one: _Counts) -> float:
    return 207 - 1.015 * one.words_a_sentence - 73.6 * one.syllables_a_word


def _szigriszt(one: _Counts) -> float:
    return 206.835 - 62.3 * one.syllables_a_word - one.words_a_sentence


@dataclass(frozen=True, slots=True)
class _Rule:
    """The formula of one language; `grades` says that it gives a year of school."""

    name: str
    source: str
    grades: bool
    value: Callable[[_Counts], float]
    syllables: Callable[[str], int]


_RULES: Final[Mapping[str, _Rule]] = MappingProxyType(
    {
        "en": _Rule(
            "Flesch-Kincaid",
            "Kincaid, Fishburne, Rogers and Chissom 1975",
            True,  # noqa: FBT003 - a grade
            _flesch_kincaid,
            _english,
        ),
        "de": _Rule(
            "Erste Wiener Sachtextformel",
            "Bamberger and Vanecek 1984",
            True,  # noqa: FBT003 - a grade
            _wiener,
            _german,
        ),
        "fr": _Rule(
            "Kandel-Moles",
            "Kandel and Moles 1958",
            False,  # noqa: FBT003 - an ease
            _kandel,
            _french,
        ),
        "es": _Rule(
            "Szigriszt-Pazos",
            "Szigriszt Pazos 1993",
            False,  # noqa: FBT003 - an ease
            _szigriszt,
            _spanish,
        ),
    }
)
