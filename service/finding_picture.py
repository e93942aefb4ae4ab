"""The chart of a finding as a picture: a column a bucket, gaps hatched, every count in words."""

from collections.abc import Iterator
from datetime import datetime
from html import escape
from typing import Final

from service.finding_answer import Bar, Found

_WIDTH: Final = 860
_HEIGHT: Final = 340
_LEFT: Final = 64
_RIGHT: Final = 20
_TOP: Final = 56
_BOTTOM: Final = 84
_INK: Final = "#1b4965"
_PALE: Final = "#6b7280"
_RED: Final = "#9a3412"
_LABELS: Final = 8
_DESCRIBED: Final = 400


def picture(found: Found) -> str:
    """The SVG text; its description has every column in words, for who can't see it."""
    title = f"{found.matched} of {found.of} {found.query.source} a {found.bucket}"
    highest = max([one.count or 0 for one in found.chart] + [1])
    body = [*_frame(found, title, highest)]
    for place, one in enumerate(found.chart):
        body += _column(found, place, one, highest)
    words = escape(" ".join(_described(found)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="t d"'
        f' viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="12">\n'
        f'<title id="t">{escape(title)}</title>\n<desc id="d">{words}</desc>\n'
        '<defs><pattern id="gap" width="6" height="6" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate(45)"><rect width="6" height="6" fill="#f3f4f6"/>'
        f'<line x1="0" y1="0" x2="0" y2="6" stroke="{_RED}"/></pattern></defs>\n'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _frame(found: Found, title: str, highest: int) -> Iterator[str]:
    yield f'<text x="{_LEFT}" y="22" font-size="15">{escape(title)}</text>'
    asked = ", ".join(f"{name} {test}" for name, test in found.query.where) or "everything"
    yield f'<text x="{_LEFT}" y="40" fill="#4b5563">{escape(asked[:130])}</text>'
    yield (
        f'<text x="{_LEFT}" y="{_HEIGHT - 12}" fill="#4b5563">times in'
        f" {escape(found.query.zone)}; hatched: no feed delivered, so nobody knows; dashed: a feed"
        " was silent</text>"
    )
    for part in (0, 1, 2):
        count = highest * part // 2
        y = _height(count, highest)
        yield (
            f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}"'
            ' stroke="#e5e7eb"/>'
        )
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{count}</text>'
    step = max(1, -(-len(found.chart) // _LABELS))
    for place in range(0, len(found.chart), step):
        x, _ = _across(found, place)
        label = _label(found.chart[place].at, found.bucket)
        yield (
            f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 18}" font-size="10"'
            f' transform="rotate(20 {x:.1f} {_HEIGHT - _BOTTOM + 18})">{label}</text>'
        )


def _column(found: Found, place: int, one: Bar, highest: int) -> Iterator[str]:
    x, wide = _across(found, place)
    floor = _HEIGHT - _BOTTOM
    words = escape(_words(one))
    if one.count is None:
        yield (
            f'<rect x="{x:.2f}" y="{_TOP}" width="{wide:.2f}" height="{floor - _TOP}"'
            f' fill="url(#gap)"><title>{words}</title></rect>'
        )
        return
    y = _height(one.count, highest)
    yield (
        f'<rect x="{x:.2f}" y="{y:.1f}" width="{max(wide * 0.9, 0.5):.2f}"'
        f' height="{floor - y:.1f}" fill="{_INK}"><title>{words}</title></rect>'
    )
    if one.silent:
        yield (
            f'<line x1="{x:.2f}" y1="{floor + 3}" x2="{x + wide:.2f}" y2="{floor + 3}"'
            f' stroke="{_RED}" stroke-width="3" stroke-dasharray="2 2"/>'
        )


def _described(found: Found) -> Iterator[str]:
    yield f"{len(found.chart)} columns, each a {found.bucket}, times in {found.query.zone}."
    shown = found.chart if len(found.chart) <= _DESCRIBED else found.chart[-_DESCRIBED:]
    if len(shown) < len(found.chart):
        yield f"The last {len(shown)} of them:"
    yield from (f"{_words(one)}." for one in shown)


def _words(one: Bar) -> str:
    if one.dropped:
        return f"{one.at}: no longer kept"
    if one.count is None:
        return f"{one.at}: unknown, nothing was delivered by {', '.join(one.silent)}"
    silent = f" ({', '.join(one.silent)} silent)" if one.silent else ""
    return f"{one.at}: {one.count}{silent}"


def _across(found: Found, place: int) -> tuple[float, float]:
    """Where a column begins, by time, and how wide it is: a longer hour is a wider one."""
    chart = found.chart
    first, last = (datetime.fromisoformat(t) for t in (chart[0].at, chart[-1].until))
    whole, inner = (last - first).total_seconds(), _WIDTH - _LEFT - _RIGHT
    begin = (datetime.fromisoformat(chart[place].at) - first).total_seconds()
    end = (datetime.fromisoformat(chart[place].until) - first).total_seconds()
    return _LEFT + inner * begin / whole, inner * (end - begin) / whole


def _height(count: int, highest: int) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - _TOP) * count / highest


def _label(at: str, bucket: str) -> str:
    moment = datetime.fromisoformat(at)
    return f"{moment:%d %b %Y}" if bucket in {"day", "week", "month"} else f"{moment:%d %b %H:%M}"
