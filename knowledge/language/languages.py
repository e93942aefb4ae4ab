"""Which language a text is in: an honest answer, or none."""

import functools
import html
import re
import threading
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING, Final

from knowledge.language.common_words import quick
from knowledge.language.wording import readable

if TYPE_CHECKING:
    from lingua import LanguageDetector

SUPPORTED: Final = frozenset({"en"})
"""Languages whose texts are judged. All models are English."""
FEWEST_LETTERS: Final = 3
SURE: Final = 0.4
"""Confidence from which the detector's first language is believed."""
ENGLISH_SHARE: Final = 0.3
"""Share of words that only English writes from which a text is English."""
FEWEST_WORDS: Final = 2
ENGLISH_PRIOR: Final = 6.0
"""How many times likelier English is than each other language, before the letters are seen."""

_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_NOISE: Final = re.compile(r"\bRT\b|(?:https?://|www\.)\S+|[@#]\w+|\[NAME\]")
_MARKS: Final = re.compile(r"(?:https?://|www\.)\S+|@\w+|[#_]|\[NAME\]")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_APOSTROPHE: Final = re.compile("[\u2018\u2019]")
_CANDIDATES: Final = (
    *("ARABIC", "CHINESE", "DUTCH", "ENGLISH", "FRENCH", "GERMAN", "HINDI", "INDONESIAN"),
    *("ITALIAN", "JAPANESE", "KOREAN", "POLISH", "PORTUGUESE", "RUSSIAN", "SPANISH"),
    *("SWEDISH", "TAGALOG", "TURKISH", "UKRAINIAN", "VIETNAMESE"),
)


def supported(tag: str) -> bool:
    """Whether texts of this language are judged; region and script do not matter.

    >>> supported("en-GB"), supported("eng"), supported("de")
    (True, False, False)
    """
    return tag.strip().lower().replace("_", "-").split("-")[0] in SUPPORTED


class Identifier:
    """Tells twenty languages apart: by words that each commonly uses, then by letter trigrams."""

    def __init__(self, detector: "LanguageDetector", english: frozenset[str]) -> None:
        """Wrap a detector and the list of English words; `load` is the door."""
        self._detector = detector
        self._english = english

    def identify(self, text: str) -> str | None:
        """The ISO 639-1 code of a text as typed, or None where it says too little to tell.

        Handles, links and emoji are no evidence, hashtags only where there is nothing else.
        """
        typed = _APOSTROPHE.sub("'", html.unescape(readable(text)))
        plain = _NOISE.sub(" ", typed)
        if not _has_letters(plain):
            plain = _HUMP.sub(" ", _MARKS.sub(" ", typed))
        if not _has_letters(plain):
            return None
        return "en" if self._reads_english(plain) else quick(plain) or self._detected(plain)

    def _reads_english(self, plain: str) -> bool:
        words = _WORD.findall(plain.lower())
        found = sum(word in self._english for word in words)
        return found >= min(FEWEST_WORDS, len(words)) and found >= ENGLISH_SHARE * len(words)

    def _detected(self, plain: str) -> str | None:
        ranked = self._detector.compute_language_confidence_values(plain)
        found = {one.language.iso_code_639_1.name.lower(): one.value for one in ranked}
        first = max(found, key=lambda tag: found[tag], default="")
        if found.get("en", 0.0) * ENGLISH_PRIOR >= found.get(first, 1.0):
            return "en"
        return first if found.get(first, 0.0) >= SURE else None


def load() -> Identifier:
    """The identifier of this process; about 30 MB, loaded once."""
    with _LOADING:
        return _load()


_LOADING: Final = threading.Lock()


@functools.cache
def _load() -> Identifier:
    from lingua import Language, LanguageDetectorBuilder  # noqa: PLC0415 - only who judges pays

    candidates = [getattr(Language, name) for name in _CANDIDATES]
    detector = LanguageDetectorBuilder.from_languages(*candidates).with_low_accuracy_mode().build()
    lines = (files(__package__) / "lexicons" / "english.txt").read_text("utf-8").splitlines()
    words = {word for line in lines if not line.startswith("#") for word in line.split()}
    bare = {word.replace("'", "") for word in words if len(word) > FEWEST_LETTERS}
    return Identifier(detector, frozenset(words | bare))


def _has_letters(text: str) -> bool:
    return len([*islice(filter(str.isalpha, text), FEWEST_LETTERS)]) == FEWEST_LETTERS
