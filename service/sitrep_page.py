"""The sitrep as one HTML file: nothing is fetched for it, and it checks itself when opened."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Final

from service.sitrep import Sitrep
from service.sitrep_lines import Line, Part, minute
from service.sitrep_text import heading, left_out, pieces

OPENS: Final = '<script type="application/json" id="proofs">'
CLOSES: Final = "</script>"
MAIN: Final = ("<main>", "</main>")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_FILES: Final = files("service") / "pages" / "static"
_NOT_YET: Final = (
    "Not verified: the script of this page did not run. Check the file with:"
    " attune ledger verify --file FILE"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The file around its proofs, which stand between `before` and `after`.

    `main` is what people read, as it stands in `before`; `texts` is the text of each line.
    """

    before: str
    after: str
    main: str
    texts: tuple[str, ...]

    def with_proofs(self, proofs: str) -> str:
        """The whole file."""
        return f"{self.before}{proofs}{self.after}"


def paper(found: Sitrep) -> Paper:
    """The file of a sitrep.

    # INVARIANT: what stands in `main` is written as browsers write it again (`innerHTML`), so
    # that a changed attribute shows as well as a changed word: no character reference but
    # `&amp;`, `&lt;` and `&gt;`, no space between tags.
    """
    script, style = _asset("sitrep.js"), _asset("sitrep.css")
    main = "".join(_main(found))
    before = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy()}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(found.name)} · {minute(found.at)}</title><style>{style}</style></head>\n"
        f'<body><p id="verdict" role="status">{_NOT_YET}</p>\n{MAIN[0]}{main}{MAIN[1]}\n{OPENS}'
    )
    return Paper(
        before=before,
        after=f"{CLOSES}\n<script>{script}</script></body></html>\n",
        main=main,
        texts=tuple("".join(pieces(line)) for _, line in found.lines()),
    )


def policy() -> str:
    """The Content-Security-Policy of the file: its own script and style, by their digests."""
    return (
        f"default-src 'none'; script-src '{_digest('sitrep.js')}'; "
        f"style-src '{_digest('sitrep.css')}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _asset(name: str) -> str:
    return (_FILES / name).read_text(encoding="utf-8")


def _digest(name: str) -> str:
    digest = sha256(_asset(name).encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _main(found: Sitrep) -> Iterator[str]:
    yield f'<header><h1 dir="auto">{_text(found.name)}</h1><p>{_text(heading(found))}</p>'
    yield f'<p class="standing">{_line(found.standing, 0)}</p></header>'
    drawn = base64.b64encode(found.picture.encode()).decode()
    told = "Timeline of what happened; the lists below say the same."
    yield f'<img alt="{told}" src="data:image/svg+xml;base64,{drawn}">'
    number = 1
    for part in found.parts:
        yield from _part(part, number)
        number += len(part.lines)
    yield f"<footer><p>{_text(f'Tree of {found.size} events, root {found.root}')}</p></footer>"


def _part(part: Part, number: int) -> Iterator[str]:
    yield f'<section aria-labelledby="{part.name}"><h2 id="{part.name}">{part.title}</h2>'
    if part.lines:
        rows = (f"<li>{_line(line, number + at)}</li>" for at, line in enumerate(part.lines))
        yield f"<ul>{''.join(rows)}</ul>"
    else:
        yield f'<p class="none">{_text(part.nothing)}</p>'
    if part.left_out:
        yield f'<p class="more">{left_out(part.left_out)}</p>'
    yield "</section>"


def _line(line: Line, number: int) -> str:
    says, words, source = map(_text, pieces(line))
    fits = line.language is not None and _LANGUAGE.fullmatch(line.language)
    spoken = f' lang="{line.language}"' if fits else ""
    quoted = f'<span class="words" dir="auto"{spoken}>{words}</span>' if words else ""
    return (
        f'<span class="line" data-line="{number}"><span dir="auto">{says}</span>{quoted}'
        f"<small>{source}</small></span>"
    )


def _text(words: str) -> str:
    return escape(words, quote=False)
