"""Reports: what was found, as JSON, lines, rows, a picture, a page or a document."""

import csv
import io
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from html import escape
from typing import Any, Final

Cell = str | int | float | bool | None


class Form(StrEnum):
    """In which form a report is wanted."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    SVG = "svg"
    HTML = "html"
    PDF = "pdf"


MEDIA: Final[Mapping[Form, str]] = {
    Form.TEXT: "text/plain; charset=utf-8",
    Form.JSON: "application/json",
    Form.CSV: "text/csv; charset=utf-8; header=present",
    Form.SVG: "image/svg+xml",
    Form.HTML: "text/html; charset=utf-8",
    Form.PDF: "application/pdf",
}

_LEADS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for the beginning of a formula."""

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "svg{max-width:100%;height:auto}table{border-collapse:collapse}"
    "th,td{border-bottom:1px solid #bbb;padding:.2rem .6rem;text-align:left;vertical-align:top}"
    "pre{white-space:pre-wrap;font:inherit}:root{color-scheme:light}"
)


class FormMissing(ValueError):
    """The report has no such form; the message says which it has."""


class Report(ABC):
    """What was found; a report says itself in at least three forms."""

    __slots__ = ()

    @abstractmethod
    def to_json(self) -> Mapping[str, Any]:
        """All of it."""

    @abstractmethod
    def lines(self) -> Iterable[str]:
        """What people read on a terminal: figures with intervals, what was withheld and why."""

    @abstractmethod
    def rows(self) -> Iterable[Sequence[Cell]]:
        """A table, its header first."""

    def picture(self) -> str | None:
        """An SVG where one says more than a table."""
        return None

    def page(self) -> str | None:
        """An HTML page of its own, if the usual one does not do."""
        return None

    def document(self) -> bytes | None:
        """A PDF, for boards that print."""
        return None


def written(report: Report, form: Form, title: str) -> bytes:
    """A report in one of its forms.

    Raises:
        FormMissing: it has no such form.
    """
    made = _WRITERS[form](report, title)
    if made is None:
        forms = ", ".join(one for one in Form if _WRITERS[one](report, title) is not None)
        raise FormMissing(f"{title} has no form {form.value!r}; it has {forms}")
    return made


def table(rows: Iterable[Sequence[Cell]]) -> str:
    """Comma-separated values in which nothing is a formula.

    >>> table([["team"], ["=1+1"]]).split()
    ['team', "'=1+1"]
    """
    out = io.StringIO()
    csv.writer(out).writerows([_inert(cell) for cell in row] for row in rows)
    return out.getvalue()


def _inert(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_LEADS) else cell


def _text(report: Report, _title: str) -> bytes:
    return ("\n".join(report.lines()) + "\n").encode()


def _json(report: Report, _title: str) -> bytes:
    return (json.dumps(report.to_json(), ensure_ascii=False, indent=2) + "\n").encode()


def _csv(report: Report, _title: str) -> bytes:
    return table(report.rows()).encode()


def _svg(report: Report, _title: str) -> bytes | None:
    drawn = report.picture()
    return None if drawn is None else drawn.encode()


def _html(report: Report, title: str) -> bytes:
    own = report.page()
    return (own if own is not None else _usual_page(report, title)).encode()


def _usual_page(report: Report, title: str) -> str:
    """The words, the picture and the table under one another, with nothing fetched or run."""
    drawn = report.picture() or ""
    head, *body = [*report.rows()] or [()]
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        '</title><meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>\n{drawn}\n"
        f"<pre>{escape(chr(10).join(report.lines()))}</pre>\n<table><thead>{_row(head, 'th')}"
        f"</thead>\n<tbody>{''.join(_row(row, 'td') for row in body)}</tbody></table>"
        "</main></body></html>\n"
    )


def _row(cells: Sequence[Cell], tag: str) -> str:
    told = ("" if cell is None else escape(str(cell)) for cell in cells)
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in told) + "</tr>\n"


def _pdf(report: Report, _title: str) -> bytes | None:
    return report.document()


_WRITERS: Final[Mapping[Form, Callable[[Report, str], bytes | None]]] = {
    Form.TEXT: _text,
    Form.JSON: _json,
    Form.CSV: _csv,
    Form.SVG: _svg,
    Form.HTML: _html,
    Form.PDF: _pdf,
}
