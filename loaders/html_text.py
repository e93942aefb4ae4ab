"""The words of a post that comes as HTML."""

from html.parser import HTMLParser
from typing import Final

_BREAKS: Final = frozenset({"p", "br", "li", "div", "blockquote"})
_CODE: Final = frozenset({"script", "style"})
"""What stands between these is for machines, never words of the post."""


def words_of(html: str) -> str:
    r"""The text of some HTML, paragraphs and breaks as new lines.

    >>> words_of('<p>Stuck at <a href="#">#<span>Harlem</span></a> &amp; cold</p><p>Help</p>')
    'Stuck at #Harlem & cold\nHelp'
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    """Collects text; what begins or ends a block begins a line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._silent = tag in _CODE
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = False
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)
