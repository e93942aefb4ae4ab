"""Onboarding documents from files: the words of Markdown, plain text, HTML or PDF, bounded."""

from io import BytesIO
from pathlib import Path
from typing import Final

from loaders.html_text import words_of

LONGEST: Final = 20_000
"""Characters of a document; a longer one is given in parts."""
_HTML: Final = frozenset({".html", ".htm", ".xhtml"})
_PLAIN: Final = frozenset({".md", ".markdown", ".txt", ""})


_PDF: Final = ".pdf"
_LARGEST: Final = 20_000_000


class DocumentInvalid(ValueError):
    """A file can't be taken as a document; the message says why and shows a cure."""


def material(path: Path) -> str:
    """What a file says, HTML as lines of text.

    Raises:
        DocumentInvalid: it is of another kind, not UTF-8, empty or too long.
        OSError: it cannot be read.
    """
    ending = path.suffix.lower()
    if ending not in _HTML | _PLAIN | {_PDF}:
        raise DocumentInvalid(
            f"{path}: {ending!r} is no kind that is read; give .md, .txt, .html or .pdf"
        )
    raw = path.read_bytes()[:_LARGEST]
    said = _pdf_text(path, raw) if ending == _PDF else _text(path, raw, html=ending in _HTML)
    if not said.strip():
        raise DocumentInvalid(f"{path}: it says nothing; give a file with sentences")
    if len(said) > LONGEST:
        raise DocumentInvalid(
            f"{path}: {len(said):,} characters are more than {LONGEST:,}; give it in parts"
        )
    return said


def _text(path: Path, raw: bytes, *, html: bool) -> str:
    try:
        text = raw[: 40 * LONGEST].decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise DocumentInvalid(
            f"{path}: byte {error.start} is not UTF-8; save it as UTF-8"
        ) from error
    return words_of(text) if html else text


def _pdf_text(path: Path, raw: bytes) -> str:
    """The text of a PDF, its pages as paragraphs; reading stops where it is too long."""
    from pypdf import PdfReader  # noqa: PLC0415 - extra analysis
    from pypdf.errors import PyPdfError  # noqa: PLC0415 - see above

    pages: list[str] = []
    try:
        for page in PdfReader(BytesIO(raw)).pages:
            pages.append(page.extract_text())
            if sum(map(len, pages)) > LONGEST:
                break
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        cure = "give one that opens without a password, or save it as text"
        raise DocumentInvalid(f"{path}: no PDF that can be read ({error}); {cure}") from error
    return "\n\n".join(pages)
