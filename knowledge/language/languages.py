"""Which language a text is in: an honest answer, or none."""

import functools
import re
import threading
from typing import TYPE_CHECKING, Final

from knowledge.language.wording import Wording

if TYPE_CHECKING:
    from lingua import LanguageDetector

SUPPORTED: Final = frozenset({"en"})
"""Languages whose texts are judged. All models are English."""
FEWEST_LETTERS: Final = 3
SURE: Final = 0.4
"""Confidence from which the detector's first language is believed."""
FUNCTION_SHARE: Final = 0.2
FEWEST_FUNCTION_WORDS: Final = 2
FEWEST_WORDS: Final = 4

_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_NOISE: Final = re.compile(r"@\w+|#\w+(?: [A-Z]\w*)*")
_CANDIDATES: Final = (
    *("ARABIC", "CHINESE", "DUTCH", "ENGLISH", "FRENCH", "GERMAN", "HINDI", "INDONESIAN"),
    *("ITALIAN", "JAPANESE", "KOREAN", "POLISH", "PORTUGUESE", "RUSSIAN", "SPANISH"),
    *("SWEDISH", "TAGALOG", "TURKISH", "UKRAINIAN", "VIETNAMESE"),
)
# English words of grammar that the other candidates do not write.
_FUNCTION: Final = frozenset(
    "the and you it this that with are have has what your my they their there but just when why"
    " how who because been would could should don't i'm it's can't didn't doesn't isn't thanks"
    " please still never again we our us he she his her him them from than then about only of for"
    " if will i've you're that's out get got not all any these those which where".split()
)


def supported(tag: str) -> bool:
    """Whether texts of this language are judged; region and script do not matter.

    >>> supported("en-GB"), supported("eng"), supported("de")
    (True, False, False)
    """
    return tag.strip().lower().replace("_", "-").split("-")[0] in SUPPORTED


class Identifier:
    """Tells twenty languages apart: letter trigrams first, English words of grammar beside them."""

    def __init__(self, detector: "LanguageDetector") -> None:
        """Wrap a detector; `load` is the door."""
        self._detector = detector

    def identify(self, one: Wording) -> str | None:
        """The ISO 639-1 code of a text, or None where it says too little to tell.

        Handles, links and emoji are no evidence, hashtags only where there is nothing else.
        """
        plain = _NOISE.sub(" ", one.words)
        if _letters(plain) < FEWEST_LETTERS:
            plain = one.words.replace("#", " ").replace("@user", " ")
        if _letters(plain) < FEWEST_LETTERS or one.letters < FEWEST_LETTERS:
            return None
        return "en" if _reads_english(plain) else self._detected(plain)

    def _detected(self, plain: str) -> str | None:
        ranked = self._detector.compute_language_confidence_values(plain)
        if not ranked or ranked[0].value < SURE:
            return None
        return ranked[0].language.iso_code_639_1.name.lower()


def load() -> Identifier:
    """This process's identifier; about 30 MB, loaded once."""
    with _LOADING:
        return _load()


_LOADING: Final = threading.Lock()


@functools.cache
def _load() -> Identifier:
    from lingua import Language, LanguageDetectorBuilder  # noqa: PLC0415 - only who judges pays

    candidates = [getattr(Language, name) for name in _CANDIDATES]
    builder = LanguageDetectorBuilder.from_languages(*candidates)
    return Identifier(builder.with_low_accuracy_mode().build())


def _letters(text: str) -> int:
    return sum(character.isalpha() for character in text)


def _reads_english(plain: str) -> bool:
    words = _WORD.findall(plain.lower())
    found = [word for word in words if word in _FUNCTION]
    return (
        len(words) >= FEWEST_WORDS
        and len(set(found)) >= FEWEST_FUNCTION_WORDS
        and len(found) >= FUNCTION_SHARE * len(words)
    )
