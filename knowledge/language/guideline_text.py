"""The text of a guideline: numbered principles in Markdown, each with what to say and what not."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ontology.marked_yaml import quoted

MOST_LINES: Final = 600
MOST_PRINCIPLES: Final = 40
EXAMPLE: Final = (
    "1. Say what happened.\n"
    "   - Do: Your train stood for three hours.\n"
    "   - Don't: We regret any inconvenience."
)

_NUMBERED: Final = re.compile(r"(\d{1,3})\.\s+(\S.*)", re.ASCII)
_MARKED: Final = re.compile(r"\s+[-*+]\s+(✓|✔|✗|✘|[Dd]o:|[Dd]on['’]t:)\s*(.*)")  # noqa: RUF001 - people write the curly one
_DO: Final = frozenset("✓✔") | {"do:"}
_HTML: Final = re.compile(r"<[A-Za-z/!?]")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_NEEDED: Final = frozenset("\t\u200c\u200d\u200e\u200f")
"""Signs that can't be seen, and that some scripts need."""

_SCRIPT: Final = re.compile(r"\]\(\s*(?!https?:|mailto:|#)[A-Za-z][\w+.-]*:", re.ASCII)


class TextInvalid(ValueError):
    """A text is no guideline; `problems` has what is wrong by its line, counted from 1."""

    def __init__(self, problems: tuple[tuple[int, str], ...]) -> None:
        """Show one problem a line."""
        super().__init__("\n".join(f"line {line}: {words}" for line, words in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Principle:
    """One principle: its number, what it says, examples of what to say and of what not to."""

    number: int
    says: str
    do: tuple[str, ...]
    dont: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _Open:
    """A principle while it is read."""

    line: int
    number: int
    says: list[str]
    do: list[list[str]] = field(default_factory=list)
    dont: list[list[str]] = field(default_factory=list)
    last: list[str] | None = None

    def closed(self) -> Principle:
        return Principle(
            number=self.number,
            says=_joined(self.says),
            do=tuple(map(_joined, self.do)),
            dont=tuple(map(_joined, self.dont)),
        )


def principles(text: str) -> tuple[Principle, ...]:
    """The principles of a text.

    A line that begins with a number and a full stop begins one; in it, list items marked `Do:`
    and `Don't:`, or in any language ✓ and ✗, are its examples.

    Raises:
        TextInvalid: all that is wrong, by line.

    >>> principles(EXAMPLE)[0].dont
    ('We regret any inconvenience.',)
    """
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise TextInvalid(((MOST_LINES + 1, f"{len(lines)} lines; {MOST_LINES} are allowed"),))
    found = _read(lines)
    problems = sorted([*_unsafe(lines), *_unsound(found)])
    if problems:
        raise TextInvalid(tuple(problems))
    return tuple(one.closed() for one in found)


def _read(lines: list[str]) -> list[_Open]:
    found: list[_Open] = []
    for place, line in enumerate(lines, start=1):
        if numbered := _NUMBERED.fullmatch(line.rstrip()):
            says = [numbered[2]]
            found.append(_Open(line=place, number=int(numbered[1]), says=says, last=says))
        elif found:
            _goes_on(found[-1], line)
    return found


def _goes_on(one: _Open, line: str) -> None:
    """A line after the first of a principle: an example, more of what was said, or neither."""
    if marked := _MARKED.fullmatch(line.rstrip()):
        words = [marked[2]]
        (one.do if marked[1].lower() in _DO else one.dont).append(words)
        one.last = words
    elif one.last is not None and line[:1].isspace() and line.strip():
        one.last.append(line.strip())
    elif line.strip():
        one.last = None  # a paragraph beside the principles


def _joined(words: list[str]) -> str:
    return " ".join(filter(None, (one.strip() for one in words)))


def _unsafe(lines: list[str]) -> Iterator[tuple[int, str]]:
    """What a page that shows the text must not get."""
    for place, line in enumerate(lines, start=1):
        if html := _HTML.search(line):
            yield place, f"{quoted(line[html.start() :][:40])} is HTML; write Markdown"
        if link := _SCRIPT.search(line):
            words = f"{quoted(link[0])} is no link to https:, http: or mailto:"
            yield place, words
        for sign in line:
            if unicodedata.category(sign) in _UNSEEN and sign not in _NEEDED:
                yield place, f"has a character that can't be seen, U+{ord(sign):04X}; leave it out"
                break


def _unsound(found: list[_Open]) -> Iterator[tuple[int, str]]:
    if not found:
        yield 1, f"has no numbered principle; write one like {EXAMPLE!r}"
    if len(found) > MOST_PRINCIPLES:
        place = found[MOST_PRINCIPLES].line
        yield place, f"{len(found)} principles; nobody remembers more than {MOST_PRINCIPLES}"
    for number, one in enumerate(found, start=1):
        if one.number != number:
            yield one.line, f"principle {one.number} comes where {number} should; number them on"
        for name, mark, examples in (("say", "Do:", one.do), ("avoid", "Don't:", one.dont)):
            if not any(map(_joined, examples)):
                words = f"principle {one.number} shows nothing to {name}"
                yield one.line, f'{words}; add a line like "   - {mark} …" below it'
