"""Onboarding documents from files: the words of Markdown, plain text or HTML, bounded."""

from pathlib import Path
from typing import Final

from loaders.html_text import words_of

LONGEST: Final = 20_000
"""Characters of a document; a longer one is given in parts."""
_HTML: Final = frozenset({".html", ".htm", ".xhtml"})
_PLAIN: Final = frozenset({".md", ".markdown", ".txt", ""})


class DocumentInvalid(ValueError):
    """A file can't be taken as a document; the message says why and shows a cure."""


def material(path: Path) -> str:
    """What a file says, HTML as lines of text.

    Raises:
        DocumentInvalid: it is of another kind, not UTF-8, empty or too long.
        OSError: it cannot be read.
    """
    ending = path.suffix.lower()
    if ending not in _HTML | _PLAIN:
        raise DocumentInvalid(
            f"{path}: {ending!r} is no kind that is read; give .md, .txt or .html"
        )
    raw = path.read_bytes()[: 40 * LONGEST]
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise DocumentInvalid(
            f"{path}: byte {error.start} is not UTF-8; save it as UTF-8"
        ) from error
    said = words_of(text) if ending in _HTML else text
    if not said.strip():
        raise DocumentInvalid(f"{path}: it says nothing; give a file with sentences")
    if len(said) > LONGEST:
        raise DocumentInvalid(
            f"{path}: {len(said):,} characters are more than {LONGEST:,}; give it in parts"
        )
    return said
