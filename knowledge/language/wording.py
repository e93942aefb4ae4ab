"""A post as it was typed becomes the words that models read, plus counts of how it was typed."""

import functools
import html
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

LONGEST_TEXT: Final = 2_000
"""Characters of a text that are read: a post is shorter, a pasted log is not read to its end."""

_SHARE: Final = re.compile(r"^[\s!\"'.,:-]{0,9}(?:RT|MT)\s{1,9}@\w{1,40}\s{0,3}:?\s{0,9}")
_LINK: Final = re.compile(r"(?:https?://|www\.)\S{1,300}", re.IGNORECASE)
_MENTION: Final = re.compile(r"(?<![\w@])@\w{1,40}|\[NAME\]")
_MENTIONS: Final = re.compile(r"@user(?:\s{1,9}@user)+")
_RUN: Final = re.compile(r"(\S)\1{3,}")
_SPACE: Final = re.compile(r"\s+")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TAG: Final = re.compile(r"#\w{2,80}")
_STRAIGHT: Final = str.maketrans(
    {chr(0x2019): "'", chr(0x2018): "'", chr(0x201C): '"', chr(0x201D): '"', "\0": " "}
)
_PICTURE_CATEGORIES: Final = frozenset({"So", "Sk", "Cf"})
_FIRST_PICTURE: Final = 0x2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What was said, for the models, and how it was typed.

    `words` has no share mark, no link and no handle; `links`, `mentions`, `tags`, `pictures`,
    `elongations` and `capitals` count what was taken out or smoothed; `letters` counts letters.
    """

    words: str
    shared: bool
    links: int
    mentions: int
    tags: int
    pictures: int
    elongations: int
    capitals: int
    letters: int


def readable(text: str) -> str:
    """Return the part of a text that is read: bounded, without lone surrogates.

    >>> readable("late again " + chr(0xD83D))
    'late again \ufffd'
    """
    kept = text[:LONGEST_TEXT]
    return kept.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def wording(text: str) -> Wording:
    """Read one text.

    >>> wording("RT @railco: Sooooooo late AGAIN &amp; again http://t.co/x 😡").words
    'Sooo late AGAIN & again pouting face'
    """
    plain = html.unescape(readable(text)).translate(_STRAIGHT)
    plain, shares = _SHARE.subn("", plain)
    plain, links = _LINK.subn(" ", plain)
    plain, mentions = _MENTION.subn("@user", plain)
    tags = _TAG.findall(plain)
    plain = _TAG.sub(lambda tag: _HUMP.sub(" ", tag.group()), plain)
    spelled = [_spelled(character) for character in unicodedata.normalize("NFKC", plain)]
    plain, elongations = _RUN.subn(r"\1\1\1", "".join(spelled))
    letters = [character for character in plain if character.isalpha()]
    return Wording(
        words=_SPACE.sub(" ", _MENTIONS.sub("@user", plain)).strip(),
        shared=shares > 0,
        links=links,
        mentions=mentions,
        tags=len(tags),
        pictures=sum(len(one) > 1 for one in spelled),
        elongations=elongations,
        capitals=sum(character.isupper() for character in letters),
        letters=len(letters),
    )


@functools.lru_cache(maxsize=4096)
def _spelled(character: str) -> str:
    if ord(character) < _FIRST_PICTURE:
        return character
    if unicodedata.category(character) in _PICTURE_CATEGORIES or "\ufe00" <= character <= "\ufe0f":
        name = unicodedata.name(character, "")
        said = "" if name.startswith(("VARIATION", "ZERO WIDTH", "EMOJI MODIFIER")) else name
        return f" {said.lower()} " if said else " "
    return character
