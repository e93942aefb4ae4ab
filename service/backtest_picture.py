"""The matrices of a backtest as a picture: tiers before against after, and the teams' load."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from service.outcome_view import TIERS

_WIDTH: Final = 720
_LEFT: Final = 150
_TOP: Final = 96
_CELL: Final = 84
_ROW: Final = 22
_MOST_TEAMS: Final = 12
_INK: Final = "#1b4965"
_RED: Final = "#9a3412"
_PALE: Final = "#e5e7eb"
_QUIET: Final = "#4b5563"


def picture(report: Mapping[str, Any]) -> str:
    """The SVG text of a report; its description has every figure in words."""
    counts = report["counts"]
    title = f"Backtest of {report['policy']['name']}"
    body = [*_head(report, title), *_matrix(report["tiers"])]
    below = _TOP + _CELL * len(TIERS) + 40
    teams = _busiest(report["teams"])
    body += _loads(teams, below)
    height = below + _ROW * (len(teams) + 2) + 20
    words = escape(" ".join(_described(report, counts)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="t d"'
        f' viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="12">\n'
        f'<title id="t">{escape(title)}</title>\n<desc id="d">{words}</desc>\n'
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _head(report: Mapping[str, Any], title: str) -> Iterator[str]:
    counts = report["counts"]
    yield f'<text x="20" y="24" font-size="15">{escape(title)}</text>'
    yield (
        f'<text x="20" y="42" fill="{_QUIET}">{counts["compared"]} decisions compared,'
        f" {counts['changed']} changed, {counts['raised']} raised, {counts['lowered']} lowered;"
        f" undetermined {counts['undetermined']}, erased {counts['erased']}</text>"
    )
    yield f'<text x="{_LEFT}" y="66" fill="{_QUIET}">after →</text>'


def _matrix(tiers: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """Above the diagonal it goes further up than before, below it less far."""
    most = max((many for row in tiers.values() for many in row.values()), default=1)
    for place, name in enumerate(TIERS):
        x, y = _LEFT + _CELL * place, _TOP + _CELL * place
        yield f'<text x="{x + _CELL / 2}" y="{_TOP - 8}" text-anchor="middle">{name}</text>'
        yield f'<text x="{_LEFT - 10}" y="{y + _CELL / 2 + 4}" text-anchor="end">{name}</text>'
    for row, before in enumerate(TIERS):
        for column, after in enumerate(TIERS):
            many = tiers.get(before, {}).get(after, 0)
            yield from _cell((row, column), many, most, f"{before} → {after}: {many}")


def _cell(place: tuple[int, int], many: int, most: int, words: str) -> Iterator[str]:
    row, column = place
    x, y = _LEFT + _CELL * column, _TOP + _CELL * row
    colour = _QUIET if row == column else _RED if column > row else _INK
    shade = 0.0 if not many else 0.15 + 0.55 * many / most
    yield (
        f'<rect x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" fill="{colour}"'
        f' fill-opacity="{shade:.2f}" stroke="{_PALE}"><title>{escape(words)}</title></rect>'
    )
    if many:
        sign = "" if row == column else " ↑" if column > row else " ↓"
        yield (
            f'<text x="{x + _CELL / 2}" y="{y + _CELL / 2 + 4}" text-anchor="middle">'
            f"{many}{sign}</text>"
        )


def _busiest(teams: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """The teams whose load moves most."""

    def moved(row: tuple[str, Mapping[str, Any]]) -> tuple[float, str]:
        pages, cases = row[1]["pages"], row[1]["cases"]
        return -abs(pages["after"] - pages["before"]) - abs(cases["after"] - cases["before"]), row[
            0
        ]

    return sorted(teams.items(), key=moved)[:_MOST_TEAMS]


def _loads(teams: list[tuple[str, Mapping[str, Any]]], top: int) -> Iterator[str]:
    """One line a team: cases and pages, before and after."""
    headings = (("team", 20), ("cases", 300), ("pages", 440), ("pages more a shift", 580))
    for words, x in headings:
        yield f'<text x="{x}" y="{top}" fill="{_QUIET}">{words}</text>'
    for number, (team, load) in enumerate(teams, start=1):
        y = top + _ROW * number
        cells = [(team, 20)]
        cells += [
            (f"{load[name]['before']} → {load[name]['after']}", x)
            for name, x in (("cases", 300), ("pages", 440))
        ]
        cells.append((f"{load['pages_added_per_shift']:+g}", 580))
        for words, x in cells:
            yield f'<text x="{x}" y="{y}">{escape(str(words))}</text>'


def _described(report: Mapping[str, Any], counts: Mapping[str, int]) -> Iterator[str]:
    yield ", ".join(f"{name} {many}" for name, many in counts.items()) + "."
    for before, row in report["tiers"].items():
        yield " ".join(f"{before} to {after}: {many}." for after, many in row.items())
    for team, load in report["teams"].items():
        yield f"{team}: {load['pages']['before']} pages before, {load['pages']['after']} after."
