"""The scorecard as an HTML page: one sheet of paper, nothing fetched, nothing run."""

from collections.abc import Iterator
from html import escape
from typing import Final

from service.outcome_bodies import Perspective
from service.scorecard_items import Item, Sheet, Verdict, aim, answering, changed, said

_STYLE: Final = (
    "@page{size:A4 landscape;margin:10mm}:root{color-scheme:light}"
    "body{font:11px/1.35 system-ui,sans-serif;margin:0 auto;max-width:277mm;padding:8px}"
    "h1{font-size:19px;margin:0 0 6px}"
    "h2{font-size:13px;margin:0 0 3px;border-bottom:2px solid #111}"
    ".grid{display:grid;grid-template-columns:1fr 1fr;gap:10px 18px}"
    "table{border-collapse:collapse;width:100%;table-layout:fixed}th{font-weight:600;text-align:left}"
    "th,td{overflow-wrap:anywhere}"
    "th,td{padding:2px 8px 2px 0;vertical-align:top;border-bottom:1px solid #ccc}"
    ".mark{font-weight:700}"
    "thead th{font-size:10px;color:#444}ul{margin:6px 0 0;padding-left:14px;columns:2}"
    ".none{color:#444}"
    "@media(max-width:700px){.grid{display:block}section{margin-bottom:14px}ul{columns:1}}"
)
WIDTHS: Final = (0.22, 0.24, 0.16, 0.22, 0.16)
"""The shares of the columns."""

MARKS: Final = {Verdict.MET: "✔", Verdict.MISSED: "✘", Verdict.OPEN: "?", Verdict.NONE: "-"}
"""Told apart without colour, and said in words beside."""


def page(found: Sheet) -> str:
    """The page."""
    parts = "".join(_part(found, one) for one in Perspective)
    notes = "".join(f"<li>{escape(note)}</li>" for note in found.notes)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(found.title)}</title>"
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style></head><body><main>"
        f"<h1>{escape(found.title)}</h1>"
        f'<div class="grid">{parts}</div><ul>{notes}</ul></main></body></html>\n'
    )


def _part(found: Sheet, perspective: Perspective) -> str:
    rows = "".join(_rows(one) for one in found.items if one.perspective is perspective)
    wide = zip(("Figure", "Now", "Target", "Change", "Owner"), WIDTHS, strict=True)
    head = "".join(f'<th style="width:{share:.0%}">{name}</th>' for name, share in wide)
    return (
        f"<section><h2>{escape(perspective.capitalize())}</h2><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows or _nothing()}</tbody></table></section>\n"
    )


def _nothing() -> str:
    return '<tr><td colspan="5" class="none">Nothing is recorded.</td></tr>'


def _rows(one: Item) -> str:
    return "<tr>" + "".join(_cells(one)) + "</tr>\n"


def _cells(one: Item) -> Iterator[str]:
    mark = f'<span class="mark">{MARKS[one.verdict]}</span> '
    yield f"<th scope=row>{escape(one.name)}</th>"
    for text in (said(one.now, one.unit), None, changed(one)):
        yield f"<td>{mark + escape(aim(one)) if text is None else _wrapped(text)}</td>"
    yield f"<td>{escape(answering(one))}</td>"


def _wrapped(text: str) -> str:
    """The interval in a line of its own."""
    head, bracket, tail = text.partition(" (")
    return f"{escape(head)}<br>({escape(tail)}" if bracket else escape(text)
