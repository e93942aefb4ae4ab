"""Temporary books: a book whose name begins so holds no rule that would stay for ever."""

from collections.abc import Iterator
from typing import Final

from rules.diagnostics import Diagnostic
from rules.rule import Book

PREFIX: Final = "temporary-"
_EXAMPLE: Final = "effective: {from: 2026-12-19, until: 2027-01-04}"


def endless(book: Book) -> Iterator[Diagnostic]:
    """The rules of a temporary book that say no end; none of any other book."""
    if not book.name.startswith(PREFIX):
        return
    for rule in book.rules:
        if rule.effective.end is None:
            yield Diagnostic(
                file=book.file,
                line=rule.line,
                column=1,
                offending=rule.id,
                reason=f"has no end; a rule of {book.name} says until when it holds",
                example=_EXAMPLE,
            )
