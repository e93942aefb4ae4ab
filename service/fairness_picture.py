"""Fairness as a picture: how far each group is from its like, with intervals, readable as text."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from knowledge.parity import Difference
from rules.fairness_terms import SHARES
from service.fairness_figures import Division, Figure, Group

_WIDTH, _LEFT, _RIGHT, _TOP, _ROW = 760, 330, 110, 84, 18
_MIDDLE: Final = (_LEFT + _WIDTH - _RIGHT) / 2
_HALF: Final = (_WIDTH - _RIGHT - _LEFT) / 2
_INK: Final = {"differs": "#9a3412", "meant": "#1b4965"}
_PALE: Final = "#6b7280"
_Row = tuple[Group, Figure, Difference]


def picture(title: str, divisions: Sequence[Division]) -> str:
    """The SVG text; its description has every difference in words, for who can't see it."""
    rows = [*_rows(divisions)]
    height = _TOP + _ROW * max(1, len(rows)) + 40
    words = "; ".join(_words(row) for row in rows) or "Nothing can be compared."
    body = [
        *_frame(title, height),
        *(line for at, row in enumerate(rows) for line in _mark(at, row)),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="t d"'
        f' viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="12">\n'
        f'<title id="t">{escape(title)}</title>\n<desc id="d">{escape(words)}</desc>\n'
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _rows(divisions: Sequence[Division]) -> Iterator[_Row]:
    """Every share that is compared; minutes have another scale and stand in the report."""
    for division in divisions:
        for group in division.groups:
            for one in group.figures:
                if one.measure in SHARES and one.like is not None:
                    yield group, one, one.like


def _frame(title: str, height: int) -> Iterator[str]:
    yield f'<text x="20" y="24" font-size="15">{escape(title)}</text>'
    yield (
        '<text x="20" y="44" fill="#4b5563">share of a group less that of its like, in points;'
        " filled: differs or is meant</text>"
    )
    for points in (-100, -50, 0, 50, 100):
        x = _place(points / 100)
        yield f'<line x1="{x}" y1="{_TOP - 12}" x2="{x}" y2="{height - 34}" stroke="#e5e7eb"/>'
        yield f'<text x="{x}" y="{_TOP - 18}" text-anchor="middle">{points:+d}</text>'


def _mark(at: int, row: _Row) -> Iterator[str]:
    group, one, like = row
    y, ink = _TOP + _ROW * at + 4, _INK.get(one.verdict, _PALE)
    fill = ink if one.verdict in _INK else "#ffffff"
    name = f"{group.by} {group.name[:24]}: {one.measure}"
    low, value, high = (_place(end) for end in (like.low, like.value, like.high))
    yield f'<text x="{_LEFT - 12}" y="{y + 4}" text-anchor="end">{escape(name)}</text>'
    yield f'<line x1="{low}" y1="{y}" x2="{high}" y2="{y}" stroke="{ink}" stroke-width="2"/>'
    yield f'<circle cx="{value}" cy="{y}" r="4" fill="{fill}" stroke="{ink}"/>'
    yield f'<text x="{_WIDTH - _RIGHT + 12}" y="{y + 4}" fill="{ink}">{one.verdict}</text>'


def _place(share: float) -> float:
    return round(_MIDDLE + _HALF * max(-1.0, min(1.0, share)), 1)


def _words(row: _Row) -> str:
    group, one, like = row
    ends = f"{like.value * 100:+.1f} [{like.low * 100:+.1f}, {like.high * 100:+.1f}] points"
    why = f" ({one.reason})" if one.reason else ""
    return f"{group.by} {group.name}, {SHARES[one.measure]}: {ends}, {one.verdict}{why}"
